"""What programs may look up: what is on hand, what is proposed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder
from ownstock.api.pages import Page, Part, page
from ownstock.ledger.queries import balances
from ownstock.planning.queries import proposals
from ownstock.planning.rules import ProposalState

router = Router()


class BalanceOut(Schema):
    """What is on hand of an item in one place, lot and status."""

    sku: str = Field(alias="item.sku")
    location: str = Field(alias="location.code")
    lot: str | None = Field(None, alias="lot.code")
    status: str
    on_hand: Decimal = Field(description="Stock units.")


class ProposalOut(Schema):
    """So much of an item to order from a supplier, with the reason."""

    id: int
    sku: str = Field(alias="item_site.item.sku")
    site: str = Field(alias="item_site.site.code")
    supplier: str = Field(alias="supplier.code")
    quantity: Decimal = Field(description="Stock units.")
    price: Decimal = Field(description="Of one stock unit, in the supplier's currency.")
    requested_on: date
    value: Decimal = Field(description="What ordering saves against ordering nothing, in expected cost.")
    state: ProposalState
    reason: dict[str, Any] = Field(description="Inputs, forecast, decision and steps: enough to compute it again.")


Sku = Annotated[str, Query(description="Of this item only.")]
Location = Annotated[str, Query(description="At this location only.")]
SupplierCode = Annotated[str, Query(description="To this supplier only.")]
State = Annotated[ProposalState, Query(description="Where they are on their way.")]


@router.get("/balances", auth=KeyHolder(Scope.LEDGER_READ), response=Page[BalanceOut], summary="What is on hand")
def list_balances(request: HttpRequest, part: Query[Part], sku: Sku = "", location: Location = "") -> dict[str, Any]:
    """Balances that are not zero, by item and location."""
    return page(balances(sku=sku, location=location), part, keys_first=True)


@router.get(
    "/proposals", auth=KeyHolder(Scope.PLANNING_READ), response=Page[ProposalOut], summary="What is proposed, and why"
)
def list_proposals(
    request: HttpRequest, part: Query[Part], state: State = ProposalState.PENDING, supplier: SupplierCode = ""
) -> dict[str, Any]:
    """Proposals in a state, the most valuable first, each with its whole reason."""
    return page(proposals(state, supplier=supplier), part)
