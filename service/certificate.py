"""The certificate of the service: read at the start, and again when its files have changed."""

import logging
import ssl
from pathlib import Path

logger = logging.getLogger(__name__)


class Certificate:
    """New connections are shown what the files hold; those that there are stay."""

    def __init__(self, context: ssl.SSLContext, certificate: Path, key: Path) -> None:
        """Of a context that has both loaded."""
        self._context, self._files = context, (certificate, key)
        self._read = self._stamps()

    async def look(self) -> None:
        """Read changed files; a pair that cannot be used, as one half written, waits for the next look."""
        stamps = self._stamps()
        if stamps == self._read:
            return
        try:
            for one in (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), self._context):  # what is no good must not harm ours
                one.load_cert_chain(*self._files)
        except OSError as error:
            logger.warning("the certificate stays what it was: %s cannot be used: %s", self._files[0], error)
            return
        self._read = stamps
        logger.info("certificate read anew")

    def _stamps(self) -> list[tuple[int, int]]:
        """What changes with the files; of one that is missing nothing."""
        return [(told.st_ino, told.st_mtime_ns) for path in self._files if path.exists() and (told := path.stat())]
