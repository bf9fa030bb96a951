"""The ABC/XYZ matrix as a page shows it, and what a change of the policy of one of its cells would mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ownstock.catalog.models import ItemSite
from ownstock.planning.queries.figures import CellPolicy
from ownstock.planning.queries.policy_preview import PolicyChange, PolicyFigures, preview_policy
from ownstock.web.spans import address

HEATS = 5
# So many item-sites of a cell are previewed: those with most stock, and as many spread over the rest.
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its share of all stock, as one of five shades, and where it leads."""

    policy: CellPolicy | None
    share: float
    heat: int
    href: str


class PolicyForm(forms.Form):
    """Settings to try for all item-sites of a cell; what is left empty stays as it is."""

    shortage_cost = forms.DecimalField(
        label=_("One short costs"), required=False, min_value=0, max_digits=12, decimal_places=4
    )
    holding_percent = forms.DecimalField(
        label=_("Holding a year, percent of cost"),
        required=False,
        min_value=Decimal("0.1"),
        max_value=1000,
        max_digits=7,
        decimal_places=2,
    )
    review_period_days = forms.IntegerField(label=_("Ordered every … days"), required=False, min_value=1, max_value=365)

    def change(self) -> PolicyChange:
        """What is tried."""
        said = self.cleaned_data
        cost, percent = said["shortage_cost"], said["holding_percent"]
        return PolicyChange(
            shortage_cost=None if cost is None else float(cost),
            holding_rate=None if percent is None else float(percent) / 100,
            review_period_days=said["review_period_days"],
        )

    def settings(self) -> dict[str, Any]:
        """What is adopted."""
        said = self.cleaned_data
        percent = said["holding_percent"]
        return {
            "shortage_cost": said["shortage_cost"],
            "holding_rate": None if percent is None else percent / 100,
            "review_period_days": said["review_period_days"],
        }

    def clean(self) -> dict[str, Any]:
        """Refuse a form in which nothing is tried."""
        cleaned = super().clean() or {}
        names = ("shortage_cost", "holding_percent", "review_period_days")
        if not self.errors and all(cleaned.get(name) is None for name in names):
            raise forms.ValidationError(_("Fill in what is to change."))
        return cleaned


def matrix(cells: Sequence[CellPolicy], only: Mapping[str, str]) -> list[tuple[str, list[Cell]]]:
    """The rows A to C, and one for what has no class where there is such, each with its cells X to Z and the rest."""
    by_key = {(one.abc_class, one.xyz_class): one for one in cells}
    whole = float(sum(one.on_hand_value for one in cells)) or 1.0
    most = max((float(one.on_hand_value) for one in cells), default=0.0) or 1.0
    rows = [name for name in ("A", "B", "C", "") if name or any(not abc for abc, _xyz in by_key)]
    columns = columns_of(cells)

    def cell(abc: str, xyz: str) -> Cell:
        found = by_key.get((abc, xyz))
        if found is None:
            return Cell(None, 0.0, 0, "")
        heat = min(HEATS, 1 + int(HEATS * (float(found.on_hand_value) / most) ** 0.5)) if found.on_hand_value else 1
        href = address(reverse("web:policy-cell"), only, {"abc_class": abc, "xyz_class": xyz})
        return Cell(found, float(found.on_hand_value) / whole, heat, href)

    return [(abc, [cell(abc, xyz) for xyz in columns]) for abc in rows]


def columns_of(cells: Sequence[CellPolicy]) -> list[str]:
    """X, Y, Z, and nothing where something has no XYZ class."""
    return [name for name in ("X", "Y", "Z", "") if name or any(not one.xyz_class for one in cells)]


def sampled(item_sites: Any, count: int) -> list[ItemSite]:
    """The item-sites with most stock, and as many evenly over the rest."""
    if count <= 2 * SAMPLE:
        return list(item_sites)
    step = (count - SAMPLE) // SAMPLE
    keys = list(item_sites.values_list("pk", flat=True))
    chosen = keys[:SAMPLE] + keys[SAMPLE::step][:SAMPLE]
    return list(item_sites.filter(pk__in=chosen))


def previewed(some: Sequence[ItemSite], change: PolicyChange) -> tuple[int, list[tuple[str, float, float]]] | None:
    """How many could be previewed, and (figure, before, after) of all of them together; None where none can be planned."""
    found = preview_policy(some, change)
    if not found:
        return None
    return len(found), [
        (name, _together([one.before for one in found], name), _together([one.after for one in found], name))
        for name in ("total_cost", "holding_cost", "shortage_cost", "inventory_value", "orders_a_year", "fill_rate")
    ]


def _together(many: Sequence[PolicyFigures], name: str) -> float:
    """Sums; the fill rate weighed by what is held, for what is wanted is not told."""
    assert name == "total_cost" or name in {field.name for field in fields(PolicyFigures)}
    if name != "fill_rate":
        return float(sum(getattr(one, name) for one in many))
    weights = [max(one.inventory_value, 1e-9) for one in many]
    return sum(w * one.fill_rate for w, one in zip(weights, many, strict=True)) / sum(weights)
