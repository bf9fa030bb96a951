"""The papers of a transfer as PDF: a note to pick by, and a delivery note that goes with the goods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.exchange.papers.paper import INK, NOTE, QUIET, Paper
from ownstock.planning.inputs.transfers import Suggested
from ownstock.purchasing.models import TransferEntry, TransferOrder
from ownstock.purchasing.queries.transfers import transfer_entries
from ownstock.purchasing.rules.transfers import TransferEntryKind

PICK_HEADINGS = ("Line", "From", "Item", "Description", "Lot", "Expires", "Quantity", "Picked")
PICK_WIDTHS_MM = (10, 24, 28, 44, 24, 20, 22, 18)
SENT_HEADINGS = ("Line", "Item", "Description", "Lot", "Expires", "Quantity", "Came")
SENT_WIDTHS_MM = (10, 30, 60, 26, 22, 24, 18)


def pick_note(order: TransferOrder, picks: Sequence[Suggested]) -> bytes:
    """What is to be taken from which place, and a box for what was: first expired first out, as shipping would."""
    page = TransferPage(order, "Pick note", order.created_at)
    page.write_head(f"To be there on {order.requested_on}, {order.transit_days} days on the way")
    rows = [
        (
            str(p.line), p.location, p.sku, p.description, p.lot, _day(p.expires_on), f"{plain(p.quantity)} {p.unit}", "",
        )
        for p in picks
    ]  # fmt: skip
    page.write_rows(PICK_HEADINGS, PICK_WIDTHS_MM, rows)
    return page.written("Picked by")


def delivery_note(order: TransferOrder, shipment_key: str) -> bytes:
    """What left with one shipment, lot by lot, and a box for what came.

    Raises:
        Refused: nothing of the order left under this key.
    """
    sent = [
        entry
        for entry in transfer_entries(order)
        if entry.shipment_key == shipment_key and entry.kind == TransferEntryKind.SHIPPED
    ]
    if not sent:
        raise Refused(
            f"Nothing of {order.number} left as {shipment_key}.", code="no_shipment", number=order.number,
            key=shipment_key,
        )  # fmt: skip
    page = TransferPage(order, "Delivery note", sent[0].recorded_at)
    page.write_head(f"Shipment {shipment_key}, left on {sent[0].moved_on}, expected on {sent[0].expected_on}")
    page.write_rows(SENT_HEADINGS, SENT_WIDTHS_MM, [_sent(*one) for one in _by_lot(sent)])
    return page.written("Received by")


def _by_lot(sent: Sequence[TransferEntry]) -> list[tuple[TransferEntry, Decimal]]:
    """One row for each lot of a line, wherever it lay."""
    found: dict[tuple[int, int | None], tuple[TransferEntry, Decimal]] = {}
    for entry in sent:
        key = (entry.line_id, entry.lot_id)
        first, quantity = found.get(key, (entry, Decimal(0)))
        found[key] = (first, quantity + entry.shipped_change)
    return list(found.values())


def _sent(entry: TransferEntry, quantity: Decimal) -> tuple[str, ...]:
    item, lot = entry.line.item, entry.lot
    return (
        str(entry.line.line), item.sku, item.description, lot.code if lot else "", _day(lot.expires_on if lot else None),
        f"{plain(quantity)} {item.unit}", "",
    )  # fmt: skip


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


class TransferPage(Paper):
    """The paper of one note."""

    def __init__(self, order: TransferOrder, title: str, written_at: datetime) -> None:
        super().__init__(f"{title} {order.number}", f"{title}, {order.number}", written_at)
        self.order, self.heading = order, title
        self.add_page()

    def write_head(self, when: str) -> None:
        """Name the order, where the goods lie and where they go."""
        self._pen(20, INK, "B")
        self._line(f"{self.heading} {self.order.number}", height_mm=11)
        self.ln(2)
        for label, site in (("From", self.order.source), ("To", self.order.target)):
            self._fact(label, f"{site.name} ({site.code})")
        self._fact("When", when)
        self.ln(4)

    def write_rows(self, headings: Sequence[str], widths_mm: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        """Set the table, its head repeated on every page."""
        self._pen(8.5, INK)
        self._ruled_table(headings, widths_mm, rows)

    def written(self, who: str) -> bytes:
        """Leave room for a name and a day, and say where a letter could not be printed."""
        self.ln(4)
        self._pen(9.5, INK)
        self._line(f"{who}: ______________________________    On: ____________________", height_mm=11)
        if self.has_replaced:
            self._pen(8, QUIET)
            self._line(NOTE.partition(";")[0] + ".")
        return bytes(self.output())
