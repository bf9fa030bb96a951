"""The answer as CSV: RFC 4180, UTF-8, quantities exact, texts guarded against formula injection (`rules.safe_cell`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from ownstock.base.text import plain
from ownstock.exchange.evidence.dossier import Arrival, Departure, Dossier, net, signed
from ownstock.exchange.rules import safe_cell
from ownstock.ledger.rules.tracing import Followed, LotName, Reconciliation, TracedMovement, flow_of

Row = Sequence[str]
MOVEMENTS = (
    "moved_at", "recorded_at", "posting", "line", "kind", "flow", "sku", "lot", "quantity", "unit", "source",
    "source_status", "target", "target_status", "reference", "actor", "reverses", "taken_back_by",
)  # fmt: skip
RECEIPTS = (
    "moved_at", "sku", "lot", "quantity", "taken_back_by", "net", "unit", "target", "supplier", "supplier_name",
    "order_number", "order_line", "ordered_on", "match", "reference", "posting",
)  # fmt: skip
CUSTOMERS = (
    "moved_at", "flow", "sku", "lot", "quantity", "taken_back_by", "net", "unit", "site", "customer", "customer_name",
    "document", "posting",
)  # fmt: skip
BALANCES = ("sku", "lot", "location", "location_name", "location_kind", "site", "status", "on_hand", "by_movements",
            "difference", "unit", "expires_on")  # fmt: skip
LOTS = ("role", "depth", "sku", "lot", "description", "unit", "expires_on", "came_in", "went_out", "on_hand",
        "unexplained", "adds_up")  # fmt: skip
RECONCILIATION = ("sku", "lot", "flow", "posted", "taken_back", "net", "unit")
TRANSFORMATIONS = ("moved_at", "posting", "side", "sku", "lot", "quantity", "unit", "location", "taken_back_by")


def render(dossier: Dossier) -> dict[str, bytes]:
    """The files by their names."""
    return {
        "lots.csv": _file(LOTS, _lots(dossier)),
        "reconciliation.csv": _file(RECONCILIATION, _reconciliation(dossier)),
        "receipts.csv": _file(RECEIPTS, map(_receipt, dossier.arrivals)),
        "customers.csv": _file(CUSTOMERS, map(_customer, dossier.departures)),
        "balances.csv": _file(BALANCES, _balances(dossier)),
        "transformations.csv": _file(TRANSFORMATIONS, _transformations(dossier)),
        "movements.csv": _file(MOVEMENTS, _movements(dossier)),
    }


def _file(headings: Row, rows: Iterable[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode()


def moment(at: datetime) -> str:
    """An instant in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _named(lot: LotName) -> tuple[str, str]:
    return safe_cell(lot.sku), safe_cell(lot.code)


def _movements(dossier: Dossier) -> Iterator[Row]:
    trace, making = dossier.trace, dossier.trace.making
    lines = trace.lines
    keys = {m.posting_id: m.key for m in lines}
    for m in lines:
        lot = trace.name_of(m)
        reverses = "" if m.reverses_id is None else keys.get(m.reverses_id, "")
        yield (
            moment(m.moved_at), moment(m.recorded_at), safe_cell(m.key), str(m.line), m.kind, flow_of(m, making),
            *_named(lot), plain(m.quantity), safe_cell(lot.unit), safe_cell(m.source.code), m.source_status,
            safe_cell(m.target.code), m.target_status, safe_cell(m.reference), safe_cell(m.actor), safe_cell(reverses),
            safe_cell(m.taken_back_by),
        )  # fmt: skip


def _receipt(arrival: Arrival) -> Row:
    m, order, lot = arrival.movement, arrival.order, arrival.lot
    return (
        moment(m.moved_at), *_named(lot), plain(m.quantity), safe_cell(m.taken_back_by), plain(net(m)),
        safe_cell(lot.unit), safe_cell(m.target.code), safe_cell(order.supplier_code), safe_cell(order.supplier_name),
        safe_cell(order.number), "" if order.line is None else str(order.line),
        order.ordered_on.isoformat() if order.ordered_on else "", order.match, safe_cell(m.reference), safe_cell(m.key),
    )  # fmt: skip


def _customer(departure: Departure) -> Row:
    m, lot = departure.movement, departure.lot
    return (
        moment(m.moved_at), departure.flow, *_named(lot), plain(m.quantity), safe_cell(m.taken_back_by),
        plain(signed(departure)), safe_cell(lot.unit), safe_cell(departure.site.code), safe_cell(departure.customer.code),
        safe_cell(departure.customer.name), safe_cell(m.reference), safe_cell(m.key),
    )  # fmt: skip


def _balances(dossier: Dossier) -> Iterator[Row]:
    for found, lot in _by_lot(dossier):
        for row in found.left:
            yield (
                *_named(lot), safe_cell(row.place.code), safe_cell(row.place.name), row.place.kind,
                safe_cell(row.place.site), row.status, plain(row.kept), plain(row.derived), plain(row.difference),
                safe_cell(lot.unit), lot.expires_on.isoformat() if lot.expires_on else "",
            )  # fmt: skip


def _by_lot(dossier: Dossier) -> Iterator[tuple[Reconciliation, LotName]]:
    lots = {followed.lot.id: followed.lot for followed in dossier.trace.followed}
    return ((found, lots[found.lot_id]) for found in dossier.trace.reconciliations)


def _lots(dossier: Dossier) -> Iterator[Row]:
    sums = {found.lot_id: found for found in dossier.trace.reconciliations}
    return (_lot(followed, sums) for followed in dossier.trace.followed)


def _lot(followed: Followed, sums: dict[int, Reconciliation]) -> Row:
    lot = followed.lot
    assert lot.id is not None
    found = sums[lot.id]
    return (
        followed.role, str(followed.depth), *_named(lot), safe_cell(lot.description), safe_cell(lot.unit),
        lot.expires_on.isoformat() if lot.expires_on else "", plain(found.came_in), plain(found.went_out),
        plain(found.on_hand), plain(found.unexplained), "yes" if found.is_closed else "no",
    )  # fmt: skip


def _reconciliation(dossier: Dossier) -> Iterator[Row]:
    for found, lot in _by_lot(dossier):
        for flow in found.flows:
            yield (
                *_named(lot), flow.flow, plain(flow.posted), plain(flow.taken_back), plain(flow.net),
                safe_cell(lot.unit),
            )  # fmt: skip
        yield (*_named(lot), "left", "", "", plain(found.on_hand), safe_cell(lot.unit))
        yield (*_named(lot), "unexplained", "", "", plain(found.unexplained), safe_cell(lot.unit))


def _transformations(dossier: Dossier) -> Iterator[Row]:
    for made in dossier.trace.transformations:
        for side, lines in (("used", made.used), ("made", made.made)):
            yield from (_transformed(dossier, side, line) for line in lines)


def _transformed(dossier: Dossier, side: str, line: TracedMovement) -> Row:
    lot = dossier.trace.name_of(line)
    place = line.source if side == "used" else line.target
    return (
        moment(line.moved_at), safe_cell(line.key), side, *_named(lot), plain(line.quantity), safe_cell(lot.unit),
        safe_cell(place.code), safe_cell(line.taken_back_by),
    )  # fmt: skip
