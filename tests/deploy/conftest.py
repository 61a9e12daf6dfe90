"""State folders of one's own, for the tests that kill servers."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import servers


@pytest.fixture(autouse=True)
def private_servers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing in the environment, and no .env, names servers to use instead of the private ones."""
    monkeypatch.delenv(servers.DATABASE_VARIABLE, raising=False)
    monkeypatch.delenv(servers.MQTT_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def state() -> Iterator[Path]:
    """An empty state folder, reachable for the account that the servers run as; stopped and gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="hotgrid-deploy-"))
    folder.chmod(0o755)
    try:
        yield folder / "state"
    finally:
        servers.down(folder / "state")
        shutil.rmtree(folder)
