"""Reading what stands: runs, proposals, and the outlook of one item-site."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from ownstock import engine
from ownstock.base.errors import Refused
from ownstock.base.fingerprints import fingerprint
from ownstock.catalog.models import ItemSite, Supplier
from ownstock.catalog.rules import UnservedDemand
from ownstock.engine.propose import reason
from ownstock.planning.history import closings_of
from ownstock.planning.inputs import planning_inputs
from ownstock.planning.lead_times import Coming
from ownstock.planning.models import PlanningRun, Proposal
from ownstock.planning.rules import (
    Basis,
    ProposalState,
    Standing,
)


@dataclass(frozen=True, slots=True)
class DayClose:
    """Usable stock units at the close of a day."""

    day_on: date
    on_hand: float


@dataclass(frozen=True, slots=True)
class ItemSiteOutlook:
    """An item-site around a day: what was on hand until then, what is expected until an order decided then is used up.

    `past` has the days on which something changed, `expected` every day; `coming` are the open deliveries that count;
    `reason` is what the engine would say of it now. Where it cannot be planned, `fault` says why and all else is empty.
    """

    fault: str = ""
    reason: dict[str, Any] = field(default_factory=dict)
    past: list[DayClose] = field(default_factory=list)
    expected: list[DayClose] = field(default_factory=list)
    coming: Sequence[Coming] = ()


def standing() -> dict[int, tuple[int, Standing]]:
    """The last proposal of each item-site that has one: its id, state and fingerprint, keyed by item-site id."""
    newest = Proposal.objects.order_by("item_site_id", "-id").distinct("item_site_id")
    columns = ("item_site_id", "id", "state", "input_hash", "outlook_hash", "position_after")
    return {
        key: (pk, Standing(ProposalState(state), Basis(bytes(inputs), bytes(outlook), int(position))))
        for key, pk, state, inputs, outlook, position in newest.values_list(*columns)
    }


def last_run() -> PlanningRun | None:
    """The newest planning run, or None before the first."""
    return PlanningRun.objects.order_by("-id").first()


def proposals(state: str = ProposalState.PENDING, *, supplier: str = "", text: str = "") -> QuerySet[Proposal]:
    """Proposals in a state, the most valuable first; of one supplier (code) or with a text in item code or description."""
    rows = Proposal.objects.filter(state=state).select_related("item_site__item", "item_site__site", "supplier", "run")
    if supplier:
        rows = rows.filter(supplier__code=supplier)
    if text:
        rows = rows.filter(Q(item_site__item__sku__icontains=text) | Q(item_site__item__description__icontains=text))
    return rows.order_by("-value", "-id")


def proposal(pk: int) -> Proposal:
    """One proposal with its item, site, supplier, run and, once approved, its order.

    Raises:
        Refused: there is none of this number.
    """
    rows = Proposal.objects.select_related(
        "item_site__item", "item_site__site", "supplier", "run", "order_line__revision__purchase_order"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Refused(f"There is no proposal {pk}.", code="no_proposal", proposals=[pk])
    return found


def unproposed(places: Collection[tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """The ids of those of these item-sites, each an item and a site, of which no proposal waits."""
    if not places:
        return {}
    waits = Proposal.objects.filter(item_site=OuterRef("pk"), state=ProposalState.PENDING)
    skus = {sku for sku, _ in places}
    rows = ItemSite.objects.filter(~Exists(waits), item__sku__in=skus).values_list("pk", "item__sku", "site__code")
    return {pk: (sku, site) for pk, sku, site in rows if (sku, site) in places}


def suppliers_of_proposals() -> QuerySet[Supplier]:
    """Every supplier with a pending proposal, by code."""
    pending = Proposal.objects.filter(state=ProposalState.PENDING)
    return Supplier.objects.filter(pk__in=pending.values("supplier")).order_by("code")


def latest_proposal(item_site: ItemSite) -> Proposal | None:
    """The last proposal made for an item-site, whatever became of it."""
    return Proposal.objects.filter(item_site=item_site).select_related("supplier").order_by("-id").first()


def business_day(time_zone: str = "UTC") -> date:
    """The day that pages speak of: the one last planned for; before the first run, today where the clock is so."""
    run = last_run()
    return run.planned_on if run else datetime.now(ZoneInfo(time_zone)).date()


def run_hash(planned_on: date, hashes: list[bytes]) -> bytes:
    """The fingerprint of a whole run: the day and every item-site's own fingerprint."""
    return fingerprint([planned_on.isoformat(), [h.hex() for h in hashes]])


def item_site_outlook(item_site: ItemSite, on: date) -> ItemSiteOutlook:
    """What a plan for a day would know and say of one item-site, for people to look at; nothing is kept."""
    inputs = planning_inputs(on, only=item_site)
    if not inputs.sources:
        return ItemSiteOutlook(fault=inputs.unplanned[item_site.pk]["sentence"])
    leads, known = inputs.lead_times, inputs.known
    answers = engine.plan(*inputs.frames, lead_times=leads, known=known, today=on, pool=_last_pool())
    [row] = answers.iter_rows(named=True)
    [given] = engine.inputs(*inputs.frames, lead_times=leads, known=known).iter_rows(named=True)
    why = reason(row, given)
    first_week_on = date.fromisoformat(why["inputs"]["weeks"][0]["week_start_on"])
    past, coming = _past(item_site, first_week_on, on), inputs.sources[item_site.pk].coming
    return ItemSiteOutlook(reason=why, past=past, expected=_expected(why, on), coming=coming)


def _last_pool() -> engine.Pool | None:
    """What all item-sites told in the last run of this engine, so that one alone is forecast as it was there."""
    run = last_run()
    if run is None or run.pool is None or run.engine_version != engine.VERSION:
        return None
    return engine.Pool.of_record(run.pool)


def _past(item_site: ItemSite, start_on: date, on: date) -> list[DayClose]:
    """The close of the day before `start_on` and of each day with a change since."""
    return [DayClose(day, on_hand) for day, on_hand in closings_of(item_site.pk, start_on, on)]


def _expected(why: dict[str, Any], on: date) -> list[DayClose]:
    """On hand day by day, were demand just its mean and nothing ordered.

    Where sales are lost, what is expected leaves it at zero; what customers have ordered or wait for takes it below.
    """
    given, forecast = why["inputs"], why["forecast"]
    arriving, ordered = _by_day(given["arrivals"], "arrives_in_days"), _by_day(given["known"], "wanted_in_days")
    beyond = _beyond_known(forecast, ordered)
    least = 0.0 if given["unserved_demand"] == UnservedDemand.LOST else -math.inf
    on_hand = given["usable"] - given["backordered"] + arriving[0]
    closes = [DayClose(on, on_hand)]
    for day in range(1, given["lead_time_days"] + given["review_period_days"] + 1):
        bucket = int((day - 1) // forecast["bucket_days"])
        there = on_hand + arriving[day] - ordered[day]
        on_hand = max(there - beyond(bucket), min(there, least))
        closes.append(DayClose(on + timedelta(days=day), on_hand))
    return closes


def _by_day(lines: list[dict[str, Any]], day: str) -> dict[int, float]:
    """The units of lines by their day."""
    units: dict[int, float] = defaultdict(float)
    for line in lines:
        units[line[day]] += line["quantity"]
    return units


def _beyond_known(forecast: dict[str, Any], ordered: dict[int, float]) -> Callable[[int], float]:
    """Units a day expected in a bucket beyond what customers have ordered for it."""
    means, bucket_days = forecast["mean_by_bucket"], forecast["bucket_days"]
    known: dict[int, float] = defaultdict(float)
    for day, units in ordered.items():
        known[int(day // bucket_days)] += units

    def beyond(bucket: int) -> float:
        return float(max(means[min(bucket, len(means) - 1)] - known[bucket], 0.0) / bucket_days)

    return beyond
