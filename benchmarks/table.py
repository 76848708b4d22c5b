"""Aligned Markdown tables of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Cell = str | float


def table(corner: str, rows: Mapping[str, Mapping[str, Cell]], digits: int = 2) -> str:
    """A Markdown table whose columns line up as plain text; the columns are those of the first row."""
    columns = list(next(iter(rows.values())))
    cells = [[corner, *columns], *([name, *(_text(row[c], digits) for c in columns)] for name, row in rows.items())]
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(line, widths) for line in (cells[0], rule, *cells[1:]))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return f"| {' | '.join([cells[0].ljust(widths[0]), *numbers])} |"


def _text(value: Cell, digits: int) -> str:
    if isinstance(value, str):
        return value
    return "-" if math.isnan(value) else f"{value:.{digits}f}"
