"""What is proposed, as one order per supplier and site: its size, what the agreement asks for, the cheapest way there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, ExpressionWrapper, F, JSONField, Max, Min, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from ownstock.base.errors import Refused
from ownstock.catalog.models import Agreement, PriceBreak, Supplier
from ownstock.catalog.queries import agreements_on, supplier_calendars
from ownstock.catalog.rules.agreements import OrderSize, SupplierCalendar, shortfall
from ownstock.engine.reproject import reproject
from ownstock.planning.models import Proposal
from ownstock.planning.queries.reprojections import WITHOUT_WEEKS
from ownstock.planning.queries.runs import business_day
from ownstock.planning.rules import ProposalState
from ownstock.planning.rules.baskets import Larger, cheapest_to

CENT, NOTHING = Decimal("0.01"), Decimal(0)
AMOUNT = DecimalField(max_digits=28, decimal_places=8)
VALUE = ExpressionWrapper(F("quantity") * F("price"), AMOUNT)
WEIGHT = ExpressionWrapper(F("quantity") * F("item_site__item__weight_kg"), AMOUNT)
VOLUME = ExpressionWrapper(F("quantity") * F("item_site__item__volume_l"), AMOUNT)
# So many lines are looked at for what to enlarge, those that save most first; each by so many steps.
MOST_LINES, STEPS = 200, 12


@dataclass(frozen=True, slots=True)
class Basket:
    """All that is proposed of a supplier for a site: one order.

    `order_value` is in the supplier's currency; `saves` is expected cost in the company's. `lacks` says in a sentence what it
    lacks of the agreement's minimums, and `missing_value` how much of the value; `order_on` is the next day on which the
    supplier takes orders.
    """

    supplier: str
    supplier_name: str
    site: str
    currency: str
    lines: int
    order_value: Decimal
    saves: Decimal
    weight_kg: Decimal | None
    volume_l: Decimal | None
    minimum_order_value: Decimal | None
    lacks: str
    missing_value: Decimal
    first_wanted_on: date
    order_on: date | None


@dataclass(frozen=True, slots=True)
class BasketLine:
    """A line of a basket: when it runs out, until when it is to be ordered, and how far it is enlarged.

    `added_cost` is expected cost, `added_days` days of cover, `cost_a_day` one by the other. `break_quantity` is the next
    price break, `break_saving` what it saves of the order less the expected cost of so many.
    """

    proposal: int
    sku: str
    quantity: Decimal
    price: Decimal
    runs_out_on: date | None
    order_by_on: date | None
    enlarged_to: Decimal | None
    added_value: Decimal
    added_cost: Decimal
    added_days: Decimal
    cost_a_day: Decimal | None
    break_quantity: Decimal | None = None
    break_saving: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BasketDetail:
    """A basket with its lines, the most valuable first, and the cheapest way to its minimum value."""

    basket: Basket
    lines: Sequence[BasketLine]
    order_by_on: date | None
    is_minimum_reached: bool
    added_cost: Decimal


def supplier_baskets(*, supplier: str = "", site: str = "", among: Collection[int] | None = None) -> list[Basket]:
    """What is proposed, or some proposals of it, as one order per supplier and site, what saves most first."""
    rows = _pending(supplier, site, among).values("supplier_id", "supplier__code", "item_site__site__code")
    found = rows.annotate(
        lines=Count("pk"), order_value=Sum(VALUE), saves=Sum("value"), weight_kg=Sum(WEIGHT), volume_l=Sum(VOLUME),
        unweighed=Count("pk", filter=Q(item_site__item__weight_kg=None)),
        unmeasured=Count("pk", filter=Q(item_site__item__volume_l=None)), first_wanted_on=Min("requested_on"),
        planned_on=Max("run__planned_on"),
    ).order_by("-saves", "supplier__code")  # fmt: skip
    on = business_day()
    agreed = agreements_on(on)
    suppliers = {one.pk: one for one in Supplier.objects.filter(pk__in={row["supplier_id"] for row in found})}
    calendars = supplier_calendars(on, suppliers)
    days = {pk: calendars.get(pk, SupplierCalendar()).next_day(on) for pk in suppliers}
    return [
        _basket(dict(row), suppliers[row["supplier_id"]], agreed.get(row["supplier_id"]), days[row["supplier_id"]])
        for row in found
    ]


def basket(supplier: str, site: str, *, among: Collection[int] | None = None) -> BasketDetail:
    """One basket, of all or some proposals, with its lines and the cheapest way to the agreement's minimum value.

    Lines are enlarged by whole multiples, by the expected costs of their stored reasons.

    Raises:
        Refused: nothing is proposed of the supplier for the site.
    """
    found = supplier_baskets(supplier=supplier, site=site, among=among)
    if not found:
        raise Refused(f"Nothing is proposed of {supplier} for {site}.", code="no_basket", supplier=supplier, site=site)
    [told] = found
    rows = list(
        _pending(supplier, site, among)
        .annotate(told=RawSQL(WITHOUT_WEEKS, (), JSONField()))
        .defer("reason")
        .select_related("item_site__item", "run")
        .order_by("-value")[:MOST_LINES]
    )
    ways = _ways(rows)
    taken = cheapest_to(told.missing_value, ways)
    breaks = _next_breaks(rows)
    lines = [_line(row, one, breaks.get(row.pk)) for row, one in zip(rows, taken, strict=True)]
    added = sum((line.added_value for line in lines), NOTHING)
    days = [line.order_by_on for line in lines if line.order_by_on]
    cost = sum((line.added_cost for line in lines), NOTHING)
    return BasketDetail(told, lines, min(days, default=None), added >= told.missing_value, cost)


def _pending(supplier: str, site: str, among: Collection[int] | None) -> QuerySet[Proposal]:
    rows = Proposal.objects.filter(state=ProposalState.PENDING)
    if among is not None:
        rows = rows.filter(pk__in=list(among))
    if supplier:
        rows = rows.filter(supplier__code=supplier)
    return rows.filter(item_site__site__code=site) if site else rows


def _basket(row: dict[str, Any], supplier: Supplier, agreed: Agreement | None, order_on: date | None) -> Basket:
    value = row["order_value"].quantize(CENT)
    weight = None if row["unweighed"] else row["weight_kg"]
    volume = None if row["unmeasured"] else row["volume_l"]
    is_comparable = agreed is not None and agreed.currency == supplier.currency
    least = agreed.minimum_order_value if agreed and is_comparable else None
    lacks = shortfall(agreed, OrderSize(value, weight, volume)) if agreed and is_comparable else ""
    return Basket(
        supplier.code, supplier.name, row["item_site__site__code"], supplier.currency, row["lines"], value, row["saves"],
        weight, volume, least, lacks, max((least or NOTHING) - value, NOTHING), row["first_wanted_on"], order_on,
    )  # fmt: skip


def _ways(rows: Sequence[Proposal]) -> list[list[Larger]]:
    """Of each proposal the larger quantities that could be ordered, and what they add."""
    asked = [(row, int(row.quantity) + step * _step_of(row)) for row in rows for step in range(STEPS + 1)]
    costs = reproject([_reason(row) for row, _ in asked], [quantity for _, quantity in asked])
    ways = []
    for place, row in enumerate(rows):
        now, *more = costs[place * (STEPS + 1) : (place + 1) * (STEPS + 1)]
        ways.append(
            [
                Larger(
                    one.quantity, ((one.quantity - row.quantity) * row.price).quantize(CENT),
                    _money(one.expected_cost - now.expected_cost),
                )
                for one in more
            ]
        )  # fmt: skip
    return ways


def _reason(row: Proposal) -> dict[str, Any]:
    """The reason without its weeks, as it was read beside the row."""
    told: dict[str, Any] = row.__dict__["told"]
    return told


def _step_of(row: Proposal) -> int:
    """Units by which a line is enlarged: its multiple, or more of it where a day of demand is more."""
    multiple = int(_reason(row)["inputs"]["order_multiple"])
    return multiple * max(round(3 * _reason(row)["forecast"]["mean_per_day"] / multiple), 1)


def _line(row: Proposal, larger: Larger | None, next_break: tuple[Decimal, Decimal] | None) -> BasketLine:
    told, mean = _reason(row), Decimal(_reason(row)["forecast"]["mean_per_day"])
    out = told["decision"]["stock_out_in_days"]
    runs_out_on = None if out is None else row.run.planned_on + timedelta(days=out)
    by = None if runs_out_on is None else max(
        runs_out_on - timedelta(days=told["inputs"]["lead_time_days"]), row.run.planned_on
    )  # fmt: skip
    units = Decimal(larger.quantity) - row.quantity if larger else NOTHING
    days = (units / mean).quantize(Decimal("0.1")) if mean > 0 else NOTHING
    cost = larger.added_cost if larger else NOTHING
    return BasketLine(
        row.pk, row.item_site.item.sku, row.quantity, row.price, runs_out_on, by,
        Decimal(larger.quantity) if larger else None, larger.added_value if larger else NOTHING, cost, days,
        (cost / days).quantize(Decimal("0.0001")) if days else None, *(next_break or (None, None)),
    )  # fmt: skip


def _next_breaks(rows: Sequence[Proposal]) -> dict[int, tuple[Decimal, Decimal]]:
    """Of proposals the next price break above their quantity, and what it saves of the order less what it adds to costs."""
    on = max((row.run.planned_on for row in rows), default=date.min)
    kept = PriceBreak.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on,
        term__item_id__in=[row.item_site.item_id for row in rows],
        term__supplier_id__in={row.supplier_id for row in rows},
    )  # fmt: skip
    by_item: dict[int, list[PriceBreak]] = {}
    for one in kept.select_related("term").order_by("from_quantity"):
        by_item.setdefault(one.term.item_id, []).append(one)
    asked = []
    for row in rows:
        above = [b for b in by_item.get(row.item_site.item_id, ()) if b.from_quantity > row.quantity]
        if above:
            asked.append((row, above[0]))
    costs = reproject(
        [_reason(row) for row, _ in asked for _ in range(2)],
        [int(q) for row, one in asked for q in (row.quantity, one.from_quantity)],
    )
    found = {}
    for place, (row, one) in enumerate(asked):
        added = _money(costs[2 * place + 1].expected_cost - costs[2 * place].expected_cost)
        saved = ((row.price - one.price) * one.from_quantity).quantize(CENT)
        found[row.pk] = (one.from_quantity, saved - added)
    return found


def _money(amount: float) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.0001"))
