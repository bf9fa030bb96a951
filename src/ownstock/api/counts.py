"""Counting in cycles for programs: what is due, blind sheets, counts, differences, approval, record accuracy."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Header, Path, Query, Router, Schema
from pydantic import AwareDatetime

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import MAX_LIMIT
from ownstock.journal.actions import answer_once
from ownstock.ledger.actions import counts
from ownstock.ledger.actions.count_approval import approve as approve_sheet
from ownstock.ledger.actions.count_opening import DEFAULT_LINES, open_count
from ownstock.ledger.queries import counts as queries
from ownstock.ledger.rules import Status
from ownstock.ledger.rules.counting import MAX_LINES_OF_A_SHEET, AbcClass, Counted, CountState, CountVerdict

router = Router()
COUNTS, APPROVES = KeyHolder(Scope.COUNTS_WRITE), KeyHolder(Scope.COUNTS_APPROVE)
Sheet = Annotated[str, Path(description="The sheet's number, such as CC-000001.", max_length=20)]
Line = Annotated[int, Path(description="The line's number.", ge=1)]
Reason = Annotated[str, Field(min_length=1, max_length=2_000, description="Why; the journal keeps it.")]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200, description="Makes it happen once.")]
Code = Annotated[str, Field(max_length=60)]
OfSite = Annotated[str, Query(description="At this site only.", max_length=60)]
By = Annotated[date | None, Query(description="Due by this day; empty: today.")]
Since = Annotated[date, Query(description="Counted from this day on.")]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="So many rows at most.")]
IsSecond = Annotated[bool, Field(description="Whether somebody else must have counted these lines before.")]


class DueOut(Schema):
    """An item that is to be counted at a site."""

    sku: str
    site: str
    abc_class: AbcClass
    counted_at: datetime | None = Field(description="When it was last counted; empty: never.")
    due_on: date | None


class SheetIn(Schema):
    """What a sheet is to ask: what is most overdue, or items or locations that are named."""

    site: Code
    line_count: int = Field(DEFAULT_LINES, ge=1, le=MAX_LINES_OF_A_SHEET, description="About so many lines.")
    skus: list[Code] = Field([], max_length=MAX_LINES_OF_A_SHEET)
    locations: list[Code] = Field([], max_length=MAX_LINES_OF_A_SHEET)


class SheetLineOut(Schema):
    """What is to be counted, and whether it still is; what is expected is not told."""

    line: int
    sku: str
    description: str
    unit: str
    location: str
    lot: str
    status: Status
    verdict: CountVerdict


class SheetOut(Schema):
    """A sheet as those who count see it."""

    number: str
    site: str
    state: CountState
    opened_at: datetime
    lines: list[SheetLineOut]


class CountIn(Schema):
    """What was counted of a line; without a line, goods that were found beside the sheet, named by their codes."""

    quantity: Decimal = Field(ge=0, max_digits=18, decimal_places=4, description="Stock units.")
    line: int | None = Field(None, ge=1)
    sku: Code = ""
    location: Code = ""
    lot: Code = ""
    status: Status | None = None
    counted_at: AwareDatetime | None = Field(None, description="When it was counted; empty: now.")


class CountsIn(Schema):
    """Counts that are taken together, all or none."""

    counts: list[CountIn] = Field(min_length=1, max_length=MAX_LINES_OF_A_SHEET)
    is_second: IsSecond = False


class DifferenceOut(Schema):
    """What was counted beside what was expected at that moment."""

    line: int
    sku: str
    location: str
    lot: str
    status: Status
    counted_quantity: Decimal
    expected_quantity: Decimal
    difference: Decimal
    amount: Decimal = Field(description="In the company's currency, at standard cost.")
    counted_at: datetime
    counter: str
    is_within_tolerance: bool


class ApprovalIn(Schema):
    """Why lines differ by more than is tolerated: line by line, or all that have no reason of their own."""

    reason: str = Field("", max_length=2_000)
    reasons: dict[int, Reason] = {}


class ApprovalOut(Schema):
    """What an approval did."""

    posting: str = Field(description="The posting's key; empty where nothing differed.")
    is_new: bool = Field(description="Whether this call approved it; false when an earlier one had.")
    differences: list[DifferenceOut]


class CountDecisionIn(Schema):
    """Why."""

    reason: Reason


class AccuracyOut(Schema):
    """How right the record was of what was counted in a month at a site, of one class."""

    month: str
    site: str
    abc_class: AbcClass
    lines: int
    exact_share: Decimal
    within_share: Decimal = Field(description="Record accuracy: the share of lines within tolerance.")
    net_amount: Decimal
    absolute_amount: Decimal


@router.get("/due-counts", auth=COUNTS, response=list[DueOut], summary="What is to be counted")
def list_due(request: HttpRequest, site: OfSite = "", by: By = None, limit: Limit = 100) -> list[Any]:
    """Items that are due, most overdue first, those never counted before all; not what is being counted."""
    return list(queries.due(by or timezone.now().date(), site=site, limit=limit))


@router.post("/cycle-counts", auth=COUNTS, response=SheetOut, summary="Open a sheet")
def open_sheet(request: HttpRequest, body: SheetIn, key: Key) -> dict[str, Any]:
    """Open a sheet at a site. The same key again gives the same sheet."""

    def act() -> dict[str, Any]:
        return {"number": open_count(**body.dict(), actor=actor_of(request)).number}

    return _sheet(answer_once(f"count:{actor_of(request)}", key, body.dict(), act)["number"])


@router.get("/cycle-counts/{number}", auth=COUNTS, response=SheetOut, summary="A sheet, blind")
def get_sheet(request: HttpRequest, number: Sheet) -> dict[str, Any]:
    """What is to be counted, and which lines still need a count; never what is expected."""
    return _sheet(number)


@router.post("/cycle-counts/{number}/counts", auth=COUNTS, response=SheetOut, summary="Enter counts")
def enter(request: HttpRequest, number: Sheet, body: CountsIn) -> dict[str, Any]:
    """Take counts. A count with its moment, sent again, adds nothing; another count of the same line corrects it."""
    counted = [Counted(**{**count.dict(), "status": count.status or ""}) for count in body.counts]
    counts.enter(number, counted, counter=actor_of(request), is_second=body.is_second)
    return _sheet(number)


@router.get("/cycle-counts/{number}/differences", auth=APPROVES, response=list[DifferenceOut], summary="What differs")
def list_differences(request: HttpRequest, number: Sheet) -> list[Any]:
    """What was counted beside what was expected: when all is counted, for a key that did not count."""
    return list(queries.differences(number, viewer=actor_of(request)))


@router.post("/cycle-counts/{number}/approval", auth=APPROVES, response=ApprovalOut, summary="Approve a sheet")
def approve(request: HttpRequest, number: Sheet, body: ApprovalIn) -> dict[str, Any]:
    """Take the differences into the ledger, in one posting. Again, it gives the same answer and posts nothing."""
    approved = approve_sheet(number, actor=actor_of(request), reasons=body.reasons, reason=body.reason)
    return {"posting": approved.posting_key, "is_new": approved.is_new, "differences": approved.differences}


@router.post(
    "/cycle-counts/{number}/lines/{line}/rejection",
    auth=APPROVES,
    response=SheetOut,
    summary="Have a line counted anew",
)
def reject(request: HttpRequest, number: Sheet, line: Line, body: CountDecisionIn) -> dict[str, Any]:
    """Have a line counted anew; what was counted of it so far no longer counts."""
    counts.reject(number, line, reason=body.reason, actor=actor_of(request))
    return _sheet(number)


@router.post("/cycle-counts/{number}/cancellation", auth=APPROVES, response=SheetOut, summary="Cancel a sheet")
def cancel(request: HttpRequest, number: Sheet, body: CountDecisionIn) -> dict[str, Any]:
    """End a sheet without posting anything."""
    counts.cancel(number, reason=body.reason, actor=actor_of(request))
    return _sheet(number)


@router.get("/count-accuracy", auth=APPROVES, response=list[AccuracyOut], summary="How right the record is")
def list_accuracy(request: HttpRequest, since: Since, site: OfSite = "") -> list[Any]:
    """Shares of lines exactly right and within tolerance, and the differences in money, by month, site and class."""
    return list(queries.accuracy(datetime.combine(since, time(), UTC), site=site))


def _sheet(number: str) -> dict[str, Any]:
    sheet = queries.cycle_count(number)
    return {
        "number": sheet.number, "site": sheet.site.code, "state": sheet.state, "opened_at": sheet.opened_at,
        "lines": queries.sheet_lines(sheet),
    }  # fmt: skip
