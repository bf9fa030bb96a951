"""The formulas of what is measured, each with its version: shown where the figure is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DEAD_AFTER_DAYS = 180
RATE_DAYS = 84
TREND_DAYS = 28
YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class KpiFormula:
    """A figure's formula in words, and which version of it counts; a change of the formula is a new version."""

    name: str
    formula: str
    version: int = 1


KPI_FORMULAS: Mapping[str, KpiFormula] = {
    "on_hand_value": KpiFormula("Stock value", "sum of on hand x standard cost, of any status"),
    "excess": KpiFormula("Excess", "sum of max(0, on hand - order-up-to level) x standard cost"),
    "dead": KpiFormula(
        "Dead stock", f"sum of on hand x standard cost where nothing was issued in {DEAD_AFTER_DAYS} days"
    ),
    "days_of_cover": KpiFormula("Days of cover", f"stock / issues a day of the last {RATE_DAYS} days"),
    "availability": KpiFormula(
        "Availability", "item-sites with usable stock / item-sites that issued something in the year"
    ),
    "fill_rate": KpiFormula("Fill rate (units)", "sum of min(wanted, shipped by the day wanted) / sum of wanted"),
    "turns": KpiFormula("Turns", "cost of goods issued in a year / average stock at standard cost"),
    "record_accuracy": KpiFormula(
        "Record accuracy", "1 - sum of |counted - expected| / sum of expected, of counts in a year"
    ),
    "consumption_rate": KpiFormula("Consumption rate", "units issued / days"),
}


def ratio(part: float | None, whole: float | None) -> float | None:
    """A part of a whole; None where either is not known or the whole is nothing."""
    return None if part is None or not whole else float(part) / float(whole)


def change(now: float | None, before: float | None) -> float | None:
    """By which share a figure is above another; None where that is nothing."""
    found = ratio(now, before)
    return None if found is None else found - 1
