"""The glossary as a program reads it: its tables of `name | meaning | not called`, on two pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.steps import ROOT

PAGES = (ROOT / "docs" / "glossary.md", ROOT / "docs" / "reference" / "columns.md")
HEADING = "| name | meaning | not called |"
QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Entry:
    """One row: the name (or names that belong together), what it means, and what it is not called."""

    names: tuple[str, ...]
    meaning: str
    not_called: tuple[str, ...]


def entries() -> list[Entry]:
    """Every row of the glossary, in order."""
    return [entry for page in PAGES for entry in _rows(page.read_text(encoding="utf-8"))]


def meanings() -> dict[str, str]:
    """What each name means."""
    return {name: entry.meaning for entry in entries() for name in entry.names}


def _rows(text: str) -> Iterator[Entry]:
    is_inside = False
    for line in text.splitlines():
        is_inside = line == HEADING or (is_inside and line.startswith("|"))
        if is_inside and line.startswith("| `"):
            names, meaning, not_called = (cell.strip() for cell in line.strip("|").split("|"))
            yield Entry(tuple(QUOTED.findall(names)), meaning, tuple(QUOTED.findall(not_called)))
