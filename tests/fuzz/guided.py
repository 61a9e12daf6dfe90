"""`python -m tests.fuzz.guided TARGET LIBFUZZER-ARGUMENT…`: one process of the coverage-guided fuzzer."""

import importlib
import os
import sys

import atheris

from tests.fuzz.trees import mutator

NICE = 10
TREES = ("json", "mapping")


def main() -> None:
    """Fuzz one target; libFuzzer ends the process by itself."""
    os.nice(NICE)
    name = sys.argv.pop(1)
    importlib.import_module("ingest.quality")  # arrays in comparisons that are traced are never freed again
    with atheris.instrument_imports(include=["ingest"]):
        targets = importlib.import_module("tests.fuzz.targets")
    own = {"custom_mutator": mutator(_bytewise)} if name in TREES else {}
    atheris.Setup(sys.argv, targets.in_time(targets.TARGETS[name]), **own)
    atheris.Fuzz()


def _bytewise(data: bytes, most: int) -> bytes:
    mutated: bytes = atheris.Mutate(data, most)  # which is there only when Fuzz has begun
    return mutated


if __name__ == "__main__":
    main()
