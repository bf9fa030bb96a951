"""A question of a recall with its answer: the trace, and the orders, suppliers and customers that it leads to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ownstock.ledger.rules.tracing import ZERO, Flow, LotName, Place, Trace, TracedMovement

MAX_STEM_LENGTH = 60


class Match(StrEnum):
    """How an order was found for goods that came: by its receipt, only by the posting's reference, not at all."""

    RECEIPT = "receipt"
    REFERENCE = "reference"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The purchase order behind goods that came, and who supplied them; empty where nobody knows."""

    match: Match = Match.NONE
    number: str = ""
    line: int | None = None
    ordered_on: date | None = None
    supplier_code: str = ""
    supplier_name: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Goods of a lot that came from a supplier, with the order behind them."""

    lot: LotName
    movement: TracedMovement
    order: OrderFacts


@dataclass(frozen=True, slots=True)
class Departure:
    """Goods of a lot that went to a customer, or came back from one (`flow`)."""

    lot: LotName
    movement: TracedMovement
    flow: Flow

    @property
    def customer(self) -> Place:
        """The customer's place."""
        return self.movement.target if self.flow is Flow.SHIPPED else self.movement.source

    @property
    def site(self) -> Place:
        """Our end of it; where goods passed by, the supplier's place."""
        return self.movement.source if self.flow is Flow.SHIPPED else self.movement.target


@dataclass(frozen=True, slots=True)
class SupplierSum:
    """What one supplier brought of one lot: so much in so many receipts, none of which was taken back."""

    code: str
    name: str
    lot: LotName
    quantity: Decimal
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentSum:
    """What went out of one lot to one customer's place under one document, less what came back under it."""

    customer: str
    document: str
    lot: LotName
    first_at: datetime
    last_at: datetime
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Dossier:
    """A question, who asked it when, and the answer. `subject` is the journal's key of what was asked about."""

    question: str
    subject: str
    asked_by: str
    made_at: datetime
    company: str
    trace: Trace
    orders: Mapping[tuple[str, int], OrderFacts]
    skus_without_lot: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """What its files are called, without an ending: `trace-lot-CUP-L1-20260302T093001Z`."""
        named = re.sub(r"[^A-Za-z0-9._]+", "-", self.subject).strip("-.")[:MAX_STEM_LENGTH]
        return f"trace-{named}-{self.made_at:%Y%m%dT%H%M%SZ}"

    @property
    def arrivals(self) -> list[Arrival]:
        """What came from suppliers, in order; what was taken back included."""
        return [Arrival(self.trace.name_of(m), m, self.order_of(m)) for m in self.trace.receipts]

    def order_of(self, movement: TracedMovement) -> OrderFacts:
        """The order behind goods that came, as far as it is known."""
        return self.orders.get((movement.key, movement.item_id), OrderFacts())

    @property
    def departures(self) -> list[Departure]:
        """What went to customers and what came back, in order; what was taken back included."""
        return [Departure(self.trace.name_of(m), m, flow) for flow, m in self.trace.shipments]

    @property
    def supplier_sums(self) -> list[SupplierSum]:
        """What each supplier brought of each lot, net of what was taken back."""
        quantities: dict[tuple[str, str, LotName], Decimal] = defaultdict(Decimal)
        orders: dict[tuple[str, str, LotName], dict[str, None]] = defaultdict(dict)
        for arrival in self.arrivals:
            key = (arrival.order.supplier_code, arrival.order.supplier_name, arrival.lot)
            quantities[key] += net(arrival.movement)
            orders[key][arrival.order.number or arrival.movement.reference] = None
        return [
            SupplierSum(*key, quantity, tuple(filter(None, orders[key])))
            for key, quantity in sorted(quantities.items(), key=lambda pair: (pair[0][0], str(pair[0][2])))
        ]

    @property
    def document_sums(self) -> list[DocumentSum]:
        """What each customer has of each lot by each document, net of returns and of what was taken back."""
        found: dict[tuple[str, str, LotName], list[Departure]] = defaultdict(list)
        for departure in self.departures:
            found[departure.customer.code, departure.movement.reference, departure.lot].append(departure)
        return [
            DocumentSum(
                *key, rows[0].movement.moved_at, rows[-1].movement.moved_at,
                sum((signed(row) for row in rows), ZERO),
            )
            for key, rows in found.items()
        ]  # fmt: skip

    @property
    def limits(self) -> list[str]:
        """What the answer cannot tell, a sentence each; empty where nothing is left open."""
        trace = self.trace
        told = [f"{row.sentence}" for row in trace.reconciliations if not row.is_closed]
        told += [f"{sku} came without a lot: what of it this was cannot be told." for sku in self.skus_without_lot]
        told += [f"The trail ends at {end}: its goods have no lot to follow." for end in trace.ends]
        told += [f"{lot} was not followed: the limit of the trace was reached." for lot in trace.beyond]
        unknown = sum(1 for a in self.arrivals if a.order.match is Match.NONE and not a.movement.taken_back_by)
        if unknown:
            told.append(_no_order(unknown))
        return told


def net(movement: TracedMovement) -> Decimal:
    """What of a movement counts: nothing, where it was taken back."""
    return ZERO if movement.taken_back_by else movement.quantity


def signed(departure: Departure) -> Decimal:
    """What a customer has by it: a return counts against."""
    quantity = net(departure.movement)
    return quantity if departure.flow is Flow.SHIPPED else -quantity


def _no_order(receipts: int) -> str:
    if receipts == 1:
        return "Of one receipt no purchase order is known; its reference is given."
    return f"Of {receipts} receipts no purchase order is known; their references are given."
