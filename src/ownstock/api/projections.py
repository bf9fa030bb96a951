"""What is projected, over HTTP: fans of item-sites, other quantities, orders per supplier, cash by week, health."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.catalog.queries.item_sites import item_site
from ownstock.planning import actions, queries
from ownstock.planning.queries import cash, kpis
from ownstock.planning.queries.edits import versions
from ownstock.planning.rules.edits import EditReason
from ownstock.planning.rules.kpis import KPI_FORMULAS, KpiFormula
from ownstock.planning.rules.waterfall import Bar, waterfall

router = Router()
READS, DECIDES = KeyHolder(Scope.PLANNING_READ), KeyHolder(Scope.PROPOSALS_DECIDE)
MAX_ROWS = 1_000
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Quantity = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4, description="Stock units.")]
Group = Annotated[str, Query(max_length=20, description=f"One of: {', '.join(kpis.GROUPS)}.")]


class QuantityIn(Schema):
    """So many of a proposal."""

    proposal: int = Field(ge=1, le=2**63 - 1)
    quantity: Quantity


class EditIn(QuantityIn):
    """So many of a proposal, as it was seen."""

    version: str | None = Field(None, max_length=60, description="From `/proposals/{id}/version`; another is refused.")


class EditsIn(Schema):
    """Quantities that a person sets, and why."""

    rows: list[EditIn] = Field(min_length=1, max_length=MAX_ROWS)
    reason_code: EditReason
    reason: str = Field("", max_length=1_000, description="In words; `other` needs them.")


class QuantitiesIn(Schema):
    """Quantities to judge."""

    rows: list[QuantityIn] = Field(min_length=1, max_length=MAX_ROWS)


class VersionOut(Schema):
    """A proposal's version and quantity as they stand."""

    version: str
    quantity: Decimal


class EditedOut(Schema):
    """How many proposals were changed."""

    changed: int


class BudgetIn(Schema):
    """How much may be paid to suppliers in a month."""

    month: date = Field(description="Any day of it.")
    amount: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)] | None = Field(
        description="In the company's currency; null: no budget."
    )


class BudgetOut(BudgetIn):
    """What may be paid to suppliers in a month from now on."""


@router.get("/item-sites/{pk}/fan", auth=READS, response=queries.Fan, summary="The fan of an item-site")
def show_fan(request: HttpRequest, pk: Id) -> Any:
    """Past stock, what is projected, open and planned orders, demand and forecast, as of the last planned day."""
    return queries.fan(item_site(pk), queries.business_day())


@router.get("/proposals/{pk}/projection", auth=READS, response=queries.Reprojection, summary="Another quantity, by day")
def show_projection(request: HttpRequest, pk: Id, quantity: Annotated[Decimal, Query(ge=0, le=10**12)]) -> Any:
    """What a quantity of a proposal costs, how long it lasts, and on hand day by day."""
    return queries.reproject(quantity, proposal_id=pk)


@router.post("/proposals/projections", auth=READS, response=list[queries.Reprojection], summary="Judge quantities")
def judge(request: HttpRequest, body: QuantitiesIn) -> Any:
    """What quantities of many proposals cost and how long they last, without the days."""
    return queries.reproject_many([(row.proposal, row.quantity) for row in body.rows])


@router.post("/proposals/quantities", auth=DECIDES, response=EditedOut, summary="Set quantities")
def set_quantities(request: HttpRequest, body: EditsIn) -> Any:
    """Set other quantities than were proposed, with the reason; all or none."""
    changes = [actions.QuantityChange(row.proposal, row.quantity, row.version) for row in body.rows]
    edits = actions.change_quantity(changes, reason_code=body.reason_code, reason=body.reason, actor=actor_of(request))
    return {"changed": len(edits)}


@router.get("/proposals/{pk}/version", auth=READS, response=VersionOut, summary="A proposal's version")
def show_version(request: HttpRequest, pk: Id) -> Any:
    """What to give back with an edit, so that it is refused where somebody changed the proposal meanwhile."""
    found = queries.proposal(pk)
    return {"version": versions([found])[pk], "quantity": found.quantity}


@router.get("/proposals/{pk}/waterfall", auth=READS, response=list[Bar], summary="A quantity as a sum")
def show_waterfall(request: HttpRequest, pk: Id) -> Any:
    """The steps from demand to the quantity, with the sum after each."""
    found = queries.proposal(pk)
    return waterfall(found.reason, found.quantity)


@router.get("/baskets", auth=READS, response=list[queries.Basket], summary="What is proposed per supplier")
def list_baskets(request: HttpRequest) -> Any:
    """What is proposed as one order per supplier and site, what saves most first."""
    return queries.supplier_baskets()


@router.get(
    "/baskets/{supplier}/{site}", auth=READS, response=queries.BasketDetail, summary="The cheapest way to a minimum"
)
def show_basket(request: HttpRequest, supplier: str, site: str) -> Any:
    """What is proposed of a supplier for a site, and which lines to enlarge to reach the agreement's minimum."""
    return queries.basket(supplier, site)


@router.get("/cash", auth=READS, response=list[cash.CashWeek], summary="What is to be paid by week")
def list_cash(request: HttpRequest, weeks: Annotated[int, Query(ge=1, le=52)] = 26) -> Any:
    """Invoices, goods received, open orders, proposals and planned orders by the week in which they are due."""
    return cash.cash(weeks)


@router.get("/cash/months", auth=READS, response=list[cash.CashMonth], summary="What is to be paid beside budgets")
def list_cash_months(request: HttpRequest, months: Annotated[int, Query(ge=1, le=24)] = 6) -> Any:
    """What is to be paid by month beside its budget, and which proposals are cut first."""
    return cash.cash_months(months)


@router.post("/cash/budgets", auth=KeyHolder(Scope.PLANNING_WRITE), response=BudgetOut, summary="Set a budget")
def set_budget(request: HttpRequest, body: BudgetIn) -> Any:
    """Say how much may be paid to suppliers in a month."""
    actions.set_cash_budget(body.month, body.amount, actor=actor_of(request))
    return body


@router.get("/kpis/formulas", auth=READS, response=dict[str, KpiFormula], summary="The formulas of all figures")
def list_formulas(request: HttpRequest) -> Any:
    """Each figure's name, formula and version."""
    return dict(KPI_FORMULAS)


@router.get("/kpis/health", auth=READS, response=list[kpis.Health], summary="Health by group")
def list_health(request: HttpRequest, by: Group = "") -> Any:
    """Stock value, excess, dead stock, cover, availability, fill rate, turns and accuracy, as of the last measuring."""
    return kpis.health(by)


@router.get("/kpis/classes", auth=READS, response=list[kpis.ClassCell], summary="The ABC/XYZ matrix")
def list_classes(request: HttpRequest) -> Any:
    """How many item-sites and how much money each cell holds."""
    return kpis.class_matrix()


@router.get("/kpis/movements", auth=READS, response=list[kpis.Trend], summary="What moved by group")
def list_trends(request: HttpRequest, since: date, until: date, by: Group = "site", against: date | None = None) -> Any:
    """What moved between two days, beside as many days from `against` on (by default those just before)."""
    return kpis.monitor(by, since, until, against=against)
