"""What is told of a forecast that drifted: by how much, what that costs, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ownstock.base.text import plain
from ownstock.planning.rules.exceptions import money

FORECAST_DRIFT = "forecast_drift"
OTHERS = f"{FORECAST_DRIFT}_of_others"
ENDED = "the forecast is within its limits again, or today's has come to what is used"


def said_of_drifts(
    rows: Sequence[Mapping[str, Any]], weeks: int, limit: Decimal, currency: str
) -> list[dict[str, Any]]:
    """What is told of the item-sites that cost most, one by one, and of all others together."""
    told = [said_of_drift(row, weeks, limit, currency) for row in rows]
    others = rows[0]["item_sites"] - len(rows) if rows else 0
    if others:
        costs = money(rows[0]["money_of_all"]) - sum((money(row["money"]) for row in rows), Decimal(0))
        plural = "s" * (others > 1)
        told.append({
            "key": OTHERS, "kind": FORECAST_DRIFT, "money": costs, "item_count": others,
            "sentence": f"The forecast of {others:,} item-site{plural} drifted, too, beside those told one by one: together "
            f"that costs about {costs:,.2f} {currency}. Look at what they have in common.",
        })  # fmt: skip
    return told


def said_of_drift(row: Mapping[str, Any], weeks: int, limit: Decimal, currency: str) -> dict[str, Any]:
    """One item-site whose forecast is off on one side.

    Money: what today's forecast is still off. Too low, units a week x lead time in weeks x shortage cost. Too high, the
    units too many of one order, lead time and review period, at what it costs to hold them until they are used.
    """
    name, costs, used, expected = f"{row['sku']} at {row['site']}", money(row["money"]), row["used"], row["expected"]
    bias = f"a bias of {100 * (expected - used) / used:+.0f} %, {plain(limit)} % allowed" if used else "nothing at all"
    is_low = row["today"] < used
    costs_by = (
        "is lost before an order placed now is of use" if is_low else "is spent on holding what is ordered too much"
    )
    return {
        "key": f"{FORECAST_DRIFT}:{row['item_site_id']}", "kind": FORECAST_DRIFT,
        "sentence": f"Of {name} {used:,.1f} a week were used in the last {weeks} weeks, where {expected:,.1f} were expected: "
        f"{bias}. Today's forecast still says {row['today']:,.1f}; if it stays off, about {costs:,.2f} {currency} "
        f"{costs_by}. Look for the reason, and say by an override what will be wanted.",
        "money": costs, "item_count": 1,
        "facts": {
            "item_site": row["item_site_id"], "sku": row["sku"], "site": row["site"], "supplier": row["supplier"],
            "used_a_week": f"{used:.2f}", "expected_a_week": f"{expected:.2f}", "forecast_a_week": f"{row['today']:.2f}",
            "forecast_made_on": row["made_on"].isoformat(),
        },
    }  # fmt: skip
