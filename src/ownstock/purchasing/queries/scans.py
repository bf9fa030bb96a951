"""Which goods of an order a scan of a packing means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item
from ownstock.catalog.rules import Tracking
from ownstock.purchasing.deliveries import room
from ownstock.purchasing.models import OrderLine
from ownstock.purchasing.rules.scans import Scan, check_expiry, read_scan, told


@dataclass(frozen=True, slots=True)
class ScannedGoods:
    """Goods of a line of an order as their packing names them; `piece` is set where it is one single piece."""

    line: int
    quantity: Decimal
    lot: str
    expires_on: date | None
    piece: str
    sentence: str


def scanned_goods(number: str, lines: Sequence[OrderLine], text: str, *, on: date) -> ScannedGoods:
    """The goods of an order that a scan means: of its line with that item, the first of which something is open.

    Where the packing says no count, it is one. A serial number is the lot of an item that is told apart by it.

    Raises:
        Refused: the scan cannot be read, no item has its GTIN, the item is not on the order, or the lot has expired.
    """
    scan = read_scan(text)
    item = item_of(scan)
    same = [line for line in lines if line.item_id == item.pk]
    if not same:
        raise Refused(
            f"{item.sku} (GTIN {scan.gtin}) is not on the order {number}. Enter it as another item that came.",
            code="not_on_order", sku=item.sku,
        )  # fmt: skip
    check_expiry(item.sku, scan, on=on)
    chosen = next((line for line in same if any(room(d) for d in line.deliveries.all())), same[0])
    is_piece = item.tracking == Tracking.SERIAL
    quantity = Decimal(1) if is_piece or scan.quantity is None else scan.quantity
    lot = (scan.serial or scan.lot) if is_piece else scan.lot
    return ScannedGoods(chosen.line, quantity, lot, scan.expires_on, scan.piece, told(scan, item.sku, quantity))


def item_of(scan: Scan) -> Item:
    """The item whose GTIN stands on a packing.

    Raises:
        Refused: there is none.
    """
    found = Item.objects.filter(gtin=scan.gtin).first()
    if found is None:
        raise Refused(
            f"No item has the GTIN {scan.gtin}. Enter it with its item, or fill in the line by hand.",
            code="unknown_gtin", gtin=scan.gtin,
        )  # fmt: skip
    return found
