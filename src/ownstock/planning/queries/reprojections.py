"""What another quantity of a proposal would mean: cost, days, path; from its stored reason, so that it is known at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import JSONField
from django.db.models.expressions import RawSQL

from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite, PriceBreak
from ownstock.catalog.rules import price_at
from ownstock.engine.reproject import DayOnHand, Reprojected, on_hand_by_day
from ownstock.engine.reproject import reproject as judged
from ownstock.planning.models import Proposal
from ownstock.planning.rules import ProposalState
from ownstock.planning.rules.edits import proposed_quantity, quantity_faults

CENT = Decimal("0.01")
# The reason without its weeks: they are most of it, and say nothing of another quantity.
WITHOUT_WEEKS = "planning_proposal.reason #- '{inputs,weeks}'"


@dataclass(frozen=True, slots=True)
class DayBand:
    """Net on hand at the close of a day: quantiles, mean, and the probability that nothing is there."""

    day_on: date
    p10: float
    p50: float
    p90: float
    mean: float
    stock_out_probability: float


@dataclass(frozen=True, slots=True)
class Reprojection:
    """What a quantity of an item-site means, beside the quantity that was proposed.

    Costs are money of the window that the order is for, in the company's currency; `cost_difference` is this quantity's less
    the proposed one's. `order_value` is in the supplier's currency, at the price of so many. `stock_out_on` is the first day
    on which expected demand empties the stock, `used_up_on` the first from the order's arrival on; None: beyond 400 days.
    """

    proposal: int | None
    item_site: int
    quantity: Decimal
    proposed_quantity: Decimal
    expected_cost: Decimal
    holding_cost: Decimal
    shortage_cost: Decimal
    proposed_cost: Decimal
    price: Decimal
    order_value: Decimal
    stock_out_on: date | None
    used_up_on: date | None
    faults: Sequence[str] = ()
    path: Sequence[DayBand] = field(default=())

    @property
    def cost_difference(self) -> Decimal:
        """Expected cost of this quantity less that of the proposed one."""
        return self.expected_cost - self.proposed_cost


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a reprojection is made from."""

    proposal: int | None
    item_site: int
    planned_on: date
    price: Decimal
    reason: Mapping[str, Any]
    breaks: Sequence[PriceBreak] = ()


def reproject(quantity: Decimal, *, proposal_id: int | None = None, item_site: ItemSite | None = None) -> Reprojection:
    """What another quantity of a proposal means, with on hand day by day until that order is used up as expected.

    By the proposal's number, or of an item-site: of what is proposed of it.

    Raises:
        Refused: there is no such proposal, or nothing is proposed of the item-site.
    """
    asked = _of_item_site(item_site) if item_site is not None else _of_proposals([proposal_id or 0])[0]
    [found] = _judged([asked], [quantity])
    path = _path(asked, on_hand_by_day(asked.reason, _whole(quantity)))
    return _told(asked, quantity, found, path)


def reproject_many(wanted: Sequence[tuple[int, Decimal]]) -> list[Reprojection]:
    """The same of many proposals, each with a quantity, in their order and without the days: for rows that are pasted.

    Raises:
        Refused: one of the proposals does not exist.
    """
    asked = _of_proposals([pk for pk, _ in wanted])
    quantities = [quantity for _, quantity in wanted]
    found = _judged(asked, quantities)
    return [_told(*one) for one in zip(asked, quantities, found, strict=True)]


def costs_of(reasons: Sequence[Mapping[str, Any]], quantities: Sequence[Decimal]) -> list[Decimal]:
    """Expected cost of a quantity of each reason."""
    found = judged(reasons, [_whole(quantity) for quantity in quantities])
    return [_money(one.expected_cost) for one in found]


def _of_proposals(ids: Sequence[int]) -> list[_Asked]:
    rows = Proposal.objects.filter(pk__in=ids).annotate(told=RawSQL(WITHOUT_WEEKS, (), JSONField()))
    columns = ("pk", "item_site_id", "run__planned_on", "price", "told", "item_site__item_id", "supplier_id")
    found = {row[0]: row for row in rows.values_list(*columns)}
    if missing := [pk for pk in ids if pk not in found]:
        raise Refused(f"There is no proposal {missing[0]}.", code="no_proposal", proposals=missing)
    breaks = _breaks([found[pk] for pk in ids])
    told = ((found[pk], breaks.get((found[pk][5], found[pk][6]), ())) for pk in ids)
    return [_Asked(row[0], row[1], row[2], row[3], row[4], own) for row, own in told]


def _breaks(rows: Sequence[tuple[Any, ...]]) -> dict[tuple[int, int], list[PriceBreak]]:
    """The price breaks of items at suppliers, where there are any, as of the terms that hold."""
    found: dict[tuple[int, int], list[PriceBreak]] = {}
    items, suppliers = {row[5] for row in rows}, {row[6] for row in rows}
    kept = PriceBreak.objects.filter(term__item_id__in=items, term__supplier_id__in=suppliers, term__valid_to=None)
    for one in kept.select_related("term"):
        found.setdefault((one.term.item_id, one.term.supplier_id), []).append(one)
    return found


def _of_item_site(item_site: ItemSite) -> _Asked:
    last = (
        Proposal.objects.filter(item_site=item_site, state=ProposalState.PENDING).values_list("pk", flat=True).first()
    )
    if last is None:
        raise Refused(
            "Nothing is proposed of this item-site now; plan again, or order it by hand.", code="no_proposal",
            item_site=item_site.pk,
        )  # fmt: skip
    return _of_proposals([last])[0]


def _judged(asked: Sequence[_Asked], quantities: Sequence[Decimal]) -> list[Reprojected]:
    return judged([one.reason for one in asked], [_whole(quantity) for quantity in quantities])


def _told(asked: _Asked, quantity: Decimal, found: Reprojected, path: Sequence[DayBand] = ()) -> Reprojection:
    given, decision = asked.reason["inputs"], asked.reason["decision"]
    price = price_at(asked.price, asked.breaks, quantity, asked.planned_on)
    return Reprojection(
        asked.proposal, asked.item_site, quantity, proposed_quantity(asked.reason), _money(found.expected_cost),
        _money(found.holding_cost), _money(found.shortage_cost), _money(decision["expected_cost"]), price,
        (price * quantity).quantize(CENT), _day(asked, found.stock_out_in_days), _day(asked, found.used_up_in_days),
        quantity_faults(quantity, moq=given["moq"], order_multiple=given["order_multiple"]), path,
    )  # fmt: skip


def _path(asked: _Asked, days: Sequence[DayOnHand]) -> list[DayBand]:
    return [
        DayBand(
            asked.planned_on + timedelta(days=d.day), d.p10, d.p50, d.p90, round(d.mean, 3),
            round(d.stock_out_probability, 6),
        )
        for d in days
    ]  # fmt: skip


def _day(asked: _Asked, days: int | None) -> date | None:
    return None if days is None else asked.planned_on + timedelta(days=days)


def _whole(quantity: Decimal) -> int:
    """The units that are judged: whole, and not below 0; what else is asked for is a fault of its own."""
    return int(min(max(quantity, Decimal(0)), Decimal(10) ** 12))


def _money(amount: float) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.0001"))
