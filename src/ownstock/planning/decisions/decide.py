"""What the engine decides of every item-site: how much, on what basis, and why, of those that are asked for.

A reason is large, and most item-sites need none: nothing is ordered of them, or nothing of them has moved. So what a
decision rests on is known of all, and its reason is told of those alone that are written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from ownstock import engine
from ownstock.base.fingerprints import fingerprint
from ownstock.engine.propose import inputs_told, reason
from ownstock.planning.decisions.overriding import Changed, with_said
from ownstock.planning.decisions.told_overrides import with_overrides
from ownstock.planning.decisions.told_suppliers import lead_time_told, order_days_told, orders_told, with_order_days
from ownstock.planning.inputs.read_inputs import PlanningInputs, Source
from ownstock.planning.inputs.said import facts_of
from ownstock.planning.inputs.transfers import Place
from ownstock.planning.rules import Basis, Wanted, counted_from, later_by_lead_time
from ownstock.purchasing.queries import OpenDelivery


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is wanted of each item-site, by id, and the frames that it was decided from and with."""

    wanted: dict[int, Wanted]
    inputs: PlanningInputs
    given: pl.DataFrame
    answers: pl.DataFrame
    changed: Mapping[int, Changed]

    def reasons(self, item_sites: Collection[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Why so much, of some item-sites: their ids and reasons, in the order of the frames."""
        asked = self.answers["item_site"].is_in(list(item_sites))
        late = _by_place(self.inputs.late)
        rows = zip(*(frame.filter(asked).iter_rows(named=True) for frame in (self.answers, self.given)), strict=True)
        for row, given in rows:
            source = self.inputs.sources[row["item_site"]]
            why = with_overrides(reason(row, given), self.changed.get(row["item_site"]), self.inputs.said)
            yield row["item_site"], with_order_days(why, source) | _told(source, late, self.inputs)


def decide(inputs: PlanningInputs, pool: engine.Pool) -> Decisions:
    """Ask the engine what to order of each item-site, and fingerprint what each answer rests on."""
    answers, given, changed = answered(inputs, pool)
    ends = given["weeks"].list.last().struct.field("week_start_on")
    rows = given.drop("weeks").iter_rows(named=True)
    each = zip(answers["item_site"], answers["quantity"], rows, ends, inputs.history_hashes(), strict=True)
    said = _said_facts(inputs)
    wanted = {
        key: Wanted(
            quantity,
            _basis(inputs_told(row) | {"weeks": end}, history_hash, inputs.sources[key], said.get(key, [])),
            _asked_for_on(inputs.sources[key]),
        )
        for key, quantity, row, end, history_hash in each
    }
    return Decisions(wanted, inputs, given, answers, changed)


def answered(inputs: PlanningInputs, pool: engine.Pool | None) -> tuple[pl.DataFrame, pl.DataFrame, dict[int, Changed]]:
    """What the engine answers, with what people said; what it was given; and how that changed decisions, by item-site."""
    leads, known = inputs.lead_times, inputs.known
    answers = engine.plan(*inputs.frames, lead_times=leads, known=known, today=inputs.planned_on, pool=pool)
    return with_said(inputs, answers, engine.inputs(*inputs.frames, lead_times=leads, known=known))


def _said_facts(inputs: PlanningInputs) -> dict[int, list[Any]]:
    """What of what people said each decision rests on; nothing where there is nothing."""
    found: dict[int, list[Any]] = defaultdict(list)
    for key in inputs.said.touched:
        if source := inputs.sources.get(key):
            wait_days = source.order_days.wait_days
            found[key] = facts_of(inputs.said, key, inputs.planned_on, source.looks_ahead_days, wait_days)
    return found


def _asked_for_on(source: Source) -> date | None:
    """The day for which goods are asked, where a supplier's order days have a say in it."""
    days = source.order_days
    return days.decided_on + timedelta(days=source.requested_in_days) if days.is_bound else None


def _basis(inputs: dict[str, Any], history_hash: str, source: Source, said: list[Any]) -> Basis:
    """What a decision rests on, with and without the goods due before the next order can arrive and those owed until then.

    The forecast knows all of history, so its hash stands for the weeks, and the last week for when it was. Days are counted
    from the one on which the order leaves: that it comes nearer is no news.
    """
    if wait_days := source.order_days.wait_days:
        inputs = counted_from(inputs, wait_days)
    lead_time_days = inputs["lead_time_days"]
    due = [a for a in inputs["arrivals"] if a["arrives_in_days"] <= lead_time_days]
    later = [a for a in inputs["arrivals"] if a["arrives_in_days"] > lead_time_days]
    owed = [k for k in inputs["known"] if k["wanted_in_days"] < lead_time_days]
    known = [k for k in inputs["known"] if k["wanted_in_days"] >= lead_time_days]
    outlook = {**inputs, "usable": None, "backordered": None, "arrivals": later, "known": known}
    outlook["lead_times"] = later_by_lead_time(inputs)
    position = inputs["usable"] - inputs["backordered"]
    position += sum(a["quantity"] for a in due) - sum(k["quantity"] for k in owed)
    weekdays = sorted(source.order_days.calendar.weekdays)
    versions = [history_hash, _terms(source), engine.VERSION, *([said] if said else [])]
    versions += [{"order_weekdays": weekdays}] if weekdays else []
    return Basis(fingerprint([inputs, *versions]), fingerprint([outlook, *versions]), int(position))


def _terms(source: Source) -> dict[str, Any]:
    return {
        "supplier": source.term.supplier.code,
        "price": str(source.term.price),
        "currency": source.term.currency,
        "quoted_lead_time_days": source.term.lead_time_days,
        "release_days": source.item_site.item.usable_after_days,
    }


def _told(source: Source, late: Mapping[Place, list[OpenDelivery]], inputs: PlanningInputs) -> dict[str, Any]:
    """What a reason says beyond the engine's: terms, the supplier's record, goods that are on their way or held."""
    place = (source.item_site.item_id, source.item_site.site_id)
    not_counted = [
        {"order": d.number, "line": d.line, "quantity": str(d.quantity), "expected_on": d.expected_on.isoformat()}
        for d in late.get(place, ())
    ]
    orders = orders_told(source.coming, source.item_site.item.usable_after_days, inputs.planned_on)
    return {
        "terms": _terms(source), "lead_time": lead_time_told(source), "on_order": orders,
        "not_counted_because_late": not_counted, "in_quarantine": _in_quarantine(source, inputs),
        "transfers": inputs.transfers.told(place), **order_days_told(source.order_days),
    }  # fmt: skip


def _by_place(deliveries: Iterable[OpenDelivery]) -> dict[Place, list[OpenDelivery]]:
    places: dict[Place, list[OpenDelivery]] = defaultdict(list)
    for delivery in deliveries:
        places[delivery.item_id, delivery.site_id].append(delivery)
    return places


def _in_quarantine(source: Source, inputs: PlanningInputs) -> list[dict[str, Any]]:
    """What waits to be released, by the day on which it is expected to be, and whether that has passed."""
    return [
        {"lot": g.lot, "quantity": str(g.quantity), "expected_on": g.expected_on.isoformat(),
         "is_late": g.expected_on < inputs.planned_on}
        for g in inputs.quarantine.get(source.item_site.pk, [])
    ]  # fmt: skip
