"""The state of a watch as bytes: arrays by device id, open alerts as JSON; no pickle."""

import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alerts.alert import Alert, Candidate, Stay
from alerts.attribution import Guess, Source, Trail
from alerts.case import Anchor, Case
from alerts.detector.panel import Panel
from alerts.detector.state import State
from alerts.rules.condition import Rule
from alerts.rules.standing import Standing

if TYPE_CHECKING:
    from alerts.watch import Watch

FORMAT = 4
Arrays = dict[str, NDArray[Any]]


class CheckpointError(ValueError):
    """A dump that this detector cannot go on from: replay the readings since then instead."""


def dump(watch: "Watch") -> bytes:
    """A watch as the bytes of a NumPy archive."""
    arrays: Arrays = {"wind": watch.wind.history, "wind_running": watch.wind.running}
    header: dict[str, Any] = {
        "format": FORMAT,
        "detector": watch.version,
        "last": watch.last and watch.last.isoformat(),
        "wind_silent": watch.wind.silent,
        "panels": [[panel.pollutant, panel.profile.name, panel.floor] for panel in watch.panels],
        "standing": [
            {**_alert_out(kept.alert), "last": kept.last, "hold": kept.hold, "told": kept.told}
            for kept in watch.keeper.standing.values()
        ],
        "cases": [_case_out(case, watch) for case in watch.tracker.cases],
    }
    for rule in watch.rules:
        arrays[f"{_named(rule)}.keys"] = np.array(list(rule.keys), np.bytes_)
        arrays |= {f"{_named(rule)}.{name}": array for name, array in rule.memory.items()}
    for i, panel in enumerate(watch.panels):
        arrays[f"{i}.ids"] = _ids(panel, watch)
        arrays |= {f"{i}.{name}": array for name, array in panel.state._asdict().items()}
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
    return out.getvalue()


def load(watch: "Watch", blob: bytes) -> None:
    """Fill a fresh watch from a dump; devices that are new stay unprimed, those that are gone are forgotten."""
    try:
        with np.load(io.BytesIO(blob), allow_pickle=False) as archive:
            arrays: Arrays = dict(archive)
        header = json.loads(arrays["header"].tobytes())
        made_by = (header["format"], header["detector"])
    except (ValueError, KeyError, EOFError, OSError) as error:
        raise CheckpointError(f"not a checkpoint of the detector: {error}") from error
    ours = (FORMAT, watch.version)
    if made_by != ours:
        raise CheckpointError(f"checkpoint of format {made_by[0]}, detector {made_by[1]}; this is {ours[0]}, {ours[1]}")
    watch.last = datetime.fromisoformat(header["last"]) if header["last"] else None
    watch.wind.history[:], watch.wind.running[:] = arrays["wind"], arrays["wind_running"]
    watch.wind.silent = header["wind_silent"]
    for i, (pollutant, profile, floor) in enumerate(header["panels"]):
        panel = watch.admit(pollutant, profile)
        panel.floor = floor
        _restore(
            panel.state,
            {name: arrays[f"{i}.{name}"] for name in State._fields},
            _places(arrays[f"{i}.ids"], _ids(panel, watch)),
        )
    for rule in watch.rules:
        _remind(rule, arrays)
    for line in header["standing"]:
        alert = _alert(line["alert"], line["about"], line["profile"], line["evidence"])
        kept = Standing(alert, line["last"], line["hold"], line["told"])
        watch.keeper.standing[alert.kind, alert.pollutant, alert.source] = kept
    for line in header["cases"]:
        watch.tracker.cases.append(_case_in(line, watch))


def _named(rule: Rule) -> str:
    return f"rule.{type(rule).__name__.lower()}"


def _remind(rule: Rule, arrays: Arrays) -> None:
    """Give a rule its memory back; one that is new, or remembers something else now, begins afresh.

    The alerts of a rule that begins afresh or is gone are open still: they close when nobody has found their condition
    for as long as it said itself (`hold`), like all others.
    """
    dumped = {name: arrays.get(f"{_named(rule)}.{name}") for name in rule.memory}
    known = arrays.get(f"{_named(rule)}.keys")
    if known is None or any(not _fits(array, dumped[name]) for name, array in rule.memory.items()):
        return
    rows = _places(known, np.array(list(rule.keys), np.bytes_))
    for name, array in rule.memory.items():
        array[rows >= 0] = arrays[f"{_named(rule)}.{name}"][rows[rows >= 0]]


def _fits(array: NDArray[Any], dumped: NDArray[Any] | None) -> bool:
    return dumped is not None and (array.dtype, array.shape[1:]) == (dumped.dtype, dumped.shape[1:])


def _ids(panel: Panel, watch: "Watch") -> NDArray[np.bytes_]:
    return np.array([watch.layout.devices[row].id for row in panel.network.order], np.bytes_)


def _places(dumped: NDArray[np.bytes_], names: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """Where each name stands among the dumped ones, -1 for new ones."""
    at = {name: i for i, name in enumerate(dumped.tolist())}
    return np.array([at.get(name, -1) for name in names.tolist()], np.int64)


def _restore(state: State, arrays: Arrays, rows: NDArray[np.int64]) -> None:
    kept = rows >= 0
    for name, array in state._asdict().items():
        array[..., kept] = arrays[name][..., rows[kept]]


def _alert_out(alert: Alert) -> dict[str, Any]:
    return {"alert": alert.line(), "about": alert.source, "profile": alert.profile, "evidence": alert.evidence}


def _case_out(case: Case, watch: "Watch") -> dict[str, Any]:
    return {
        **_alert_out(case.alert),
        "linger": case.linger,
        "opened": case.opened,
        "active": case.active,
        "inside": [[*member, *cell] for member, cell in case.inside.items()],
        "seen": case.seen,
        "span": case.span,
        "below": case.below,
        "told": case.told,
        "anchors": [_anchor_out(anchor, watch) for anchor in case.anchors],
    }


def _case_in(line: dict[str, Any], watch: "Watch") -> Case:
    known = watch.layout.index
    return Case(
        alert=_alert(line["alert"], line["about"], line["profile"], line["evidence"]),
        linger=line["linger"],
        opened=line["opened"],
        active=line["active"],
        inside={(name, pollutant): (ix, iy) for name, pollutant, ix, iy in line["inside"] if name in known},
        seen={name: minute for name, minute in line["seen"].items() if name in known},
        span=line["span"],
        below=line["below"],
        told=line["told"],
        anchors=[_anchor_in(anchor, watch) for anchor in line["anchors"]],
    )


def _anchor_out(anchor: Anchor, watch: "Watch") -> dict[str, Any]:
    line: dict[str, Any] = {
        "lead": anchor.lead,
        "pollutant": anchor.pollutant,
        "profile": anchor.profile.name,
        "opened": anchor.opened,
        "source": anchor.source and _source_out(anchor.source),
        "trail": None,
    }
    if anchor.trail:
        panel = watch.find(anchor.pollutant, anchor.profile.name)
        line["trail"] = {
            "devices": [watch.layout.devices[panel.network.order[i]].id for i in anchor.trail.places],
            "level": anchor.trail.level.tolist(),
            "excess": [[None if np.isnan(e) else float(e) for e in minute] for minute in anchor.trail.excess],
        }
    return line


def _anchor_in(line: dict[str, Any], watch: "Watch") -> Anchor:
    panel = watch.find(line["pollutant"], line["profile"])
    trail = _trail(line["trail"], panel, watch) if line["trail"] else None
    source = _source(line["source"]) if line["source"] else None
    return Anchor(line["lead"], line["pollutant"], panel.profile, line["opened"], trail, source)


def _source_out(source: Source) -> dict[str, Any]:
    return {**source._asdict(), "candidates": [(c.enterprise_id, c.score) for c in source.candidates]}


def _source(line: dict[str, Any]) -> Source:
    candidates = tuple(Candidate(str(name), float(score)) for name, score in line["candidates"])
    wind = tuple(line["wind"]) if line["wind"] else None
    guesses = tuple(Guess(*guess) for guess in line["guesses"])
    return Source(**{**line, "candidates": candidates, "wind": wind, "guesses": guesses})


def _trail(trail: dict[str, Any], panel: Panel, watch: "Watch") -> Trail:
    """The trail of those witnesses that still exist."""
    place = {watch.layout.devices[row].id: i for i, row in enumerate(panel.network.order)}
    kept = [i for i, name in enumerate(trail["devices"]) if name in place]
    places = np.array([place[trail["devices"][i]] for i in kept], np.int32)
    excess = [np.array(minute, np.float32)[kept] for minute in trail["excess"]]
    xy = watch.layout.xy[panel.network.order[places]]
    return Trail(panel.profile.plume, places, xy, np.array(trail["level"], float)[kept], excess)


def _alert(line: dict[str, Any], source: str, profile: str, evidence: dict[str, object]) -> Alert:
    def at(text: str | None) -> Any:
        return None if text is None else datetime.fromisoformat(text)

    cells = tuple(Stay(cell["ix"], cell["iy"], at(cell["from"]), at(cell["to"])) for cell in _list(line["cells"]))
    candidates = tuple(Candidate(**candidate) for candidate in _list(line["candidates"]))
    times = {name: at(line[name]) for name in ("opened_at", "closed_at", "peak_at")}
    given = {"cells": cells, "candidates": candidates, "pollutants": tuple(line["pollutants"])}
    return Alert(**{**line, **times, **given, "source": source, "profile": profile, "evidence": evidence})


def _list(value: Any) -> Iterator[dict[str, Any]]:
    yield from value
