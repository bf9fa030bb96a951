"""Weeks of demand read from the ledger: of all item-sites in one pass, or of some from a week of their own on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from ownstock.engine.arrays import Ints
from ownstock.engine.buckets import Span
from ownstock.engine.history import DemandHistory
from ownstock.planning.inputs.flows import BLOCK_IDS, all_flows, flows_of
from ownstock.planning.inputs.weeks import DAYS_A_WEEK, exchange, still_weeks, weeks_of


def read_all(item_sites: Ints, released: Ints, span: Span, *, beyond: Sequence[int] = ()) -> DemandHistory:
    """All weeks of item-sites [n], not netted, some item-sites at a time; `beyond` are postings that do not count.

    released: [n] what is there after all flows that count.
    """
    order = np.argsort(item_sites)
    in_order = item_sites[order]
    history = still_weeks(item_sites, released, span)
    for flows in all_flows(span.first_on, beyond):
        first_id = flows.item_site[0] // BLOCK_IDS * BLOCK_IDS
        first, last = np.searchsorted(in_order, [first_id, first_id + BLOCK_IDS])
        place = order[first:last]
        known = flows.some(np.isin(flows.item_site, in_order[first:last]))
        found = weeks_of(known, in_order[first:last], released[place], span)
        history.demand[place], history.in_stock[place] = found.demand, found.in_stock
    return history


def read_again(
    history: DemandHistory, released: Ints, span: Span, since_week: Ints, *, beyond: Sequence[int] = ()
) -> None:
    """Read the weeks of each row [n] from a week of its own on, in place; of rows whose week lies after the last, none."""
    [place] = np.nonzero(since_week < span.count)
    if place.size == 0:
        return
    item_sites = history.item_sites.to_numpy()
    place = place[np.argsort(item_sites[place])]
    since_day = span.first_day + DAYS_A_WEEK * since_week[place]
    flows = flows_of(item_sites[place], since_day, beyond)
    first_week = int(since_week[place].min())
    last_weeks = Span(span.first_on + timedelta(weeks=first_week), span.count - first_week)
    exchange(history, place, weeks_of(flows, item_sites[place], released[place], last_weeks), since_week[place])
