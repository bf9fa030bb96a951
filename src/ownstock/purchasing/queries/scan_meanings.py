"""What a scan at the goods-in means: an order, a package that a notice told of, or goods, with what is odd of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.models import Item
from ownstock.catalog.rules import Tracking
from ownstock.ledger.models import Posting
from ownstock.purchasing.arrived import ReceiptLine, WrongGoods
from ownstock.purchasing.deliveries import room
from ownstock.purchasing.models import NoticeLine, OrderLine, PurchaseOrder
from ownstock.purchasing.queries.notices import in_force
from ownstock.purchasing.queries.orders import lines, order, orders
from ownstock.purchasing.queries.scans import item_of
from ownstock.purchasing.rules import ANSWERABLE_STATES
from ownstock.purchasing.rules.scans import Scan, package_of, read_scan, told

MOST_ORDERS = 6
NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Choice:
    """A way on from what is odd of a scan: the word that chooses it, and what it does."""

    word: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a scan means. Where `choices` stand, a person is to choose one before anything is received."""

    order: str
    sentence: str
    receipts: Sequence[ReceiptLine] = ()
    wrong: Sequence[WrongGoods] = ()
    choices: Sequence[Choice] = ()


def meaning_of(text: str, *, number: str = "", count: Decimal | None = None, choice: str = "", on: date) -> Meaning:
    """What a scan means while goods of an order (`number`) come, or of any.

    `count` is how many there are where the packing does not say; `choice` the way on that a person chose: `damaged`, `over`,
    `wrong`, or `order:` and the number of another order.

    Raises:
        Refused: it cannot be read, or nothing of it is on any order that is open.
    """
    named = orders().filter(number__iexact=text.strip()).first()
    if named is not None:
        return _of_order(named)
    if package := package_of(text):
        return _of_package(package)
    if choice.startswith("order:"):
        number, choice = choice.removeprefix("order:"), ""
    scan = read_scan(text)
    item = item_of(scan)
    found = order(number) if number else None
    same = [line for line in lines(found) if line.item_id == item.pk] if found else []
    if found is None or not same:
        if found is not None and choice == "wrong":
            return _wrong(found, scan, item, count)
        others = [row for row in _orders_with(item) if row.number != number]
        if found is not None or len(others) != 1:
            return _which_order(found, others, scan, item, count)
        found = others[0]
        same = [line for line in lines(found) if line.item_id == item.pk]
    return _goods(found, same, scan, item, count, choice, on)


def _of_order(found: PurchaseOrder) -> Meaning:
    if found.placed_at is None:
        raise Refused(f"{found.number} was never placed: nothing of it can come.", code="not_placed")
    return Meaning(found.number, f"{found.number} from {found.supplier.code} {found.supplier.name}. Scan what came.")


def _of_package(package: str) -> Meaning:
    """The goods of a pallet or carton, as a notice in force tells of it; it is received once."""
    rows = NoticeLine.objects.filter(
        notice__in=in_force(), marks__contains=[package], purchase_order__state__in=ANSWERABLE_STATES
    )
    found = list(rows.select_related("purchase_order", "item").order_by("notice_id", "number"))
    if not found:
        raise Refused(f"No shipping notice tells of the package {package}: scan what is in it.", code="unknown_package")
    numbers = {row.purchase_order.number for row in found}
    if len(numbers) > 1 or any(len(row.marks) > 1 for row in found):
        raise Refused(
            f"The notice does not say how much of what is in the package {package}: scan what is in it.",
            code="package_unclear",
        )
    goods = [ReceiptLine(row.line, row.quantity, row.lot, row.expires_on) for row in found]
    words = ", ".join(f"{plain(row.quantity)} {row.item.sku}{f', lot {row.lot}' if row.lot else ''}" for row in found)
    if Posting.objects.filter(key__startswith=f"package:{package}:", reversed_by=None).exists():
        raise Refused(f"The package {package} was received before: {words}.", code="package_received")
    return Meaning(numbers.pop(), words, goods)


def _goods(
    found: PurchaseOrder, same: Sequence[OrderLine], scan: Scan, item: Item, count: Decimal | None, choice: str,
    on: date,
) -> Meaning:  # fmt: skip
    quantity, lot = _counted(scan, item, count)
    words = told(scan, item.sku, quantity)
    if choice == "damaged":
        line = next((line for line in same if _open(line)), same[0])
        damage = ReceiptLine(line.line, NONE, lot, scan.expires_on, quantity, "damaged, as scanned")
        return Meaning(found.number, f"{words}: damaged, on hold", [damage])
    if scan.expires_on is not None and scan.expires_on <= on:
        odd = f"{words}: it expired on {scan.expires_on} and is not received as sound."
        return Meaning(found.number, odd, choices=[Choice("damaged", "Keep it on hold as damaged")])
    is_open = sum(map(_open, same), NONE)
    if quantity > is_open and choice != "over":
        odd = f"{words}: {plain(is_open)} of it {'is' if is_open == 1 else 'are'} open on {found.number}."
        return Meaning(found.number, odd, choices=_over_choices(quantity, is_open, item, found.number))
    return Meaning(found.number, words, _spread(same, quantity, lot, scan))


def _spread(same: Sequence[OrderLine], quantity: Decimal, lot: str, scan: Scan) -> list[ReceiptLine]:
    """Goods on the open lines of their item, one after another; what is over goes to the last of these."""
    fit = [line for line in same if _open(line)] or list(same[:1])
    found = []
    for line in fit:
        share = quantity if line is fit[-1] else min(_open(line), quantity)
        if share > 0:
            found.append(ReceiptLine(line.line, share, lot, scan.expires_on))
        quantity -= share
    return found


def _over_choices(quantity: Decimal, is_open: Decimal, item: Item, number: str) -> list[Choice]:
    others = [row for row in _orders_with(item) if row.number != number]
    return [
        Choice("over", f"Receive {plain(quantity)}: {plain(quantity - is_open)} more than ordered"),
        *_order_choices(others),
    ]


def _wrong(found: PurchaseOrder, scan: Scan, item: Item, count: Decimal | None) -> Meaning:
    quantity, lot = _counted(scan, item, count)
    rows = lines(found)
    line = next((line for line in rows if _open(line)), rows[0])
    goods = WrongGoods(line.line, item.sku, quantity, lot, reason="came instead, as scanned")
    return Meaning(found.number, f"{told(scan, item.sku, quantity)}: not ordered, on hold", wrong=[goods])


def _which_order(
    found: PurchaseOrder | None, others: Sequence[PurchaseOrder], scan: Scan, item: Item, count: Decimal | None
) -> Meaning:
    words = told(scan, item.sku, _counted(scan, item, count)[0])
    choices = _order_choices(others)
    if found is None:
        if not others:
            raise Refused(f"{item.sku} is on no order that is open. Put it aside and ask a buyer.", code="not_on_order")
        return Meaning("", f"{words}: it is on {len(others)} open orders. Of which is it?", choices=choices)
    wrong = Choice("wrong", "Keep it on hold: it came instead of what was ordered")
    return Meaning(found.number, f"{words}: it is not on {found.number}.", choices=[*choices, wrong])


def _order_choices(others: Iterable[PurchaseOrder]) -> list[Choice]:
    return [Choice(f"order:{row.number}", f"Receive it for {row.number} of {row.supplier.code}") for row in others]


def _orders_with(item: Item) -> list[PurchaseOrder]:
    """The sent orders of which some of an item is open, those that are sent longest first."""
    rows = orders().filter(state__in=ANSWERABLE_STATES, revisions__lines__item=item).distinct().order_by("id")
    return [row for row in rows[: 4 * MOST_ORDERS] if any(_open(ln) for ln in lines(row) if ln.item_id == item.pk)][
        :MOST_ORDERS
    ]


def _counted(scan: Scan, item: Item, count: Decimal | None) -> tuple[Decimal, str]:
    """How many, and of which lot; a serial number is the lot of one piece."""
    if item.tracking == Tracking.SERIAL:
        return Decimal(1), scan.serial or scan.lot
    return count or scan.quantity or Decimal(1), scan.lot


def _open(line: OrderLine) -> Decimal:
    return sum(map(room, line.deliveries.all()), NONE)
