"""Everything the engine is given, read in one place and in one snapshot.

Here, and for demand in `weeks`, exact decimals become the engine's floats; nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from math import ceil

import numpy as np
import polars as pl

from ownstock.catalog.models import ItemSite, SupplyTerm
from ownstock.catalog.queries import item_sites, reasons_without_source, terms_to_order_by
from ownstock.catalog.rules import NextOrderDays
from ownstock.demand.queries import backordered, open_demand
from ownstock.engine.arrays import Ints
from ownstock.engine.frames import MOST_DAYS
from ownstock.engine.history import DemandHistory
from ownstock.engine.history_store import HistoryStore
from ownstock.journal.queries import watermark
from ownstock.planning.inputs.flows import released
from ownstock.planning.inputs.history import demand_history, demand_history_of, plan_span
from ownstock.planning.inputs.lead_times import (
    EXPECTED,
    Candidate,
    Coming,
    SupplierRecords,
    SupplyOutlook,
    Told,
    arrival_rows,
    latest_records,
    lead_time_rows,
    supplier_records,
    supply_outlook,
)
from ownstock.planning.inputs.order_days import NO_ORDER_DAY, OrderDays, order_days
from ownstock.planning.inputs.quarantine import InQuarantine, in_quarantine
from ownstock.planning.inputs.said import Said, said_of
from ownstock.planning.inputs.transfers import OpenTransfers, transfers_on
from ownstock.planning.inputs.weeks import UNIT, column_of
from ownstock.planning.rules import earliest_arrival_in_days, fault_of, release_in_days
from ownstock.purchasing.queries import OpenDelivery, open_deliveries
from ownstock.purchasing.rules import expected_arrival_in_days, is_past_limit

ARRIVALS = {
    "item_site": pl.Int64, "arrives_in_days": pl.Int64, "quantity": pl.Float64, "is_in_quarantine": pl.Boolean,
    "scenario": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """An item-site that can be planned, with the supply term it is ordered by and when what is ordered now comes.

    `requested_in_days` is when goods are asked for: the term's lead time after the day on which the order leaves, and after
    earlier orders that are late. `order_days` are that day and the one on which the next order leaves.
    `usable_in_days` is when they are expected to be of use, `longest_in_days` when at the latest; those that go into
    quarantine come earlier. `told` is what the supplier's record says of the order, None where its `receipts` are too few.
    """

    item_site: ItemSite
    term: SupplyTerm
    requested_in_days: int
    usable_in_days: int
    longest_in_days: int
    told: Told | None
    receipts: int
    coming: Sequence[Coming]
    order_days: NextOrderDays

    @property
    def review_period_days(self) -> int:
        """Days from this order to the next: the item-site's own, or as many more as its supplier takes no orders."""
        return self.order_days.days_between

    @property
    def looks_ahead_days(self) -> int:
        """How far a decision looks: until the end of the window after the one that it is for."""
        return self.longest_in_days + 2 * self.review_period_days


@dataclass(frozen=True, slots=True)
class PlanningInputs:
    """Everything one run knows: what the engine is given, keyed by item-site id, and what stands beside it."""

    planned_on: date
    watermark: int
    sources: dict[int, Source]
    unplanned: dict[int, dict[str, str]]
    late: list[OpenDelivery]
    quarantine: dict[int, list[InQuarantine]]
    transfers: OpenTransfers
    history: DemandHistory
    position: pl.DataFrame
    arrivals: pl.DataFrame
    supply: pl.DataFrame
    economics: pl.DataFrame
    lead_times: pl.DataFrame
    known: pl.DataFrame
    said: Said = field(default_factory=Said)

    @property
    def frames(self) -> tuple[DemandHistory, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """The history and the four frames, in the engine's order."""
        return self.history, self.position, self.arrivals, self.supply, self.economics

    @property
    def asked(self) -> list[int]:
        """The item-sites that were asked for, planned or not."""
        return [*self.sources, *self.unplanned]

    def history_hashes(self) -> Iterator[str]:
        """SHA-256 of each item-site's whole history, in order."""
        rows = np.hstack([self.history.demand, self.history.in_stock]).astype("<f4")
        return (sha256(row.tobytes()).hexdigest() for row in rows)


def planning_inputs(
    planned_on: date, *, only: ItemSite | Sequence[ItemSite] | None = None, store: HistoryStore | None = None
) -> PlanningInputs:
    """Read everything a plan for a business day needs: whole weeks of demand before it, stock, orders, terms, costs.

    `only` reads it for one item-site, or for some. Call it in one snapshot: stock that was received and the order it was
    received for are then read as one. Demand is the same with and without a `store`, opened before that snapshot
    (`history.refresh`); with it, it is known sooner.
    """
    seen = watermark()
    few = [only] if isinstance(only, ItemSite) else only
    rows = _item_sites() if few is None else list(few)
    ids, items = ([row.pk for row in rows], {row.item_id for row in rows}) if few is not None else (None, None)
    terms = terms_to_order_by(rows, on=planned_on)
    coming: dict[tuple[int, int], list[OpenDelivery]] = defaultdict(list)
    late = []
    for delivery in open_deliveries(items=items):
        if is_past_limit(delivery.expected_on, planned_on):
            late.append(delivery)
        else:
            coming[delivery.item_id, delivery.site_id].append(delivery)
    days = order_days(planned_on, {term.supplier_id for term in terms.values() if term is not None})
    candidates, unplanned = _candidates(rows, terms, coming, days)
    records = supplier_records(planned_on) if ids is None else latest_records(planned_on)
    outlook = supply_outlook(list(candidates.values()), records, planned_on)
    keys = np.fromiter(candidates, np.int64, len(candidates))
    sources = _sources(candidates, outlook, records)
    held = in_quarantine(ids)
    there = released(planned_on, ids)
    moving = transfers_on(planned_on, items=items)
    said = said_of([c.item_site for c in candidates.values()], planned_on, _span(planned_on), is_all=ids is None)
    leads = lead_time_rows(keys, outlook)
    return PlanningInputs(
        planned_on, seen, sources, unplanned, late, held, moving,
        history=_history(keys, there, planned_on, store, said, is_all=ids is None),
        position=_position(keys, there).with_columns(backordered=_backordered(sources, moving, items)),
        arrivals=pl.concat([arrival_rows(keys, outlook), _in_each(_sure(sources, held, moving, planned_on), leads)]),
        supply=_supply(sources),
        economics=_economics(sources),
        lead_times=leads,
        known=_known(sources, moving, items),
        said=said,
    )  # fmt: skip


def _span(planned_on: date) -> tuple[date, int]:
    span = plan_span(planned_on)
    return span.first_on, span.count


def _history(
    keys: Ints, there: pl.DataFrame, planned_on: date, store: HistoryStore | None, said: Said, *, is_all: bool
) -> DemandHistory:
    """The history with what people know of it; that of others is read where theirs is handed on."""
    others = np.array(sorted(said.others - set(keys.tolist())), np.int64) if said.others else np.zeros(0, np.int64)
    asked = np.append(keys, others)
    known = there if is_all or not others.size else released(planned_on, asked)
    found = demand_history(asked, known, planned_on, store) if is_all else demand_history_of(asked, known, planned_on)
    return said.correct(found).of(pl.Series("item_site", keys))


def _item_sites() -> list[ItemSite]:
    """All of them; those of one item or one site share it, instead of a copy each."""
    return list(item_sites().select_related(None).prefetch_related("item", "site"))


def _candidates(
    rows: list[ItemSite],
    terms: dict[int, SupplyTerm | None],
    coming: dict[tuple[int, int], list[OpenDelivery]],
    days: OrderDays,
) -> tuple[dict[int, Candidate], dict[int, dict[str, str]]]:
    """Part what can be planned from what cannot, the latter each with a sentence."""
    candidates: dict[int, Candidate] = {}
    unplanned: dict[int, dict[str, str]] = {}
    barred = reasons_without_source([row for row in rows if terms[row.pk] is None], on=days.on)
    for row in rows:
        term = terms[row.pk]
        found = None if term is None else days.of(term.supplier_id, row.review_period_days)
        fault = barred.get(row.pk) or fault_of(row, row.item.unit_cost, has_term=term is not None)
        if term is None or found is None or fault:
            told = fault or NO_ORDER_DAY.format(supplier=term.supplier.code if term else "")
            unplanned[row.pk] = {"sku": row.item.sku, "site": row.site.code, "sentence": told}
            continue
        there = coming[row.item_id, row.site_id]
        waiting = [
            (d.requested_on, expected_arrival_in_days(d.expected_on, days.on))
            for d in there
            if d.supplier_id == term.supplier_id
        ]
        requested = earliest_arrival_in_days(found.wait_days + term.lead_time_days, waiting, days.on)
        candidates[row.pk] = Candidate(row, term, requested, there, found)
    return candidates, unplanned


def _sources(candidates: dict[int, Candidate], outlook: SupplyOutlook, records: SupplierRecords) -> dict[int, Source]:
    """What can be planned, with what is expected of its suppliers."""
    expected, longest = outlook.lead_days[:, EXPECTED].tolist(), outlook.lead_days[:, -1].tolist()
    coming: dict[int, list[Coming]] = defaultdict(list)
    days = outlook.delivery_days[:, EXPECTED].tolist()
    for place, *one in zip(outlook.owner.tolist(), outlook.deliveries, days, outlook.deliveries_told, strict=True):
        coming[place].append(Coming(*one))
    return {
        pk: Source(
            c.item_site, c.term, c.requested_in_days, expected[place], longest[place], told,
            records.arrivals.get(c.term.supplier_id, 0), coming[place], c.order_days,
        )
        for place, ((pk, c), told) in enumerate(zip(candidates.items(), outlook.leads_told, strict=True))
    }  # fmt: skip


def _position(keys: Ints, there: pl.DataFrame) -> pl.DataFrame:
    """What is usable of each item-site, whole units alone."""
    usable = column_of(there, "usable", keys) // UNIT
    return pl.DataFrame({"item_site": keys, "usable": usable.astype(np.float64)})


def _backordered(sources: dict[int, Source], moving: OpenTransfers, items: Collection[int] | None) -> pl.Series:
    """What each item-site owes customers and other sites; a part of a unit is owed as a whole one."""
    owed = backordered(items, on=moving.today)
    for place in moving.leaving:
        owed[place] = owed.get(place, Decimal(0)) + moving.owed(place)
    places = ((s.item_site.item_id, s.item_site.site_id) for s in sources.values())
    return pl.Series([float(ceil(owed.get(place, 0))) for place in places], dtype=pl.Float64)


def _known(sources: dict[int, Source], moving: OpenTransfers, items: Collection[int] | None) -> pl.DataFrame:
    """What customers and other sites have ordered for days to come; a part of a unit is wanted as a whole one.

    What lies further ahead than a decision looks is left out: it is no news to it.
    """
    rows = []
    keys = {(s.item_site.item_id, s.item_site.site_id): pk for pk, s in sources.items()}
    for line in open_demand(items, after=moving.today):
        pk = keys.get((line.item_id, line.site_id))
        wanted_in_days = (line.wanted_on - moving.today).days
        if pk is not None and wanted_in_days < sources[pk].looks_ahead_days:
            rows.append((pk, wanted_in_days, float(ceil(line.quantity)), False))
    rows += [
        (keys[place], days, float(quantity), True)
        for place in sorted(moving.leaving.keys() & keys.keys())
        for days, quantity in moving.known(place)
        if days < sources[keys[place]].looks_ahead_days
    ]
    schema = {"item_site": pl.Int64, "wanted_in_days": pl.Int64, "quantity": pl.Float64, "is_transfer": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _in_each(arrivals: pl.DataFrame, lead_times: pl.DataFrame) -> pl.DataFrame:
    """Arrivals that come on their day in all scenarios: as expected, and in each one."""
    again = arrivals.drop("scenario").join(lead_times.select("item_site", "scenario"), on="item_site")
    return pl.concat([arrivals, again.select(arrivals.columns)])


def _sure(
    sources: dict[int, Source], held: dict[int, list[InQuarantine]], moving: OpenTransfers, planned_on: date
) -> pl.DataFrame:
    """What comes whatever suppliers do: goods that are released, and transfers."""
    return pl.concat([_releases(sources, held, planned_on), _transfers(sources, moving)])


def _transfers(sources: dict[int, Source], moving: OpenTransfers) -> pl.DataFrame:
    """What transfers bring: usable as they come, as they left."""
    keys = {(s.item_site.item_id, s.item_site.site_id): pk for pk, s in sources.items()}
    rows = [
        (keys[place], days, float(quantity // 1), False, 0)
        for place in sorted(moving.coming.keys() & keys.keys())
        for days, quantity in moving.arrivals(place)
        if quantity >= 1 and days <= MOST_DAYS
    ]
    return pl.DataFrame(rows, schema=ARRIVALS, orient="row")


def _releases(sources: dict[int, Source], held: dict[int, list[InQuarantine]], planned_on: date) -> pl.DataFrame:
    """Goods in quarantine as arrivals of the day on which they are expected to be released, if they are fit by then."""
    waits = [
        (pk, goods, release_in_days(goods.expected_on, planned_on))
        for pk in held.keys() & sources.keys()
        for goods in held[pk]
        if goods.quantity >= 1
    ]
    rows = [
        (pk, days, float(goods.quantity // 1), True, 0)
        for pk, goods, days in sorted(waits, key=lambda wait: wait[0])
        if days <= MOST_DAYS and goods.is_fit(planned_on + timedelta(days=days))
    ]
    return pl.DataFrame(rows, schema=ARRIVALS, orient="row")


def _supply(sources: dict[int, Source]) -> pl.DataFrame:
    rows = [
        (
            pk, s.usable_in_days, s.review_period_days, s.term.moq, s.term.order_multiple,
            float(s.item_site.item.unit_cost),
        )
        for pk, s in sources.items()
    ]  # fmt: skip
    whole = dict.fromkeys(["item_site", "lead_time_days", "review_period_days", "moq", "order_multiple"], pl.Int64)
    return pl.DataFrame(rows, schema={**whole, "unit_cost": pl.Float64}, orient="row")


def _economics(sources: dict[int, Source]) -> pl.DataFrame:
    rows = [
        (pk, float(s.item_site.holding_rate), float(s.item_site.shortage_cost), s.item_site.unserved_demand)
        for pk, s in sources.items()
    ]
    schema = {
        "item_site": pl.Int64, "holding_rate": pl.Float64, "shortage_cost": pl.Float64, "unserved_demand": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
