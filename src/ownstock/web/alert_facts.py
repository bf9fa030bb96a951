"""What an alert speaks of, as figures that open their origin, and how its money is found."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ownstock.journal.models import Alert
from ownstock.web.templatetags.figures import day, number

# Texts of people and of other systems, whatever they look like.
CODES = ("sku", "site", "supplier", "number", "order", "reason", "fault", "lot", "message", "error")
DAY, DECIMAL = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"-?\d+\.\d{1,4}")
ORIGINS = {
    "number": "web:order", "order": "web:order", "supplier": "web:supplier", "item_site": "web:item-site",
    "proposal": "web:proposal",
}  # fmt: skip
LABELS: dict[str, str | Promise] = {
    "number": _("Order"), "order": _("Order"), "line": _("Line"), "supplier": _("Supplier"), "site": _("Site"),
    "sku": _("Item"), "item_site": _("Item-site"), "proposal": _("Proposal"), "quantity": _("Quantity"),
    "lost": _("Lost until goods can come"), "saved_by_ordering": _("Lost beyond that, if nothing is ordered"),
    "value": _("Value of the goods"), "days_late": _("Days late"), "named": _("Among them"), "fault": _("What is missing"),
    "used_a_week": _("Used a week"), "expected_a_week": _("Was expected a week"),
    "forecast_a_week": _("Is forecast a week today"), "forecast_made_on": _("Forecast made on"), "due_at": _("Was due"),
    "reason": _("Reason"),
}  # fmt: skip
SHORT_MONEY = _(
    "Units expected to be short until an order placed now is of use x the shortage cost of one, plus what ordering saves: "
    "the expected cost of ordering nothing less that of the proposed quantity."
)
HELD_MONEY = _(
    "Surplus units x unit cost x holding rate x the part of a year until they are used (a year at most), half of it where "
    "they are used within a year, as they are then held half the time on average."
)
FORMULAS: dict[str, str | Promise] = {
    "stocked_out": SHORT_MONEY, "will_stock_out": SHORT_MONEY, "surplus_on_order": HELD_MONEY, "excess": HELD_MONEY,
    "demand_jump": _("Units wanted beyond the usual x lead time in weeks x the shortage cost of one, if it lasts."),
    "dead_stock": _("On hand x unit cost x holding rate, for a year, where nothing was issued for 180 days."),
    "forecast_drift": _(
        "Too low: units a week that today's forecast is below what was used x lead time in weeks x the shortage cost of one. "
        "Too high: units a week above it x lead time and review period in weeks, at what such a surplus costs to hold."
    ),
    "late_delivery": _(
        "Units of the late line that are wanted before it comes and that nothing else covers x the shortage cost of one: it "
        "is expected in as many days as it is late. Where planning no longer counts on it, all that its item is short of, as "
        "for an item that runs out."
    ),
    "supplier_blocked": _(
        "The sum over its item-sites of what they are short of, as for items that run out, when of its open orders no more "
        "comes than a shipping notice says has left it."
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure: what it is, what it says, and where it comes from."""

    label: str | Promise
    value: Any
    address: str


def facts_of(alert: Alert) -> list[Fact]:
    """The figures that an alert's sentence speaks of; what is empty is left out."""
    return [
        Fact(
            LABELS.get(name, name.replace("_", " ").capitalize()),
            _said(alert, name, value),
            _origin(alert, name, value),
        )
        for name, value in alert.facts.items()
        if value not in (None, "", [], {})
    ]


def formula_of(kind: str) -> str | Promise:
    """How the money of a kind is found; empty where nobody says what it is worth."""
    return FORMULAS.get(kind, "")


def _said(alert: Alert, name: str, value: Any) -> str:
    """A figure as people read it: numbers and days in their language, an item-site by its item and site."""
    known = alert.facts
    if name == "item_site" and known.get("sku") and known.get("site"):
        return _("%(sku)s at %(site)s") % {"sku": known["sku"], "site": known["site"]}
    if isinstance(value, dict):
        return ", ".join(f"{key} {_figure(amount)}" for key, amount in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value) if name in CODES else _figure(value)


def _figure(value: Any) -> str:
    text = str(value)
    if DAY.fullmatch(text):
        return day(text)
    if DECIMAL.fullmatch(text):
        return number(Decimal(text), len(text.partition(".")[2]))
    return text


def _origin(alert: Alert, name: str, value: Any) -> str:
    page = "web:transfer" if alert.kind == "late_transfer" and name == "number" else ORIGINS.get(name)
    with suppress(NoReverseMatch):
        return reverse(page, args=[value]) if page else ""
    return ""
