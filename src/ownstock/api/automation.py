"""Automation over HTTP: standing rules, pauses, runs, verdicts, autonomy, and taking back what a rule drafted."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema, Status
from pydantic import AwareDatetime

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.orders import Number
from ownstock.api.pages import Page, Part, page
from ownstock.automation import actions, queries
from ownstock.automation.models import Pause, StandingRule
from ownstock.automation.rules.autonomy import AutonomyState
from ownstock.automation.rules.standing import Coverage, RuleAction, RuleLimits, VerdictOutcome
from ownstock.catalog.rules import SourceClass
from ownstock.planning.queries import proposal as find_proposal

router = Router()
READS, WRITES = KeyHolder(Scope.AUTOMATION_READ), KeyHolder(Scope.AUTOMATION_WRITE)
DECIDES = KeyHolder(Scope.AUTOMATION_DECIDE)
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
RuleNumber = Annotated[int, Path(description="The rule's number.", ge=1, le=2**63 - 1)]
Amount = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4)]
Code = Annotated[str, Field(min_length=1, max_length=60)]
Reason = Annotated[str, Field(min_length=1, max_length=1_000, description="Why, in words.")]


class RuleIn(Schema):
    """A standing rule as it is proposed; an empty list covers all."""

    name: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,59}$", description="Names it in the journal.")
    action: RuleAction = Field(description="`approve` leaves drafts to people; `place` sends them as well.")
    order_value_at_most: Amount = Field(description="Of one order, in the company's currency.")
    line_value_at_most: Amount | None = Field(None, description="Of one line, in the company's currency.")
    median_deviation_percent: Amount | None = Field(None, description="From the median of the last six orders.")
    usual_deviation_percent: Amount | None = Field(None, description="From what is forecast between two orders.")
    cover_days_at_most: Amount | None = Field(None, description="How long it may last.")
    is_qualified_only: bool = False
    is_certified_only: bool = False
    suppliers: list[Code] = Field([], max_length=1_000)
    sites: list[Code] = Field([], max_length=1_000)
    categories: list[Code] = Field([], max_length=1_000)
    source_classes: list[SourceClass] = Field([], max_length=10)
    abc_classes: list[Literal["A", "B", "C"]] = Field([], max_length=3)
    xyz_classes: list[Literal["X", "Y", "Z"]] = Field([], max_length=3)
    reason: str = Field("", max_length=1_000, description="Why, for whoever is to approve it.")


class RuleOut(Schema):
    """A standing rule with who proposed, approved and ended it."""

    id: int
    name: str
    state: str = Field(description="`proposed`, `in force`, `replaced` by a newer one of its name, or `ended`.")
    action: RuleAction
    order_value_at_most: Decimal
    line_value_at_most: Decimal | None
    median_deviation_percent: Decimal | None
    usual_deviation_percent: Decimal | None
    cover_days_at_most: Decimal | None
    is_qualified_only: bool
    is_certified_only: bool
    suppliers: list[str]
    sites: list[str]
    categories: list[str]
    source_classes: list[str]
    abc_classes: list[str]
    xyz_classes: list[str]
    reason: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str
    approved_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    ended_because: str

    @staticmethod
    def resolve_state(row: StandingRule) -> str:
        """Where it is."""
        return queries.state_of(row, {each.pk for each in queries.rules_in_force()})


class ReasonIn(Schema):
    """Why."""

    reason: Reason


class OrderUndoneIn(ReasonIn):
    """Why, and what of it: none named is all of it."""

    proposals: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = Field(
        [], max_length=1_000, description="These of its proposals alone; the rest leaves as before."
    )


class PauseIn(Schema):
    """What is to stop, until when, and why."""

    supplier: str = Field("", max_length=60, description="Only what goes to this supplier; empty: everything.")
    until_at: AwareDatetime | None = Field(None, description="Null: until somebody resumes.")
    reason: Reason


class ResumeIn(Schema):
    """What is to go on."""

    supplier: str = Field("", max_length=60, description="What goes to this supplier; empty: everything.")


class PauseOut(Schema):
    """A pause that holds."""

    supplier: str = Field(description="Empty: everything is paused.")
    paused_by: str
    paused_at: datetime
    until_at: datetime | None
    reason: str

    @staticmethod
    def resolve_supplier(row: Pause) -> str:
        """Of which supplier, as its code."""
        return row.supplier.code if row.supplier else ""


class RunOut(Schema):
    """One run: what was judged, approved, placed and left, and why."""

    id: int
    occasion: str = Field(description="`nightly`, `order day` or `by hand`.")
    as_of_at: datetime
    started_at: datetime
    ended_at: datetime | None = Field(description="Null: it runs, or was stopped.")
    judged_count: int
    approved_count: int
    drafted: list[str]
    placed: list[str]
    left: list[str] = Field(description="The first of them, each with its reason.")
    left_count: int
    sentence: str


class AutomationOut(Schema):
    """How automation stands."""

    pauses: list[PauseOut]
    rules_in_force: int
    waiting_orders: list[str] = Field(description="Drafts of rules that have not been sent, the first 1,000.")
    autonomy: dict[str, int] = Field(description="How many item-sites are in each state.")
    last_run: RunOut | None


class VerdictOut(Schema):
    """What was said of a proposal."""

    id: int
    rule: int | None = Field(alias="rule_id", description="Null: a person took it back.")
    outcome: VerdictOutcome
    sentence: str
    checks: list[dict[str, Any]] = Field(description="Each limit that was looked at, whether it was met, and in words.")
    actor: str
    recorded_at: datetime


class AutonomyOut(Schema):
    """How far an item-site is trusted."""

    sku: str = Field(alias="item_site.item.sku")
    site: str = Field(alias="item_site.site.code")
    state: AutonomyState
    cycles: int = Field(description="So many in a row speak for it.")
    since_at: datetime
    sentence: str


class OrderUndoneOut(Schema):
    """What waits for people again."""

    proposals: list[int]


State = Annotated[AutonomyState | None, Query(description="Only in this state.")]


@router.get("/automation", auth=READS, response=AutomationOut, summary="How automation stands")
def get_automation(request: HttpRequest) -> Any:
    """What is paused, how many rules hold, which of their drafts wait, how many item-sites are trusted, what ran last."""
    waiting = queries.waiting_orders().values_list("purchase_order__number", flat=True)
    return {
        "pauses": queries.pauses(timezone.now()), "rules_in_force": len(queries.rules_in_force()),
        "waiting_orders": list(waiting[:1_000]), "autonomy": queries.autonomy_counts(),
        "last_run": queries.automation_runs().first(),
    }  # fmt: skip


@router.get("/automation/runs", auth=READS, response=Page[RunOut], summary="What ran by itself")
def list_runs(request: HttpRequest, part: Query[Part]) -> Any:
    """Every run, newest first."""
    return page(queries.automation_runs(), part)


@router.post("/automation/runs", auth=WRITES, response={201: RunOut}, summary="Let the rules act now")
def run(request: HttpRequest) -> Status[Any]:
    """Judge what is proposed, draft what is approved, send what may leave; the same again does nothing."""
    return Status(201, actions.autopilot(timezone.now(), actor=actor_of(request)))


@router.get("/automation/rules", auth=READS, response=Page[RuleOut], summary="Standing rules")
def list_rules(request: HttpRequest, part: Query[Part]) -> Any:
    """Every rule that was ever proposed, newest first, with its approval and its end."""
    return page(queries.rules(), part)


@router.post("/automation/rules", auth=DECIDES, response={201: RuleOut}, summary="Propose a rule")
def propose_rule(request: HttpRequest, body: RuleIn) -> Status[Any]:
    """Propose a rule, or a new version of one of its name; it holds once a person approves it."""
    limits = RuleLimits(
        body.order_value_at_most, body.line_value_at_most, body.median_deviation_percent, body.usual_deviation_percent,
        body.cover_days_at_most, body.is_qualified_only, body.is_certified_only,
    )  # fmt: skip
    covered = (
        body.suppliers, body.sites, body.categories, body.source_classes, body.abc_classes, body.xyz_classes,
    )  # fmt: skip
    coverage = Coverage(*(frozenset(map(str, codes)) for codes in covered))
    draft = actions.RuleDraft(body.name, body.action, limits, coverage, body.reason)
    return Status(201, actions.propose_rule(draft, actor=actor_of(request)))


@router.post("/automation/rules/{number}/approve", auth=DECIDES, response=RuleOut, summary="Approve a rule")
def approve_rule(request: HttpRequest, number: RuleNumber) -> Any:
    """Agree to a rule; only a person may, so that a program is told so."""
    return actions.approve_rule(number, actor=actor_of(request))


@router.post("/automation/rules/{number}/end", auth=DECIDES, response=RuleOut, summary="End a rule")
def end_rule(request: HttpRequest, number: RuleNumber, body: ReasonIn) -> Any:
    """End a rule at once; ending it twice changes nothing."""
    return actions.end_rule(number, actor=actor_of(request), reason=body.reason)


@router.post("/automation/pause", auth=WRITES, response={201: PauseOut}, summary="Pause")
def pause(request: HttpRequest, body: PauseIn) -> Status[Any]:
    """Stop everything that would be approved or sent by itself, or what goes to one supplier."""
    row = actions.pause(actor=actor_of(request), reason=body.reason, supplier=body.supplier, until_at=body.until_at)
    return Status(201, row)


@router.post("/automation/resume", auth=WRITES, response={204: None}, summary="Resume")
def resume(request: HttpRequest, body: ResumeIn) -> Status[None]:
    """End a pause; where none holds nothing changes."""
    actions.resume(actor=actor_of(request), supplier=body.supplier)
    return Status(204, None)


@router.post(
    "/automation/orders/{number}/undo", auth=WRITES, response=OrderUndoneOut, summary="Take a draft of a rule back"
)
def undo(request: HttpRequest, number: Number, body: OrderUndoneIn) -> Any:
    """Cancel a draft of a rule before it is sent, or take proposals off it; these wait for people until inputs move."""
    again = actions.undo(number, actor=actor_of(request), reason=body.reason, only=body.proposals)
    return {"proposals": [each.pk for each in again]}


@router.get("/proposals/{proposal}/verdicts", auth=READS, response=Page[VerdictOut], summary="What rules said")
def list_verdicts(request: HttpRequest, proposal: Id, part: Query[Part]) -> Any:
    """Everything that rules and people said of a proposal, newest first, with its numbers."""
    return page(queries.verdicts_of(find_proposal(proposal).pk), part)


@router.get("/automation/items", auth=READS, response=Page[AutonomyOut], summary="How far item-sites are trusted")
def list_autonomies(request: HttpRequest, part: Query[Part], state: State = None) -> Any:
    """Item-sites of which something is known, with what was said last; all others are watched."""
    return page(queries.autonomies(state or ""), part)
