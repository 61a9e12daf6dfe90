"""`hotgrid evidence`: whether an archive of a case is what the installation has signed."""

import json
from pathlib import Path
from typing import Annotated

import typer

from deploy.option import Json
from deploy.problem import Problem

evidence = typer.Typer(no_args_is_help=True, help="案件证据包 · archives of the evidence of a case")
LONGEST_KEY = 10_000


@evidence.callback()
def _several() -> None:
    """案件证据包 · archives of the evidence of a case"""


@evidence.command()
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="证据包 · the archive")],
    key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="公钥文件（GET /api/v1/evidence-key 的 pem）· the public key"),
    ] = None,
    as_json: Json = False,
) -> None:
    """离线校验每个文件、签名与整个压缩包 · try every file, the signature and the whole archive; needs no server

    Without --key it is signed by the key that it brings along: compare its fingerprint with that of the installation.
    """
    from alerts.evidence.manifest import public_of
    from alerts.evidence.verify import Tampered
    from alerts.evidence.verify import verify as tried

    try:
        pinned = public_of(key.read_bytes()[:LONGEST_KEY]) if key else None
    except ValueError as error:
        raise Problem("key", f"公钥无效 · the key {error}", "GET /api/v1/evidence-key → pem") from error
    try:
        told = tried(file, pinned)
    except Tampered as wrong:
        fix = "向出具单位重新索取 · ask whoever made it for another copy"
        raise Problem("tampered", f"{file.name}: {wrong}", fix) from wrong
    if as_json:
        typer.echo(json.dumps(told._asdict(), ensure_ascii=False))
        return
    typer.echo(f"完好 · intact: {told.alert_id}  {told.files} 个文件 · files, {told.bytes:,} B")
    typer.echo(f"出具 · made: {told.made_at}  {told.made_by}")
    sure = (
        "与所给公钥一致 · the key that was given" if told.pinned else "请与 GET /api/v1/evidence-key 核对 · compare it"
    )
    typer.echo(f"密钥 · key: {told.fingerprint}  ({sure})")
