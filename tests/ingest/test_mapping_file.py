"""Mapping files: what is wrong in one is said with its file, its source and its key."""

import os
from pathlib import Path

import pytest

from ingest.mapping import MappingError, load
from ingest.mapping.topic import Filter
from ingest.settings import IngestSettings

GOOD = {
    "name": '"acme"',
    "topic": '"acme/+/up"',
    "device": '"{1}"',
    "time": '"$.t"',
    "values": '{ pm25 = "$.v" }',
}


def written(tmp_path: Path, *sources: dict[str, str], name: str = "mapping.toml") -> Path:
    """A file of sources, each the good one with other lines; an empty line is left out."""
    text = "".join(
        "[[source]]\n" + "".join(f"{key} = {value}\n" for key, value in {**GOOD, **source}.items() if value)
        for source in sources
    )
    path = tmp_path / name
    path.write_text(text)
    return path


def problems(*paths: Path) -> list[str]:
    with pytest.raises(MappingError) as refused:
        load(paths)
    return str(refused.value).splitlines()


def test_nothing_is_mapped_by_no_file() -> None:
    assert load([]) == ()


def test_the_sources_of_several_files(tmp_path: Path) -> None:
    first = written(tmp_path, {}, name="a.toml")
    second = written(tmp_path, {"name": '"b"', "topic": '"b/#"'}, {"name": '"c"', "topic": '"c"', "device": '"S1"'})
    sources = load([first, second])
    assert [(source.name, source.topic_filter) for source in sources] == [
        ("acme", "acme/+/up"),
        ("b", "b/#"),
        ("c", "c"),
    ]
    assert [source.matches(["acme", "x", "up"]) for source in sources] == [True, False, False]


BAD: dict[str, tuple[dict[str, str], str]] = {
    "a key that does not exist": ({"tpoic": '"a"'}, "tpoic: Extra inputs are not permitted"),
    "no name": ({"name": ""}, "name: Field required"),
    "a name with a space": ({"name": '"a b"'}, "name: String should match"),
    "no topic": ({"topic": ""}, "topic: Field required"),
    "a topic that is a number": ({"topic": "5"}, "topic: must be a text in quotes"),
    "a share in the topic": ({"topic": '"$share/x/acme/+"'}, "topic: no $ at the beginning"),
    "a wildcard within a level": ({"topic": '"acme/a+/up"'}, "topic: no topic filter"),
    "a # in the middle": ({"topic": '"acme/#/up"'}, "topic: no topic filter"),
    "our own topics": ({"topic": '"hotgrid/v1/station/+/reading"'}, "topic: 'hotgrid/v1/station/+/reading' overlaps"),
    "everything": ({"topic": '"#"'}, "topic: '#' overlaps with hotgrid/v1/#, which is not foreign"),
    "what could be ours": ({"topic": '"+/+/x"'}, "topic: '+/+/x' overlaps"),
    "no time": ({"time": ""}, "time: Field required"),
    "a time that is no path": ({"time": '"{t}"'}, "time: no path to one thing: 't'; begin it with $ or @"),
    "a form that is none": ({"time_format": '"epoch"'}, "no form of a time: 'epoch'; there are iso, epoch_s, epoch_ms"),
    "a pattern without zone": ({"time_format": '"%Y%m%d"'}, "the pattern has no %z: add time_zone"),
    "a pattern that is none": ({"time_format": '"%Y%Q"', "time_zone": '"Z"'}, "'Q' is a bad directive"),
    "a zone that is none": ({"time_zone": '"Mars/Base"'}, "time_zone: no time zone: 'Mars/Base'; write it as +08:00"),
    "a zone of words": ({"time_zone": '"../../etc/passwd"'}, "time_zone: no time zone"),
    "an end of what": ({"time_is": '"middle"'}, "time_is: Input should be 'start' or 'end'"),
    "a wildcard too many": ({"device": '"{2}"'}, "topic 'acme/+/up' has 1 wildcards, fewer than are used"),
    "a wildcard of nothing": ({"device": '"{0}"'}, "device: no text with holes: '{0}'"),
    "a brace too few": ({"device": '"{1"'}, "device: no text with holes: '{1'"),
    "an empty device": ({"device": '""'}, "device: must be a text in quotes"),
    "no values": ({"values": ""}, "nothing is taken: [source.values] or [source.pairs] is needed"),
    "a channel that does not exist": ({"values": '{ radon = "$.v" }'}, "values.radon.[key]: no such channel"),
    "a path without a root": ({"values": '{ pm25 = "v" }'}, "values.pm25.path: 'v': begin the path with $"),
    "a path that breaks off": ({"values": '{ pm25 = "$.v[" }'}, "values.pm25.path: no path: '$.v[' at '['"),
    "a path to many things": ({"values": '{ pm25 = "$.v[*]" }'}, "values.pm25.path: '$.v[*]'"),
    "a value without a path": ({"values": "{ pm25 = { scale = 2 } }"}, "values.pm25.path: Field required"),
    "a scale in words": ({"values": '{ pm25 = { path = "$.v", scale = "x" } }'}, "values.pm25.scale: Input should be"),
    "a scale that is none": ({"values": '{ pm25 = { path = "$.v", scale = nan } }'}, "values.pm25.scale: Input should"),
    "a unit that does not convert": (
        {"values": '{ pm25 = { path = "$.v", unit = "ppb" } }'},
        "values.pm25.unit: pm25: 'ppb' does not convert to µg/m³",
    ),
    "the unit of a code": (
        {"values": '{ a24088 = { path = "$.v", unit = "ppb" } }'},
        "values.a24088.unit: a24088 stays in the registry's unit",
    ),
    "a letter that does not exist": ({"flags": '{ ok = "X" }'}, "flags.ok: no letter of HJ 212; there are N F M S D"),
    "a device that cannot be one": ({"devices": '{ a = "b/c" }'}, "devices.a: String should match pattern"),
    "records that no value is in": ({"records": '"$.d[*]"'}, "no value is read from a record"),
    "records without a root": ({"records": '"d[*]"'}, "records: 'd[*]': begin the path with $"),
    "an encoding that does not exist": ({"encoding": '"klingon"'}, "encoding: no encoding: 'klingon'"),
    "a format that does not exist": ({"format": '"xml"'}, "Input tag 'xml' found"),
    "columns of JSON": ({"columns": '["a"]'}, "columns: Extra inputs are not permitted"),
    "a column that does not exist": (
        {"format": '"csv"', "columns": '["t", "v"]', "time": '"@.t"', "values": '{ pm25 = "@.w" }'},
        "@.w: no such column; there are t, v",
    ),
    "a path into a cell": ({"format": '"csv"', "time": '"@.t"'}, "$.v: a cell is @.name or @[0]"),
    "names twice": ({"format": '"csv"', "columns": '["t"]', "header": "true"}, "columns and header: one of them"),
    "pairs of nothing": (
        {"pairs": '{ list = "$.s[*]", name = "n", value = "v", names = {} }'},
        "pairs.names: Dictionary should have at least 1 item",
    ),
    "a rooted name": (
        {"pairs": '{ list = "$.s[*]", name = "$.n", value = "v", names = { a = "pm25" } }'},
        "pairs.name: '$.n': the path begins at the list's member",
    ),
    "a name of no channel": (
        {"pairs": '{ list = "$.s[*]", name = "n", value = "v", names = { a = "radon" } }'},
        "pairs.names.a.channel: no such channel",
    ),
    "observations of nothing": (
        {"format": '"sensorthings"', "device": "", "time": "", "values": ""},
        "datastreams: Field required",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, what: str) -> None:
    lines, expected = BAD[what]
    path = written(tmp_path, lines)
    name = "number 1" if what == "no name" else lines.get("name", '"acme"').strip('"')
    told = problems(path)
    assert any(expected in line for line in told), told
    assert all(line.startswith(f"{path}: source {name}: ") for line in told)


def test_all_problems_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    one = written(tmp_path, {"time_is": '"x"', "device": '"{"'}, {"name": '"b"', "flags": '{ a = "Z" }'}, name="a.toml")
    other = tmp_path / "b.toml"
    other.write_text("[[source]\n")
    told = problems(one, other, tmp_path / "none.toml")
    assert [line.partition(": ")[0] for line in told] == [str(one)] * 3 + [str(other), str(tmp_path / "none.toml")]
    assert "no TOML" in told[3]
    assert "cannot be read" in told[4]


@pytest.mark.parametrize("text", ["", "source = 3", "source = [3]", "[source]\nname = 'a'", "sources = []"])
def test_a_file_that_is_not_of_sources(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    assert all(line.startswith(f"{path}: ") for line in problems(path))


def test_a_topic_belongs_to_one_source_and_a_name_too(tmp_path: Path) -> None:
    first = written(tmp_path, {}, name="a.toml")
    second = written(tmp_path, {"topic": '"acme/7/#"'}, name="b.toml")
    assert problems(first, second) == [
        f"{second}: source acme: name: there is one of this name already",
        f"{second}: source acme: topic: 'acme/7/#' overlaps with 'acme/+/up' of acme; a topic belongs to one source",
    ]


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/+", "a/c", True),
        ("a/+", "+/c", True),
        ("a/+", "a", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("+/+/c", "a/#", True),
        ("a/+/c", "+/b/d", False),
        ("#", "a/b", True),
        ("hotgrid/v1", "hotgrid/v1/#", True),
        ("hotgrid/v2/#", "hotgrid/v1/#", False),
        ("hotgrid", "hotgrid/v1/#", False),
    ],
)
def test_which_filters_could_match_the_same_topic(one: str, other: str, overlap: bool) -> None:
    assert Filter.parse(one).overlaps(Filter.parse(other)) is overlap
    assert Filter.parse(other).overlaps(Filter.parse(one)) is overlap


@pytest.mark.parametrize(
    ("topic_filter", "topic", "groups"),
    [
        ("a/+/c", "a/b/c", ("b",)),
        ("a/+/c", "a//c", ("",)),
        ("a/+/c", "a/b", None),
        ("a/+/c", "a/b/c/d", None),
        ("+/b/#", "a/b/c/d", ("a", "c/d")),
        ("+/b/#", "a/b", ("a", "")),
        ("a/b", "a/c", None),
    ],
)
def test_what_the_wildcards_of_a_filter_stand_for(
    topic_filter: str, topic: str, groups: tuple[str, ...] | None
) -> None:
    assert Filter.parse(topic_filter).match(topic.split("/")) == groups


def test_the_setting_names_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTGRID_DATABASE_URL", "postgresql://x")
    monkeypatch.setenv("HOTGRID_MQTT_URL", "mqtt://x")
    monkeypatch.delenv("HOTGRID_MAPPING", raising=False)
    assert IngestSettings().mapping == ()
    monkeypatch.setenv("HOTGRID_MAPPING", os.pathsep.join(["a.toml", "b.toml"]))
    assert IngestSettings().mapping == (Path("a.toml"), Path("b.toml"))
