"""The one error that the private servers raise: what happened, and what to do about it."""

ELSEWHERE = (
    "改用 Docker compose (deploy/compose.yaml)，或用 HOTGRID_DATABASE_URL 与 HOTGRID_MQTT_URL 指向已有的服务 · "
    "use Docker compose (deploy/compose.yaml), or point HOTGRID_DATABASE_URL and HOTGRID_MQTT_URL at servers you have"
)


class Problem(Exception):  # noqa: N818
    """A failure with a stable ``code``, ``what`` happened and the ``fix``; each text is Chinese · English."""

    def __init__(self, code: str, what: str, fix: str = ELSEWHERE) -> None:
        super().__init__(code, what, fix)
        self.code = code
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"[{self.code}] {self.what}\n  → {self.fix}"
