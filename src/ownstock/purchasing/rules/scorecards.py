"""Pure decisions of the scorecard: which parts of lines were kept, and how its figures are made.

A **part** is what is due of an order line on one day. Quantities are whole numbers of ten-thousandths of a stock unit, days
are counted from 1970-01-01, so that every sum is exact; each array has a row per part or per arrival.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
UNIT = 10_000
# Of one hundred percent, in the hundredths in which tolerances are agreed.
WHOLE = 10_000
NOT_NAMED = -1
# More than all days from year 1 to 9999 on either side of 1970.
DAYS_APART = 2**23
NOTHING = Decimal(0)


class FigureName(StrEnum):
    """The figures of a scorecard."""

    OTIF_REQUESTED = "otif_requested"
    OTIF_FIRST_PROMISED = "otif_first_promised"
    OTIF_LATEST_PROMISED = "otif_latest_promised"
    FILL_RATE = "fill_rate"
    LEAD_TIME = "lead_time"
    QUALITY = "quality"
    PRICE_VARIANCE = "price_variance"
    ANSWER_TIME = "answer_time"
    NOTICES = "notices"
    DISRUPTIONS = "disruptions"


OTIF = (FigureName.OTIF_REQUESTED, FigureName.OTIF_FIRST_PROMISED, FigureName.OTIF_LATEST_PROMISED)


class Verdict(IntEnum):
    """What is said of a part on its day."""

    NOT_DUE = 0
    KEPT = 1
    EARLY = 2
    LATE = 3
    OPEN = 4
    REFUSED = 5
    CUT_LATE = 6

    @property
    def word(self) -> str:
        """How it is written: `cut_late`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of lines, in any order: `line` is any number that its arrivals share.

    `quantity` stands; `refused` is what the supplier would not send and `cut` what was cut after the day, neither in
    `quantity`. Tolerances are in days and in hundredths of a percent; `early_days` is NOT_NAMED where none is agreed.
    """

    line: Ints
    due: Ints
    quantity: Ints
    refused: Ints
    cut: Ints
    late_days: Ints
    early_days: Ints
    under: Ints

    def some(self, which: Ints | Truths) -> Parts:
        """Some of them, or all in another order."""
        return Parts(*(getattr(self, one.name)[which] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What came for lines and stands, in any order."""

    line: Ints
    day: Ints
    quantity: Ints


@dataclass(frozen=True, slots=True)
class Judged:
    """Parts, one a line and day and in that order, with what is said of each; `filled` is what of it came by its day."""

    parts: Parts
    verdict: Ints
    filled: Ints

    @property
    def is_due(self) -> Truths:
        """Those whose day has passed."""
        found: Truths = self.verdict != Verdict.NOT_DUE
        return found

    def some(self, which: Ints | Truths) -> Judged:
        """Some of them."""
        return Judged(self.parts.some(which), self.verdict[which], self.filled[which])


def judged(parts: Parts, arrivals: Arrivals, as_of: int) -> Judged:
    """Allocate what came of each line to its parts by earliest due day, and say of each part whether it was kept.

    Part k is kept iff what had come by (due + late tolerance) reaches the sum C_k of all parts up to it, less the share of
    the part that may lack; and, where an early tolerance is agreed, no more than C_(k-1) had come before (due - early
    tolerance). What will not come, refused or cut after its day, lacks of its own part and of no other. A part
    is due once the day with its tolerance lies before `as_of`; late parts and open ones are not kept.
    """
    parts = _one_a_day(parts)
    line, first = np.unique(parts.line, return_index=True)
    place = np.searchsorted(line, parts.line)
    total = np.cumsum(parts.quantity)
    wanted = total - (total - parts.quantity)[first][place] if first.size else total
    came = _Came(line, arrivals)
    by_day = came.by(place, parts.due + parts.late_days)
    gone = parts.refused + parts.cut
    allowed = parts.under * (parts.quantity + gone)
    is_full = WHOLE * (np.maximum(wanted - by_day, 0) + gone) <= allowed
    before = wanted - parts.quantity
    is_early = (parts.early_days != NOT_NAMED) & (came.by(place, parts.due - parts.early_days - 1) > before)
    is_there_now = WHOLE * np.maximum(wanted - came.by(place, np.full(place.size, as_of)), 0) <= allowed
    said: list[tuple[Truths, Verdict]] = [
        (parts.due + parts.late_days >= as_of, Verdict.NOT_DUE),
        (is_full & is_early, Verdict.EARLY),
        (is_full, Verdict.KEPT),
        (parts.refused > 0, Verdict.REFUSED),
        (parts.cut > 0, Verdict.CUT_LATE),
        (is_there_now, Verdict.LATE),
    ]
    verdict = np.select([truth for truth, _ in said], [int(word) for _, word in said], int(Verdict.OPEN))
    return Judged(parts, verdict.astype(np.int64), np.clip(by_day - before, 0, parts.quantity))


def _one_a_day(parts: Parts) -> Parts:
    """Parts of one line that are due on one day are one; in the order of lines and days."""
    parts = parts.some(np.lexsort((parts.due, parts.line)))
    is_first = np.ones(parts.line.size, np.bool_)
    is_first[1:] = (parts.line[1:] != parts.line[:-1]) | (parts.due[1:] != parts.due[:-1])
    starts = np.flatnonzero(is_first)
    if not starts.size:
        return parts
    quantity, refused, cut = (np.add.reduceat(c, starts) for c in (parts.quantity, parts.refused, parts.cut))
    kept = parts.some(starts)
    return Parts(kept.line, kept.due, quantity, refused, cut, kept.late_days, kept.early_days, kept.under)


class _Came:
    """What had come of lines up to a day."""

    def __init__(self, line: Ints, arrivals: Arrivals) -> None:
        place = np.searchsorted(line, arrivals.line)
        is_known = place < line.size
        is_known[is_known] = line[place[is_known]] == arrivals.line[is_known]
        key = _key(place[is_known], arrivals.day[is_known])
        order = np.argsort(key, kind="stable")
        self.key = key[order]
        self.total = np.append(0, np.cumsum(arrivals.quantity[is_known][order]))

    def by(self, place: Ints, day: Ints) -> Ints:
        """So much had come of a line at the end of a day. [n]"""
        until = np.searchsorted(self.key, _key(place, day), side="right")
        since = np.searchsorted(self.key, _key(place, np.full(place.size, -DAYS_APART + 1)))
        found: Ints = self.total[until] - self.total[since]
        return found


def _key(place: Ints, day: Ints) -> Ints:
    found: Ints = place.astype(np.int64) * (2 * DAYS_APART) + day + DAYS_APART
    return found


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with all that it is made of. `value` is None where nothing was there to judge.

    `n` is how many were looked at; `left_out` how many were not, and why is said in `formula`. `target` is what was agreed.
    """

    name: FigureName
    formula: str
    numerator: Decimal
    denominator: Decimal
    n: int
    unit: str
    value: Decimal | None
    left_out: int = 0
    target: Decimal | None = None
    currency: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is called."""
        return TITLES[self.name]


TITLES = {
    FigureName.OTIF_REQUESTED: "On time in full, by the requested day",
    FigureName.OTIF_FIRST_PROMISED: "On time in full, by the first promise",
    FigureName.OTIF_LATEST_PROMISED: "On time in full, by the latest promise",
    FigureName.FILL_RATE: "Fill rate",
    FigureName.LEAD_TIME: "Lead time",
    FigureName.QUALITY: "Not good, per million",
    FigureName.PRICE_VARIANCE: "Price variance",
    FigureName.ANSWER_TIME: "Answered in time",
    FigureName.NOTICES: "Notices that held",
    FigureName.DISRUPTIONS: "Late past the limit",
}  # fmt: skip
FORMULAS = {
    FigureName.OTIF_REQUESTED: "parts in full by the requested day / parts due by it; late, open and refused ones count "
    "as not kept, what we cancelled before its day and parts not due yet are left out",
    FigureName.OTIF_FIRST_PROMISED: "parts in full by the first promised day / parts due by it; late and open ones count "
    "as not kept, parts never promised, not due yet or cancelled before their day are left out",
    FigureName.OTIF_LATEST_PROMISED: "parts in full by the latest promised day / parts due by it; late and open ones count "
    "as not kept, parts never promised, not due yet or cancelled before their day are left out",
    FigureName.FILL_RATE: "units that came by the requested day, up to what was due / units due by it",
    FigureName.LEAD_TIME: "days from the order to each receipt of the period; the middle one of n",
    FigureName.QUALITY: "(damaged + wrong items + later rejected) x 1,000,000 / units that came in the period",
    FigureName.PRICE_VARIANCE: "(invoiced price - order's price) x quantity / order's price x quantity, of invoices of the "
    "period that nothing is held against, by currency",
    FigureName.ANSWER_TIME: "orders answered in time / orders placed in the period that were answered or whose time is over; "
    "the others are left out",
    FigureName.NOTICES: "lines of notices whose goods all came by the day told / lines of notices for a day of the period; "
    "those whose day has not passed are left out",
    FigureName.DISRUPTIONS: "parts more than 14 days late by the latest promise, else the requested day / parts so long due",
}  # fmt: skip


def share(
    name: FigureName, numerator: Decimal | int, denominator: Decimal | int, *, n: int, per: int = 100, unit: str = "%",
    **more: Any,
) -> Figure:  # fmt: skip
    """A figure that is one sum over another, per so many, to the hundredth; None over nothing."""
    over, under = Decimal(numerator), Decimal(denominator)
    value = (over * per / under).quantize(Decimal("0.01"), ROUND_HALF_UP) if under else None
    return Figure(name, FORMULAS[name], over, under, n, unit, value, **more)


def quantile(values: Sequence[int] | Ints, level: Decimal) -> int | None:
    """The least of the values that at least a share of them does not exceed: a value that was seen; None of none."""
    if not len(values):
        return None
    rank = int((level * len(values)).to_integral_value(rounding="ROUND_CEILING"))
    return int(np.sort(np.asarray(values))[max(rank, 1) - 1])


@dataclass(frozen=True, slots=True)
class Bin:
    """So many values from one to another, both included."""

    first: int
    last: int
    count: int


def histogram(values: Sequence[int] | Ints, *, most: int = 20) -> list[Bin]:
    """How values are spread: bins of equal width, whole numbers, `most` of them at most."""
    if not len(values):
        return []
    found = np.asarray(values, np.int64)
    low, high = int(found.min()), int(found.max())
    width = -(-(high - low + 1) // most)
    counts = np.bincount((found - low) // width)
    return [Bin(low + n * width, low + (n + 1) * width - 1, int(count)) for n, count in enumerate(counts)]
