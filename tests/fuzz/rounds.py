"""Fuzzing in rounds: processes of some 100,000 inputs each, which share what they find through a folder."""

import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.corpus import KEPT

WORK = Path("build/fuzz")
ROUND = 250_000
MOST_BYTES, USUAL_BYTES, LONG_EVERY = 64 << 10, 512, 8  # long inputs are slow: one round in so many has them
HUNG_S = 30  # longer than the limit of CPU time, for the machine may be busy
MEMORY_MB = 1024
DICTIONARY = Path(__file__).with_name("hj212.dict")

_STATUS = re.compile(r"^#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)/.*rss: (\d+)Mb", re.MULTILINE)
_ARTIFACT = re.compile(r"Test unit written to (\S+)")


class Job(NamedTuple):
    """One round of a target."""

    target: str
    number: int
    inputs: int


class Done(NamedTuple):
    """What a round has seen: `edges` and `features` as libFuzzer counts them; `found` are the inputs that failed.

    A round whose `code` is not 0 has failed, though it may have found no input.
    """

    target: str
    inputs: int
    seconds: float
    edges: int
    features: int
    memory_mb: int
    found: list[str]
    code: int
    log: str


def jobs(shares: dict[str, int], inputs: int) -> list[Job]:
    """Rounds of all targets in turn, by their shares of all inputs."""
    whole = sum(shares.values())
    by_target = [list(_rounds(target, -(-inputs * share // whole))) for target, share in shares.items()]
    return sorted((job for rounds in by_target for job in rounds), key=lambda job: job.number)


def _rounds(target: str, inputs: int) -> Iterator[Job]:
    for number, start in enumerate(range(0, inputs, ROUND)):
        yield Job(target, number, min(ROUND, inputs - start))


def run(todo: Sequence[Job], workers: int, seconds: float | None) -> Iterator[Done]:
    """Do the rounds, so many at a time, in as many seconds at most."""
    until = None if seconds is None else time.monotonic() + seconds
    with ThreadPoolExecutor(workers) as pool:
        for done in as_completed([pool.submit(_run, job, until) for job in todo]):
            if (result := done.result()) is not None:
                yield result


def _run(job: Job, until: float | None) -> Done | None:
    """One round; None where there is no time left for it."""
    left = 0 if until is None else int(until - time.monotonic())
    if until is not None and left < 1:
        return None
    began = time.monotonic()
    ended = subprocess.run(_command(job, left), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, check=False)
    return _read(job, ended, time.monotonic() - began)


def _command(job: Job, seconds: int) -> list[str]:
    corpus = WORK / job.target
    corpus.mkdir(parents=True, exist_ok=True)
    options = {
        "runs": job.inputs,
        "max_total_time": seconds,
        "max_len": MOST_BYTES if job.number % LONG_EVERY == LONG_EVERY // 2 else USUAL_BYTES,
        "timeout": HUNG_S,
        "rss_limit_mb": MEMORY_MB,
        "seed": random.SystemRandom().randrange(1, 1 << 31),
        "artifact_prefix": f"{WORK}/found-{job.target}-",
        "print_final_stats": 1,
    }
    if job.target.startswith("hj212"):
        options["dict"] = str(DICTIONARY)
    given = [f"-{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "tests.fuzz.guided", job.target, *given, str(corpus), str(KEPT / job.target)]


def _read(job: Job, ended: subprocess.CompletedProcess[bytes], seconds: float) -> Done:
    """What libFuzzer said; a round that ended before its first status has no inputs."""
    log = ended.stderr.decode(errors="replace")
    statuses = _STATUS.findall(log)
    inputs, edges, features, _, memory = map(int, statuses[-1]) if statuses else (0,) * 5
    return Done(job.target, inputs, seconds, edges, features, memory, _ARTIFACT.findall(log), ended.returncode, log)
