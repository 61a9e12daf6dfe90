"""Mapping files: read, checked, and made into sources."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from ingest.mapping.model import Amount, CsvSource, JsonSource, MappingFile, ObservationSource, PairList, Records
from ingest.mapping.moment import moment
from ingest.mapping.observations import RESULT, Streams
from ingest.mapping.path import Path
from ingest.mapping.payload import Read, csv_reader, json_reader
from ingest.mapping.quantity import LETTERS_THEMSELVES, Quantity
from ingest.mapping.records import Pairs, Plan
from ingest.mapping.source import Source

_PAYLOAD = Path.parse("$")
_LINES = Path.parse("$[*]")
_TAGS = ("json", "csv", "sensorthings")


class MappingError(ValueError):
    """Mapping files that cannot be taken, with every problem: its file, and its key in it."""


def load(paths: Sequence[FilePath]) -> tuple[Source, ...]:
    """The sources of all files; names are unique, and no topic belongs to two. Raises MappingError."""
    problems: list[str] = []
    sources = [(path, source) for path in paths for source in _read(path, problems)]
    for (_, one), (path, other) in combinations(sources, 2):
        if one.name == other.name:
            problems.append(f"{path}: source {other.name}: name: there is one of this name already")
        if one.topic.overlaps(other.topic):
            both = f"{other.topic_filter!r} overlaps with {one.topic_filter!r} of {one.name}"
            problems.append(f"{path}: source {other.name}: topic: {both}; a topic belongs to one source")
    if problems:
        raise MappingError("\n".join(problems))
    return tuple(source for _, source in sources)


def _read(path: FilePath, problems: list[str]) -> list[Source]:
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return [_source(source) for source in MappingFile.model_validate(given).source]
    except ValidationError as error:
        problems.extend(f"{path}: {problem}" for problem in _told(error, given))
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path}: no TOML: {error}")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path}: cannot be read: {error}; give the path of a UTF-8 TOML file")
    return []


def _told(error: ValidationError, given: Mapping[str, Any]) -> Iterator[str]:
    """Each problem with the name of its source and the key in it."""
    for problem in error.errors(include_url=False, include_context=False):
        key = [*problem["loc"]]
        where = ""
        if len(key) > 1 and key[0] == "source":
            name = _name(given, int(key[1]))
            where = f"source {name}: "
            key = [part for i, part in enumerate(key[2:]) if i or part not in _TAGS]
        text = problem["msg"].removeprefix("Value error, ")
        yield f"{where}{'.'.join(map(str, key))}{': ' if key else ''}{text}"


def _name(given: Mapping[str, Any], number: int) -> str:
    one = given["source"][number]
    return str(one.get("name", f"number {number + 1}")) if isinstance(one, dict) else f"number {number + 1}"


def _source(model: JsonSource | CsvSource | ObservationSource) -> Source:
    if isinstance(model, ObservationSource):
        streams = {
            id_: (stream.device, _quantity(stream.channel, RESULT, stream)) for id_, stream in model.datastreams.items()
        }
        return Source(model.name, model.topic, Streams(json_reader(model.encoding), streams, frozenset(model.missing)))
    if isinstance(model, CsvSource):
        read = csv_reader(model.encoding, model.delimiter, model.columns, header=model.header)
        plan = _plan(model, read, _LINES)
    else:
        plan = _plan(model, json_reader(model.encoding), model.records or _PAYLOAD)
    return Source(model.name, model.topic, plan)


def _plan(model: Records, read: Read, records: Path) -> Plan:
    return Plan(
        read=read,
        records=records,
        device=model.device,
        time=model.time,
        moment=moment(model.time_format, model.time_zone),
        values=tuple(_quantity(name, value.path, value, value.flag) for name, value in model.values.items()),
        pairs=None if model.pairs is None else _pairs(model.pairs),
        devices=model.devices,
        flags=model.flags or LETTERS_THEMSELVES,
        flag=model.flag,
        missing=frozenset(model.missing),
        place=None if model.place is None else (model.place.lon, model.place.lat),
        ends=model.time_is == "end",
    )


def _pairs(model: PairList) -> Pairs:
    names = {name: _quantity(of.channel, model.value, of, model.flag) for name, of in model.names.items()}
    return Pairs(model.list, model.name, names)


def _quantity(channel: str, path: Path, amount: Amount, flag: Path | None = None) -> Quantity:
    return Quantity(channel, path, *amount.line(channel), flag, amount.words)
