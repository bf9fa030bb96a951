"""What the data of a company lack, in counted sentences: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

SEASON_DAYS = 365
SUSPICIOUS_TIMES = 1_000

# What was taken where nobody said anything: by field and basis, for one and for many.
BASES = {
    "supplier_median": "their supplier's median",
    "median": "the median of all others",
    "default": "the company's default",
    "price": "the supplier's price",
    "unit_cost": "the item's cost",
    "sale_price": "the margin between sale price and cost",
    "sku": "the item's code",
    "not_named": "a supplier called NOT-NAMED",
}
LACKS = {
    "item.description": ("item lacks", "items lack", "a description"),
    "item.unit_cost": ("item lacks", "items lack", "a cost"),
    "supply_term.supplier": ("item lacks", "items lack", "a supplier"),
    "supply_term.lead_time_days": ("item lacks", "items lack", "a lead time"),
    "supply_term.price": ("item lacks", "items lack", "a purchase price"),
    "item_site.holding_rate": ("item lacks", "items lack", "a cost of holding"),
    "item_site.shortage_cost": ("item lacks", "items lack", "a cost of running short"),
    "item_site.review_period_days": ("item lacks", "items lack", "days between orders"),
    "item_site.unserved_demand": ("item lacks", "items lack", "what becomes of unserved demand"),
}
UNITS = {"supply_term.lead_time_days": " d", "item_site.review_period_days": " d"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted of a company's data; values in its currency."""

    items: int = 0
    without_cost: int = 0
    without_supplier: int = 0
    without_supplier_value: Decimal = Decimal(0)
    without_site: int = 0
    without_history: int = 0
    without_history_value: Decimal = Decimal(0)
    short_history: int = 0
    suspicious: int = 0
    below_zero: int = 0
    ahead: int = 0
    same_description: int = 0
    value: Decimal = Decimal(0)
    plannable_value: Decimal = Decimal(0)
    assumed_openings: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about the data: how grave it is (`good`, `warn`, `bad`), how many it concerns, what to do."""

    code: str
    tone: str
    count: int
    sentence: str
    advice: str = ""
    value: Decimal | None = None


def of_assumed(field: str, basis: str, count: int, least: str, most: str) -> Finding:
    """`312 items lack a lead time: their supplier's median, 21 d, is used.`"""
    one, many, what = LACKS[field]
    unit = UNITS.get(field, "")
    shown = f"{least}{unit}" if least == most else f"{least} to {most}{unit}"
    is_shown = field not in ("item.description", "supply_term.supplier")
    with_value = f"{BASES[basis]}, {shown}," if is_shown else BASES[basis]
    sentence = f"{count:,} {one if count == 1 else many} {what}: {with_value} is used."
    advice = f"Bring a file with the items' codes and {what.removeprefix('a ')} to say it."
    return Finding(f"assumed:{field}:{basis}", "warn", count, sentence, advice)


def of_figures(figures: Figures) -> list[Finding]:
    """What speaks against the data as they stand, the gravest first; nothing where nothing does."""
    asked = [
        ("without_supplier", "bad", figures.without_supplier, "has no supplier, and cannot be ordered",
         "have no supplier, and cannot be ordered", "Bring supply terms for them.", figures.without_supplier_value),
        ("without_site", "bad", figures.without_site, "is planned at no site", "are planned at no site",
         "Bring item-sites for them.", None),
        ("below_zero", "bad", figures.below_zero, "balance is below zero", "balances are below zero", "Count them.", None),
        ("ahead", "bad", figures.ahead, "movement lies in the future", "movements lie in the future",
         "Look at the year in the file they came from.", None),
        ("suspicious", "warn", figures.suspicious,
         f"item sold {SUSPICIOUS_TIMES:,} times its usual day on one day: another unit, or a slip",
         f"items sold {SUSPICIOUS_TIMES:,} times their usual day on one day: another unit, or a slip",
         "Look at those days.", None),
        ("without_cost", "warn", figures.without_cost, "item costs nothing", "items cost nothing",
         "Bring a file with their cost: what they are worth decides what is ordered.", None),
        ("without_history", "warn", figures.without_history, "item has never sold: nothing is ordered for it",
         "items have never sold: nothing is ordered for them", "", figures.without_history_value),
        ("short_history", "warn", figures.short_history, "item has sold for less than a year: its season is not known",
         "items have sold for less than a year: their season is not known", "", None),
        ("same_description", "warn", figures.same_description, "item is described as another is",
         "items are described as others are", "They may be one thing with two codes.", None),
        ("assumed_openings", "warn", figures.assumed_openings,
         "item begins with an assumed stock: what came in before today is not known",
         "items begin with an assumed stock: what came in before today is not known", "", None),
    ]  # fmt: skip
    return [
        Finding(code, tone, count, f"{_counted(code, count, one, many)}.", advice, value or None)
        for code, tone, count, one, many, advice, value in asked
        if count
    ]


def _counted(code: str, count: int, one: str, many: str) -> str:
    noun = "" if one.split()[0] in ("item", "balance", "movement") else ("item " if count == 1 else "items ")
    return f"{count:,} {noun}{one if count == 1 else many}"


def plannable_share(figures: Figures) -> float | None:
    """Which share of what is on hand can be planned; None where nothing is."""
    return float(figures.plannable_value / figures.value) if figures.value else None


def ranked(findings: Sequence[Finding]) -> list[Finding]:
    """The gravest first, then those that concern most."""
    order = {"bad": 0, "warn": 1, "good": 2}
    return sorted(findings, key=lambda finding: (order[finding.tone], -finding.count))
