"""Customers' demand for programs: entering it, what can be promised, allocating, shipping, cutting."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Header, Path, Query, Router, Schema
from pydantic import AwareDatetime

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import Page, Part, page
from ownstock.demand import actions, queries
from ownstock.demand.models import DemandLine
from ownstock.demand.rules import DemandState, EnteredLine, Promise
from ownstock.demand.rules import Part as Shipped
from ownstock.demand.rules.lines import MAX_KEY_LENGTH, MAX_LINES, MAX_REFERENCE_LENGTH
from ownstock.planning.queries.promises import promise

router = Router()
READS, WRITES = KeyHolder(Scope.DEMAND_READ), KeyHolder(Scope.DEMAND_WRITE)
Number = Annotated[str, Path(description="The line's number, such as DL-000012.", max_length=20)]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4, description="Stock units.")]
Key = Annotated[str, Field(min_length=1, max_length=MAX_KEY_LENGTH)]
OnceKey = Annotated[Key, Header(alias="Idempotency-Key", description="Makes it happen once.")]
Code = Annotated[str, Field(min_length=1, max_length=60)]
Reason = Annotated[str, Field(min_length=1, max_length=1_000, description="Why, in words.")]


class DemandLineIn(Schema):
    """A line of a customer's order. The same key again is the same line."""

    key: Key
    customer: Code
    sku: Code
    site: Code = Field(description="From where it is to be shipped.")
    quantity: Quantity
    wanted_on: date
    reference: str = Field("", max_length=MAX_REFERENCE_LENGTH, description="The customer's document.")


class DemandLinesIn(Schema):
    """Lines that are entered together, all or none."""

    lines: list[DemandLineIn] = Field(min_length=1, max_length=MAX_LINES)


class DemandLineOut(Schema):
    """What a customer wants, and how far it is on its way."""

    number: str
    key: str
    state: DemandState
    customer: str = Field(alias="customer.code")
    reference: str
    sku: str = Field(alias="item.sku")
    site: str = Field(alias="site.code")
    quantity: Decimal
    wanted_on: date
    allocated_quantity: Decimal
    shipped_quantity: Decimal
    cancelled_quantity: Decimal
    open_quantity: Decimal


class AllocationOut(Schema):
    """What of a balance is promised to a line."""

    location: str = Field(alias="location.code")
    lot: str | None = Field(None, alias="lot.code")
    quantity: Decimal


class OneLineOut(DemandLineOut):
    """A demand line with what is promised to it."""

    promised: list[AllocationOut]


class NumbersIn(Schema):
    """Demand lines by their numbers."""

    numbers: list[Annotated[str, Field(max_length=20)]] = Field(min_length=1, max_length=MAX_LINES)


class ShippedLineIn(Schema):
    """So much of a demand line."""

    number: str = Field(max_length=20)
    quantity: Quantity


class ShipmentIn(Schema):
    """Goods that leave for one customer."""

    lines: list[ShippedLineIn] = Field(min_length=1, max_length=MAX_LINES)
    moved_at: AwareDatetime | None = Field(None, description="When they left; empty: now.")


class ReleaseIn(Schema):
    """What of a line's promised goods to let go of."""

    quantity: Quantity | None = Field(None, description="Empty: all of it.")
    reason: str = Field("", max_length=1_000)


class CutIn(Schema):
    """What of a line will not be shipped."""

    quantity: Quantity | None = Field(None, description="Empty: all that is open.")
    reason: Reason


class StepOut(Schema):
    """From a day on, so much."""

    from_on: date
    quantity: Decimal


class PromiseOut(Schema):
    """What can be promised of what was asked for."""

    quantity: Decimal
    wanted_on: date
    promised_quantity: Decimal = Field(description="On that day.")
    in_full_on: date | None = Field(description="The first day on which all of it can be; null: none is known.")
    steps: list[StepOut]


class PromiseAsked(Schema):
    """What somebody would like to have."""

    sku: Code
    site: Code
    quantity: Quantity
    wanted_on: date
    customer: str = Field("", max_length=60, description="Whose remaining life is to be kept.")


class WhichDemand(Schema):
    """Which demand lines."""

    state: DemandState | None = None
    sku: str = Field("", max_length=60)
    customer: str = Field("", max_length=60)


@router.get("/demand-lines", auth=READS, response=Page[DemandLineOut], summary="What customers want")
def list_demand_lines(request: HttpRequest, part: Query[Part], which: Query[WhichDemand]) -> dict[str, Any]:
    """Demand lines, those wanted first before others."""
    return page(queries.demand_lines(which.state or "", sku=which.sku, customer_code=which.customer), part)


@router.get("/demand-lines/{number}", auth=READS, response=OneLineOut, summary="One demand line")
def get_demand_line(request: HttpRequest, number: Number) -> DemandLine:
    """A demand line with what is promised to it."""
    line = queries.demand_line(number)
    line.promised = list(queries.allocations(line))  # type: ignore[attr-defined]
    return line


@router.post("/demand-lines", auth=WRITES, response=list[DemandLineOut], summary="Enter what customers want")
def enter(request: HttpRequest, body: DemandLinesIn) -> list[DemandLine]:
    """Enter lines, all or none. A key that was entered before with the same content gives that line as it is now."""
    lines = [EnteredLine(**dict(line)) for line in body.lines]
    return actions.enter(lines, actor=actor_of(request))


@router.post("/allocations", auth=WRITES, response=list[DemandLineOut], summary="Promise goods to demand lines")
def allocate(request: HttpRequest, body: NumbersIn) -> list[DemandLine]:
    """Promise free goods, first expired first out; mends promises whose goods are gone. Again changes nothing."""
    return actions.allocate(body.numbers, today=timezone.localdate(), actor=actor_of(request))


@router.post("/demand-lines/{number}/releases", auth=WRITES, response=DemandLineOut, summary="Let go of goods")
def release(request: HttpRequest, number: Number, body: ReleaseIn, key: OnceKey) -> DemandLine:
    """Let go of what is promised to a line, so that others can be promised it. The same key again changes nothing."""
    return actions.release(number, body.quantity, actor=actor_of(request), reason=body.reason, key=key)


@router.post("/shipments", auth=WRITES, response=list[DemandLineOut], summary="Goods that leave for a customer")
def ship(request: HttpRequest, body: ShipmentIn, key: OnceKey) -> list[DemandLine]:
    """Ship lines of one customer. The key becomes that of the posting; the same key again ships nothing."""
    parts = [Shipped(line.number, line.quantity) for line in body.lines]
    return actions.ship(parts, key=key, moved_at=body.moved_at, actor=actor_of(request))


@router.post("/demand-lines/{number}/cuts", auth=WRITES, response=DemandLineOut, summary="What will not be shipped")
def cut(request: HttpRequest, number: Number, body: CutIn, key: OnceKey) -> DemandLine:
    """Take something off what is open of a line. The same key again changes nothing."""
    return actions.cut(number, body.quantity, actor=actor_of(request), reason=body.reason, key=key)


@router.get("/promises", auth=READS, response=PromiseOut, summary="What can be promised")
def get_promise(request: HttpRequest, asked: Query[PromiseAsked]) -> dict[str, Any]:
    """What of a quantity can be promised by a day without breaking a promise that was made, and when all of it."""
    return _promise(promise(**dict(asked), today=timezone.localdate()))


def _promise(found: Promise) -> dict[str, Any]:
    return {
        "quantity": found.quantity, "wanted_on": found.wanted_on, "promised_quantity": found.promised_quantity,
        "in_full_on": found.in_full_on, "steps": [{"from_on": day, "quantity": quantity} for day, quantity in found.steps],
    }  # fmt: skip
