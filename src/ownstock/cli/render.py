"""How answers look: aligned tables and sentences for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click
from django.db.models import QuerySet

from ownstock.base.text import plain
from ownstock.cli.command import is_json_wanted

Row = Mapping[str, Any]


def show(rows: Sequence[Row], *, empty: str) -> None:
    """Print rows as a table with their keys as headings, or as JSON; `empty` is the sentence when there are none."""
    if is_json_wanted(click.get_current_context()):
        print_json(list(rows))
    elif not rows:
        click.echo(empty)
    else:
        for line in table(rows):
            click.echo(line)


def tell(sentence: str, facts: Row) -> None:
    """Print one sentence, or for a program the facts behind it."""
    if is_json_wanted(click.get_current_context()):
        print_json(facts)
    else:
        click.echo(sentence)


def print_json(value: object) -> None:
    """Print JSON; decimals as text, so that none of their digits is lost."""
    click.echo(json.dumps(value, default=text, ensure_ascii=False, indent=2))


def first(rows: QuerySet[Any], limit: int) -> list[Any]:
    """The first rows; says on standard error when there are more."""
    found = list(rows[: limit + 1])
    if len(found) > limit:
        click.echo(f"The first {limit:,} of {rows.count():,}; --limit shows more.", err=True)
    return found[:limit]


def counted(number: int, noun: str) -> str:
    """So many of something: `1 line`, `2 lines`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def table(rows: Sequence[Row]) -> list[str]:
    """The lines of a table: texts to the left, numbers to the right."""
    headings = list(rows[0])
    cells = [[text(row[heading]) for heading in headings] for row in rows]
    widths = [max(len(heading), *(len(row[n]) for row in cells)) for n, heading in enumerate(headings)]
    is_number = [isinstance(rows[0][heading], int | float | Decimal) for heading in headings]
    return [_aligned(line, widths, is_number) for line in (headings, *cells)]


def _aligned(line: Sequence[str], widths: Sequence[int], is_number: Sequence[bool]) -> str:
    parts = [
        part.rjust(width) if right else part.ljust(width)
        for part, width, right in zip(line, widths, is_number, strict=True)
    ]
    return "  ".join(parts).rstrip()


def text(value: object) -> str:
    """A value as people and programs read it: decimals without needless zeros, days and instants in ISO form.

    What a terminal would take for a command (control characters in a name) is shown as a question mark.
    """
    if value is None:
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {text(its) or 'none'}" for name, its in value.items())
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return "".join(c if c.isprintable() else "?" for c in str(value))
