"""When goods come: what is ordered now and what is on order, as suppliers keep their promises.

Each item-site has `SCENARIOS` equally likely ways in which things may come: the first in which all is early, the last in
which all is late. In each, an order comes at that quantile of its supplier's distribution. So orders of a supplier are
late together and never overtake one another: an order just approved is there when the next one can be, whatever happens.
Ways that are the same are one; who has one alone is certain.

A supplier with fewer than `ENOUGH` arrivals is taken at its word, as is one that always keeps it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl
from django.db import connection

from ownstock.catalog.models import ItemSite, SupplyTerm
from ownstock.catalog.rules import NextOrderDays
from ownstock.engine import ArrivalRecord, Memory, learn_arrivals
from ownstock.engine.arrays import Floats, Ints, Truths
from ownstock.engine.arrival_quantiles import ArrivalQuantiles, arrival_quantiles
from ownstock.planning.inputs.receipts import EPOCH, deliveries_told
from ownstock.planning.models import PlanningRun
from ownstock.planning.rules import closed_weeks_start
from ownstock.purchasing.queries import OpenDelivery
from ownstock.purchasing.rules import LATE_LIMIT_DAYS, expected_arrival_in_days

SCENARIOS = 20
LEVELS = (np.arange(SCENARIOS) + 0.5) / SCENARIOS
EXPECTED = SCENARIOS // 2
# A promise to a customer is broken where goods come late: nine in ten are to hold.
SAFE = SCENARIOS * 9 // 10
# Ahead of fewer arrivals of a supplier, its promise was forecast no worse by itself (`bench.scms`, first two thirds).
ENOUGH = 10
# Until a supplier shows otherwise it is taken to keep its promises.
MEMORY = Memory(kept=0.9)


@dataclass(frozen=True)
class SupplierRecords:
    """How suppliers deliver, beside the day they were asked for and beside the day they promised last.

    arrivals: how many of each supplier's are known, by its id.
    """

    requested: ArrivalRecord
    promised: ArrivalRecord
    arrivals: dict[int, int]


@dataclass(frozen=True)
class Candidate:
    """An item-site that can be planned, and in how many days its term would bring goods, earlier orders being late or not.

    `order_days` say when the order leaves: its term counts from then on.
    """

    item_site: ItemSite
    term: SupplyTerm
    requested_in_days: int
    coming: Sequence[OpenDelivery]
    order_days: NextOrderDays


@dataclass(frozen=True)
class Told:
    """What a record says of one delivery or order: in how many days it comes, at each of `LEVELS`, and of its promise.

    `on_time` and `on_day` are the chances of no later than promised and of the very day.
    """

    in_days: list[int]
    on_time: float
    on_day: float


@dataclass(frozen=True)
class Coming:
    """An open delivery, and in how many days its goods are expected to be of use; `told` as for an order placed now."""

    delivery: OpenDelivery
    usable_in_days: int
    told: Told | None


@dataclass(frozen=True)
class SupplyOutlook:
    """When goods come, in all scenarios: [candidates, SCENARIOS] and [deliveries, SCENARIOS] days until they may be used.

    owner: [deliveries] the place of the candidate; starts: of each candidate the first scenario of those that are the same.
    """

    lead_days: Ints
    delivery_days: Ints
    deliveries: list[OpenDelivery]
    owner: Ints
    starts: Truths
    leads_told: list[Told | None]
    deliveries_told: list[Told | None]


def supplier_records(planned_on: date) -> SupplierRecords:
    """What receipts tell at the beginning of the week of a day."""
    as_of = closed_weeks_start(planned_on)
    told = deliveries_told(as_of)
    promised = learn_arrivals(told, as_of, MEMORY)
    is_same = bool((told["promised_on"] == told["requested_on"]).all())
    requested = promised if is_same else _by_request(told, as_of)
    came = told.filter(pl.col("received_on").is_not_null()).group_by("supplier")
    arrivals = came.agg(pl.col("arrives_with").n_unique()).select(pl.col("supplier").cast(pl.Int64), "arrives_with")
    return SupplierRecords(requested, promised, dict(arrivals.iter_rows()))


def latest_records(on: date) -> SupplierRecords:
    """What the last plan knew of suppliers, told on a day of its week; else what is known now.

    Kept in memory, so that a page or a promise does not wait for all receipts to be read.
    """
    run = PlanningRun.objects.filter(is_whole=True).order_by("-id").values_list("pk", flat=True).first()
    if run is None:
        return supplier_records(on)
    return _kept_records(str(connection.settings_dict["NAME"]), run, closed_weeks_start(on))


@lru_cache(maxsize=2)
def _kept_records(database: str, run: int, on: date) -> SupplierRecords:
    return supplier_records(on)


def _by_request(told: pl.DataFrame, as_of: date) -> ArrivalRecord:
    return learn_arrivals(told.with_columns(promised_on="requested_on"), as_of, MEMORY)


def supply_outlook(candidates: Sequence[Candidate], records: SupplierRecords, planned_on: date) -> SupplyOutlook:
    """When what is ordered now and what is on order comes, for each candidate in its order."""
    today = _day_of(planned_on)
    asked = [
        (c.term.supplier_id, c.item_site.site_id, c.item_site.item_id, today + c.term.lead_time_days)
        for c in candidates
    ]
    of_orders = _told(_numbers(asked), records.requested, records, planned_on)
    coming = [delivery for c in candidates for delivery in c.coming]
    owner = np.repeat(np.arange(len(candidates)), [len(c.coming) for c in candidates])
    of_coming = _coming_told(coming, records, planned_on)
    waits = np.array([c.order_days.wait_days for c in candidates], dtype=np.int64)
    # The record tells of an order as on the day it leaves: as it tells today of one that leaves today.
    leads = of_orders.days([c.requested_in_days for c in candidates]) + np.where(of_orders.row >= 0, waits, 0)[:, None]
    deliveries = of_coming.days(_expected(coming, planned_on))
    asking = [candidates[place] for place in owner.tolist()]
    np.maximum.at(leads, owner, _waited_for(deliveries, coming, asking, of_coming, planned_on))
    release = np.array([c.item_site.item.usable_after_days for c in candidates], dtype=np.int64)
    leads, deliveries = leads + release[:, None], deliveries + release[owner][:, None]
    starts = _starts(leads, deliveries, owner)
    return SupplyOutlook(leads, deliveries, coming, owner, starts, of_orders.told(), of_coming.told())


NOTHING_TOLD = ArrivalQuantiles(
    np.zeros(0, np.int64), np.zeros((0, LEVELS.size), np.int64), np.zeros(0, np.float64), np.zeros(0, np.float64)
)


@dataclass(frozen=True)
class Answers:
    """What records say of each order or delivery: row `row` [n] of what was found, -1 where nothing is told."""

    row: Ints
    found: ArrivalQuantiles

    def days(self, otherwise: Sequence[int]) -> Ints:
        """Days in each scenario: as told, else as without a record. [n, SCENARIOS]"""
        days = np.repeat(np.array(otherwise, dtype=np.int64)[:, None], SCENARIOS, axis=1)
        is_told = self.row >= 0
        days[is_told] = self.found.in_days[self.row[is_told]]
        return days

    def told(self) -> list[Told | None]:
        """The same one by one; those that are the same share it."""
        found = self.found
        columns = zip(found.in_days.tolist(), found.on_time.tolist(), found.on_day.tolist(), strict=True)
        answers = [*itertools.starmap(Told, columns), None]
        return [answers[row] for row in self.row.tolist()]


def _day_of(on: date) -> int:
    return (on - EPOCH).days


def _numbers(rows: list[tuple[int, int, int, int]]) -> Ints:
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def _coming_told(coming: list[OpenDelivery], records: SupplierRecords, planned_on: date) -> Answers:
    """What the record says of open deliveries: by the last promise where there is one, else by the day asked for."""
    asked = _numbers([(d.supplier_id, d.site_id, d.item_id, _day_of(d.expected_on)) for d in coming])
    is_promised = np.array([d.is_promised for d in coming], dtype=np.bool_) | (records.promised is records.requested)
    promised = _told(asked[is_promised], records.promised, records, planned_on)
    requested = _told(asked[~is_promised], records.requested, records, planned_on)
    row = np.empty(len(coming), dtype=np.int64)
    row[is_promised] = promised.row
    row[~is_promised] = np.where(requested.row >= 0, requested.row + promised.found.on_day.size, -1)
    columns = [
        np.concatenate([getattr(one.found, name) for one in (promised, requested)])
        for name in ("in_days", "on_time", "on_day")
    ]
    return Answers(row, ArrivalQuantiles(row, *columns))


def _expected(coming: list[OpenDelivery], planned_on: date) -> list[int]:
    """In how many days open deliveries come as long as no record tells."""
    return [expected_arrival_in_days(d.expected_on, planned_on) for d in coming]


def safe_arrival_in_days(coming: list[OpenDelivery], planned_on: date) -> list[int]:
    """In how many days each open delivery is there with a chance of nine in ten, by the records of the last plan.

    Without a record: as planning expects it.
    """
    told = _coming_told(coming, latest_records(planned_on), planned_on)
    safe: list[int] = told.days(_expected(coming, planned_on))[:, SAFE].tolist()
    return safe


def _told(asked: Ints, record: ArrivalRecord, records: SupplierRecords, planned_on: date) -> Answers:
    """What a record says of each, unless its supplier has too few arrivals or it is too late to tell.

    asked: [n, 4] supplier, site, item, and the promised day counted from 1970-01-01
    """
    known = np.flatnonzero(np.isin(asked[:, 0], [who for who, n in records.arrivals.items() if n >= ENOUGH]))
    row = np.full(len(asked), -1, dtype=np.int64)
    if not known.size:
        return Answers(row, NOTHING_TOLD)
    found = arrival_quantiles(record, _frame(asked[known]), planned_on, LEVELS)
    row[known] = np.where(found.in_days[found.row, 0] >= 0, found.row, -1)
    return Answers(row, found)


def _frame(asked: Ints) -> pl.DataFrame:
    frame = pl.DataFrame(asked, schema=["supplier", "lane", "item_site", "promised_on"], orient="row")
    return frame.with_columns(
        pl.col("supplier", "lane").cast(pl.String), pl.col("promised_on").cast(pl.Int32).cast(pl.Date)
    )


def _waited_for(
    deliveries: Ints, coming: list[OpenDelivery], asking: list[Candidate], answers: Answers, today: date
) -> Ints:
    """The days of each delivery before which a new order does not come; 0 where it waits for nothing. [n, SCENARIOS]

    No order overtakes what was asked for no later, of the same item from the same supplier. Where a record has it that goods
    come so late that planning would no longer count on them, nothing waits for them: by then they are promised anew, or cut.
    """
    is_earlier = [
        d.supplier_id == c.term.supplier_id
        and (d.requested_on - today).days <= c.order_days.wait_days + c.term.lead_time_days
        for d, c in zip(coming, asking, strict=True)
    ]
    limit = np.array([(d.expected_on - today).days + LATE_LIMIT_DAYS for d in coming], dtype=np.int64)
    is_too_late = (answers.row >= 0)[:, None] & (deliveries > limit[:, None])
    return np.where(is_too_late | ~np.array(is_earlier, dtype=np.bool_)[:, None], 0, deliveries)


def _starts(leads: Ints, deliveries: Ints, owner: Ints) -> Truths:
    """Where a scenario differs from the one before it. [candidates, SCENARIOS]"""
    starts = np.zeros(leads.shape, dtype=np.bool_)
    starts[:, 0] = True
    starts[:, 1:] = leads[:, 1:] != leads[:, :-1]
    np.logical_or.at(starts[:, 1:], owner, deliveries[:, 1:] != deliveries[:, :-1])
    return starts


def lead_time_rows(keys: Ints, outlook: SupplyOutlook) -> pl.DataFrame:
    """`frames.LEAD_TIMES` of all whose supply is uncertain; each scenario numbered by its first, from 1."""
    place, first = _uncertain(outlook)
    return pl.DataFrame(
        {
            "item_site": keys[place],
            "scenario": first + 1,
            "lead_time_days": outlook.lead_days[place, first],
            "probability": _shares(place, first, outlook),
        }
    )


def arrival_rows(keys: Ints, outlook: SupplyOutlook) -> pl.DataFrame:
    """`frames.ARRIVALS` of what is on order: as expected, and in each scenario of all whose supply is uncertain."""
    whole = np.array([float(d.quantity // 1) for d in outlook.deliveries], dtype=np.float64)
    counts = np.flatnonzero(whole >= 1)
    row, first = np.nonzero(
        outlook.starts[outlook.owner[counts]] & _is_uncertain(outlook)[outlook.owner[counts]][:, None]
    )
    rows = np.concatenate([counts, counts[row]])
    days = [outlook.delivery_days[counts, EXPECTED], outlook.delivery_days[counts[row], first]]
    return pl.DataFrame(
        {
            "item_site": keys[outlook.owner[rows]],
            "arrives_in_days": np.concatenate(days),
            "quantity": whole[rows],
            "is_in_quarantine": np.zeros(rows.size, dtype=np.bool_),
            "scenario": np.concatenate([np.zeros(counts.size, np.int64), first + 1]),
        }
    )


def _is_uncertain(outlook: SupplyOutlook) -> Truths:
    is_uncertain: Truths = outlook.starts.sum(axis=1) > 1
    return is_uncertain


def _uncertain(outlook: SupplyOutlook) -> tuple[Ints, Ints]:
    """Place and first scenario of each of the different scenarios of all whose supply is uncertain."""
    place, first = np.nonzero(outlook.starts & _is_uncertain(outlook)[:, None])
    return place, first


def _shares(place: Ints, first: Ints, outlook: SupplyOutlook) -> Floats:
    following = np.append(first[1:], SCENARIOS)
    following[np.append(place[1:] != place[:-1], True)] = SCENARIOS
    shares: Floats = (following - first) / SCENARIOS
    return shares
