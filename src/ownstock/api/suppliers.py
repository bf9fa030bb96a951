"""Suppliers over HTTP: who may be ordered from, which papers they have, what is agreed, when they are closed."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema, Status
from pydantic import AfterValidator

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import Page, Part, page
from ownstock.catalog import actions, queries
from ownstock.catalog.models import Certificate, Qualification
from ownstock.catalog.rules import CommitmentOutlook, Incoterm, LapseKind, QualificationState, RebateBase, SourceClass
from ownstock.catalog.rules.duties import SCOPES, Duty
from ownstock.planning.actions import switching
from ownstock.planning.queries import business_day
from ownstock.purchasing.queries.commitments import commitment_standings, rebate_standing

router = Router()
READS, AGREES, DECIDES = KeyHolder(Scope.SUPPLIERS_READ), KeyHolder(SCOPES[Duty.AGREE]), KeyHolder(SCOPES[Duty.DECIDE])
MAX_NAMES = 1_000
Code = Annotated[str, Path(description="The supplier's code.", max_length=60)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Reason = Annotated[str, Field(min_length=1, max_length=1_000, description="Why, in words.")]
Days = Annotated[int, Field(ge=0, le=3_650)]
Percent = Annotated[Decimal, Field(ge=0, lt=1_000, decimal_places=2)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]
On = Annotated[date | None, Query(description="The day that is asked about; empty: today.")]


class SupplierOut(Schema):
    """A supplier as it stands."""

    code: str
    name: str
    currency: str
    state: QualificationState | None = Field(description="Of the newest decision in force; null: nothing was decided.")
    agreement: str | None = Field(alias="agreement_code")
    item_count: int = Field(description="So many items it sells us.")


class DecisionOut(Schema):
    """A decision on whether a supplier may be ordered from."""

    state: QualificationState
    source_class: str
    categories: list[str]
    skus: list[str]
    condition: str
    valid_from: date
    valid_to: date | None
    decided_by: str
    reason: str


class CertificateOut(Schema):
    """A certificate of a supplier."""

    kind: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date | None
    document_name: str
    document_hash: str


class ClosureOut(Schema):
    """Days on which a supplier is closed, both included."""

    begins_on: date
    ends_on: date
    reason: str


def _without_zone(at: time) -> time:
    """A time of day as a clock on a wall shows it; `order_time_zone` says on which."""
    return at.replace(tzinfo=None)


class AgreementIn(Schema):
    """What is agreed; a term that is not named stays as it is."""

    valid_from: date
    valid_to: date | None = None
    currency: str = Field("", pattern="^([A-Z]{3})?$", description="Empty: the supplier's.")
    net_days: Days = 30
    discount_days: Days = 0
    discount_percent: Percent = Decimal(0)
    incoterm: Incoterm | None = None
    incoterm_place: str = Field("", max_length=100)
    lead_time_days: Days | None = None
    early_tolerance_days: Days = 0
    late_tolerance_days: Days = 0
    otif_target_percent: Percent | None = None
    minimum_order_value: Amount | None = None
    minimum_order_weight_kg: Amount | None = None
    minimum_order_volume_l: Amount | None = None
    order_weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(
        [], max_length=7, description="1 Monday to 7 Sunday."
    )
    order_cut_off: Annotated[time, AfterValidator(_without_zone)] | None = Field(
        None, description="Until when on such a day; null: as the company says."
    )
    order_time_zone: str = Field("", max_length=60, description="IANA name of its clock; empty: the site's.")
    answer_time_hours: Days | None = None
    syntax_answer_time_hours: Days | None = None
    notice_time_hours: Days | None = None
    over_tolerance_percent: Percent = Decimal(0)
    under_tolerance_percent: Percent = Decimal(0)
    price_tolerance_percent: Percent = Decimal(0)
    rebate_base: RebateBase = RebateBase.WHOLE
    rebate_tiers: list[tuple[Amount, Percent]] = Field(
        [], max_length=50, description="From which turnover, which percentage."
    )
    weekly_capacity: Amount | None = None
    quota_percent: Percent | None = None


class AgreementOut(AgreementIn):
    """An agreement as it stands."""

    code: str
    incoterm: str  # type: ignore[assignment]


class SupplierDetailOut(Schema):
    """Everything of a supplier on a day."""

    code: str
    name: str
    next_order_day: date | None = Field(description="Null: none within a year.")
    decisions: list[DecisionOut] = Field(description="The newest first.")
    certificates: list[CertificateOut]
    agreement: AgreementOut | None
    closures: list[ClosureOut]


class QualificationIn(Schema):
    """A decision; of no category and no item: for everything."""

    state: QualificationState
    categories: list[Name] = Field([], max_length=MAX_NAMES)
    skus: list[Name] = Field([], max_length=MAX_NAMES)
    condition: str = Field(
        "", max_length=1_000, description="Of a conditional one: under which condition people may order."
    )
    valid_from: date
    valid_to: date | None = None
    source_class: SourceClass | None = Field(None, description="What it is to these goods.")
    reason: Reason


class CertificateIn(Schema):
    """A certificate; its document is kept elsewhere and named here."""

    kind: Name
    number: str = Field(min_length=1, max_length=100)
    issuer: str = Field("", max_length=200)
    valid_from: date
    valid_to: date | None = None
    document_name: str = Field("", max_length=200)


class ClosureIn(Schema):
    """Days on which a supplier is closed, both included."""

    begins_on: date
    ends_on: date
    reason: str = Field("", max_length=200)


class ObjectionOut(Schema):
    """One thing that speaks against an order."""

    code: str
    sentence: str
    facts: dict[str, Any]


class CheckOut(Schema):
    """What speaks against an order, and on which conditions people may place it."""

    objections: list[ObjectionOut]
    conditions: list[str]


class CommitmentOut(Schema):
    """What we promised to buy, and how far we are: units as they are received, money as it is invoiced."""

    scope: str = Field(description="The item, the category, or everything.")
    unit: str = Field(description="The currency, or the item's unit.")
    valid_from: date = Field(alias="commitment.valid_from")
    valid_to: date = Field(alias="commitment.valid_to")
    promised: Decimal = Field(alias="pace.promised")
    ordered: Decimal = Field(alias="bought.ordered")
    received: Decimal = Field(alias="bought.received")
    invoiced: Decimal = Field(alias="bought.invoiced")
    expected: Decimal = Field(alias="pace.expected", description="On the last day, at the present rate.")
    missing: Decimal = Field(alias="pace.missing", description="What is not expected of what was promised.")
    outlook: CommitmentOutlook = Field(alias="pace.outlook")


class AccrualOut(Schema):
    """What of a rebate a turnover has earned."""

    turnover: Decimal
    earned: Decimal
    expected_turnover: Decimal = Field(description="On the last day, at the present rate.")
    expected: Decimal = Field(description="The rebate of that.")
    next_from: Decimal | None = Field(description="From which turnover the next tier counts; null: there is none.")


class RebateOut(Schema):
    """The rebate of an agreement, by what was received and by what was invoiced."""

    agreement: str = Field(alias="agreement.code")
    currency: str = Field(alias="agreement.currency")
    on_received: AccrualOut
    on_invoiced: AccrualOut


class ProgressOut(Schema):
    """How far we are with a supplier's commitments and rebate."""

    commitments: list[CommitmentOut]
    rebate: RebateOut | None = Field(description="Null: none is agreed.")


class LapseOut(Schema):
    """Something of a supplier that ends, and nothing follows it."""

    kind: LapseKind
    supplier: str
    what: str
    ends_on: date
    skus: list[str]
    skus_alone: list[str] = Field(description="Those with no other source.")


@router.get("/suppliers", auth=READS, response=Page[SupplierOut], summary="Suppliers")
def list_suppliers(request: HttpRequest, part: Query[Part]) -> dict[str, Any]:
    """Every supplier by code, as it stands today."""
    return page(queries.suppliers(business_day()), part)


@router.get("/suppliers/lapses", auth=READS, response=list[LapseOut], summary="What lapses with suppliers")
def list_lapses(
    request: HttpRequest,
    days: Annotated[Days | None, Query(description="So many days ahead; empty: as the company says.")] = None,
    on: On = None,
) -> Any:
    """Approvals, certificates, agreements, terms and price lists that end, the first to end first."""
    return queries.lapses(on or business_day(), within_days=days)


@router.get("/suppliers/{code}", auth=READS, response=SupplierDetailOut, summary="One supplier")
def get_supplier(request: HttpRequest, code: Code, on: On = None) -> dict[str, Any]:
    """Decisions, certificates, the agreement and closures of a supplier on a day."""
    found = queries.supplier_overview(queries.supplier(code), on or business_day())
    return {
        "code": code, "name": found.supplier.name, "next_order_day": found.next_order_day, "decisions": found.decisions,
        "certificates": [held.certificate for held in found.certificates], "agreement": found.agreement,
        "closures": found.closures,
    }  # fmt: skip


@router.get("/suppliers/{code}/objections", auth=READS, response=CheckOut, summary="Whether items may be ordered")
def check(
    request: HttpRequest,
    code: Code,
    sku: Annotated[list[str], Query(description="An item; again for each.", max_length=MAX_NAMES)],
    on: On = None,
    automatic: Annotated[bool, Query(description="As for an order that no person sees.")] = False,
) -> dict[str, Any]:
    """What speaks against ordering items from a supplier on a day; nothing: they may be ordered."""
    found, items, on = queries.supplier(code), queries.items_by_sku(sku), on or business_day()
    return {
        "objections": queries.objections(found, items, on, is_automatic=automatic),
        "conditions": queries.conditions(found, items, on),
    }


@router.get("/suppliers/{code}/progress", auth=READS, response=ProgressOut, summary="Commitments and rebate")
def get_progress(request: HttpRequest, code: Code, on: On = None) -> dict[str, Any]:
    """What was bought of each commitment that is not over, whether it will be kept, and what of the rebate is earned."""
    found, on = queries.supplier(code), on or business_day()
    return {
        "commitments": commitment_standings(found, on),
        "rebate": rebate_standing(queries.agreement(found, on), on),
    }


@router.post(
    "/suppliers/{code}/qualifications", auth=DECIDES, response={201: DecisionOut}, summary="Decide on a supplier"
)
def qualify(request: HttpRequest, code: Code, body: QualificationIn) -> Status[Qualification]:
    """Decide that a supplier may be ordered from, on a condition, or not. The same decision again changes nothing."""
    decided = switching.qualify(
        code, body.state, categories=body.categories, skus=body.skus, condition=body.condition,
        valid_from=body.valid_from, valid_to=body.valid_to, reason=body.reason, actor=actor_of(request),
        source_class=body.source_class or "",
    )  # fmt: skip
    return Status(201, decided)


@router.post(
    "/suppliers/{code}/certificates", auth=DECIDES, response={201: CertificateOut}, summary="Enter a certificate"
)
def add_certificate(request: HttpRequest, code: Code, body: CertificateIn) -> Status[Certificate]:
    """Enter a certificate; the same kind and number again corrects it, the same content changes nothing."""
    document = actions.Document(body.document_name) if body.document_name else None
    kept = actions.add_certificate(
        code, body.kind, body.number, issuer=body.issuer, valid_from=body.valid_from, valid_to=body.valid_to,
        document=document, actor=actor_of(request),
    )  # fmt: skip
    return Status(201, kept)


@router.put("/suppliers/{code}/agreements/{agreement}", auth=AGREES, response=AgreementOut, summary="Keep an agreement")
def keep_agreement(
    request: HttpRequest,
    code: Code,
    agreement: Annotated[str, Path(description="The agreement's own code.", max_length=60)],
    body: AgreementIn,
) -> Any:
    """Enter an agreement, or change the terms that are named of one; two of one supplier never hold on one day."""
    terms = body.dict(exclude_unset=True)
    if not terms.get("currency"):
        terms.pop("currency", None)
    if "incoterm" in terms:
        terms["incoterm"] = terms["incoterm"] or ""
    return actions.keep_agreement(code, agreement, terms, actor=actor_of(request))


@router.post(
    "/suppliers/{code}/closures", auth=AGREES, response={201: ClosureOut}, summary="Keep when a supplier is closed"
)
def close_supplier(request: HttpRequest, code: Code, body: ClosureIn) -> Status[Any]:
    """Keep that a supplier is closed from a day up to a day."""
    kept = actions.close_supplier(code, body.begins_on, body.ends_on, reason=body.reason, actor=actor_of(request))
    return Status(201, kept)
