"""A system's export made into a table of our fields, as its shape says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from ownstock.base.errors import Refused
from ownstock.base.tables.directions import Directions, Shape
from ownstock.base.tables.fields import ROW
from ownstock.base.tables.headings import folded
from ownstock.base.tables.table import Table

SHOWN = 6


def shaped(table: Table, shape: Shape, directions: Directions) -> tuple[Table, dict[str, str], list[str]]:
    """The table under our fields; which of their headings went into which; and those that were left out.

    What a person says of a heading counts before what the shape says.

    Raises:
        Refused: no heading of the shape is in the file.
    """
    found = _found(table, shape)
    if not found:
        raise Refused(
            f"{table.name} has none of the headings that such an export has, such as {_some(shape)}.",
            code="other_shape",
        )
    exact = {found[h]: is_exact for h, is_exact in table.exact.items() if h in found}
    named = replace(table, frame=table.frame.rename(found), exact=exact)
    counted = _counted(_filled_down(_translated(named, shape), shape), shape)
    columns, exact, sources = _columns(counted, shape)
    by_heading = {theirs: field for field, used in sources.items() for theirs, ours in found.items() if ours in used}
    kept, said = _with_what_was_said(table.frame.columns, found, directions)
    columns = {field: column for field, column in columns.items() if field not in said.values()}
    own = {h: counted.frame[k] for h, k in kept.items()}
    frame = pl.DataFrame(
        [counted.frame[ROW], *(c.rename(f) for f, c in columns.items()), *(c.rename(h) for h, c in own.items())]
    )
    left_out = [h for h in table.frame.columns if h not in by_heading and h not in own and h != ROW]
    taken = {h: f for h, f in by_heading.items() if f in columns}
    sentences = (*table.sentences, *_skipped(table, counted))
    exact = {
        **{f: e for f, e in exact.items() if f in columns},
        **{h: counted.exact[k] for h, k in kept.items() if k in counted.exact},
    }
    return Table(table.name, frame, exact, sentences), taken, left_out


def _skipped(table: Table, counted: Table) -> tuple[str, ...]:
    skipped = table.frame.height - counted.frame.height
    if skipped == 1:
        return ("1 row says nothing of this kind and was left out.",)
    return (f"{skipped:,} rows say nothing of this kind and were left out.",) if skipped else ()


def _with_what_was_said(
    headings: Sequence[str], found: Mapping[str, str], directions: Directions
) -> tuple[dict[str, str], dict[str, str]]:
    """Headings that a person gave a meaning: under which name they stand now, and what they mean."""
    by_fold = {folded(heading): heading for heading in headings}
    said = {by_fold.get(folded(theirs), theirs): ours for theirs, ours in directions.headings.items()}
    return {h: found.get(h, h) for h in said if h in headings}, said


def _some(shape: Shape) -> str:
    names = [heading for headings in shape.headings.values() for heading in headings]
    return ", ".join(names[:SHOWN])


def _wanted(shape: Shape) -> list[str]:
    groups = [*shape.headings.values(), *shape.joined.values(), shape.filled_down.values(), shape.counts_if]
    return [heading for group in groups for heading in group]


def _found(table: Table, shape: Shape) -> dict[str, str]:
    """Their headings as the file writes them → as the shape does."""
    wanted = {folded(heading): heading for heading in _wanted(shape)}
    found: dict[str, str] = {}
    for heading in table.frame.columns:
        name = wanted.get(folded(heading))
        if heading != ROW and name and name not in found.values():
            found[heading] = name
    return found


def _translated(table: Table, shape: Shape) -> Table:
    """Their words for ours, whole values only."""
    present = {heading: words for heading, words in shape.values.items() if heading in table.frame.columns}
    frame = table.frame.with_columns(
        pl.col(heading).cast(pl.String).str.strip_chars().replace(dict(words)) for heading, words in present.items()
    )
    return replace(table, frame=frame)


def _filled_down(table: Table, shape: Shape) -> Table:
    """What stands in the first row of a group only, in all its rows."""
    columns = table.frame.columns
    filled = [
        _filled(heading).forward_fill().over(pl.col(group).rle_id()).alias(heading)
        for heading, group in shape.filled_down.items()
        if heading in columns and group in columns
    ]
    return replace(table, frame=table.frame.with_columns(filled))


def _filled(heading: str) -> pl.Expr:
    """The values of a column, null where there is nothing but spaces."""
    text = pl.col(heading).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def _counted(table: Table, shape: Shape) -> Table:
    present = [heading for heading in shape.counts_if if heading in table.frame.columns]
    if not present:
        return table
    counts = table.frame.select(pl.any_horizontal(_filled(heading).is_not_null() for heading in present)).to_series()
    return table.filtered(counts)


def _columns(table: Table, shape: Shape) -> tuple[dict[str, pl.Series], dict[str, pl.Series], dict[str, list[str]]]:
    """Each field's column, which of its values are exact, and which headings it is made of."""
    columns: dict[str, pl.Series] = {}
    exact: dict[str, pl.Series] = {}
    sources: dict[str, list[str]] = {}
    for field, headings in {**shape.headings, **shape.joined}.items():
        present = [heading for heading in headings if heading in table.frame.columns]
        if not present:
            continue
        sources[field] = present
        if len(present) == 1:
            columns[field] = table.frame[present[0]]
            if present[0] in table.exact:
                exact[field] = table.exact[present[0]]
        elif field in shape.joined:
            joined = pl.concat_str([_filled(h) for h in present], separator=" ", ignore_nulls=True)
            columns[field] = table.frame.select(joined.alias(field)).to_series()
        else:
            columns[field] = table.frame.select(pl.coalesce([_filled(h) for h in present]).alias(field)).to_series()
            exact.update(_exact_of(table, field, present))
    columns.update(_constants(table, shape, columns))
    return columns, exact, sources


def _exact_of(table: Table, field: str, present: Sequence[str]) -> dict[str, pl.Series]:
    """Of a field that takes the first filled of several headings, which values are exact."""
    if not any(heading in table.exact for heading in present):
        return {}
    no = pl.repeat(False, table.frame.height, eager=True)
    is_exact, is_open = no, ~no
    for heading in present:
        is_filled = table.frame.select(_filled(heading).is_not_null()).to_series()
        is_exact = is_exact | (is_open & is_filled & table.exact.get(heading, no))
        is_open = is_open & ~is_filled
    return {field: is_exact}


def _constants(table: Table, shape: Shape, columns: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    absent = {field: value for field, value in shape.constants.items() if field not in columns}
    return {field: pl.repeat(value, table.frame.height, eager=True) for field, value in absent.items()}
