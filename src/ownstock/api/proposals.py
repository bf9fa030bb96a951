"""Proposals over HTTP: what is proposed and why; approving it into draft orders, and turning it down."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import Page, Part, page
from ownstock.planning import actions, queries
from ownstock.planning.rules import ProposalState
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import OrderState

router = Router()
READS, DECIDES = KeyHolder(Scope.PLANNING_READ), KeyHolder(Scope.PROPOSALS_DECIDE)
MOST_AT_ONCE = 1_000
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
SupplierCode = Annotated[str, Query(description="To this supplier only.")]
State = Annotated[ProposalState, Query(description="Where they are on their way.")]


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


class ProposalsIn(Schema):
    """Proposals that are decided together, all or none."""

    proposals: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE)


class RejectionIn(ProposalsIn):
    """Proposals that are turned down, and why."""

    reason: str = Field(min_length=1, max_length=1_000)


class DraftOut(Schema):
    """A draft order that was written."""

    number: str
    supplier: str = Field(alias="supplier.code")
    site: str = Field(alias="site.code")
    state: OrderState
    currency: str


class TurnedDownOut(Schema):
    """How many were turned down."""

    count: int


@router.get("/proposals", auth=READS, response=Page[ProposalOut], summary="What is proposed, and why")
def list_proposals(
    request: HttpRequest, part: Query[Part], state: State = ProposalState.PENDING, supplier: SupplierCode = ""
) -> dict[str, Any]:
    """Proposals in a state, the most valuable first, each with its whole reason."""
    return page(queries.proposals(state, supplier=supplier), part)


@router.post("/proposals/approvals", auth=DECIDES, response=list[DraftOut], summary="Approve proposals")
def approve(request: HttpRequest, body: ProposalsIn) -> list[PurchaseOrder]:
    """Turn proposals into draft orders, one per supplier and site; one that is decided already refuses all."""
    return actions.approve(body.proposals, actor=actor_of(request))


@router.post("/proposals/rejections", auth=DECIDES, response=TurnedDownOut, summary="Turn proposals down")
def reject(request: HttpRequest, body: RejectionIn) -> Any:
    """Turn proposals down; each stays so until its inputs move. One that is decided already refuses all."""
    return {"count": actions.reject(body.proposals, actor=actor_of(request), because=body.reason)}
