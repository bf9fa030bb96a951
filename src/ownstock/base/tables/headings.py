"""Which heading of a file means which field: by name, by synonym, by what a person or a preset says; never by chance."""

from __future__ import annotations

import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import polars as pl

from ownstock.base.errors import Refused
from ownstock.base.tables.directions import ALL_OTHERS, Directions
from ownstock.base.tables.fields import ROW, Field
from ownstock.base.tables.synonyms import SYNONYMS
from ownstock.base.tables.table import Table, Understood


def folded(heading: str) -> str:
    """A heading without case, accents, spaces and punctuation."""
    spread = unicodedata.normalize("NFKD", heading.casefold().replace("#", "no").replace("ß", "ss"))
    return "".join(letter for letter in spread if letter.isalnum())


@cache
def _meanings(fields: tuple[str, ...]) -> dict[str, str]:
    """What a folded heading means: a field's own name before any synonym."""
    synonyms = {folded(word): name for name in fields for word in SYNONYMS.get(name, ())}
    return {**synonyms, **{folded(name): name for name in fields}}


def known_headings(headings: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    """Which headings mean which of these fields by name or synonym; of two that mean the same the first, a name first."""
    meanings, names = _meanings(tuple(fields)), {folded(name) for name in fields}
    found: dict[str, str] = {}
    for heading in sorted(headings, key=lambda heading: folded(heading) not in names):
        ours = meanings.get(folded(heading))
        if ours and ours not in found.values():
            found[heading] = ours
    return {heading: found[heading] for heading in headings if heading in found}


def understood(table: Table, fields: Sequence[Field], directions: Directions) -> tuple[Table, Understood]:
    """Give the columns the names of the fields they mean, and leave out those that are to be ignored.

    Raises:
        Refused: a heading that is not known (the nearest known name is offered), two that mean the same field, a field that
            must be there and is not, a direction that names what is not there.
    """
    headings = [column for column in table.frame.columns if column != ROW]
    taken = _taken(table.name, headings, tuple(field.name for field in fields), directions)
    ignored = tuple(heading for heading in headings if heading not in taken)
    _refuse_missing(table.name, fields, [*taken.values(), *directions.values])
    frame = table.frame.select(ROW, *(pl.col(theirs).alias(ours) for theirs, ours in taken.items()))
    exact = {taken[theirs]: is_exact for theirs, is_exact in table.exact.items() if theirs in taken}
    return replace(table, frame=frame, exact=exact), Understood(taken, ignored, table.sentences)


def _taken(name: str, headings: Sequence[str], known: tuple[str, ...], directions: Directions) -> dict[str, str]:
    said = _said(name, headings, known, directions)
    left = {folded(heading) for heading in directions.ignored if heading != ALL_OTHERS}
    meanings = _meanings(known)
    taken = dict(said)
    for heading in headings:
        if heading not in said and folded(heading) not in left and folded(heading) in meanings:
            taken[heading] = meanings[folded(heading)]
    unknown = [h for h in headings if h not in taken and folded(h) not in left]
    if unknown and ALL_OTHERS not in directions.ignored:
        raise _unknown_refused(name, unknown, known)
    _refuse_same(name, taken, set(said))
    return {heading: taken[heading] for heading in headings if heading in taken}


def _said(name: str, headings: Sequence[str], known: Sequence[str], directions: Directions) -> dict[str, str]:
    """What a person said of headings, under the headings as the file writes them."""
    by_fold = {folded(heading): heading for heading in headings}
    said = {}
    for theirs, ours in directions.headings.items():
        heading = theirs if theirs in headings else by_fold.get(folded(theirs), "")
        if not heading:
            raise Refused(f"{name} has no column {theirs!r}.{_near(theirs, headings)}", code="no_such_heading")
        if ours not in known:
            raise Refused(
                f"{ours!r} is no field that {theirs!r} could mean.{_near(ours, known)} Known: {', '.join(known)}.",
                code="unknown_field",
            )
        said[heading] = ours
    return said


def _near(word: str, words: Sequence[str]) -> str:
    near = difflib.get_close_matches(word.lower().replace(" ", "_"), words, n=1) or difflib.get_close_matches(
        word, words, n=1
    )
    return f" Did you mean {near[0]}?" if near else ""


def _unknown_refused(name: str, unknown: Sequence[str], known: Sequence[str]) -> Refused:
    first = unknown[0]
    more = (
        f" Nor are {', '.join(map(repr, unknown[1:6]))}{' and more' if len(unknown) > 6 else ''}."
        if unknown[1:]
        else ""
    )
    hint = _near(first, known) or f" Known columns: {', '.join(known)}."
    return Refused(
        f"{name}: the column {first!r} is not known.{hint}{more} Say what it means (--map {first!r}=FIELD) or leave it out "
        f"(--ignore {first!r}; --ignore '*' leaves out all that are not known).",
        code="unknown_column",
        column=first,
        columns=list(unknown),
    )


def _refuse_same(name: str, taken: Mapping[str, str], said: set[str]) -> None:
    """Two headings of one field: what a person said counts, and the others must be ignored by name."""
    by_field: dict[str, list[str]] = defaultdict(list)
    for heading, ours in taken.items():
        by_field[ours].append(heading)
    for ours, headings in by_field.items():
        if len(headings) > 1:
            other = next((heading for heading in headings if heading not in said and heading != ours), headings[-1])
            both = " and ".join(map(repr, headings))
            raise Refused(
                f"{name}: {both} both mean {ours}. Keep one: --ignore {other!r}, or --map it to another field.",
                code="same_field",
                field=ours,
                headings=headings,
            )


def _refuse_missing(name: str, fields: Sequence[Field], present: Sequence[str]) -> None:
    missing = [field.name for field in fields if field.is_required and field.name not in present]
    if missing:
        more = f" (and {', '.join(missing[1:])})" if missing[1:] else ""
        raise Refused(
            f"{name}: the column {missing[0]} is missing{more}. Add it, say which heading means it (--map), or give all "
            f"rows one value (--set {missing[0]}=VALUE).",
            code="missing_column",
            columns=missing,
        )
