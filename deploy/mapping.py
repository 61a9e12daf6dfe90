"""`hotgrid map`: what a sample of a vendor becomes by a mapping file, before anybody relies on it."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.option import Json

if TYPE_CHECKING:
    from ingest.frame import Decoded, Sent
    from ingest.mapping import Source

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="映射文件 · the mapping file")]
Sample = Annotated[
    str | None,
    typer.Argument(help="一条消息，- 为标准输入；不给则只检查文件 · a payload, - is stdin; without it FILE is checked"),
]
Topic = Annotated[str | None, typer.Option(help="消息的主题 · the topic of the message")]


def map_(file: File, sample: Sample = None, topic: Topic = None, as_json: Json = False) -> None:
    """试映射：一条厂家消息会变成什么 · what a vendor's message becomes by a mapping file"""
    from ingest.mapping import load

    sources = load([file])
    if sample is None:
        _list(sources, as_json)
        return
    source, said = _chosen(sources, topic)
    payload = sys.stdin.buffer.read() if sample == "-" else Path(sample).read_bytes()
    decoded, rest = _tried(source, said, payload)
    if as_json:
        typer.echo(json.dumps(_json(source, said, decoded, rest), ensure_ascii=False))
    else:
        typer.echo("\n".join(_lines(source, said, decoded, rest)))
    if not decoded.frames:
        raise typer.Exit(1)


def _list(sources: Sequence["Source"], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"sources": {source.name: source.topic_filter for source in sources}}))
        return
    for source in sources:
        typer.echo(f"{source.name:20} {source.topic_filter}")


def _chosen(sources: Sequence["Source"], topic: str | None) -> tuple["Source", str]:
    """The source of a topic; without a topic the only source, if its frames do not depend on it."""
    filters = ", ".join(source.topic_filter for source in sources)
    if topic is None:
        if len(sources) > 1 or sources[0].topic.wildcards:
            raise typer.BadParameter(f"要写明主题 · say which topic it came on, of {filters}", param_hint="--topic")
        return sources[0], sources[0].topic_filter
    for source in sources:
        if source.matches(topic.split("/")):
            return source, topic
    raise typer.BadParameter(
        f"没有这个主题的映射 · no source takes this topic; there are {filters}", param_hint="--topic"
    )


def _tried(source: "Source", topic: str, payload: bytes) -> tuple["Decoded", list[str]]:
    """What the payload says, and what of it nobody reads."""
    from ingest.frame import Decoded, Message
    from ingest.mapping.records import Plan
    from ingest.mapping.unread import unread
    from ingest.protocols.json_frame import FrameError

    decoded = Decoded()
    source.decode(Message(topic, payload, None), decoded)
    try:
        rest = unread(source.reader, source.reader.read(payload)) if isinstance(source.reader, Plan) else []
    except (FrameError, RecursionError):  # which is among the rejects already
        rest = []
    return decoded, rest


def _json(source: "Source", topic: str, decoded: "Decoded", rest: Sequence[str]) -> dict[str, object]:
    return {
        "source": source.name,
        "topic": topic,
        "frames": [
            {
                "device": frame.device_id,
                "ts": frame.minute.isoformat(),
                "values": frame.values,
                "flags": frame.flags,
                "place": frame.place,
            }
            for frame in decoded.frames
        ],
        "rejects": [{"device": r.device_id, "reason": r.reason, "detail": r.detail} for r in decoded.rejects],
        "unread": list(rest),
    }


def _lines(source: "Source", topic: str, decoded: "Decoded", rest: Sequence[str]) -> Iterator[str]:
    yield f"{source.name} ({source.topic_filter}) ← {topic}"
    for frame in decoded.frames:
        yield from _frame(frame)
    for reject in decoded.rejects:
        yield f"拒收 · refused [{reject.reason}] {reject.device_id or ''} {reject.detail}"
    for path in rest:
        yield f"未读 · not read {path}"
    if not decoded.frames:
        yield "没有得到任何数据 · nothing came out"


def _frame(frame: "Sent") -> Iterator[str]:
    from ingest.channel import CHANNELS

    names = {channel.name: channel.zh for channel in CHANNELS}
    at = f" @ {frame.place[0]:.6f}, {frame.place[1]:.6f}" if frame.place else ""
    yield f"{frame.device_id}  {frame.minute.isoformat()}{at}"
    for channel in {**frame.values, **frame.flags}:
        value = frame.values.get(channel)
        number = "–" if value is None else f"{value:.6g}"
        yield f"  {channel:15} {number:>12}  {frame.flags.get(channel, 'N')}  {names.get(channel, '')}".rstrip()
