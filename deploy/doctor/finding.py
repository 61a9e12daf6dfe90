"""What a check has found, and how it is told."""

from typing import Literal, NamedTuple

State = Literal["ok", "warning", "failed", "skipped"]
SIGNS: dict[State, str] = {"ok": "✓", "warning": "!", "failed": "✗", "skipped": "-"}


class Finding(NamedTuple):
    """One line; `fix` says what to do where something is wrong. Texts are Chinese · English and hold no secret."""

    check: str
    state: State
    said: str
    fix: str = ""

    @property
    def line(self) -> str:
        """As a person reads it."""
        text = f"{SIGNS[self.state]} {self.check:14} {self.said}"
        return f"{text}\n{'':17}→ {self.fix}" if self.fix else text


def short(error: BaseException) -> str:
    """What an error says, in one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:200]
