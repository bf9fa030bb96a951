"""A table as it was read, before anybody has said what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl


@dataclass(frozen=True, slots=True)
class Table:
    """The file's columns under its own headings, and `row`: the number a person sees.

    Columns hold text, or values of their own type where the file has types. `exact` says of a column of text which of its
    values were numbers in the file, so that no locale is asked for them. `sentences` tell what was found out of the file.
    """

    name: str
    frame: pl.DataFrame
    exact: Mapping[str, pl.Series] = field(default_factory=dict)
    sentences: tuple[str, ...] = ()

    def filtered(self, keeps: pl.Series) -> Table:
        """The rows that are kept."""
        exact = {heading: is_exact.filter(keeps) for heading, is_exact in self.exact.items()}
        return replace(self, frame=self.frame.filter(keeps), exact=exact)


@dataclass(frozen=True, slots=True)
class Understood:
    """How a file was read: their heading → our field, what was left out, and what was decided, in sentences."""

    headings: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
