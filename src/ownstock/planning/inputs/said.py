"""What people have said of item-sites, read for a plan: overrides, events, successors, items like others, endings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ownstock.catalog.models import ItemSite
from ownstock.demand.models import DemandEvent, LifecycleStep
from ownstock.demand.queries.calendar import events, lifecycle
from ownstock.demand.rules.calendar import LifecycleKind
from ownstock.engine.corrections import corrected
from ownstock.engine.history import DemandHistory
from ownstock.planning.models import Override
from ownstock.planning.rules.overrides import DEMAND_KINDS, Ahead, OverrideKind

DAYS_A_WEEK = 7
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What people have said, by item-site id: `overrides` that hold or will; `ahead`, events and endings to come.

    `told` says all but overrides in words, for reasons; `past` are the weeks of the history that events changed, each
    item-site, first day and factor; `successions` and `likenesses` give an item-site, another and a factor.
    """

    overrides: Mapping[int, list[Override]] = field(default_factory=dict)
    ahead: Mapping[int, list[Ahead]] = field(default_factory=dict)
    told: Mapping[int, list[Line]] = field(default_factory=dict)
    past: list[tuple[int, date, float]] = field(default_factory=list)
    successions: list[tuple[int, int, float]] = field(default_factory=list)
    likenesses: list[tuple[int, int, float]] = field(default_factory=list)

    @property
    def touched(self) -> list[int]:
        """The item-sites whose decision may differ for what is said of the days ahead, in order."""
        return sorted(self.overrides.keys() | self.ahead.keys())

    @property
    def others(self) -> set[int]:
        """The item-sites whose history is to be known for the sake of others."""
        return {other for _, other, _ in [*self.likenesses]} | {old for old, _, _ in self.successions}

    def correct(self, history: DemandHistory) -> DemandHistory:
        """The history with what is known of it: events taken out, the demand of what was replaced handed on.

        Only the rows concerned are copied and computed.
        """
        keys = {key for key, _, _ in self.past}
        keys |= {key for pair in (*self.successions, *self.likenesses) for key in pair[:2]}
        known = history.item_sites.to_numpy()
        [place] = np.nonzero(np.isin(known, list(keys)))
        if place.size == 0:
            return history
        there = set(known[place].tolist())
        some = history.of(history.item_sites.gather(place))
        changed = corrected(
            some,
            events=_frame([row for row in self.past if row[0] in there], "bucket_start_on", pl.Date, "factor"),
            supersessions=_frame(_both(self.successions, there), "successor", pl.Int64, "factor"),
            like_items=_frame(_both(self.likenesses, there), "like_item_site", pl.Int64, "factor"),
        )
        demand, in_stock = history.demand.copy(), history.in_stock.copy()
        demand[place], in_stock[place] = changed.demand, changed.in_stock
        return DemandHistory(history.item_sites, demand, in_stock, history.first_on, history.bucket)


def overrides() -> QuerySet[Override]:
    """The newest revision of every override, newest first, with item and site."""
    newer = Override.objects.filter(number=OuterRef("number"), revision__gt=OuterRef("revision"))
    rows = Override.objects.filter(~Exists(newer)).select_related("item_site__item", "item_site__site")
    return rows.order_by("-id")


def overrides_from(on: date, item_sites: Collection[int] | None = None) -> QuerySet[Override]:
    """Those that hold on a day or on later ones, of some item-sites or all."""
    rows = overrides().filter(Q(ended_on=None) | Q(ended_on__gt=on) & Q(ended_on__gt=F("from_on")), until_on__gte=on)
    return rows if item_sites is None else rows.filter(item_site_id__in=list(item_sites))


def said_of(item_sites: Collection[ItemSite], planned_on: date, span: tuple[date, int], *, is_all: bool) -> Said:
    """Everything people have said that a plan for a day must know of some item-sites; the history has `span`, weeks."""
    found = defaultdict(list)
    for one in overrides_from(planned_on, None if is_all else [row.pk for row in item_sites]):
        found[one.item_site_id].append(one)
    calendar, steps = list(events(since=span[0])), list(lifecycle())
    calendar = [event for event in calendar if event.factor is not None]
    if not calendar and not steps:
        return Said(dict(found))
    ahead: dict[int, list[Ahead]] = defaultdict(list)
    told: dict[int, list[Line]] = defaultdict(list)
    successions, likenesses = _lifecycle(steps, item_sites, ahead, told)
    said = Said(dict(found), ahead, told, [], successions, likenesses)
    others = said.others - {row.pk for row in item_sites}
    rows = [*item_sites, *ItemSite.objects.filter(pk__in=others).select_related("item", "site")]
    return replace(said, past=_past_and_ahead(calendar, rows, planned_on, span, ahead, told))


def _past_and_ahead(
    calendar: list[DemandEvent], item_sites: Collection[ItemSite], planned_on: date, span: tuple[date, int],
    ahead: dict[int, list[Ahead]], told: dict[int, list[Line]],
) -> list[tuple[int, date, float]]:  # fmt: skip
    """Put events into what is ahead and told; gives the weeks of the past that they changed."""
    weeks: dict[tuple[int, date], float] = {}
    for event in calendar:
        assert event.factor is not None
        factor, before_on = float(event.factor), event.until_on + timedelta(days=1)
        places = [row.pk for row in item_sites if is_about(event, row)]
        line = {
            "what": "event", "number": event.number, "name": event.name, "by": event.actor, "factor": factor,
            "from_on": event.from_on.isoformat(), "until_on": event.until_on.isoformat(),
        }  # fmt: skip
        parts = list(_weeks(event, factor, span))
        for pk in places:
            told[pk].append(line)
            if before_on > planned_on:
                ahead[pk].append(Ahead(OverrideKind.DEMAND_TIMES, factor, event.from_on, before_on))
            for monday, part in parts:
                weeks[pk, monday] = weeks.get((pk, monday), 1.0) * part
    return [(pk, monday, factor) for (pk, monday), factor in sorted(weeks.items())]


def is_about(event: DemandEvent, row: ItemSite) -> bool:
    """Whether an event concerns an item-site: by item or category, where any are named, and by site."""
    named = event.skus or event.categories
    is_item = not named or row.item.sku in event.skus or row.item.category in event.categories
    return is_item and (not event.sites or row.site.code in event.sites)


def _weeks(event: DemandEvent, factor: float, span: tuple[date, int]) -> Iterator[tuple[date, float]]:
    """The weeks of the history that an event touches, and by how much it changed each: by its days in the week."""
    first_on, count = span
    end = min(event.until_on + timedelta(days=1), first_on + timedelta(weeks=count))
    monday = max(event.from_on - timedelta(days=event.from_on.weekday()), first_on)
    while monday < end:
        days = (min(monday + timedelta(days=DAYS_A_WEEK), end) - max(monday, event.from_on)).days
        yield monday, 1 + (factor - 1) * days / DAYS_A_WEEK
        monday += timedelta(days=DAYS_A_WEEK)


def _lifecycle(
    steps: list[LifecycleStep], item_sites: Collection[ItemSite], ahead: dict[int, list[Ahead]],
    told: dict[int, list[Line]],
) -> tuple[list[tuple[int, int, float]], list[tuple[int, int, float]]]:  # fmt: skip
    """Put endings into what is ahead, all into what is told; gives the successions and the likenesses."""
    asked = {row.pk for row in item_sites}
    places = _places(steps)
    successions: dict[int, tuple[int, float]] = {}
    likenesses: dict[int, tuple[int, float]] = {}
    for step in sorted(steps, key=lambda one: one.site_id is not None):
        for site, pk in places.get(step.item_id, {}).items():
            if step.site_id not in (None, site):
                continue
            line = {
                "what": step.kind, "number": step.number, "by": step.actor, "factor": float(step.factor),
                "other": step.other_item.sku if step.other_item else "", "item": step.item.sku,
                "ends_on": step.ends_on.isoformat() if step.ends_on else "",
            }  # fmt: skip
            other = places.get(step.other_item_id or 0, {}).get(site)
            if step.kind == LifecycleKind.ENDS and step.ends_on:
                if pk in asked:
                    ahead[pk].append(Ahead(OverrideKind.DEMAND_TIMES, 0.0, step.ends_on, date.max))
            elif other is None:
                continue
            elif step.kind == LifecycleKind.LIKE:
                likenesses[pk] = other, float(step.factor)
            else:
                successions[pk] = other, float(step.factor)
                told[other].append(line)
            told[pk].append(line)
    return [(a, b, f) for a, (b, f) in successions.items()], [(a, b, f) for a, (b, f) in likenesses.items()]


def _places(steps: list[LifecycleStep]) -> dict[int, dict[int, int]]:
    """The item-sites of the items that steps name: by item and site id."""
    items = {step.item_id for step in steps} | {step.other_item_id for step in steps if step.other_item_id}
    places: dict[int, dict[int, int]] = defaultdict(dict)
    for pk, item, site in ItemSite.objects.filter(item_id__in=items).values_list("pk", "item_id", "site_id"):
        places[item][site] = pk
    return places


def facts_of(said: Said, item_site: int, today: date, horizon_days: int, wait_days: int = 0) -> list[Any]:
    """What of it a decision rests on, for its fingerprint: the days ahead are counted, so that a day that passes is no news
    until it matters; those of an order that waits so many days for its day, from that day on."""
    return [
        [kind, value, first - wait_days if first > 0 else 0, min(last, horizon_days) - wait_days, span]
        for kind, value, first, last, span in _spans(said, item_site, today)
        if first < horizon_days
    ]


def _spans(said: Said, item_site: int, today: date) -> Iterator[tuple[str, float, int, int, int]]:
    for one in [*said.ahead.get(item_site, []), *map(ahead_of, said.overrides.get(item_site, []))]:
        span = (one.before_on - one.from_on).days if one.kind is OverrideKind.DEMAND_PLUS else 0
        yield str(one.kind), one.value, (one.from_on - today).days, (one.before_on - today).days, span


def ahead_of(one: Override) -> Ahead:
    """An override as what it changes of the days ahead."""
    return Ahead(OverrideKind(one.kind), float(one.value), one.from_on, one.before_on)


def is_of_demand(one: Override) -> bool:
    """Whether an override changes demand, and not how it is ordered."""
    return one.kind in DEMAND_KINDS


def _both(pairs: list[tuple[int, int, float]], there: set[int]) -> list[tuple[int, int, float]]:
    return [row for row in pairs if row[0] in there and row[1] in there]


def _frame(rows: list[Any], second: str, kind: Any, third: str) -> pl.DataFrame | None:
    """Rows of three columns, keyed by item-site; None where there are none."""
    schema = {"item_site": pl.Int64, second: kind, third: pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row") if rows else None
