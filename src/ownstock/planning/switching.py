"""Reading what hangs on a supplier that may no longer be ordered from, and where else it can be had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
from django.db.models import Q

from ownstock import engine
from ownstock.base.errors import Refused
from ownstock.base.fingerprints import fingerprint
from ownstock.catalog.models import ItemSite, Supplier, SupplyTerm
from ownstock.catalog.queries import in_base_currency, objections, prices_at
from ownstock.catalog.queries.register import may_be_ordered_by
from ownstock.catalog.rules import first_choice
from ownstock.planning.inputs import PlanningInputs, planning_inputs
from ownstock.planning.lead_times import EXPECTED, SAFE, Candidate, latest_records, supply_outlook
from ownstock.planning.models import Proposal
from ownstock.planning.rules import ProposalState
from ownstock.planning.switching_rules import Outlook, Risk, ordered_instead, risk
from ownstock.purchasing.models import Delivery
from ownstock.purchasing.queries import STILL_OPEN
from ownstock.purchasing.rules import OPEN_STATES

# So few item-sites are read one by one, more in one reading of all.
FEW = 20
CENT = Decimal("0.01")
NOTHING = Decimal(0)
FORMULAS = {
    "risk": "shortage cost x (units expected short until the new source delivers, without the orders that fall away - "
    "the same with them); demand is taken as normal with the forecast's mean and variance",
    "cost_a_year": "(new price - old price) x units a year at the rate of the forecast, in the company's currency",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenLine:
    """What is open of an order line of the supplier; what is on its way already can no longer be cancelled."""

    number: str
    line: int
    state: str
    quantity: Decimal
    on_the_way: Decimal
    received: Decimal
    price: Decimal
    currency: str
    expected_on: date

    @property
    def can_cancel(self) -> Decimal:
        """What of it a cancellation would take."""
        return self.quantity - self.on_the_way

    @property
    def amount(self) -> Decimal:
        """What is open of it, in the order's currency."""
        return self.quantity * self.price


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


@dataclass(frozen=True, slots=True)
class SwitchOption:
    """An item-site that is ordered from the supplier, or waits for goods of it: why it has to leave, and where it can go.

    The first of `sources` is what planning would take.
    """

    item_site: ItemSite
    sentence: str
    lines: Sequence[OpenLine]
    proposals: Sequence[int]
    sources: Sequence[NewSource]

    @property
    def to_replace(self) -> Decimal:
        """What falls away of its orders, in stock units."""
        return sum((line.can_cancel for line in self.lines), NOTHING)


@dataclass(frozen=True, slots=True)
class SwitchOptions:
    """Everything that hangs on a supplier as of a day; `inputs_hash` is the fingerprint of what a switch is decided on."""

    supplier: Supplier
    on: date
    items: Sequence[SwitchOption]
    inputs_hash: str = field(default="")

    @property
    def orders(self) -> list[str]:
        """The numbers of its open orders."""
        return sorted({line.number for item in self.items for line in item.lines})

    @property
    def open_amounts(self) -> dict[str, Decimal]:
        """What is open of them, by currency."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for item in self.items:
            for line in item.lines:
                found[line.currency] += line.amount
        return {currency: amount.quantize(CENT) for currency, amount in sorted(found.items())}

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do: nothing is open or proposed, and each item has another source."""
        return not any(item.lines or item.proposals or not item.sources for item in self.items)


def switch_options(supplier: Supplier, on: date) -> SwitchOptions:
    """The item-sites that the register of suppliers keeps from a supplier, with their open orders and other sources.

    Those that would be ordered from it, and those that wait for goods of it. What nothing speaks against is left out.
    """
    lines = _open_lines(supplier)
    rows, reasons = _affected(supplier, lines.keys(), on)
    pending = Proposal.objects.filter(supplier=supplier, state=ProposalState.PENDING, item_site__in=rows)
    proposals: dict[int, list[int]] = defaultdict(list)
    for pk, item_site_id in pending.order_by("id").values_list("pk", "item_site_id"):
        proposals[item_site_id].append(pk)
    of_item = _terms([row.item_id for row in rows], on)
    outlooks = _outlooks(rows, supplier, on)
    items = [
        SwitchOption(
            row, reasons[row.item_id], lines.get((row.item_id, row.site_id), []), proposals[row.pk],
            _sources(row, supplier, of_item[row.item_id], lines, outlooks.get(row.pk), on),
        )
        for row in rows
    ]  # fmt: skip
    return SwitchOptions(supplier, on, items, _hash(items))


def _open_lines(supplier: Supplier) -> dict[tuple[int, int], list[OpenLine]]:
    """What is open of a supplier's orders, by (item id, site id)."""
    order = "line__revision__purchase_order"
    rows = Delivery.objects.filter(**{f"{order}__supplier": supplier, f"{order}__state__in": OPEN_STATES})
    rows = rows.select_related(f"{order}", "line").annotate(still_open=STILL_OPEN)
    found: dict[tuple[int, int], dict[tuple[str, int], list[Delivery]]] = defaultdict(lambda: defaultdict(list))
    for row in rows.order_by(f"{order}__number", "line__line", "number"):
        placed = row.line.revision.purchase_order
        found[row.line.item_id, placed.site_id][placed.number, row.line.line].append(row)
    told = {
        place: [line for parts in of_place.values() if (line := _open_line(parts)).quantity]
        for place, of_place in found.items()
    }
    return {place: some for place, some in told.items() if some}


def _open_line(parts: Sequence[Delivery]) -> OpenLine:
    first, order = parts[0], parts[0].line.revision.purchase_order
    still_open = [getattr(part, "still_open") for part in parts]  # noqa: B009
    moving = [min(part.shipped_quantity, rest) for part, rest in zip(parts, still_open, strict=True)]
    days = [
        p.announced_on or p.latest_promised_on or p.requested_on for p, o in zip(parts, still_open, strict=True) if o
    ]
    return OpenLine(
        order.number, first.line.line, order.state, sum(still_open, NOTHING), sum(moving, NOTHING),
        sum((p.received_quantity for p in parts), NOTHING), first.line.price, order.currency,
        min(days, default=first.requested_on),
    )  # fmt: skip


def _affected(
    supplier: Supplier, waiting: Iterable[tuple[int, int]], on: date
) -> tuple[list[ItemSite], Mapping[int, str]]:
    """The item-sites that are ordered from a supplier or wait for its goods and may not be, and why, by item id."""
    places = set(waiting)
    sold = set(supplier.supply_terms.values_list("item_id", flat=True)) | {item_id for item_id, _ in places}
    rows = ItemSite.objects.filter(item_id__in=sold).select_related("item", "site").order_by("item__sku", "site__code")
    items = {row.item_id: row.item for row in rows}
    reasons = {item.sku: o.sentence for o in objections(supplier, items.values(), on) for item in items.values() if
               item.sku in o.facts["skus"]}  # fmt: skip
    by_item: dict[int, list[SupplyTerm]] = defaultdict(list)
    for term in SupplyTerm.objects.filter(item_id__in=items):
        by_item[term.item_id].append(term)
    affected = []
    for row in rows:
        best = first_choice(by_item[row.item_id], site_id=row.site_id, on=on)
        is_first = best is not None and best.supplier_id == supplier.pk
        if row.item.sku in reasons and (is_first or (row.item_id, row.site_id) in places):
            affected.append(row)
    return affected, {pk: reasons[item.sku] for pk, item in items.items() if item.sku in reasons}


def _terms(item_ids: Sequence[int], on: date) -> Mapping[int, list[SupplyTerm]]:
    """The terms of items that hold on a day and may be ordered by."""
    rows = SupplyTerm.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), item_id__in=item_ids, valid_from__lte=on)
    found: dict[int, list[SupplyTerm]] = defaultdict(list)
    for term in may_be_ordered_by(list(rows.select_related("supplier", "item")), on):
        found[term.item_id].append(term)
    return found


def _outlooks(rows: Sequence[ItemSite], supplier: Supplier, on: date) -> dict[int, Outlook]:
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
    forecast: Mapping[str, object], position: Mapping[str, float], arriving: list[tuple[int, float]],
    leaving: list[tuple[int, float]],
) -> Outlook:  # fmt: skip
    stays = list(arriving)
    for one in leaving:
        stays.remove(one)
    means = [float(mean) for mean in forecast["mean_by_bucket"]]  # type: ignore[attr-defined]
    bucket_days, ratio = float(forecast["bucket_days"]), float(forecast["variance_ratio"])  # type: ignore[arg-type]
    return Outlook(position["usable"] - position["backordered"], means, bucket_days, ratio, stays, leaving)


def _sources(
    row: ItemSite, supplier: Supplier, terms: Sequence[SupplyTerm],
    lines: Mapping[tuple[int, int], Sequence[OpenLine]], outlook: Outlook | None, on: date,
) -> list[NewSource]:  # fmt: skip
    """The other suppliers of an item-site, each by its best term, in the order in which planning would ask them."""
    found = []
    rest = [term for term in terms if term.supplier_id != supplier.pk]
    while (best := first_choice(rest, site_id=row.site_id, on=on)) is not None:
        found.append(best)
        rest = [term for term in rest if term.supplier_id != best.supplier_id]
    wanted = sum((line.can_cancel for line in lines.get((row.item_id, row.site_id), [])), NOTHING)
    old = first_choice(supplier.supply_terms.filter(item_id=row.item_id), site_id=row.site_id, on=on)
    return [_source(row, term, old, wanted, outlook, on) for term in found]


def _source(
    row: ItemSite, term: SupplyTerm, old: SupplyTerm | None, wanted: Decimal, outlook: Outlook | None, on: date
) -> NewSource:
    quantity = ordered_instead(wanted, moq=term.moq, order_multiple=term.order_multiple)
    price, *before = prices_at([(t, quantity or Decimal(t.moq)) for t in (term, old) if t is not None], on=on)
    days = supply_outlook([Candidate(row, term, term.lead_time_days, [])], latest_records(on), on).lead_days[0]
    expected, safe = int(days[EXPECTED]), int(days[SAFE])
    more = None
    if outlook is not None and old is not None:
        more = _cost_a_year((term, price), (old, before[0]), Decimal(outlook.units_a_year), on)
    return NewSource(
        term, quantity, price, on + timedelta(days=term.lead_time_days), expected, safe, more,
        None if outlook is None else risk(outlook, expected, row.shortage_cost),
    )  # fmt: skip


def _cost_a_year(
    new: tuple[SupplyTerm, Decimal], old: tuple[SupplyTerm, Decimal], units: Decimal, on: date
) -> Decimal | None:
    try:
        now, before = (in_base_currency(price * units, term.currency, on=on) for term, price in (new, old))
    except Refused:
        return None
    return now - before


def _hash(items: Sequence[SwitchOption]) -> str:
    """The fingerprint of what a switch is decided on: what is open and proposed, and where else at which price.

    Not what was sold meanwhile: that moves with every sale, and changes no order.
    """
    told = [
        [
            item.item_site.pk, [[line.number, line.line, line.quantity, line.on_the_way] for line in item.lines],
            item.proposals, [[s.term.pk, s.quantity, s.price, s.requested_on] for s in item.sources],
        ]
        for item in items
    ]  # fmt: skip
    return fingerprint(told).hex()
