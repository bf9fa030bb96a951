"""What it costs and risks to have items from other suppliers: read for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from ownstock import engine
from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite, Supplier, SupplyTerm
from ownstock.catalog.queries import in_base_currency, prices_at
from ownstock.planning.inputs.lead_times import EXPECTED, SAFE, Candidate, latest_records, supply_outlook
from ownstock.planning.inputs.order_days import order_days
from ownstock.planning.inputs.read_inputs import PlanningInputs, planning_inputs
from ownstock.planning.rules.switching import Outlook, Risk, breaks_even_in_days, ordered_instead, risk

# So few item-sites are read one by one, more in one reading of all.
FEW = 20


@dataclass(frozen=True, slots=True)
class Move:
    """An item-site that may go to another supplier: by which term, by which one of the old supplier's, and so many units."""

    item_site: ItemSite
    term: SupplyTerm
    old: SupplyTerm | None
    wanted: Decimal

    @property
    def quantity(self) -> Decimal:
        """What would be ordered there."""
        return ordered_instead(self.wanted, moq=self.term.moq, order_multiple=self.term.order_multiple)


@dataclass(frozen=True, slots=True)
class NewSource:
    """Another supplier of an item: what would be ordered there, at which price, when it would come, what it costs and risks.

    Money is in the company's currency, None where no rate says what the term's currency is worth.
    """

    term: SupplyTerm
    quantity: Decimal
    price: Decimal
    requested_on: date
    expected_in_days: int
    nine_in_ten_in_days: int
    cost_a_year: Decimal | None
    risk: Risk | None

    def breaks_even_on(self, on: date, one_off_cost: Decimal) -> date | None:
        """From which day its lower price has paid for a switch on a day; None where it is not cheaper, or nobody knows."""
        days = None if self.cost_a_year is None else breaks_even_in_days(self.cost_a_year, one_off_cost)
        return None if days is None or days > (date.max - on).days else on + timedelta(days=days)


def outlooks(rows: Sequence[ItemSite], supplier: Supplier, on: date) -> dict[int, Outlook]:
    """What is known of item-sites that can be planned, by their ids."""
    if len(rows) <= FEW:
        return {pk: o for row in rows for pk, o in _read(planning_inputs(on, only=row), [row.pk], supplier).items()}
    return _read(planning_inputs(on), [row.pk for row in rows], supplier)


def _read(inputs: PlanningInputs, wanted: Sequence[int], supplier: Supplier) -> dict[int, Outlook]:
    keys = [pk for pk in wanted if pk in inputs.sources]
    if not keys:
        return {}
    expected = engine.forecast_demand(inputs.history, inputs.supply, today=inputs.planned_on)
    forecast = {row["item_site"]: row for row in expected.iter_rows(named=True)}
    position = {row["item_site"]: row for row in inputs.position.iter_rows(named=True)}
    certain = inputs.arrivals.filter(pl.col("scenario") == 0)
    arriving: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for key, day, quantity in certain.select("item_site", "arrives_in_days", "quantity").iter_rows():
        arriving[key].append((day, quantity))
    return {key: _outlook(forecast[key], position[key], arriving[key], _leaving(inputs, key, supplier)) for key in keys}


def _leaving(inputs: PlanningInputs, key: int, supplier: Supplier) -> list[tuple[int, float]]:
    coming = [c for c in inputs.sources[key].coming if c.delivery.supplier_id == supplier.pk]
    return [(c.usable_in_days, float(c.delivery.quantity // 1)) for c in coming if c.delivery.quantity >= 1]


def _outlook(
    forecast: Mapping[str, Any], position: Mapping[str, float], arriving: list[tuple[int, float]],
    leaving: list[tuple[int, float]],
) -> Outlook:  # fmt: skip
    stays = list(arriving)
    for one in leaving:
        stays.remove(one)
    means = [float(mean) for mean in forecast["mean_by_bucket"]]
    bucket_days, ratio = float(forecast["bucket_days"]), float(forecast["variance_ratio"])
    return Outlook(position["usable"] - position["backordered"], means, bucket_days, ratio, stays, leaving)


def new_sources(moves: Sequence[Move], outlook: Mapping[int, Outlook], on: date) -> list[NewSource]:
    """What each move costs and risks, in their order; `outlook` by the ids of item-sites that can be planned."""
    units = [move.quantity or Decimal(move.term.moq) for move in moves]
    terms = [(move.term, move.old or move.term) for move in moves]
    asked = [(term, so_many) for pair, so_many in zip(terms, units, strict=True) for term in pair]
    prices = prices_at(asked, on=on)
    candidates = _candidates(moves, on)
    days = supply_outlook(candidates, latest_records(on), on).lead_days
    return [
        _source(move, asked, new, old, (int(told[EXPECTED]), int(told[SAFE])), outlook.get(move.item_site.pk), on)
        for move, asked, new, old, told in zip(moves, candidates, prices[::2], prices[1::2], days, strict=True)
    ]


def _candidates(moves: Sequence[Move], on: date) -> list[Candidate]:
    """What each move would order, on its supplier's next order day; today where it has none within a year."""
    days = order_days(on, {move.term.supplier_id for move in moves})
    found = []
    for move in moves:
        review = move.item_site.review_period_days
        leaves = days.of(move.term.supplier_id, review) or days.any_day(review)
        requested = leaves.wait_days + move.term.lead_time_days
        found.append(Candidate(move.item_site, move.term, requested, [], leaves))
    return found


def _source(
    move: Move, asked: Candidate, new: Decimal, old: Decimal, days: tuple[int, int], outlook: Outlook | None, on: date
) -> NewSource:
    expected, safe = days
    more = None
    if outlook is not None and move.old is not None:
        more = _cost_a_year((move.term, new), (move.old, old), Decimal(outlook.units_a_year), on)
    return NewSource(
        move.term, move.quantity, new, on + timedelta(days=asked.requested_in_days), expected, safe, more,
        None if outlook is None else risk(outlook, expected, move.item_site.shortage_cost),
    )  # fmt: skip


def _cost_a_year(
    new: tuple[SupplyTerm, Decimal], old: tuple[SupplyTerm, Decimal], units: Decimal, on: date
) -> Decimal | None:
    try:
        now, before = (in_base_currency(price * units, term.currency, on=on) for term, price in (new, old))
    except Refused:
        return None
    return now - before
