"""Everything of E0007 made unmistakable: marks in its texts and values, how to find them, whether its rows changed."""

import gzip
import hashlib
import io
import zipfile

import asyncpg
import httpx2
import pyarrow.parquet

MARK, KNOWN_MARK, VALUE = "MARKA7", "KNOWNA7", 73571.5
"""What only the window has; what the authorities know wherever they act (alerts, operators); a measured value."""
DEVICES = "device IN (SELECT device FROM monitor WHERE enterprise_id = 'E0007')"
OWN = "enterprise_id = 'E0007'"
CONTACTS = "contact_id IN (SELECT contact_id FROM contact WHERE enterprise_id = 'E0007')"
# Table, what is set, of which rows.
TEXTS = (
    ("monitor", "outlet", OWN),
    ("facility", "line", DEVICES),
    ("mark", "reason", DEVICES),
    ("device_note", "text", DEVICES),
    ("declaration", "reason", OWN),
    ("declaration_change", "why", OWN),
    ("alert_release", "why", OWN),
    ("reply", "text", OWN),
    ("thread_message", "text", OWN),
    ("window_file", "name", OWN),
    ("onboarding_step", "note", OWN),
    ("consumable", "note", OWN),
    ("enterprise_hook", "secret", OWN),
    ("enterprise", "name", OWN),
    ("enterprise", "contact", OWN),
    ("account", "display", "name = 'enterprise-e0007'"),
    ("session", "agent", "account = 'enterprise-e0007'"),
)
VALUES = (
    ("monitor_channel", "permit_limit"),
    ("monitor_reading", "value"),
    ("monitor_latest", "value"),
    ("hour_mean", "mean"),
    ("day_mean", "mean"),
    ("statistic", "mean"),
)
HELD = {
    **{table: OWN for table, _, where in TEXTS if where == OWN},
    **{table: DEVICES for table, _, where in TEXTS if where == DEVICES},
    **{table: DEVICES for table, _ in VALUES},
    **dict.fromkeys(("device", "quality_flag", "operator_link", "deadline"), DEVICES),
    **dict.fromkeys(("outlet", "outlet_design", "contact"), OWN),
    **dict.fromkeys(("push",), CONTACTS),
    "account": "name = 'enterprise-e0007'",
    "session": "account = 'enterprise-e0007'",
    "api_key": "account = 'enterprise-e0007'",
    "account_scope": "account = 'enterprise-e0007'",
    **dict.fromkeys(
        ("alert", "handling", "photo"), "(alert_id ~ '^(S[0-9]|M)$' OR alert_id ~ '010000A8900016F000169DC0')"
    ),
}
"""Which rows of each table are E0007's, or of alerts of its township."""


async def mark_up(on: asyncpg.Connection) -> None:
    """Put the marks into the rows, as their owner."""
    for table, column, where in TEXTS:
        await on.execute(f"UPDATE {table} SET {column} = '{MARK}-' || {column} WHERE {where}")  # noqa: S608
    for table, column in VALUES:
        await on.execute(f"UPDATE {table} SET {column} = {VALUE} WHERE {DEVICES}")  # noqa: S608
    await on.execute(f"UPDATE outlet SET name = '{MARK}-' || name WHERE name <> 'DA001' AND {OWN}")  # noqa: S608
    await on.execute(f"UPDATE contact SET address = replace(address, 'https://', 'https://{MARK}.') WHERE {OWN}")  # noqa: S608
    await on.execute(f"UPDATE operator SET name = '{KNOWN_MARK}' WHERE operator_id = 'YW01'")  # noqa: S608
    await on.execute(f"UPDATE window_file SET body = body || '{MARK}'::bytea WHERE {OWN}")  # noqa: S608
    await on.execute(
        f'UPDATE alert SET body = body || \'{{"evidence": {{"sign": "{KNOWN_MARK}"}}}}\' WHERE {HELD["alert"]}'  # noqa: S608
    )


async def rows(on: asyncpg.Connection) -> dict[str, str]:
    """A digest of all rows of each table that are E0007's."""
    digests = {}
    for table, where in HELD.items():
        held = await on.fetch(f"SELECT t::text AS row FROM {table} AS t WHERE {where}")  # noqa: S608 - of our own list
        digests[table] = hashlib.sha256("\n".join(sorted(one["row"] for one in held)).encode()).hexdigest()
    return digests


def told(answer: httpx2.Response) -> bytes:
    """All that an answer says, headers too, unpacked as far as it can be."""
    raw = answer.content
    if raw.startswith(b"PAR1"):
        raw += str(pyarrow.parquet.read_table(io.BytesIO(raw)).to_pylist()).encode()
    if raw.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            raw += b"".join(name.encode() + packed.read(name) for name in packed.namelist())
    if raw.startswith(b"\x1f\x8b"):
        raw += gzip.decompress(raw)
    return raw + str(answer.headers).encode()
