"""Reading transfers: what is to be shipped, what is on the way, whether the goods in transit are theirs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.purchasing.models import TransferEntry, TransferLine, TransferOrder
from ownstock.purchasing.rules.transfers import OPEN_TRANSFER_STATES, OnTheWay, due_to_leave_on

# One item-site (item id, site id), some items, or all.
Which = tuple[int, int] | frozenset[int] | None

LEFT_ON_THE_WAY = Sum(F("shipped_change") - F("received_change") - F("lost_change"))


@dataclass(frozen=True, slots=True)
class OpenTransfer:
    """A part of a transfer that has not arrived: what has not left its source yet, or goods of a lot on the way.

    `leaves_on` is when it must leave to be there in time; None once it has left.
    """

    item_id: int
    source_id: int
    target_id: int
    source: str
    target: str
    sku: str
    number: str
    line: int
    quantity: Decimal
    transit_days: int
    expected_on: date
    leaves_on: date | None = None
    expires_on: date | None = None
    retest_on: date | None = None

    @property
    def is_shipped(self) -> bool:
        """Whether it has left."""
        return self.leaves_on is None

    def is_fit(self, on: date) -> bool:
        """Whether its goods may still be used on a day, as far as is known."""
        ends = [day for day in (self.expires_on, self.retest_on) if day]
        return not ends or min(ends) > on


@dataclass(frozen=True, slots=True)
class TransferDifference:
    """A total of a line that is not the sum of its entries, or goods in transit that are not those of transfers."""

    place: str
    what: str
    kept: Decimal
    derived: Decimal

    @property
    def sentence(self) -> str:
        """What is kept and what the entries say."""
        return f"{self.place}, {self.what}: {plain(self.kept)} kept, but its entries say {plain(self.derived)}."


def transfers(state: str = "") -> QuerySet[TransferOrder]:
    """Transfer orders (in a state, or all), newest first, with their sites."""
    rows = TransferOrder.objects.select_related("source", "target", "transit").order_by("-id")
    return rows.filter(state=state) if state else rows


def transfer_totals(state: str = "") -> QuerySet[TransferOrder]:
    """The same, each with `line_count`, and `to_ship` and `on_the_way` in stock units of all its lines."""
    return transfers(state).annotate(
        line_count=Count("lines"),
        to_ship=Sum(F("lines__quantity") - F("lines__shipped_quantity") - F("lines__cancelled_quantity")),
        on_the_way=Sum(F("lines__shipped_quantity") - F("lines__received_quantity") - F("lines__lost_quantity")),
    )


def transfer_counts() -> dict[str, int]:
    """How many transfer orders are in each state; states without any are left out."""
    return dict(TransferOrder.objects.values_list("state").annotate(Count("pk")).order_by("state"))


def transfer(number: str) -> TransferOrder:
    """One transfer order with its sites.

    Raises:
        Refused: there is none of this number.
    """
    found = transfers().filter(number=number).first()
    if found is None:
        raise Refused(f"There is no transfer order {number}.", code="no_transfer", number=number)
    return found


def last_transit_days(source: str, target: str) -> int | None:
    """How many days the last transfer between two sites, by their codes, was to be on the way; None for the first."""
    rows = TransferOrder.objects.filter(source__code=source, target__code=target).order_by("-id")
    return rows.values_list("transit_days", flat=True).first()


def transfer_lines(order: TransferOrder) -> list[TransferLine]:
    """The lines of an order with their items."""
    return list(order.lines.select_related("item").order_by("line"))


def transfer_entries(order: TransferOrder) -> QuerySet[TransferEntry]:
    """Everything that happened to the lines of an order, oldest first."""
    rows = TransferEntry.objects.filter(line__transfer_order=order)
    return rows.select_related("line__item", "location", "lot").order_by("id")


def on_the_way(order: TransferOrder) -> list[OnTheWay]:
    """What of an order left and has neither come nor been lost, by line, shipment and lot; what left first first."""
    rows = TransferEntry.objects.filter(line__transfer_order=order).exclude(shipment_key="")
    grouped = rows.values_list("line__line", "shipment_key", "lot_id", "lot__code").annotate(
        left=LEFT_ON_THE_WAY, expected=Max("expected_on"), first=Min("id")
    )
    return [
        OnTheWay(line, key, lot_id, lot or "", left, expected)
        for line, key, lot_id, lot, left, expected, _ in grouped.filter(left__gt=0).order_by("line__line", "first")
    ]


def is_transfer_posting(posting_key: str) -> bool:
    """Whether a posting shipped, received or lost something of a transfer."""
    return TransferEntry.objects.filter(posting_key=posting_key).exists()


def open_transfers(
    *, item_site: tuple[int, int] | None = None, items: Collection[int] | None = None
) -> list[OpenTransfer]:
    """Every part of a transfer, from draft on, that has not arrived: on order at its target until it does.

    What has not left yet is owed by its source. `item_site` limits it to one (item id, site id), at either
    end, `items` to some items.
    """
    which = item_site if items is None else frozenset(items)
    found = [*_to_ship(which), *_shipped(which)]
    return sorted(found, key=lambda t: (t.expected_on, t.number, t.line))


def transfers_coming(item_ids: Sequence[int]) -> dict[tuple[int, int], Decimal]:
    """What transfers are still to bring, keyed by (item id, id of the target); what has none is left out."""
    rows = TransferLine.objects.filter(item_id__in=item_ids, transfer_order__state__in=OPEN_TRANSFER_STATES)
    left = Sum(F("quantity") - F("cancelled_quantity") - F("received_quantity") - F("lost_quantity"))
    sums = rows.values_list("item_id", "transfer_order__target_id").annotate(left=left).order_by()
    return {(item_id, site_id): quantity for item_id, site_id, quantity in sums if quantity}


def _to_ship(which: Which) -> list[OpenTransfer]:
    left = F("quantity") - F("shipped_quantity") - F("cancelled_quantity")
    rows = TransferLine.objects.filter(_of(which, "item_id", "transfer_order__")).annotate(left=left)
    rows = rows.filter(left__gt=0, transfer_order__state__in=OPEN_TRANSFER_STATES)
    return [
        OpenTransfer(
            line.item_id, order.source_id, order.target_id, order.source.code, order.target.code, line.item.sku,
            order.number, line.line, line.left, order.transit_days, order.requested_on,
            leaves_on=due_to_leave_on(order.requested_on, order.transit_days),
        )
        for line in rows.select_related("transfer_order__source", "transfer_order__target", "item")
        for order in [line.transfer_order]
    ]  # fmt: skip


def _shipped(which: Which) -> list[OpenTransfer]:
    rows = TransferEntry.objects.filter(_of(which, "line__item_id", "line__transfer_order__"))
    rows = rows.filter(line__transfer_order__state__in=OPEN_TRANSFER_STATES).exclude(shipment_key="")
    order = "line__transfer_order"
    grouped = rows.values_list(
        "line__item_id", f"{order}__source_id", f"{order}__target_id", f"{order}__source__code", f"{order}__target__code",
        "line__item__sku", f"{order}__number", "line__line", f"{order}__transit_days", "shipment_key", "lot_id",
        "lot__expires_on", "lot__retest_on",
    ).annotate(left=LEFT_ON_THE_WAY, expected=Max("expected_on"))  # fmt: skip
    return [
        OpenTransfer(
            item, source, target, source_code, target_code, sku, number, line, left, transit_days, expected, None,
            expires_on, retest_on,
        )
        for item, source, target, source_code, target_code, sku, number, line, transit_days, _, _, expires_on, retest_on,
            left, expected in grouped.filter(left__gt=0).order_by()
    ]  # fmt: skip


def _of(which: Which, item: str, order: str) -> Q:
    if which is None:
        return Q()
    if isinstance(which, frozenset):
        return Q(**{f"{item}__in": which})
    item_id, site_id = which
    return Q(**{item: item_id}) & (Q(**{f"{order}source_id": site_id}) | Q(**{f"{order}target_id": site_id}))


TOTALS = """
    SELECT o.number || ', line ' || l.line, d.what, d.kept, d.derived
    FROM purchasing_transfer_line l JOIN purchasing_transfer_order o ON o.id = l.transfer_order_id
    LEFT JOIN (
        SELECT line_id, sum(shipped_change) AS shipped, sum(received_change) AS received, sum(lost_change) AS lost,
            sum(cancelled_change) AS cancelled
        FROM purchasing_transfer_entry GROUP BY line_id
    ) e ON e.line_id = l.id
    CROSS JOIN LATERAL (VALUES
        ('shipped', l.shipped_quantity, coalesce(e.shipped, 0)), ('received', l.received_quantity, coalesce(e.received, 0)),
        ('lost', l.lost_quantity, coalesce(e.lost, 0)), ('cancelled', l.cancelled_quantity, coalesce(e.cancelled, 0))
    ) AS d(what, kept, derived)
    WHERE d.kept <> d.derived
"""
IN_TRANSIT = """
    SELECT coalesce(b.code, w.code), coalesce(b.sku, w.sku) || coalesce(' lot ' || coalesce(b.lot, w.lot), ''),
        coalesce(b.on_hand, 0), coalesce(w.on_hand, 0)
    FROM (
        SELECT c.code, i.sku, t.code AS lot, b.location_id, b.item_id, b.lot_id, sum(b.on_hand) AS on_hand
        FROM ledger_balance b JOIN catalog_location c ON c.id = b.location_id JOIN catalog_item i ON i.id = b.item_id
        LEFT JOIN ledger_lot t ON t.id = b.lot_id
        WHERE b.location_id IN (SELECT location_id FROM purchasing_transit_place)
        GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(b.on_hand) <> 0
    ) b
    FULL JOIN (
        SELECT c.code, i.sku, t.code AS lot, o.transit_id, l.item_id, e.lot_id,
            sum(e.shipped_change - e.received_change - e.lost_change) AS on_hand
        FROM purchasing_transfer_entry e JOIN purchasing_transfer_line l ON l.id = e.line_id
        JOIN purchasing_transfer_order o ON o.id = l.transfer_order_id JOIN catalog_location c ON c.id = o.transit_id
        JOIN catalog_item i ON i.id = l.item_id LEFT JOIN ledger_lot t ON t.id = e.lot_id
        WHERE e.shipment_key <> ''
        GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(e.shipped_change - e.received_change - e.lost_change) <> 0
    ) w ON w.transit_id = b.location_id AND w.item_id = b.item_id AND coalesce(w.lot_id, 0) = coalesce(b.lot_id, 0)
    WHERE coalesce(b.on_hand, 0) <> coalesce(w.on_hand, 0)
"""


def transfer_differences() -> list[TransferDifference]:
    """Compare every line with its entries, and the goods in transit with what is on the way; empty means all agree."""
    with connection.cursor() as cursor:
        cursor.execute(f"{TOTALS} UNION ALL {IN_TRANSIT} ORDER BY 1, 2")
        return [TransferDifference(*row) for row in cursor.fetchall()]
