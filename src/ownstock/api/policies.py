"""How item-sites are planned, for programs: what becomes of items, what other settings would mean, adopting them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import Page, Part, page
from ownstock.base.errors import Refused
from ownstock.catalog.actions.planning_settings import set_planning_settings
from ownstock.catalog.models import ItemSite
from ownstock.catalog.queries import item_sites
from ownstock.demand.actions.calendar import cancel_lifecycle, enter_lifecycle
from ownstock.demand.models import LifecycleStep
from ownstock.demand.queries.calendar import lifecycle
from ownstock.demand.rules.calendar import LifecycleEntry, LifecycleKind
from ownstock.planning.queries import business_day
from ownstock.planning.queries.override_preview import OverridePreview, preview_override
from ownstock.planning.queries.policy_preview import PolicyChange, PolicyPreview, preview_policy
from ownstock.planning.rules.overrides import OverrideKind

router = Router()
READS, WRITES = KeyHolder(Scope.PLANNING_READ), KeyHolder(Scope.PLANNING_WRITE)
Number = Annotated[str, Path(description="Its number, such as LC-000012.", max_length=20)]
Code = Annotated[str, Field(min_length=1, max_length=60)]
Reason = Annotated[str, Field(min_length=1, max_length=1_000, description="Why, in words.")]
Rate = Annotated[Decimal, Field(gt=0, max_digits=8, decimal_places=4)]
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4)]


class LifecycleIn(Schema):
    """What becomes of an item."""

    kind: LifecycleKind
    sku: Code
    site: str = Field("", max_length=60, description="Empty: all sites.")
    other_sku: str = Field("", max_length=60, description="What takes its place, or what it will sell like.")
    factor: Decimal = Field(Decimal(1), gt=0, max_digits=8, decimal_places=4)
    ends_on: date | None = Field(None, description="The first day on which it is not sold any more.")
    reason: Reason


class LifecycleOut(Schema):
    """What becomes of an item, as it holds now."""

    number: str
    revision: int
    kind: LifecycleKind
    sku: str = Field(alias="item.sku")
    site: str | None = Field(None, alias="site.code")
    other_sku: str | None = Field(None, alias="other_item.sku")
    factor: Decimal
    ends_on: date | None
    is_cancelled: bool
    reason: str
    actor: str


class TakenBackIn(Schema):
    """Why it no longer holds."""

    reason: Reason


class OverrideTriedIn(Schema):
    """An override to be tried."""

    sku: Code
    site: Code
    kind: OverrideKind
    value: Decimal = Field(max_digits=14, decimal_places=4)
    from_on: date
    until_on: date


class NextOrderOut(Schema):
    """The next order, and what is expected to be wanted until the one after it arrives."""

    quantity: int
    order_up_to_level: int
    demand: float
    expected_cost: float
    sentence: str


class OverridePreviewOut(Schema):
    """The next order as it stands, and with the override."""

    before: NextOrderOut
    after: NextOrderOut
    is_heard: bool = Field(description="False: the override changes nothing of it.")
    units: int


class SettingsIn(Schema):
    """Other settings of one item-site; what is left out stays as it is."""

    sku: Code
    site: Code
    shortage_cost: Money | None = None
    holding_rate: Rate | None = None
    review_period_days: int | None = Field(None, ge=1, le=365)


class PolicyTriedIn(SettingsIn):
    """Settings to try; a MOQ is the supplier's and can only be tried."""

    moq: int | None = Field(None, ge=1)
    fill_rate: float | None = Field(None, gt=0, lt=1)
    order_cost: float = Field(0, ge=0, description="Money per order.")


class PolicyFiguresOut(Schema):
    """What settings mean for a year like the weeks ahead; money is the company's currency."""

    reorder_point: int
    order_up_to_level: int
    holding_cost: float
    shortage_cost: float
    order_cost: float
    total_cost: float
    orders_a_year: float
    inventory_value: float
    fill_rate: float


class PolicyPreviewOut(Schema):
    """An item-site as it is planned now, and as it would be."""

    before: PolicyFiguresOut
    after: PolicyFiguresOut


class AdoptionIn(SettingsIn):
    """Settings that hold from now on."""

    reason: Reason


class AdoptionOut(Schema):
    """Whether anything changed."""

    changed: int


@router.get("/lifecycle-steps", auth=READS, response=Page[LifecycleOut], summary="What becomes of items")
def list_steps(request: HttpRequest, part: Query[Part]) -> dict[str, Any]:
    """Successors, items like others and endings that hold, in the order in which they were said."""
    return page(lifecycle(), part)


@router.post("/lifecycle-steps", auth=WRITES, response=LifecycleOut, summary="Say what becomes of an item")
def enter_step(request: HttpRequest, body: LifecycleIn) -> LifecycleStep:
    """Say that an item is superseded, sells like another, or ends."""
    [step] = enter_lifecycle([LifecycleEntry(**dict(body))], actor=actor_of(request))
    return lifecycle().get(number=step.number)


@router.post(
    "/lifecycle-steps/{number}/cancellations", auth=WRITES, response=LifecycleOut, summary="Take back what was said"
)
def take_back(request: HttpRequest, number: Number, body: TakenBackIn) -> LifecycleStep:
    """Take back what was said of an item; it stays to be read."""
    return cancel_lifecycle(number, actor=actor_of(request), because=body.reason)


@router.post("/override-previews", auth=READS, response=OverridePreviewOut, summary="What an override would change")
def try_override(request: HttpRequest, body: OverrideTriedIn) -> OverridePreview:
    """The next order of an item-site without and with an override; nothing is kept."""
    row, said = _item_site(body.sku, body.site), dict(body)
    tried = {name: said[name] for name in ("kind", "value", "from_on", "until_on")}
    return preview_override(row, business_day(), **tried)


@router.post("/policy-previews", auth=READS, response=PolicyPreviewOut, summary="What other settings would mean")
def try_policy(request: HttpRequest, body: PolicyTriedIn) -> PolicyPreview:
    """Levels, cost, stock and service of a year now, and with other settings; nothing is changed."""
    row, said = _item_site(body.sku, body.site), dict(body)
    tried = {name: said[name] for name in ("review_period_days", "moq", "fill_rate")}
    tried |= {name: None if said[name] is None else float(said[name]) for name in ("shortage_cost", "holding_rate")}
    found = preview_policy([row], PolicyChange(**tried), order_cost=body.order_cost)
    if not found:
        raise Refused(f"{body.sku} at {body.site} cannot be planned; the last plan says why.", code="not_planned")
    return found[0]


@router.post("/policy-adoptions", auth=WRITES, response=AdoptionOut, summary="Plan by other settings")
def adopt_policy(request: HttpRequest, body: AdoptionIn) -> dict[str, int]:
    """Plan an item-site by other settings from now on; within seconds it is planned again."""
    row, said = _item_site(body.sku, body.site), dict(body)
    named = {name: said[name] for name in ("shortage_cost", "holding_rate", "review_period_days")}
    return {"changed": set_planning_settings([row.pk], actor=actor_of(request), reason=body.reason, **named)}


def _item_site(sku: str, site: str) -> ItemSite:
    found = item_sites().filter(item__sku=sku, site__code=site).first()
    if found is None:
        raise Refused(f"{sku} is not planned at {site}; name an item-site.", code="no_item_site", sku=sku, site=site)
    return found
