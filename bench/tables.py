"""Figures as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def print_table(rows: Sequence[dict[str, Any]]) -> None:
    """Print rows of the same names under one heading, numbers to the right."""
    names = list(rows[0])
    written = [[_written(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[k]) for line in written)) for k, name in enumerate(names)]
    for line in (names, *written):
        print("  ".join(part.rjust(width) for part, width in zip(line, widths, strict=True)))


def _written(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
