"""Reading what hangs on a supplier that may no longer be ordered from, and where else it can be had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from django.db.models import Q

from ownstock.base.fingerprints import fingerprint
from ownstock.catalog.models import ItemSite, Supplier, SupplyTerm
from ownstock.catalog.queries import objections
from ownstock.catalog.queries.register import may_be_ordered_by
from ownstock.catalog.rules import first_choice
from ownstock.planning.models import Proposal
from ownstock.planning.queries.switching_costs import Move, NewSource, new_sources, outlooks
from ownstock.planning.rules import ProposalState
from ownstock.planning.rules.switching import Outlook, runs_out_in_days
from ownstock.purchasing.models import Delivery
from ownstock.purchasing.queries import STILL_OPEN
from ownstock.purchasing.rules import OPEN_STATES

CENT = Decimal("0.01")
NOTHING = Decimal(0)
FORMULAS = {
    "risk": "shortage cost x (units expected short until the new source delivers, without the orders that fall away - "
    "the same with them); demand is taken as normal with the forecast's mean and variance",
    "cost_a_year": "(new price - old price) x units a year at the rate of the forecast, in the company's currency",
    "runs_out_on": "the day by which more is expected to be wanted than is there and comes without the orders that fall away",
    "breaks_even_on": "365 x what the switch costs once / what is saved a year",
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
class Hanging:
    """An item-site that is ordered from the supplier, or waits for goods of it: why it has to leave, and by which terms.

    `terms` are those of other suppliers, the best one of each, in the order in which planning would take them.
    """

    item_site: ItemSite
    sentence: str
    lines: Sequence[OpenLine]
    proposals: Sequence[int]
    terms: Sequence[SupplyTerm]

    @property
    def to_replace(self) -> Decimal:
        """What falls away of its orders, in stock units."""
        return sum((line.can_cancel for line in self.lines), NOTHING)


@dataclass(frozen=True, slots=True)
class SwitchOption(Hanging):
    """The same with what each term costs and risks, and the day on which stock runs out without the supplier's orders.

    The first of `sources` is what planning would take. `runs_out_on` is None where that is not within two years, or the
    item-site cannot be planned.
    """

    sources: Sequence[NewSource]
    runs_out_on: date | None


@dataclass(frozen=True, slots=True)
class WhatHangs:
    """Everything that hangs on a supplier as of a day."""

    supplier: Supplier
    on: date
    items: Sequence[Hanging]

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
        return not any(item.lines or item.proposals or not item.terms for item in self.items)


@dataclass(frozen=True, slots=True)
class SwitchOptions(WhatHangs):
    """The same with costs and risks; `inputs_hash` is the fingerprint of what a switch is decided on."""

    items: Sequence[SwitchOption]
    inputs_hash: str


def what_hangs(supplier: Supplier, on: date) -> WhatHangs:
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
    items = [
        Hanging(
            row, reasons[row.item_id], lines.get((row.item_id, row.site_id), []), proposals[row.pk],
            _others(row, supplier, of_item[row.item_id], on),
        )
        for row in rows
    ]  # fmt: skip
    return WhatHangs(supplier, on, items)


def switch_options(supplier: Supplier, on: date) -> SwitchOptions:
    """What hangs on a supplier, with the costs and risks of every other source."""
    found = what_hangs(supplier, on).items
    old: dict[int, list[SupplyTerm]] = defaultdict(list)
    for term in supplier.supply_terms.filter(item_id__in={item.item_site.item_id for item in found}):
        old[term.item_id].append(term)
    moves = [
        Move(row, term, first_choice(old[row.item_id], site_id=row.site_id, on=on), item.to_replace)
        for item in found
        for row in [item.item_site]
        for term in item.terms
    ]
    outlook = outlooks([item.item_site for item in found], supplier, on)
    sources: dict[int, list[NewSource]] = defaultdict(list)
    for move, source in zip(moves, new_sources(moves, outlook, on), strict=True):
        sources[move.item_site.pk].append(source)
    items = [_option(item, sources[item.item_site.pk], outlook.get(item.item_site.pk), on) for item in found]
    return SwitchOptions(supplier, on, items, _hash(items))


def _option(item: Hanging, sources: Sequence[NewSource], outlook: Outlook | None, on: date) -> SwitchOption:
    days = None if outlook is None else runs_out_in_days(outlook)
    runs_out_on = None if days is None else on + timedelta(days=days)
    return SwitchOption(item.item_site, item.sentence, item.lines, item.proposals, item.terms, sources, runs_out_on)


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
    still_open = [cast("Any", part).still_open for part in parts]
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


def _others(row: ItemSite, supplier: Supplier, terms: Sequence[SupplyTerm], on: date) -> list[SupplyTerm]:
    """The best term of each other supplier of an item-site, in the order in which planning would ask them."""
    found = []
    rest = [term for term in terms if term.supplier_id != supplier.pk]
    while (best := first_choice(rest, site_id=row.site_id, on=on)) is not None:
        found.append(best)
        rest = [term for term in rest if term.supplier_id != best.supplier_id]
    return found


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
