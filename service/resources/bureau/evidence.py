"""The evidence of a case as one signed archive, for those who may sign a case off; and the key to verify it by."""

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from alerts.evidence.archive import TooLargeError
from alerts.evidence.manifest import fingerprint, pem
from alerts.evidence.pack import Asked, evidence_key, make
from service.actor import Acting, Identified
from service.database import Connection
from service.problems import ConflictError, NotFoundError
from service.resources import API
from service.resources.alert.alerts import AlertId
from service.resources.desk.within import Within
from service.spool import Spooled, Spools

router = APIRouter(prefix=API, tags=["evidence"])
ZIP = "application/zip"
_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A ZIP: the alert and its log, readings with flags, hours against limits, marks, letters,"
        " photos, the desk's logs; `manifest.json` with the SHA-256 of each, signed (Ed25519) in `manifest.sig`",
        "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class EvidenceKey(BaseModel):
    """The public key of this installation's evidence; it never changes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "algorithm": "Ed25519",
                    "fingerprint_sha256": "3f0b7a…",
                    "pem": "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA…\n-----END PUBLIC KEY-----\n",
                }
            ]
        }
    )

    algorithm: str
    fingerprint_sha256: str
    pem: str


def packing() -> Spools:
    """Where archives are made: one at a time, and so many wait for their readers."""
    return Spools(1, 8)


@router.post(
    "/alerts/{alert_id}/evidence-pack",
    operation_id="makeEvidencePack",
    summary="案件证据包 · the evidence of a case as one signed archive",
    response_class=Response,
    responses=_ARCHIVE,
    dependencies=[Within],
)
async def make_evidence_pack(
    request: Request, connection: Connection, identity: Identified, acting: Acting, alert_id: AlertId
) -> Response:
    """As things are at this moment; that it was asked for, and by whom, is kept.

    `hotgrid evidence verify FILE` says whether not a byte of it was changed, without the installation.
    """
    asked = Asked(alert_id, acting.who, acting.role, acting.name, datetime.now(UTC), version("hotgrid"))
    spools: Spools = request.app.state.packing
    async with spools.making(identity.account) as spool:
        try:
            if not await make(connection, asked, spool.file):
                raise NotFoundError(f"没有这条告警 · there is no alert {alert_id}")
        except TooLargeError as error:
            raise ConflictError(f"证据过大 · {error}") from error
        name = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in alert_id)
        headers = {"Content-Disposition": f'attachment; filename="evidence-{name}.zip"'}
        return Spooled(spool, ZIP, headers)


@router.get("/evidence-key", operation_id="getEvidenceKey", summary="证据包公钥 · by what evidence is verified")
async def evidence_public_key(connection: Connection) -> EvidenceKey:
    """For everybody: whoever is given an archive compares the fingerprint."""
    public = (await evidence_key(connection)).public_key()
    return EvidenceKey(algorithm="Ed25519", fingerprint_sha256=fingerprint(public), pem=pem(public).decode())
