"""`hotgrid findings` on a database into which findings were imported."""

import json
import os
import subprocess
from pathlib import Path

from alerts.findings import Score
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers
from tests.support.processes import COMMAND
from tests.support.registry_folder import write


def hotgrid(servers: Servers, database: str, *arguments: str) -> str:
    """What the command says on these servers."""
    env = {**os.environ, DATABASE_VARIABLE: database, MQTT_VARIABLE: str(servers.mqtt_url)}
    return subprocess.run([COMMAND, *arguments], env=env, capture_output=True, text=True, check=True).stdout


def test_the_hit_rate_is_told_for_people_and_for_programs(servers: Servers, database: str, tmp_path: Path) -> None:
    said = hotgrid(servers, database, "import", str(write(tmp_path)))
    assert [line.split()[0] for line in said.splitlines()][-3:] == ["parks", "marks", "findings"]
    told = json.loads(hotgrid(servers, database, "findings", "--json"))
    assert told == Score(named=0, first=0, among_three=0, nobody=0, unmatched=2).line()
    assert "     2 不对应已知热点 · of no hotspot" in hotgrid(servers, database, "findings")
