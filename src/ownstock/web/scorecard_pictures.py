"""The pictures of a scorecard: bars of shares as SVG, the histogram of lead times as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ownstock.purchasing.rules.scorecards import Bin, Figure


@dataclass(frozen=True, slots=True)
class ShareBar:
    """A share of a hundred as a bar, and where the agreed target lies."""

    width: float
    target: float | None


def share_bar(figure: Figure) -> ShareBar | None:
    """The bar of a figure in percent, on a frame of 100 x 8; None of any other."""
    if figure.unit != "%" or figure.value is None or not 0 <= figure.value <= 100:
        return None
    return ShareBar(float(figure.value), None if figure.target is None else float(figure.target))


def days_chart(bins: Sequence[Bin]) -> dict[str, Any]:
    """The histogram of lead times: receipts by days from the order, as the charts of the pages take it."""
    days = [str(one.first) if one.first == one.last else f"{one.first}\u2013{one.last}" for one in bins]
    option = {
        "xAxis": {"type": "category", "data": days, "name": _("days"), "nameLocation": "middle", "nameGap": 26},
        "yAxis": {"type": "value", "minInterval": 1},
        "grid": {"top": 12, "bottom": 28},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "series": [{"type": "bar", "name": _("Receipts"), "barCategoryGap": "8%", "data": [one.count for one in bins]}],
    }
    return {"label": _("Receipts by days from the order"), "option": option}
