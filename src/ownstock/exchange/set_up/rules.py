"""What a file is, what must still be asked of it, what is assumed where nothing is said: pure decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import median_low

from ownstock.base.errors import Refused
from ownstock.base.tables.headings import known_headings

MAX_FILES = 20
MAX_FILE_BYTES = 200 * 2**20
MAX_FAULTS_SHOWN = 200
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet")
LEAST_KNOWN = 2
# Without these a file is not of the kind.
TELLING: dict[str, tuple[str, ...]] = {
    "movements": ("sku", "quantity", "moved_at", "source", "target"),
    "sales": ("sku", "quantity", "moved_at"),
    "supply-terms": ("supplier", "sku", "price", "valid_from"),
    "units": ("sku", "unit", "stock_units"),
    "item-sites": ("sku", "site", "holding_rate"),
    "locations": ("code", "name", "kind"),
    "suppliers": ("code", "name"),
    "on-hand": ("sku", "quantity"),
    "items": ("sku",),
}
# Of what is sold and of what lies there the same headings are used: these say which it is not.
SPEAKS_AGAINST = {"on-hand": ("moved_at",), "items": ("quantity",)}


class FileState(StrEnum):
    """How far a file is that was brought."""

    ASKING = "asking"
    AT_FAULT = "at_fault"
    READY = "ready"
    IMPORTED = "imported"


class SetUpState(StrEnum):
    """How far a set-up is."""

    OPEN = "open"
    AT_WORK = "at_work"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is taken where the files say nothing; people see it before it is used, and may change it."""

    lead_time_days: int = 14
    review_period_days: int = 7
    holding_percent: int = 25
    margin_percent: int = 40

    def checked(self) -> Assumptions:
        """The same, or Refused where one of them makes no sense."""
        for name, value, least, most in (
            ("lead time", self.lead_time_days, 0, 730), ("days between orders", self.review_period_days, 1, 365),
            ("cost of holding", self.holding_percent, 1, 500), ("margin", self.margin_percent, 1, 10_000),
        ):  # fmt: skip
            if not least <= value <= most:
                raise Refused(f"The {name} is {value}, but must be {least} to {most:,}.", code="bad_assumption")
        return self

    @property
    def holding_rate(self) -> Decimal:
        """What holding costs a year, as a share of the unit cost."""
        return Decimal(self.holding_percent) / 100

    def shortage_cost(self, unit_cost: Decimal) -> Decimal:
        """What one unit short costs: the margin that is lost with it, at least a hundredth of the currency."""
        return max(round(unit_cost * self.margin_percent / 100, 4), Decimal("0.01"))


def guessed_kind(headings: Sequence[str], fields: Mapping[str, Sequence[str]]) -> str:
    """What a file is by its headings: of the kinds of which it has all that tells them, the one that knows most of them.

    Empty where it is none. A guess is shown and can be changed; nothing is imported by it.
    """
    best, best_score = "", (0, 0)
    for kind, telling in TELLING.items():
        known = set(known_headings(headings, fields[kind]).values())
        if len(known) < LEAST_KNOWN or not set(telling) <= known or known & set(SPEAKS_AGAINST.get(kind, ())):
            continue
        score = (len(known), len(telling))
        if score > best_score:
            best, best_score = kind, score
    return best


@dataclass(frozen=True, slots=True)
class Questions:
    """What only a person can say of a file: its decimal mark, the order of its dates."""

    numbers: bool = False
    dates: bool = False


def questions(sentences: Sequence[str]) -> Questions:
    """What faults ask for, by what they advise."""
    return Questions(any("--numbers" in s for s in sentences), any("--dates" in s for s in sentences))


def typical(values: Sequence[int]) -> int | None:
    """The median of whole days, the lower of two; None of nothing."""
    return median_low(values) if values else None


def lead_times(said: Mapping[str, tuple[str, int | None]], default: int) -> dict[str, tuple[int, str]]:
    """For each item without lead time: which one is taken and why. `said` is, by item, its supplier and lead time.

    The supplier's median first, then the median of all, then the default.
    """
    by_supplier: dict[str, list[int]] = {}
    for supplier, days in said.values():
        if days is not None:
            by_supplier.setdefault(supplier, []).append(days)
    medians = {supplier: typical(days) for supplier, days in by_supplier.items()}
    overall = typical([days for _, days in said.values() if days is not None])
    taken: dict[str, tuple[int, str]] = {}
    for sku, (supplier, days) in said.items():
        if days is not None:
            continue
        own = medians.get(supplier)
        if own is not None:
            taken[sku] = (own, "supplier_median")
        elif overall is not None:
            taken[sku] = (overall, "median")
        else:
            taken[sku] = (default, "default")
    return taken


def typical_cost(costs: Sequence[Decimal]) -> Decimal | None:
    """The median of the costs that are known and above zero, the lower of two; None of none."""
    return median_low([cost for cost in costs if cost > 0]) if any(cost > 0 for cost in costs) else None


def refuse_upload(name: str, byte_count: int, count: int) -> None:
    """Raise Refused where a file cannot be taken: its kind, its size, or that there are too many."""
    ending = name.lower().rpartition(".")[2]
    if f".{ending}" not in ENDINGS:
        raise Refused(f"{name} is none of {', '.join(ENDINGS)}; save it as CSV or XLSX.", code="unknown_format")
    if byte_count > MAX_FILE_BYTES:
        raise Refused(f"{name} is larger than {MAX_FILE_BYTES >> 20} MiB; split it.", code="file_too_large")
    if byte_count == 0:
        raise Refused(f"{name} is empty.", code="file_empty")
    if count >= MAX_FILES:
        raise Refused(f"There are {MAX_FILES} files already; remove one first.", code="too_many_files")
