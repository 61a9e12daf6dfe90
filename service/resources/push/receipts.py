"""The small page behind the link of a push: received, or I take it; without scripts, for any phone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from fastapi.responses import FileResponse, HTMLResponse

from alerts.handling.words import STAGE_ZH
from alerts.keys import key
from alerts.push import confirm
from alerts.push.receipt import BadReceipt, Receipt, read
from alerts.text import text_of
from service.database import Connection
from service.parameters import Strict
from sql.queries import Record

router = APIRouter(include_in_schema=False)
SHOWN = 20  # lines of a message of many alerts
Token = Annotated[str, InPath(min_length=1, max_length=400)]
_FILES = Path(str(files("service"))) / "receipt"
_PAGE = Template((_FILES / "receipt.html").read_text(encoding="utf-8"))
_HEAD = "热点网格 · hotgrid"


class Take(Strict):
    """Which of the two buttons."""

    take: bool = False


@router.get("/r.css")
async def looks() -> FileResponse:
    """How the page looks."""
    return FileResponse(_FILES / "receipt.css", headers={"Cache-Control": "no-cache"})


@router.get("/r/{token}")
async def show(request: Request, connection: Connection, token: Token) -> HTMLResponse:
    """What the push says, and two buttons; to look at it confirms nothing: programs that fetch links do so too."""
    try:
        receipt = await _read(request, connection, token)
    except BadReceipt as bad:
        return _bad(bad)
    rows = await confirm.message_of(connection, receipt.push_id, receipt.person_id)
    return _page(rows, token) if rows else _bad(BadReceipt("wrong"))


@router.post("/r/{token}")
async def press(
    request: Request, connection: Connection, token: Token, asked: Annotated[Take, Query()]
) -> HTMLResponse:
    """The person confirms; with `take` the alerts are that person's as well."""
    try:
        receipt = await _read(request, connection, token)
    except BadReceipt as bad:
        return _bad(bad)
    now = datetime.now(UTC)
    rows = await confirm.message_of(connection, receipt.push_id, receipt.person_id)
    if not rows:
        return _bad(BadReceipt("wrong"))
    await confirm.confirm(connection, rows, now, confirm.LINK)
    kept = await confirm.take(connection, rows, now) if asked.take else []
    return _page(await confirm.message_of(connection, receipt.push_id, receipt.person_id), token, kept)


async def _read(request: Request, connection: Connection, token: str) -> Receipt:
    hours = request.app.state.settings.policy.push.receipt_hours
    return read([await key(connection, "receipt")], token, timedelta(hours=hours), datetime.now(UTC))


def _bad(bad: BadReceipt) -> HTMLResponse:
    page = _PAGE.substitute(head=_HEAD, said=f'<p class="bad">{escape(str(bad))}</p>', lines="", buttons="")
    return HTMLResponse(page, 410 if bad.reason == "expired" else 404)


def _page(rows: Sequence[Record], token: str, kept: list[str] | None = None) -> HTMLResponse:
    confirmed = min((row["confirmed_at"] for row in rows if row["confirmed_at"]), default=None)
    said = [f'<p class="bad">{escape(one)}</p>' for one in kept or ()]
    if confirmed:
        said.append('<p class="good">已确认收到 · received: thank you</p>')
    buttons = [] if confirmed else [_button(token, "收到 · Received")]
    if confirm.can_take(rows):
        buttons.append(_button(f"{token}?take=1", "我来处理 · I take it", "take"))
    elif any(row["stage"] for row in rows):
        said.append(f'<p class="dim">{_stage(rows)}</p>')
    head = f"{escape(rows[0]['name'])} · {_HEAD}"
    page = _PAGE.substitute(head=head, said="".join(said), lines=_lines(rows), buttons="".join(buttons))
    return HTMLResponse(page)


def _button(to: str, words: str, kind: str = "") -> str:
    return f'<form method="post" action="/r/{escape(to)}"><button class="{kind}">{words}</button></form>'


def _stage(rows: Sequence[Record]) -> str:
    """How far people are with the alerts of a message, where none waits for anybody."""
    stages = sorted({row["stage"] for row in rows if row["stage"]})
    return " / ".join(f"{STAGE_ZH[stage]} · {stage}" for stage in stages)


def _lines(rows: Sequence[Record]) -> str:
    lines = "".join(f"<li>{escape(zh)}<span>{escape(en)}</span></li>" for zh, en in map(_line, rows[:SHOWN]))
    more = len(rows) - SHOWN
    return f"<ul>{lines}{f'<li>… 另有 {more} 条 · and {more} more</li>' if more > 0 else ''}</ul>"


def _line(row: Record) -> tuple[str, str]:
    text = row["words"] or text_of(row["action"], row["body"])
    return text["zh"], text["en"]
