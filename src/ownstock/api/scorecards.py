"""Scorecards over HTTP, what is said of them, and moving items to other suppliers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema, Status

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import CutList, CutPart
from ownstock.api.suppliers import CommitmentOut, RebateOut
from ownstock.catalog.queries import supplier
from ownstock.planning.actions.switching import switch as switch_supplier
from ownstock.planning.queries import business_day
from ownstock.planning.queries.switching import SwitchOption, SwitchOptions, switch_options
from ownstock.purchasing.actions import scorecards as actions
from ownstock.purchasing.models import SupplierComment
from ownstock.purchasing.queries import scorecards as queries
from ownstock.purchasing.queries.scorecards import Period
from ownstock.purchasing.rules.scorecards import FigureName

router = Router()
READS, WRITES = KeyHolder(Scope.SUPPLIERS_READ), KeyHolder(Scope.SUPPLIERS_WRITE)
ORDERS = KeyHolder(Scope.SUPPLIERS_READ, Scope.ORDERS_PLACE)
MAX_CHOICES = 10_000
Code = Annotated[str, Path(description="The supplier's code.", max_length=60)]
CommentId = Annotated[int, Path(description="The comment's id.")]
Text = Annotated[str, Field(min_length=1, max_length=actions.MAX_COMMENT_LENGTH)]


class PeriodIn(Schema):
    """Of which days, and of what."""

    begins_on: date | None = Field(None, description="The first day; empty: a year before the last.")
    ends_on: date | None = Field(None, description="The last day; empty: yesterday.")
    sku: str = Field("", max_length=60, description="Only this item.")
    agreement: str = Field("", max_length=60, description="Only orders placed while this agreement held.")


class FigureOut(Schema):
    """A figure with all that it is made of."""

    name: FigureName
    title: str
    formula: str
    numerator: Decimal
    denominator: Decimal
    n: int = Field(description="So many were looked at.")
    left_out: int = Field(description="So many were not, as the formula says.")
    value: Decimal | None = Field(description="Null: nothing was there to judge.")
    unit: str
    target: Decimal | None = Field(description="What was agreed.")
    currency: str
    facts: dict[str, Any]


class SaidOut(Schema):
    """What was answered."""

    text: str
    actor: str
    recorded_at: Any


class CommentOut(SaidOut):
    """What somebody said of a scorecard."""

    id: int
    begins_on: date
    ends_on: date
    figure: str
    answers: list[SaidOut] = Field(alias="answered_by")

    @staticmethod
    def resolve_answered_by(row: SupplierComment) -> list[SupplierComment]:
        """Its answers, in the order in which they were given."""
        return list(row.answered_by.order_by("id"))


class ScorecardOut(Schema):
    """How a supplier did in a period."""

    supplier: str
    begins_on: date
    ends_on: date
    as_of: date
    figures: list[FigureOut]
    rebate: RebateOut | None
    commitments: list[CommitmentOut]
    comments: list[CommentOut]


class CountedReceiptOut(Schema):
    """A receipt behind a row."""

    key: str
    received_on: date
    quantity: Decimal


class CountedOut(Schema):
    """One of what a figure counted."""

    order: str
    line: int | None
    sku: str
    day: date | None
    quantity: Decimal
    weight: Decimal = Field(description="What it adds to the denominator.")
    counted: Decimal = Field(description="What it adds to the numerator.")
    verdict: str
    receipts: list[CountedReceiptOut]


class CommentIn(Schema):
    """Something said of a scorecard."""

    begins_on: date
    ends_on: date
    figure: FigureName | None = Field(None, description="Null: all of it.")
    text: Text


class CommentAnswerIn(Schema):
    """An answer to a comment."""

    text: Text


class OpenLineOut(Schema):
    """What is open of an order line."""

    number: str
    line: int
    state: str
    quantity: Decimal
    on_the_way: Decimal = Field(description="So much of it can no longer be cancelled.")
    price: Decimal
    currency: str
    expected_on: date


class SourceOut(Schema):
    """Another supplier of an item."""

    supplier: str
    quantity: Decimal = Field(description="What would be drafted there.")
    price: Decimal
    currency: str
    requested_on: date
    expected_on: date = Field(description="When half of its orders would be there, as its receipts tell.")
    safe_on: date = Field(description="When nine in ten would be.")
    cost_a_year: Decimal | None = Field(
        description="In the company's currency; null: no rate is known, or no old price."
    )
    risk: Decimal | None = Field(description="In the company's currency; null: the item is not planned.")
    breaks_even_on: date | None = Field(description="Null: it is not cheaper, or no cost was named.")


class OptionOut(Schema):
    """An item-site that hangs on the supplier, and where it can go."""

    sku: str
    site: str
    sentence: str
    lines: list[OpenLineOut]
    proposals: list[int]
    runs_out_on: date | None = Field(
        description="Without these orders; null: not within two years, or it is not planned."
    )
    sources: list[SourceOut] = Field(description="The first is what planning would take.")


class OptionsOut(Schema):
    """What hangs on a supplier; send `inputs_hash` back to decide on it."""

    supplier: str
    inputs_hash: str
    orders: list[str]
    open_amounts: dict[str, Decimal]
    items: list[OptionOut]


class CostIn(Schema):
    """What to count with."""

    one_off_cost: Decimal | None = Field(
        None, ge=0, max_digits=16, decimal_places=2,
        description="What moving one item costs once, in the company's currency.",
    )  # fmt: skip


class ChoiceIn(Schema):
    """Where an item-site goes."""

    sku: str = Field(max_length=60)
    site: str = Field(max_length=60)
    supplier: str | None = Field(description="Null leaves it where it is.")


class SwitchIn(Schema):
    """A decision on what hangs on a supplier."""

    inputs_hash: str = Field(max_length=64)
    choices: list[ChoiceIn] = Field(
        [], max_length=MAX_CHOICES, description="Who is not named goes to its first source."
    )
    reason: str = Field(min_length=1, max_length=1_000)


class SwitchOut(Schema):
    """What a switch did."""

    cancelled: list[str]
    changed: list[str]
    withdrawn_proposals: int
    drafted: list[str]
    lacking: dict[str, str] = Field(description="What drafts lack of the agreed minimums, by number.")


def _period(code: str, asked: PeriodIn) -> Period:
    return queries.period_of(
        supplier(code), asked.begins_on, asked.ends_on, as_of=business_day(), sku=asked.sku, agreement=asked.agreement
    )


@router.get("/suppliers/{code}/scorecard", auth=READS, response=ScorecardOut, summary="A supplier's scorecard")
def get_scorecard(request: HttpRequest, code: Code, asked: Query[PeriodIn]) -> dict[str, Any]:
    """Every figure of a period with numerator, denominator, n and formula, beside what is agreed and what was said."""
    card = queries.scorecard(_period(code, asked))
    period = card.period
    return {
        "supplier": code, "begins_on": period.begins_on, "ends_on": period.ends_on, "as_of": period.as_of,
        "figures": [_figure(one) for one in card.figures], "rebate": card.rebate, "commitments": card.commitments,
        "comments": card.comments,
    }  # fmt: skip


def _figure(one: Any) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in FigureOut.model_fields}
    bins = [{"first": b.first, "last": b.last, "count": b.count} for b in one.facts.get("bins", [])]
    return {**told, "facts": {**one.facts, "bins": bins} if "bins" in one.facts else one.facts}


@router.get(
    "/suppliers/{code}/scorecard/{figure}", auth=READS, response=CutList[CountedOut], summary="What a figure counted"
)
def get_counted(
    request: HttpRequest, code: Code, figure: Annotated[FigureName, Path(description="Which figure.")],
    asked: Query[PeriodIn], cut: Query[CutPart],
) -> Any:  # fmt: skip
    """The very rows that a figure counted, each with its verdict and its receipts, in the order of their days."""
    return queries.counted_rows(_period(code, asked), figure, first=cut.offset, limit=cut.limit)


@router.post("/suppliers/{code}/comments", auth=WRITES, response={201: CommentOut}, summary="Comment on a scorecard")
def add_comment(request: HttpRequest, code: Code, body: CommentIn) -> Status[SupplierComment]:
    """Say something of a scorecard; the same words again change nothing."""
    kept = actions.comment(
        supplier(code), body.begins_on, body.ends_on, text=body.text, figure=body.figure, actor=actor_of(request)
    )
    return Status(201, kept)


@router.post(
    "/suppliers/{code}/comments/{comment}/answers", auth=WRITES, response={201: CommentOut}, summary="Answer a comment"
)
def add_answer(request: HttpRequest, code: Code, comment: CommentId, body: CommentAnswerIn) -> Status[SupplierComment]:
    """Answer what was said; the same answer again changes nothing."""
    kept = actions.answer_comment(comment, text=body.text, actor=actor_of(request), supplier=supplier(code))
    return Status(201, kept)


@router.get("/suppliers/{code}/switch", auth=READS, response=OptionsOut, summary="What hangs on a blocked supplier")
def get_options(request: HttpRequest, code: Code, asked: Query[CostIn]) -> dict[str, Any]:
    """What may no longer be ordered from a supplier, with its open orders and the other sources of each item."""
    options = switch_options(supplier(code), business_day())
    items = [_option(item, options, asked.one_off_cost) for item in options.items]
    return {
        "supplier": code, "inputs_hash": options.inputs_hash, "orders": options.orders,
        "open_amounts": options.open_amounts, "items": items,
    }  # fmt: skip


def _option(item: SwitchOption, options: SwitchOptions, cost: Decimal | None) -> dict[str, Any]:
    sources = [
        {
            "supplier": one.term.supplier.code, "quantity": one.quantity, "price": one.price,
            "currency": one.term.currency, "requested_on": one.requested_on,
            "expected_on": options.on + timedelta(days=one.expected_in_days),
            "safe_on": options.on + timedelta(days=one.nine_in_ten_in_days), "cost_a_year": one.cost_a_year,
            "risk": one.risk.money if one.risk else None,
            "breaks_even_on": None if cost is None else one.breaks_even_on(options.on, cost),
        }
        for one in item.sources
    ]  # fmt: skip
    place = {"sku": item.item_site.item.sku, "site": item.item_site.site.code, "sentence": item.sentence}
    told = {"lines": item.lines, "proposals": item.proposals, "runs_out_on": item.runs_out_on}
    return {**place, **told, "sources": sources}


@router.post("/suppliers/{code}/switch", auth=ORDERS, response=SwitchOut, summary="Move items to other suppliers")
def post_switch(request: HttpRequest, code: Code, body: SwitchIn) -> Any:
    """Cancel what is open, draft it at other sources, withdraw what is proposed: in one step, or not at all.

    The same decision again changes nothing; where anything moved since `inputs_hash` was read, all is refused.
    """
    choices = {(one.sku, one.site): one.supplier for one in body.choices}
    return switch_supplier(
        code, choices, inputs_hash=body.inputs_hash, actor=actor_of(request), reason=body.reason
    ).outcome
