"""`hotgrid replay`: a scenario folder published over MQTT, in the order of time."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deploy.publisher import Progress, Publisher
from ingest.folder import read_folder
from ingest.layout import Layout
from ingest.recording import minutes_of, read_recording
from ingest.registry import Registry

ROWS = 50_000  # turned into text at a time: bounds the memory
LONGEST_BATCH = 1440  # frames, by the contract

Message = tuple[int, str, bytes]  # minutes since the recording began, topic, payload


def replay(folder: Path, mqtt_url: str, speed: float | None, batch: int = 1, progress: Progress | None = None) -> int:
    """Publish every reading of `folder`, `speed` times real time (None: as fast as the broker takes it).

    `batch` is how many minutes of a device go into one message. Returns the number of messages, all acknowledged.
    Raises FolderError, RecordingError, Problem, and ValueError for a speed or batch that cannot be.
    """
    if speed is not None and not 0 < speed < float("inf"):
        raise ValueError(f"speed must be above 0, is {speed}")
    if not 1 <= batch <= LONGEST_BATCH:
        raise ValueError(f"batch must be 1 to {LONGEST_BATCH} minutes, is {batch}")
    registry, _ = read_folder(folder)
    table = read_recording(folder / "readings.parquet")
    span = max(1, int(np.ptp(minutes_of(table)))) if table.num_rows else 1
    sent = -1
    with Publisher(mqtt_url, considerate=True) as publisher:
        began = time.monotonic()
        for sent, (minute, topic, payload) in enumerate(messages(table, registry, batch)):  # noqa: B007
            if speed is not None:
                time.sleep(max(0.0, began + minute * 60 / speed - time.monotonic()))
            publisher.publish(topic, payload)
            if progress is not None:
                progress(minute / span)
    return sent + 1


def messages(table: pa.Table, registry: Registry, batch: int = 1) -> Iterator[Message]:
    """The messages of a recording, one a device and `batch` minutes, in the order of time; empty rows send nothing.

    Columns that the registry does not know are left out, as the back-test does; unknown devices are sent, and the
    gate will say so.
    """
    monitors = {row.mn for row in registry.monitors}
    known = [name for name in table.column_names if name in Layout.of(registry).column]
    window = minutes_of(table) // batch
    table = table.append_column("window", pa.array(window))
    if batch > 1:
        table = table.sort_by([("window", "ascending"), ("device_id", "ascending"), ("ts", "ascending")])
    first = int(window[0]) if len(window) else 0
    for start in range(0, table.num_rows, ROWS):
        rows = table.slice(start, ROWS)
        texts = frame_texts(rows, known)
        rows = rows.append_column("text", texts).filter(pc.is_valid(texts))
        for at, device, frames in _groups(rows, batch):
            payload = frames[0] if len(frames) == 1 else '{"readings":[' + ",".join(frames) + "]}"
            kind = "monitor" if device in monitors else "station"
            yield (at - first) * batch, f"hotgrid/v1/{kind}/{device}/reading", payload.encode()


def frame_texts(table: pa.Table, channels: list[str]) -> pa.ChunkedArray:
    """The JSON frame of every row, null where no channel has a finite value.

    Numbers have the fewest digits that give the same float32 again, so the database's `real` holds the very value.
    """
    values = pa.array([""] * table.num_rows)
    for name in channels:
        value = pc.cast(table.column(name), pa.float32(), safe=False)
        text = pc.cast(pc.if_else(pc.is_finite(value), value, None), pa.string())
        part = pc.fill_null(pc.binary_join_element_wise(f',"{name}":', text, ""), "")
        values = pc.binary_join_element_wise(values, part, "")
    values = pc.utf8_slice_codeunits(values, 1)
    seconds = pc.cast(table.column("ts"), pa.timestamp("s", "UTC"), safe=False)
    ts = pc.strftime(seconds, format="%Y-%m-%dT%H:%M:%S+00:00")
    frame = pc.binary_join_element_wise('{"ts":"', ts, '","values":{', values, "}}", "")
    return pc.if_else(pc.equal(values, ""), None, frame)


def _groups(rows: pa.Table, batch: int) -> Iterator[tuple[int, str, list[str]]]:
    """Neighbouring rows of one window and device, at most `batch` together."""
    windows = rows.column("window").to_pylist()
    devices = rows.column("device_id").to_pylist()
    texts = rows.column("text").to_pylist()
    start = 0
    for i in range(1, len(texts) + 1):
        same = i < len(texts) and (windows[i], devices[i]) == (windows[start], devices[start]) and i - start < batch
        if not same:
            yield windows[start], devices[start], texts[start:i]
            start = i
