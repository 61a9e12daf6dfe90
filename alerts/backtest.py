"""The very same detector over a scenario folder, as fast as it goes."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from alerts.alert import Alert
from alerts.detector.tuning import DEFAULT, Tuning
from alerts.watch import Watch
from ingest.folder import read_folder
from ingest.layout import Frame
from ingest.recording import frames, minutes_of, read_recording

READINGS = "readings.parquet"
Progress = Callable[[float], None]


def backtest(folder: Path, progress: Progress | None = None, tuning: Tuning = DEFAULT) -> list[Alert]:
    """The alerts of a folder in the order opened, as they are known at its end; `progress` is told the share done.

    Raises FolderError for a bad registry and RecordingError for bad readings.
    """
    registry, _ = read_folder(folder)
    watch = Watch(registry, tuning)
    table = read_recording(folder / READINGS)
    minutes = minutes_of(table)
    span = max(int(minutes[-1] - minutes[0]), 1) if len(minutes) else 1

    def told(recording: Iterable[Frame]) -> Iterable[Frame]:
        for frame in recording:
            yield frame
            if progress:
                progress(min((frame.minute.timestamp() / 60 - minutes[0]) / span, 1.0))

    return judge(watch, told(frames(table, watch.layout)))


def judge(watch: Watch, recording: Iterable[Frame]) -> list[Alert]:
    """What a watch says of these minutes: its alerts in the order opened, as they are known in the end."""
    alerts: dict[str, Alert] = {}
    for frame in recording:
        for change in watch.close(frame):
            alerts[change.alert.id] = change.alert
    alerts |= {alert.id: alert for alert in watch.open()}
    return list(alerts.values())


def write(alerts: Iterable[Alert], path: Path) -> None:
    """One line of JSON an alert (`alerts.jsonl`)."""
    text = "".join(json.dumps(alert.line(), ensure_ascii=False) + "\n" for alert in alerts)
    path.write_text(text, encoding="utf-8")
