"""The groups of item-sites: what they share, as codes that mean the same in every frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine import frames
from ownstock.engine.arrays import Ints

# The one grouping there is where none is given.
ALL = {"all": ("all",)}
_SCHEMA = frames.Schema("groups", (frames.ITEM_SITE,))


@dataclass(frozen=True)
class Groups:
    """Which group each item-site is of, in one or more groupings (a department, a site, a product).

    names: the groups of each grouping, as text; the first grouping shares a season. codes: [n, groupings] places in them.
    The place after the last name is of groups that have no name here: nobody was in them when the names were given, so
    that what all item-sites tell holds for them.
    """

    codes: Ints
    names: Mapping[str, Sequence[str]]

    def count(self, grouping: int) -> int:
        """How many codes a grouping has, that of unknown groups included."""
        return len(list(self.names.values())[grouping]) + 1

    @property
    def of_season(self) -> Ints:
        """The places in the first grouping, without gaps, as kernels read them. [n]"""
        return np.ascontiguousarray(self.codes[:, 0])

    def of(self, rows: slice | Ints) -> Groups:
        """The groups of some rows, in the same codes."""
        return replace(self, codes=self.codes[rows])


def groups_of(
    groups: pl.DataFrame | None, supply: pl.DataFrame, names: Mapping[str, Sequence[str]] | None = None
) -> Groups:
    """The groups of every item-site of supply; one group of all where no frame is given.

    `groups` has item_site and a column for each grouping. With `names` (of a pool, of a model) its columns are coded by
    them. Raises Refused where an item-site is missing, there twice or without a value, or a column that has names is.
    """
    if groups is None or groups.width < 2:
        groups = supply.select("item_site", pl.lit("all").alias("all"))
    frames.check(groups.select("item_site"), _SCHEMA, supply.schema["item_site"])
    ordered = frames.one_row_each(groups, _SCHEMA, supply)
    columns = names or [name for name in ordered.columns if name != "item_site"]
    for name in columns:
        _refuse_without_value(ordered, name)
    names = names or {name: _names(ordered[name]) for name in columns}
    coded = [_codes(ordered[name], known) for name, known in names.items()]
    return Groups(np.stack(coded, axis=1), names)


def _names(column: pl.Series) -> tuple[str, ...]:
    return tuple(column.unique().sort().cast(pl.String))


def _codes(column: pl.Series, names: Sequence[str]) -> Ints:
    known = column.cast(pl.String).cast(pl.Enum(list(names)), strict=False)
    codes: Ints = known.to_physical().cast(pl.Int64).fill_null(len(names)).to_numpy()
    return codes


def _refuse_without_value(groups: pl.DataFrame, name: str) -> None:
    if name not in groups.columns:
        raise Refused(
            f"groups: the column {name} is missing; what was learned before is told by it.",
            code="column_missing",
            frame="groups",
            column=name,
        )
    if groups[name].null_count():
        key = groups.filter(pl.col(name).is_null())["item_site"][0]
        raise Refused(
            f"groups: {name} of item_site {key} is not given; name its group, were it one of its own.",
            code="value_missing",
            frame="groups",
            column=name,
            item_site=key,
        )
