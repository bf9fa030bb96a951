"""The answer as rows for faces: plain values by the names of the glossary, whoever shows them."""

from __future__ import annotations

from typing import Any

from ownstock.base.text import plain
from ownstock.exchange.evidence.dossier import Arrival, Departure, Dossier, net, signed
from ownstock.ledger.rules.tracing import Followed, Left, LotName, Reconciliation, Trace, TracedMovement, Transformation

Row = dict[str, Any]


def facts(dossier: Dossier) -> Row:
    """The whole answer; each of its lists is in order, and complete."""
    trace = dossier.trace
    sums = {row.lot_id: row for row in trace.reconciliations}
    lots = {followed.lot.id: followed.lot for followed in trace.followed}
    return {
        "question": dossier.question,
        "at": trace.at,
        "adds_up": trace.is_closed,
        "limits": dossier.limits,
        "lots": [_lot(followed, sums[followed.lot.id or 0]) for followed in trace.followed],
        "flows": [row for found in trace.reconciliations for row in _flows(found, lots[found.lot_id])],
        "receipts": [_receipt(arrival) for arrival in dossier.arrivals],
        "customers": [_customer(departure) for departure in dossier.departures],
        "left": [_left(row, lots[row.lot_id]) for row in trace.left],
        "transfers": [_transfer(movement, trace.name_of(movement)) for movement in trace.transfers],
        "transformations": [_transformation(made, trace) for made in trace.transformations],
    }


def _lot(followed: Followed, sums: Reconciliation) -> Row:
    return {
        "role": followed.role, "depth": followed.depth, "sku": followed.lot.sku, "lot": followed.lot.code,
        "came_in": sums.came_in, "went_out": sums.went_out, "on_hand": sums.on_hand, "unexplained": sums.unexplained,
    }  # fmt: skip


def _flows(found: Reconciliation, lot: LotName) -> list[Row]:
    return [
        {
            "sku": lot.sku, "lot": lot.code, "flow": flow.flow, "posted": flow.posted, "taken_back": flow.taken_back,
            "net": flow.net,
        }
        for flow in found.flows
    ]  # fmt: skip


def _receipt(arrival: Arrival) -> Row:
    movement, order = arrival.movement, arrival.order
    return {
        "moved_at": movement.moved_at, "sku": arrival.lot.sku, "lot": arrival.lot.code, "quantity": movement.quantity,
        "net": net(movement), "supplier": order.supplier_code, "order_number": order.number, "match": order.match,
        "reference": movement.reference, "posting": movement.key, "taken_back_by": movement.taken_back_by,
    }  # fmt: skip


def _customer(departure: Departure) -> Row:
    movement = departure.movement
    return {
        "moved_at": movement.moved_at, "flow": departure.flow, "sku": departure.lot.sku, "lot": departure.lot.code,
        "quantity": movement.quantity, "net": signed(departure), "customer": departure.customer.code,
        "document": movement.reference, "posting": movement.key, "taken_back_by": movement.taken_back_by,
    }  # fmt: skip


def _left(row: Left, lot: LotName) -> Row:
    return {
        "sku": lot.sku, "lot": lot.code, "location": row.place.code, "site": row.place.site, "status": row.status,
        "on_hand": row.kept, "by_movements": row.derived,
    }  # fmt: skip


def _transfer(movement: TracedMovement, lot: LotName) -> Row:
    return {
        "moved_at": movement.moved_at, "sku": lot.sku, "lot": lot.code, "quantity": movement.quantity,
        "source": movement.source.code, "target": movement.target.code, "reference": movement.reference,
        "posting": movement.key, "taken_back_by": movement.taken_back_by,
    }  # fmt: skip


def _transformation(made: Transformation, trace: Trace) -> Row:
    sides = {
        side: ", ".join(f"{plain(line.quantity)} {trace.name_of(line)}" for line in lines)
        for side, lines in (("used", made.used), ("made", made.made))
    }
    first = made.first
    return {"moved_at": first.moved_at, "posting": first.key, "taken_back_by": first.taken_back_by, **sides}
