"""One CSV file of a registry folder: its good lines as rows, every problem named by file, line and column."""

import csv
import io
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ingest.registry import Row

R = TypeVar("R", bound=Row)


@dataclass(slots=True)
class Report:
    """What is wrong (nothing is taken then) and what is only odd."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """Where a row stands, for messages."""

    file: str
    number: int

    def __str__(self) -> str:
        return f"{self.file}:{self.number}"


def read_rows(path: Path, model: type[R], report: Report, required: bool = False) -> list[tuple[Line, R]]:
    """The good rows of a file; the others go to the report."""
    if not path.is_file():
        if required:
            report.problems.append(f"{path.name}: missing; a registry folder needs grid.csv and stations.csv")
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        report.problems.append(f"{path.name}: {not_utf8(error)}")
        return []
    good = []
    for line, cells in _cells(path.name, text, model, report):
        try:
            good.append((line, model.model_validate({k: v for k, v in cells.items() if v != ""})))
        except ValidationError as error:
            report.problems.extend(_explain(line, error))
    return good


def not_utf8(error: UnicodeDecodeError) -> str:
    """What is wrong with the file, and what to do."""
    return f"not UTF-8 ({error.reason} at byte {error.start}); save it as CSV UTF-8"


def _cells(name: str, text: str, model: type[Row], report: Report) -> Iterator[tuple[Line, dict[str, str]]]:
    """Line by line as a dictionary; a wrong header or a row of another width goes to the report."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = [column.strip() for column in next(reader, [])]
        if not _good_header(name, header, model, report):
            return
        for row in reader:
            line = Line(name, reader.line_num)
            if not any(row):
                continue
            if len(row) != len(header):
                report.problems.append(f"{line}: {len(row)} columns, the header has {len(header)}")
                continue
            yield line, dict(zip(header, (value.strip() for value in row), strict=True))
    except csv.Error as error:
        report.problems.append(f"{name}:{reader.line_num}: not CSV: {error}")


def _good_header(name: str, header: list[str], model: type[Row], report: Report) -> bool:
    known = {field_.alias or key: field_ for key, field_ in model.model_fields.items()}
    needed = {column for column, field_ in known.items() if field_.is_required()}
    wrong = [f"{name}:1:{column}: no such column" for column in header if column not in known]
    wrong += [f"{name}:1:{column}: column missing" for column in sorted(needed - set(header))]
    wrong += [f"{name}:1:{column}: column twice" for column in sorted(set(header)) if header.count(column) > 1]
    report.problems.extend(wrong)
    return not wrong


def _explain(line: Line, error: ValidationError) -> Iterator[str]:
    for item in error.errors(include_url=False):
        column = item["loc"][0] if item["loc"] else "row"
        shown: Any = "" if item["type"] == "missing" else f": {item['input']!r}"
        yield f"{line}:{column}: {item['msg'].removeprefix('Value error, ')}{shown}"


def check_unique(rows: list[tuple[Line, R]], column: str, key: Callable[[R], Hashable], report: Report) -> None:
    """No two lines have the same key; `column` is the one that is named."""
    seen: dict[Hashable, Line] = {}
    for line, row in rows:
        first = seen.setdefault(key(row), line)
        if first is not line:
            report.problems.append(f"{line}:{column}: {key(row)!r} stands in line {first.number} already")
