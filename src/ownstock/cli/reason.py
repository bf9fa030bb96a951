"""The reason of a proposal, printed in full: what was known, what is expected, and how the quantity comes about.

The three sums at its end are meant to be checked by hand: each closes with the number that the next one begins with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ownstock.cli.render import table, text
from ownstock.planning.models import Proposal

DAYS_A_WEEK = 7
# The database does not keep the order of names; people are told the stock first and the details last.
KNOWN = (
    "usable", "backordered", "lead_time_days", "review_period_days", "moq", "order_multiple", "unit_cost", "holding_rate",
    "shortage_cost", "unserved_demand",
)  # fmt: skip
ARRIVING = ("arrives_in_days", "quantity")
TERMS = ("supplier", "price", "currency", "quoted_lead_time_days")
ORDER_DAY = ("leaves_on", "wait_days", "next_on", "days_between")
EXPECTED = (
    "mean_per_day", "variance_per_week", "variance_ratio", "bucket_days", "mean_by_bucket", "level", "is_season_known",
    "main_method", "main_method_weight", "buckets_seen", "buckets_since_seen", "buckets_capped",
)  # fmt: skip
DECIDED = (
    "critical_ratio", "projected_mean_at_arrival", "stock_out_probability", "stock_out_in_days", "arriving_later",
    "lattice_step",
)  # fmt: skip


def lines(proposal: Proposal) -> Iterator[str]:
    """Every line of the printed reason."""
    why = proposal.reason
    inputs, decision = why["inputs"], why["decision"]
    yield from _heading(proposal)
    yield from ("", why["sentence"])
    yield from _section("Known", _named(inputs, KNOWN) | _named(why["terms"], TERMS) | _released(why["terms"]))
    yield from _list("Demand, and the days of the week in stock", [_week(week) for week in inputs["weeks"]])
    # Most suppliers take orders on any day.
    if day := why.get("order_day"):
        yield from _section("Order day", _named(day, ORDER_DAY))
    # Reasons of earlier versions tell nothing of suppliers' records.
    if lead := why.get("lead_time"):
        yield from ("", lead["sentence"])
        yield from _list("Lead times it was decided from", [_lead_time(each) for each in inputs.get("lead_times", [])])
        yield from _list("On order", why["on_order"])
    yield from _list("Open arrivals", [{name: a[name] for name in ARRIVING} for a in inputs["arrivals"]])
    # Reasons of earlier versions name neither goods in quarantine nor known demand.
    for heading, of in (("Coming by transfers", "coming"), ("To leave by transfers", "leaving")):
        if parts := why.get("transfers", {}).get(of):
            yield from _list(heading, parts)
    if held := why.get("in_quarantine"):
        yield from _list("In quarantine, expected to be released", held)
    if known := inputs.get("known"):
        yield from _list("Ordered for days to come", known)
    yield from _list("Not counted because late", why["not_counted_because_late"])
    if said := why.get("said"):
        yield from _list("What people say", [_said(line) for line in said])
    yield from _section("Expected", _named(why["forecast"], EXPECTED))
    yield from _section("Decided", _named(decision, DECIDED))
    if known:
        yield from _list("Wanted", _wanted(decision))
    yield from _sum("Inventory position", _position(inputs, decision))
    yield from _sum("Need", _need(why))
    yield from _sum("Quantity", _quantity(why))
    yield from _list("Expected cost", _costs(decision))


def _named(facts: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: facts[name] for name in names}


def _released(terms: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the lead time that goods are expected to lie in quarantine, where they do."""
    return {"release_days": days} if (days := terms.get("release_days")) else {}


def _week(week: Mapping[str, Any]) -> dict[str, Any]:
    days = f"{week['in_stock_fraction'] * DAYS_A_WEEK:g} of {DAYS_A_WEEK} days"
    return {"week_start_on": week["week_start_on"], "demand": week["demand"], "in_stock": days}


def _lead_time(lead: Mapping[str, Any]) -> dict[str, Any]:
    coming = lead["arrivals"] or []
    arrivals = ", ".join(f"{a['quantity']} in {a['arrives_in_days']} days" for a in coming)
    chance = f"{100 * lead['probability']:.0f} %"
    return {"lead_time_days": lead["lead_time_days"], "probability": chance, "then_arriving": arrivals or "nothing"}


def _said(line: Mapping[str, Any]) -> dict[str, Any]:
    """One thing that people say, whatever it is about."""
    span = f"{line['from_on']} to {line['until_on']}" if "from_on" in line else line["ends_on"]
    says = (
        line.get("sentence") or f"{line['what'].replace('_', ' ')} {line.get('name') or line.get('other', '')}".strip()
    )
    because = line.get("reason", "")
    return {
        "number": line["number"],
        "says": text(says),
        "days": span,
        "by": text(line["by"]),
        "because": text(because),
    }


def _heading(proposal: Proposal) -> Iterator[str]:
    item, site = proposal.item_site.item, proposal.item_site.site
    yield (
        f"Proposal {proposal.pk} ({proposal.state}): {text(proposal.quantity)} {item.unit} of {text(item.sku)}, "
        f"{text(item.description)}, for {text(site.code)} from {text(proposal.supplier.code)} "
        f"by {proposal.requested_on}."
    )
    if proposal.decided_by:
        because = f": {text(proposal.decided_because)}" if proposal.decided_because else ""
        yield f"Decided by {text(proposal.decided_by)} on {text(proposal.decided_at)}{because}"


def _section(heading: str, facts: Mapping[str, Any]) -> Iterator[str]:
    width = max(map(len, facts))
    yield from ("", heading)
    yield from (f"  {name.ljust(width)}  {text(value)}" for name, value in facts.items() if value is not None)


def _list(heading: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    yield from ("", heading)
    yield from (f"  {line}" for line in table(rows)) if rows else ["  none"]


def _sum(heading: str, parts: list[tuple[str, int]]) -> Iterator[str]:
    """The parts one under another, and the last as what they come to."""
    *summands, (name, total) = parts
    assert sum(units for _, units in summands) == total, f"the reason does not add up to its {name}"
    width = max(len(name) for name, _ in parts)
    yield from ("", heading)
    yield from (f"  {part.ljust(width)}  {units:>+10,}" for part, units in summands)
    yield f"  {name.ljust(width)}  {total:>10,}"


def _wanted(decision: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is expected to be wanted, and how much of it customers have ordered: forecast - consumed + known = wanted."""
    rows = []
    for name, stretch in (("until this order arrives", "in_lead_time"), ("then, until the next", "in_window")):
        wanted, known, consumed = (decision[f"{of}_{stretch}"] for of in ("mean", "known", "consumed"))
        forecast = wanted - known + consumed
        units = {"forecast": forecast, "consumed by orders": -consumed, "ordered already": known, "wanted": wanted}
        rows.append({"": name} | {of: f"{value:,.2f}" for of, value in units.items()})
    return rows


def _position(inputs: Mapping[str, Any], decision: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [
        ("usable", inputs["usable"]),
        ("backordered", -inputs["backordered"]),
        ("arriving before this order", decision["arriving_before_order"]),
        ("arriving before the next order", decision["arriving_in_window"]),
        ("inventory position", decision["inventory_position"]),
    ]


def _need(why: Mapping[str, Any]) -> list[tuple[str, int]]:
    decision = why["decision"]
    return [
        ("order-up-to level", decision["order_up_to_level"]),
        ("inventory position", -decision["inventory_position"]),
        ("need", sum(step["units"] for step in why["steps"] if step["step"] in ("need", "override", "known"))),
    ]


def _quantity(why: Mapping[str, Any]) -> list[tuple[str, int]]:
    names = {
        "need": "need", "override": "for what people say", "known": "beyond the forecast, ordered already",
        "look_ahead": "not to be held on later", "bound": "to the level that people set",
        "moq": "to the MOQ", "multiple": "to the order multiple",
    }  # fmt: skip
    steps = [(names[step["step"]], step["units"]) for step in why["steps"]]
    return [*steps, ("quantity", why["decision"]["quantity"])]


def _costs(decision: Mapping[str, Any]) -> list[dict[str, Any]]:
    asked = [
        ("proposed", decision["quantity"], decision["expected_cost"]),
        ("one step less", decision["quantity_one_less"], decision["expected_cost_one_less"]),
        ("one step more", decision["quantity_one_more"], decision["expected_cost_one_more"]),
        ("nothing", 0, decision["expected_cost_of_zero"]),
    ]
    return [{"order": name, "quantity": quantity, "expected_cost": f"{cost:.4f}"} for name, quantity, cost in asked]
