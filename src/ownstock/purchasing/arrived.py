"""What came at a receipt, line by line as it is posted, and how it differs from what was ordered and announced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item
from ownstock.catalog.rules import ReceivingStatus
from ownstock.ledger.rules import Status
from ownstock.purchasing.agreed import over_tolerance_percent
from ownstock.purchasing.deliveries import room
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from ownstock.purchasing.order_rows import standing_quantity
from ownstock.purchasing.queries.notices import NoticedGoods
from ownstock.purchasing.rules.discrepancies import DiscrepancyKind, over_quantity

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Goods that came for a line: so many stock units that are good, and so many that are damaged, with what is wrong.

    They are of a lot where the item has lots, which may be used until a day where that is known.
    """

    line: int
    quantity: Decimal
    lot: str = ""
    expires_on: date | None = None
    damaged: Decimal = NOTHING
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WrongGoods:
    """Another item that came instead of what a line asked for; not kept, it is only noted."""

    line: int
    sku: str
    quantity: Decimal
    lot: str = ""
    is_kept: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ArrivedGoods:
    """Goods of one line of the posting: for which line of the order, and what is wrong with them."""

    line: int
    item: Item
    quantity: Decimal
    lot: str = ""
    reason: str = ""
    fault: DiscrepancyKind | None = None

    @property
    def is_as_ordered(self) -> bool:
        """Whether it is the item that was ordered."""
        return self.fault != DiscrepancyKind.WRONG_ITEM

    @property
    def is_held_afterwards(self) -> bool:
        """Whether they must go on hold by way of quarantine."""
        return self.fault is not None and self.item.receiving_status == ReceivingStatus.QUARANTINE

    @property
    def target_status(self) -> str:
        """In which status they come."""
        return Status.ON_HOLD if self.fault and not self.is_held_afterwards else self.item.receiving_status


@dataclass(frozen=True, slots=True)
class FoundDiscrepancy:
    """A difference found at a receipt; `posting_line` names the line that brought the goods, None where none did."""

    kind: DiscrepancyKind
    line: int
    item: Item
    quantity: Decimal
    lot: str = ""
    reason: str = ""
    posting_line: int | None = None


def arrived_goods(
    receipts: Iterable[ReceiptLine], wrong: Iterable[WrongGoods], lines: Mapping[int, OrderLine]
) -> list[ArrivedGoods]:
    """What comes into stock, in the order of the posting: of each line what is good and what is damaged, then other items.

    Raises:
        Refused: the catalogue has no such item, or nothing is said to have come of a line.
    """
    found = []
    for r in receipts:
        goods = ArrivedGoods(r.line, lines[r.line].item, r.quantity, r.lot, r.reason)
        if r.quantity or not r.damaged:
            found.append(goods)
        if r.damaged:
            found.append(replace(goods, quantity=r.damaged, fault=DiscrepancyKind.DAMAGED))
    kept = [w for w in wrong if w.is_kept]
    items = items_of(kept)
    return found + [
        ArrivedGoods(w.line, items[w.sku], w.quantity, w.lot, w.reason, DiscrepancyKind.WRONG_ITEM) for w in kept
    ]


def items_of(wrong: Iterable[WrongGoods]) -> dict[str, Item]:
    """The items of wrong goods by code.

    Raises:
        Refused: the catalogue has no such item.
    """
    skus = {w.sku for w in wrong}
    found = {item.sku: item for item in Item.objects.filter(sku__in=skus)}
    if missing := sorted(skus - found.keys()):
        raise Refused(f"There is no item {missing[0]} in the catalogue; import it first.", code="unknown_item")
    return found


def discrepancies_of(
    order: PurchaseOrder, lines: Mapping[int, OrderLine], arrived: Sequence[ArrivedGoods],
    *, noted: Sequence[WrongGoods], announced: Sequence[NoticedGoods], received_on: date,
) -> list[FoundDiscrepancy]:  # fmt: skip
    """Everything about a receipt that is not as ordered or announced; the deliveries are as they were before it."""
    faulty = [
        FoundDiscrepancy(a.fault, a.line, a.item, a.quantity, a.lot, a.reason, n)
        for n, a in enumerate(arrived, start=1)
        if a.fault
    ]
    items = items_of(noted)
    wrong = [
        FoundDiscrepancy(DiscrepancyKind.WRONG_ITEM, w.line, items[w.sku], w.quantity, w.lot, w.reason) for w in noted
    ]
    tolerance = over_tolerance_percent(order.supplier, received_on)
    return [*faulty, *wrong, *_over(lines, arrived, tolerance), *_short(lines, arrived, announced)]


def _over(
    lines: Mapping[int, OrderLine], arrived: Sequence[ArrivedGoods], tolerance_percent: Decimal
) -> Iterable[FoundDiscrepancy]:
    last = {a.line: n for n, a in enumerate(arrived, start=1) if a.fault is None}
    came = _came(arrived)
    for number, posting_line in last.items():
        line = lines[number]
        still_open = sum(map(room, line.deliveries.all()), NOTHING)
        over = over_quantity(came[number], still_open, standing_quantity(line), tolerance_percent)
        if over > 0:
            yield FoundDiscrepancy(
                DiscrepancyKind.OVER, number, line.item, over, arrived[posting_line - 1].lot, posting_line=posting_line
            )


def _short(
    lines: Mapping[int, OrderLine], arrived: Sequence[ArrivedGoods], announced: Sequence[NoticedGoods]
) -> Iterable[FoundDiscrepancy]:
    came, told = _came(arrived), defaultdict[int, Decimal](Decimal)
    for goods in announced:
        told[goods.line] += goods.quantity
    for number, quantity in told.items():
        if quantity > came[number]:
            yield FoundDiscrepancy(DiscrepancyKind.SHORT, number, lines[number].item, quantity - came[number])


def _came(arrived: Sequence[ArrivedGoods]) -> defaultdict[int, Decimal]:
    found = defaultdict[int, Decimal](Decimal)
    for goods in arrived:
        if goods.is_as_ordered:
            found[goods.line] += goods.quantity
    return found
