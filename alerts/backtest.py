"""The very same detector over a scenario folder, as fast as it goes."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from alerts.alert import Alert
from alerts.watch import Watch
from ingest.folder import read_folder
from ingest.recording import frames, minutes_of, read_recording

READINGS = "readings.parquet"


def backtest(folder: Path, progress: Callable[[float], None] | None = None) -> list[Alert]:
    """The alerts of a folder in the order opened, as they are known at its end; `progress` is told the share done.

    Raises FolderError for a bad registry and RecordingError for bad readings.
    """
    registry, _ = read_folder(folder)
    watch = Watch(registry)
    table = read_recording(folder / READINGS)
    minutes = minutes_of(table)
    span = max(int(minutes[-1] - minutes[0]), 1) if len(minutes) else 1
    alerts: dict[str, Alert] = {}
    for frame in frames(table, watch.layout):
        for change in watch.close(frame):
            alerts[change.alert.id] = change.alert
        if progress:
            progress(min((frame.minute.timestamp() / 60 - minutes[0]) / span, 1.0))
    alerts |= {alert.id: alert for alert in watch.open()}
    return list(alerts.values())


def write(alerts: Iterable[Alert], path: Path) -> None:
    """One line of JSON an alert (`alerts.jsonl`)."""
    text = "".join(json.dumps(alert.line(), ensure_ascii=False) + "\n" for alert in alerts)
    path.write_text(text, encoding="utf-8")
