"""`hotgrid ca`: certificates of an authority of one's own, for an intranet without one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy import place
from deploy.authority import SERVER_DAYS, Signed, root, server
from deploy.problem import Problem

NAME, OWN = "hotgrid CA", "ca"


def ca(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="目录 · folder")],
    names: Annotated[list[str], typer.Argument(help="主机名、IP · host names and addresses of the server")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="有效天数 · how long it holds")] = SERVER_DAYS,
) -> None:
    """自建 CA 签发服务器证书；再次运行即更新 · a server's certificate by an authority of your own; again to renew it"""
    stem, now = names[0].replace("*", "_").replace(":", "_"), datetime.now(UTC)
    if stem == OWN:
        raise typer.BadParameter(f"{OWN}: 是 CA 自己的文件名 · that is the authority's own file")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made = server(_authority(folder, now), names, now, days)
    except ValueError as error:
        raise Problem("certificate", f"{folder}: {error}", "更正 · correct it") from error
    _keep(folder, stem, made)
    typer.echo(f"{folder / OWN}.crt: 发给设备和浏览器 · for devices and browsers to trust")
    typer.echo(f"{folder / stem}.crt  {folder / stem}.key: {', '.join(names)}, {days} 天 · days")


def _authority(folder: Path, now: datetime) -> Signed:
    certificate, key = folder / f"{OWN}.crt", folder / f"{OWN}.key"
    if not (certificate.exists() or key.exists()):
        _keep(folder, OWN, root(f"{NAME} {now:%Y-%m-%d}", now))
    return Signed(certificate.read_text(), key.read_text())


def _keep(folder: Path, stem: str, made: Signed) -> None:
    place.write(folder / f"{stem}.key", made.key, None)
    place.write(folder / f"{stem}.crt", made.certificate, None)
    (folder / f"{stem}.crt").chmod(0o644)
