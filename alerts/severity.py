"""What is decided for each of the severities 1 to 4."""

from typing import TypeVar

T = TypeVar("T")


def of(by_severity: tuple[T, T, T, T], severity: int) -> T:
    """The value of a severity; what is out of 1…4 counts as the nearest of them."""
    return by_severity[min(max(severity, 1), 4) - 1]
