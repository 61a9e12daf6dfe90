"""Text in files that people open with a spreadsheet: no cell of it is computed there."""

import re

BOM = b"\xef\xbb\xbf"
"""Without it Excel takes UTF-8 for the local encoding."""
# What a spreadsheet would take for a formula; its own full-width forms too. One apostrophe in front disarms it.
_RISKY = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def guarded(cell: str) -> str:
    """A cell of CSV that no program computes."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell
