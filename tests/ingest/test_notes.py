"""What loggers say about themselves is kept by device, time and name; what cannot be is refused with the reason."""

from datetime import timedelta

from ingest.batch import MOST_TEXT, Batch, lay_out
from ingest.frame import Decoded, Message, Note
from tests.support.messages import DIRECTORY, MINUTE, SPAN, frame, message, reasons, taken

SENT = Message("hotgrid/v1/hj212/M1", b"", None)


def noted(*notes: Note) -> Batch:
    """What becomes of notes."""
    return lay_out(Decoded(notes=list(notes)), DIRECTORY, SPAN)


def test_a_note_is_kept_for_its_device() -> None:
    note = Note(SENT, "M1", 3020, MINUTE, "a24088", "i13001", "0-500")
    assert noted(note).notes == [(3, note)]


def test_a_note_of_another_century_is_refused_and_of_a_stranger_nothing_is_kept() -> None:
    batch = noted(
        Note(SENT, "M1", 3020, MINUTE + timedelta(days=9), "", "i11001", "x"),
        Note(SENT, "M9", 3020, MINUTE, "", "i11001", "x"),
    )
    assert batch.notes == []
    assert reasons(batch) == ["time"]


def test_of_a_text_without_end_the_beginning_is_kept() -> None:
    ((_, note),) = noted(Note(SENT, "M1", 3020, MINUTE, "c" * 9000, "n" * 9000, "t" * 90_000)).notes
    assert (len(note.code), len(note.name), len(note.text)) == (64, 64, MOST_TEXT)


def test_a_stations_flag_under_a_code_stands_beside_values_under_names() -> None:
    batch = taken(message(frame(pm25=5, flags={"a34002": "D"})))
    assert reasons(batch) == []
    assert batch.qc[0, 1] == 4
