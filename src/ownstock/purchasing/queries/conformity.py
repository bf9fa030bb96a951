"""Which goods certificates of conformity cover, line by line and lot by lot; what is still to be asked for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item
from ownstock.catalog.queries import source_class_of
from ownstock.catalog.rules import ReleaseNeeds, SourceClass
from ownstock.ledger.models import Movement
from ownstock.ledger.release_checks import Release
from ownstock.purchasing.models import ConformityCertificate, PurchaseOrder, Receipt
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.rules.conformity import NOTHING, OrderLineKey, check_release, covered

Sums = defaultdict[OrderLineKey, Decimal]


@dataclass(frozen=True, slots=True)
class CertifiedGoods:
    """Goods of a lot that came for a line of an order, or are certified before they come."""

    line: int
    sku: str
    lot: str
    received: Decimal
    certified: Decimal
    is_needed: bool
    source_class: SourceClass | None

    @property
    def missing(self) -> Decimal:
        """How much came without a certificate that its release needs."""
        return max(self.received - self.certified, NOTHING) if self.is_needed else NOTHING


def refuse_uncovered(release: Release) -> None:
    """Refuse to release goods of an item that needs certificates of conformity beyond what they cover.

    Raises:
        Refused: so much is not covered.
    """
    if Item.objects.filter(pk=release.item_id, release_needs=ReleaseNeeds.CONFORMITY).exists():
        known = covered_of(release.item_id, release.lot)
        check_release(
            release.sku, release.lot, quantity=release.quantity, released=release.released, covered=known
        )  # fmt: skip


def covered_of(item_id: int, lot: str) -> Decimal:
    """How much of a lot (of goods without lots: of the item) is covered by certificates that count."""
    rows = counting().filter(item_id=item_id, lot=lot).values_list("purchase_order__number", "line")
    certified = {(number, line): units for number, line, units in rows.annotate(units=Sum("quantity")).order_by()}
    return covered(certified, _received_of(item_id, lot, [number for number, _ in certified]))


def counting() -> QuerySet[ConformityCertificate]:
    """The certificates that nobody withdrew."""
    return ConformityCertificate.objects.filter(withdrawal=None)


def _received_of(item_id: int, lot: str, numbers: list[str]) -> Sums:
    """What came of a lot, by line of these orders."""
    orders = PurchaseOrder.objects.filter(number__in=numbers)
    found = Sums(Decimal)
    for number, line, code, item, quantity in _receipts(orders):
        if (item, code) == (item_id, lot):
            found[number, line] += quantity
    return found


def _receipts(orders: QuerySet[PurchaseOrder]) -> list[tuple[str, int, str, int, Decimal]]:
    """What came for orders: (order, line, lot, item, quantity)."""
    rows = standing(Receipt.objects.filter(delivery__line__revision__purchase_order__in=orders), "posting_key")
    of = "delivery__line__"
    columns = (f"{of}revision__purchase_order__number", f"{of}line", f"{of}item", "quantity")
    receipts = list(rows.values_list("posting_key", "posting_line", *columns))
    moved = Movement.objects.filter(posting__key__in={row[0] for row in receipts})
    lots = {(key, line): code or "" for key, line, code in moved.values_list("posting__key", "line", "lot__code")}
    return [
        (number, line, lots.get((key, posting_line), ""), item, quantity)
        for key, posting_line, number, line, item, quantity in receipts
    ]


def certificates_of(order: PurchaseOrder) -> QuerySet[ConformityCertificate]:
    """The certificates that were entered for an order, newest first, with their withdrawal where there is one."""
    rows = ConformityCertificate.objects.filter(purchase_order=order).defer("document")
    return rows.select_related("item", "withdrawal", "purchase_order").order_by("-id")


def certified_goods(order: PurchaseOrder) -> list[CertifiedGoods]:
    """What came for an order and what of it is certified, by line and lot; with the source class on the day of the order."""
    received: dict[tuple[int, int, str], Decimal] = defaultdict(Decimal)
    certified: dict[tuple[int, int, str], Decimal] = defaultdict(Decimal)
    for _, line, lot, item, quantity in _receipts(PurchaseOrder.objects.filter(pk=order.pk)):
        received[line, item, lot] += quantity
    for row in counting().filter(purchase_order=order).defer("document"):
        certified[row.line, row.item_id, row.lot] += row.quantity
    keys = sorted(received.keys() | certified.keys())
    items = Item.objects.in_bulk({item for _, item, _ in keys})
    classes = {pk: source_class_of(order.supplier, item, order.ordered_on) for pk, item in items.items()}
    return [
        CertifiedGoods(
            line, items[item].sku, lot, received[line, item, lot], certified[line, item, lot],
            items[item].release_needs == ReleaseNeeds.CONFORMITY, classes[item],
        )
        for line, item, lot in keys
    ]  # fmt: skip


def conformity_certificate(pk: int) -> ConformityCertificate:
    """One certificate with its document.

    Raises:
        Refused: there is none.
    """
    rows = ConformityCertificate.objects.select_related("item", "purchase_order__supplier", "withdrawal")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Refused(f"There is no certificate of conformity {pk}.", code="no_certificate", certificate=pk)
    return found
