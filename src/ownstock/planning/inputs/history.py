"""Demand history: what was wanted of each item-site week by week, and for how much of each week it could be sold.

It is kept in the history store of the engine and brought up to date from the movements that are new. The store is never a
source of truth: what is wrong with it is found, and it is rebuilt from the ledger; a plan that cannot use it reads the
ledger itself, and finds the same.

What is new (law 4): ids and times are not in commit order. So the store stands at a *watermark*, a transaction id below
which every transaction had ended when it was written: it holds the postings of all transactions below, and none of others.
The next refresh asks for those from there up to the watermark of its own snapshot, whenever they were begun.

What a plan sees: a store whose watermark is not above that of the plan's snapshot holds nothing that the plan does not see,
and all that it sees of transactions below. What it sees of others (committed, while some that began earlier still run) it
reads itself, for itself alone. A store above (somebody refreshed it since the snapshot was taken) is not used. That is why
a plan opens the store before it takes its snapshot: watermarks never fall, so that the store can then only be behind.

Rows are read anew, not added to: of each item-site touched, all its weeks from the first that was touched on. So every sum
is exact, whatever is done twice does no harm, and a movement that comes late into an earlier week moves all that follows
from it. The weeks to come are in the store too, as they will be when nothing more moves; a plan looks at closed ones alone.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from django.conf import settings
from django.db import connection

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Ints
from ownstock.engine.buckets import Span
from ownstock.engine.history import DemandHistory
from ownstock.engine.history_store import HistoryStore, StoreFacts, open_store, put_rows, store_facts, write_generation
from ownstock.journal.queries import watermark
from ownstock.planning.inputs import flows
from ownstock.planning.inputs.weekly_demand import read_again, read_all
from ownstock.planning.inputs.weeks import (
    DAYS_A_WEEK,
    Flows,
    closings,
    column_of,
    netted,
    places_in,
    stored_weeks,
    unknown_weeks,
)
from ownstock.planning.rules import closed_weeks_start
from ownstock.planning.sessions import HISTORY_LOCK, held, one_snapshot

HISTORY_WEEKS = 156
# What the store has beyond the weeks of the plan it was built for: so it serves plans of earlier days, and needs to be
# rebuilt for later ones only three times in two years.
WEEKS_BEFORE, WEEKS_AHEAD = 13, 39
# Where so large a part of the item-sites is to be read again, all are read in one pass.
MOST_AGAIN = 1 / 4


def refresh(planned_on: date) -> HistoryStore | None:
    """Bring the history store up to the present, for plans of a day, and open it.

    It is rebuilt where it is missing, damaged, of another format, of another database, or has other weeks. While another
    process does all this it is opened as it stands. Within a transaction it is left alone (None): what that wrote itself
    nobody else may ever see.

    Raises:
        Unavailable: it cannot be read or written.
    """
    if connection.in_atomic_block:
        return None
    with held(HISTORY_LOCK) as is_held:
        if is_held:
            with one_snapshot():
                _bring_up_to_date(planned_on)
        if (store := opened(planned_on)) or not is_held:
            return store
        # What it says of itself was right, and what lies in it is damaged.
        with one_snapshot():
            _rebuild(planned_on)
    return opened(planned_on)


def opened(planned_on: date) -> HistoryStore | None:
    """The history store as it stands; None where plans of a day cannot use it."""
    try:
        return open_store(folder()) if _facts(planned_on) else None
    except Refused:
        return None


def folder() -> Path:
    """Where this installation keeps its history store."""
    found: Path = settings.HISTORY_FOLDER
    return found


def demand_history(
    item_sites: Ints, released: pl.DataFrame, planned_on: date, store: HistoryStore | None
) -> DemandHistory:
    """What a plan for a day knows of item-sites [n]: the last whole weeks before it, as this snapshot sees them.

    `released` is what `flows.released` tells for that day. From the store, where it is given and not ahead of the snapshot;
    else, and for what the store cannot know, from the ledger.
    """
    span, usable = plan_span(planned_on), column_of(released, "usable", item_sites)
    if store is not None and store.watermark <= watermark():
        known = stored_weeks(store.history, store.unnetted, item_sites, span)
        since_week = _since_week(store.history.item_sites, item_sites, span, flows.changes(store.watermark))
        # Goods that expired count as if they had never been there, although nothing moved.
        since_week[column_of(released, "expired", item_sites) > 0] = 0
        if not _is_most(since_week, span):
            read_again(known, usable, span, since_week)
            return netted(known)[0]
    return netted(read_all(item_sites, usable, span))[0]


def demand_history_of(item_sites: Ints, released: pl.DataFrame, planned_on: date) -> DemandHistory:
    """The same of a few item-sites, from the ledger: quicker than opening the store."""
    span, usable = plan_span(planned_on), column_of(released, "usable", item_sites)
    found = unknown_weeks(item_sites, span)
    read_again(found, usable, span, np.zeros(item_sites.size, np.int64))
    return netted(found)[0]


def closings_of(item_site: int, start_on: date, planned_on: date) -> list[tuple[date, float]]:
    """What was usable at the close of the day before `start_on` and of each day with a change until the day planned for."""
    found = flows.flows_of(np.array([item_site]), np.array([flows.day_of(start_on)]))
    there = column_of(flows.released(planned_on, [item_site]), "usable", np.array([item_site]))
    days, on_hand = closings(found, int(there[0]), flows.day_of(start_on))
    closes = zip(map(flows.date_of, days.tolist()), on_hand.tolist(), strict=True)
    return [(day, close) for day, close in closes if day <= planned_on]


def changed_item_sites(since: int, until: int) -> dict[int, date]:
    """Item-sites to which transactions from one watermark up to, not including, another brought movements.

    Keyed by item-site id, each with the first day (the site's own) on which something moved: where it lies before the week
    now running, what was known of closed weeks has changed.
    """
    found = flows.changes(since, until)
    return {key: flows.date_of(day) for key, day in zip(found.item_site.tolist(), found.day.tolist(), strict=True)}


def plan_span(planned_on: date) -> Span:
    """The weeks that a plan looks at: the last whole ones before its day."""
    return Span(closed_weeks_start(planned_on) - timedelta(weeks=HISTORY_WEEKS), HISTORY_WEEKS)


def _facts(planned_on: date) -> StoreFacts | None:
    """What the store says of itself, where it is there, of this ledger, and has the weeks that plans of a day ask for."""
    try:
        facts = store_facts(folder())
    except Refused:
        return None
    is_ours = facts.origin == flows.ledger_identity(facts.origin.get("until_location"))
    return facts if is_ours and _covers(facts.span, plan_span(planned_on)) else None


def _bring_up_to_date(planned_on: date) -> None:
    facts, now = _facts(planned_on), watermark()
    if facts is None or facts.watermark > now:
        _rebuild(planned_on)
        return
    item_sites, span = flows.all_item_sites(), facts.span
    since_week = _since_week(facts.item_sites, item_sites, span, flows.changes(facts.watermark, now))
    if _is_most(since_week, span):
        _rebuild(planned_on)
    elif (since_week < span.count).any():
        _append(facts, planned_on, now, item_sites, since_week)


def _rebuild(planned_on: date) -> None:
    """Write the store anew from all movements below the watermark."""
    asked, now, item_sites = plan_span(planned_on), watermark(), flows.all_item_sites()
    span = Span(asked.first_on - timedelta(weeks=WEEKS_BEFORE), WEEKS_BEFORE + asked.count + WEEKS_AHEAD)
    released = _released_below(now, item_sites, flows.released(planned_on))
    history, unnetted = netted(read_all(item_sites, released, span, beyond=flows.postings_since(now)))
    write_generation(folder(), history, now, unnetted, flows.ledger_identity())


def _append(facts: StoreFacts, planned_on: date, now: int, item_sites: Ints, since_week: Ints) -> None:
    """Bring what is new below a watermark into the store: rows of item-sites [n] from a week on, where it lies within."""
    span = facts.span
    is_new = since_week < span.count
    item_sites, since_week = item_sites[is_new], since_week[is_new]
    released = _released_below(now, item_sites, flows.released(planned_on, item_sites))
    known = unknown_weeks(item_sites, span)
    read_again(known, released, span, since_week, beyond=flows.postings_since(now))
    put_rows(folder(), known, since_week, since=facts.watermark, watermark=now)


def _since_week(known: pl.Series, item_sites: Ints, span: Span, changes: Flows) -> Ints:
    """From which week on item-sites [n] are to be read: 0 where they are not known; after the last where all is."""
    since_week = np.where(places_in(known, item_sites) < 0, 0, span.count)
    place = places_in(pl.Series(item_sites), changes.item_site)
    is_asked = place >= 0
    week = ((changes.day[is_asked] - span.first_day) // DAYS_A_WEEK).clip(0, span.count)
    np.minimum.at(since_week, place[is_asked], week)
    return since_week


def _is_most(since_week: Ints, span: Span) -> bool:
    return bool((since_week < span.count).sum() > MOST_AGAIN * max(since_week.size, 100))


def _released_below(now: int, item_sites: Ints, released: pl.DataFrame) -> Ints:
    """What was released at item-sites [n], expired or not, after all postings below a watermark and none of the others."""
    there = column_of(released, "usable", item_sites) + column_of(released, "expired", item_sites)
    beyond = flows.changes(now)
    return there - column_of(pl.DataFrame(vars(beyond)), "change", item_sites)


def _covers(known: Span, asked: Span) -> bool:
    """Whether weeks that are known have all those asked for in them."""
    known_until, asked_until = (span.first_on + timedelta(weeks=span.count) for span in (known, asked))
    return known.bucket == "week" and known.first_on <= asked.first_on and asked_until <= known_until
