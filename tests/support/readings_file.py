"""Files of readings, as `hotgrid load` takes them."""

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Line = dict[str, Any]


def write_parquet(path: Path, lines: Sequence[Line], group: int = 1000, ts: pa.DataType | None = None) -> Path:
    """Columns are those of any line; `group` rows lie together."""
    names = list(dict.fromkeys(name for line in lines for name in line))
    kinds = {"ts": ts or pa.timestamp("us", "UTC"), "device_id": pa.string()}
    columns = {name: pa.array([line.get(name) for line in lines], kinds.get(name, _kind(name))) for name in names}
    pq.write_table(pa.table(columns), path, row_group_size=group)
    return path


def _kind(name: str) -> pa.DataType:
    return pa.string() if name.endswith("_flag") else pa.float64()


def write_csv(path: Path, lines: Sequence[Line], bom: bool = False, end: str = "\n") -> Path:
    """The same as text."""
    names = list(dict.fromkeys(name for line in lines for name in line))
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator=end)
        writer.writeheader()
        writer.writerows(
            {k: v.isoformat() if isinstance(v, datetime) else v for k, v in line.items()} for line in lines
        )
    return path
