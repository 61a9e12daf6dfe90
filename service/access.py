"""Which role may call which operation: the table `access.csv`, a row an operation, a column a role.

`open` is for everybody, also unknown; `yes` for the role; `own` for the role as far as it is its own, which the
resource and the database look after; `-` is refused. The column `key` says whether a program's key may come too.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, get_args

Cell = Literal["open", "yes", "own", "-"]
CELLS: Mapping[str, Cell] = {cell: cell for cell in get_args(Cell)}
KEY, ENTERPRISE = "key", "enterprise"


class AccessError(ValueError):
    """The table cannot be used; the message names the row."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call one operation."""

    operation: str
    cells: Mapping[str, Cell]

    @property
    def open(self) -> bool:
        """Whether it asks nobody who he is."""
        return self.cells[KEY] == "open"

    def admits(self, role: str) -> bool:
        """Whether a role may call it at all, be it for its own alone."""
        return self.cells.get(role, "-") != "-"

    def roles(self) -> list[str]:
        """Who may, for the words of a refusal."""
        return [role for role in self.cells if role != KEY and self.admits(role)]


def read(text: str) -> dict[str, Access]:
    """The table by operation; raises AccessError."""
    table: dict[str, Access] = {}
    for row in csv.DictReader(text.splitlines()):
        operation = row.pop("operation")
        wrong = sorted(set(map(str, row.values())) - CELLS.keys())
        if wrong or operation in table or ("open" in row.values() and len(set(row.values())) > 1):
            raise AccessError(f"service/access.csv: {operation}: there twice, or not understood: {', '.join(wrong)}")
        table[operation] = Access(operation, {column: CELLS[cell] for column, cell in row.items()})
    return table


ACCESS: Mapping[str, Access] = read(files("service").joinpath("access.csv").read_text(encoding="utf-8"))
ROLES: tuple[str, ...] = tuple(role for role in next(iter(ACCESS.values())).cells if role != KEY)


def operation_of(route: object) -> str:
    """How a route is called in the table: its operationId, of a page the name of its function; "" of what is none."""
    return getattr(route, "operation_id", None) or getattr(route, "name", None) or ""


def access_to(operation: str) -> Access:
    """Who may call an operation; one that the table does not have is a fault of ours, and never open."""
    try:
        return ACCESS[operation]
    except KeyError:
        raise AccessError(f"service/access.csv has no row {operation}: who may call it?") from None
