"""Weeks of demand read from the ledger: of all item-sites in one pass, or of some from a week of their own on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ownstock.engine.arrays import Ints
from ownstock.engine.buckets import Span
from ownstock.engine.history import DemandHistory
from ownstock.planning.flows import all_flows, flows_of
from ownstock.planning.weeks import DAYS_A_WEEK, Flows, exchange, no_flows, unknown_weeks, weeks_of

ROWS_AT_ONCE = 20_000


def read_all(item_sites: Ints, released: Ints, span: Span, *, beyond: Sequence[int] = ()) -> DemandHistory:
    """All weeks of item-sites [n], not netted, some item-sites at a time; `beyond` are postings that do not count.

    released: [n] what is there after all flows that count.
    """
    order = np.argsort(item_sites)
    in_order = item_sites[order]
    history = unknown_weeks(item_sites, span)
    for first, last, flows in _by_item_sites(in_order, all_flows(span.first_on, beyond)):
        place = order[first:last]
        found = weeks_of(flows, in_order[first:last], released[place], span)
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
    exchange(history, place, weeks_of(flows, item_sites[place], released[place], span), since_week[place])


def _by_item_sites(item_sites: Ints, blocks: Iterable[Flows]) -> Iterator[tuple[int, int, Flows]]:
    """Flows sorted by item-site, cut where one ends: the rows first … last - 1 of `item_sites`, and all flows of theirs."""
    first, waiting = 0, no_flows()
    for block in blocks:
        waiting = waiting.and_then(block.some(np.isin(block.item_site, item_sites)))
        if waiting.item_site.size:
            # All flows of the last one may not have come yet.
            last = int(np.searchsorted(item_sites, waiting.item_site[-1]))
            end = int(np.searchsorted(waiting.item_site, waiting.item_site[-1]))
            yield from _few_rows(item_sites, first, last, waiting.some(slice(end)))
            first, waiting = last, waiting.some(slice(end, None))
    yield from _few_rows(item_sites, first, item_sites.size, waiting)


def _few_rows(item_sites: Ints, first: int, last: int, flows: Flows) -> Iterator[tuple[int, int, Flows]]:
    """The same in parts of no more rows than are good at a time."""
    for start in range(first, last, ROWS_AT_ONCE):
        stop = min(start + ROWS_AT_ONCE, last)
        begin, end = np.searchsorted(flows.item_site, [item_sites[start], item_sites[stop - 1] + 1])
        yield start, stop, flows.some(slice(begin, end))
