"""The verbs of planning, its only writers: plan, approve, reject."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone
from psycopg.errors import SerializationFailure

import ownstock
from ownstock import engine
from ownstock.base.errors import Refused, Unavailable
from ownstock.base.fingerprints import fingerprint
from ownstock.catalog.models import SupplyTerm
from ownstock.catalog.queries import terms_to_order_by
from ownstock.engine.history_store import HistoryStore
from ownstock.engine.propose import reason
from ownstock.journal import actions as journal
from ownstock.planning import queries
from ownstock.planning.history import refresh
from ownstock.planning.inputs import PlanningInputs, Source, planning_inputs
from ownstock.planning.models import PlanningRun, Proposal
from ownstock.planning.rules import Basis, ProposalState, Step, Wanted, later_by_lead_time, next_steps
from ownstock.planning.sessions import PLANNING_LOCK, held, one_snapshot
from ownstock.planning.told import lead_time_told, orders_told
from ownstock.planning.transfers import Place
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import DraftLine
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.orderable import check_orderable
from ownstock.purchasing.queries import OpenDelivery

JOB = "plan"
EXPECTED_EVERY_SECONDS = 7 * 24 * 3600
ATTEMPTS = 3
HISTORY_ALERT = "history_store_not_written"


@dataclass(frozen=True, slots=True)
class Decided:
    """What the engine says of one item-site, ready to be stored."""

    wanted: Wanted
    reason: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """The outcome of a run: the run itself and how many proposals it kept, created, updated, withdrew."""

    run: PlanningRun
    steps: Counter[Step]

    @property
    def changed(self) -> int:
        """How many proposals are new, changed or withdrawn."""
        return sum(count for step, count in self.steps.items() if step is not Step.KEEP)


def plan(*, planned_on: date, actor: str) -> Planned:
    """Decide for every item-site what to order now, and bring the proposals in line with it (law 6).

    The same inputs return the same proposals and write nothing. Approvals that happen meanwhile are not overrun: the run
    reads and writes in one snapshot and starts again when it was crossed.

    Raises:
        Unavailable: another planning run is at work, or this one was crossed three times.
    """
    with _one_run_at_a_time():
        store = _refreshed_history(planned_on)
        for _ in range(ATTEMPTS):
            try:
                with one_snapshot():
                    return _plan(planned_on, actor, store)
            except OperationalError as error:
                if not isinstance(error.__cause__, SerializationFailure):
                    raise
    raise Unavailable("Orders kept changing while the plan was made; plan again.", code="plan_crossed")


def _refreshed_history(planned_on: date) -> HistoryStore | None:
    """The history store, brought up to the present before the run takes its snapshot; a plan can do without it."""
    try:
        store = refresh(planned_on)
    except Unavailable as error:
        sentence = f"{error.sentence} Meanwhile each plan reads the whole ledger, which takes longer."
        journal.raise_alert(HISTORY_ALERT, kind=HISTORY_ALERT, sentence=sentence, facts={"code": error.code})
        return None
    journal.clear_alert(HISTORY_ALERT, because="it was written")
    return store


def _plan(planned_on: date, actor: str, store: HistoryStore | None) -> Planned:
    """The steps of a planning run."""
    inputs = planning_inputs(planned_on, store=store)
    _surface_late_deliveries(inputs)
    pool = engine.learn(*inputs.frames)
    decided = _decide(inputs, pool)
    standing = queries.standing()
    steps = next_steps({key: d.wanted for key, d in decided.items()}, {key: s for key, (_, s) in standing.items()})
    run = _run(inputs, pool, decided, steps, actor)
    _create(run, inputs, {key: decided[key] for key, step in steps.items() if step is Step.CREATE})
    _update(run, inputs, {standing[key][0]: decided[key] for key, step in steps.items() if step is Step.UPDATE})
    _withdraw([key for key, step in steps.items() if step is Step.WITHDRAW], because="Nothing is needed any more.")
    _withdraw(inputs.unplanned, because="It can no longer be planned.")
    journal.beat(JOB, expected_every_seconds=EXPECTED_EVERY_SECONDS)
    return Planned(run, Counter(steps.values()))


def _surface_late_deliveries(inputs: PlanningInputs) -> None:
    purchasing.alert_late(inputs.late, today=inputs.planned_on)


def _decide(inputs: PlanningInputs, pool: engine.Pool) -> dict[int, Decided]:
    """Ask the engine, and give each answer its reason and the fingerprint of what it was decided on."""
    leads, known = inputs.lead_times, inputs.known
    answers = engine.plan(*inputs.frames, lead_times=leads, known=known, today=inputs.planned_on, pool=pool)
    given = engine.inputs(*inputs.frames, lead_times=leads, known=known)
    decided = {}
    late = _by_place(inputs.late)
    rows = zip(answers.iter_rows(named=True), given.iter_rows(named=True), inputs.history_hashes(), strict=True)
    for row, of_row, history_hash in rows:
        source = inputs.sources[row["item_site"]]
        why = _reason(row, of_row, source, late, inputs)
        decided[row["item_site"]] = Decided(Wanted(row["quantity"], _basis(why, history_hash)), why)
    return decided


def _basis(why: dict[str, Any], history_hash: str) -> Basis:
    """What a decision rests on, with and without the goods due before the next order can arrive and those owed until then.

    The reason names the last weeks alone; the forecast knows all of history, so its hash stands for them, and the last week
    for when it was.
    """
    weeks, lead_time_days = why["inputs"]["weeks"], why["inputs"]["lead_time_days"]
    inputs = {**why["inputs"], "weeks": weeks[-1]["week_start_on"] if weeks else None}
    due = [a for a in inputs["arrivals"] if a["arrives_in_days"] <= lead_time_days]
    later = [a for a in inputs["arrivals"] if a["arrives_in_days"] > lead_time_days]
    owed = [k for k in inputs["known"] if k["wanted_in_days"] < lead_time_days]
    known = [k for k in inputs["known"] if k["wanted_in_days"] >= lead_time_days]
    outlook = {**inputs, "usable": None, "backordered": None, "arrivals": later, "known": known}
    outlook["lead_times"] = later_by_lead_time(inputs)
    position = inputs["usable"] - inputs["backordered"]
    position += sum(a["quantity"] for a in due) - sum(k["quantity"] for k in owed)
    versions = [history_hash, why["terms"], why["engine_version"]]
    return Basis(fingerprint([inputs, *versions]), fingerprint([outlook, *versions]), int(position))


def _by_place(deliveries: Iterable[OpenDelivery]) -> dict[Place, list[OpenDelivery]]:
    places: dict[Place, list[OpenDelivery]] = defaultdict(list)
    for delivery in deliveries:
        places[delivery.item_id, delivery.site_id].append(delivery)
    return places


def _reason(
    row: dict[str, Any], known: dict[str, Any], source: Source, late: Mapping[Place, list[OpenDelivery]],
    inputs: PlanningInputs,
) -> dict[str, Any]:  # fmt: skip
    place = (source.item_site.item_id, source.item_site.site_id)
    terms = {
        "supplier": source.term.supplier.code,
        "price": str(source.term.price),
        "currency": source.term.currency,
        "quoted_lead_time_days": source.term.lead_time_days,
        "release_days": source.item_site.item.usable_after_days,
    }
    not_counted = [
        {"order": d.number, "line": d.line, "quantity": str(d.quantity), "expected_on": d.expected_on.isoformat()}
        for d in late.get(place, ())
    ]
    orders = orders_told(source.coming, source.item_site.item.usable_after_days, inputs.planned_on)
    told = {
        "terms": terms, "lead_time": lead_time_told(source), "on_order": orders,
        "not_counted_because_late": not_counted, "in_quarantine": _in_quarantine(source, inputs),
    }  # fmt: skip
    return {**reason(row, known), **told, "transfers": inputs.transfers.told(place)}


def _in_quarantine(source: Source, inputs: PlanningInputs) -> list[dict[str, Any]]:
    """What waits to be released, by the day on which it is expected to be, and whether that has passed."""
    return [
        {"lot": g.lot, "quantity": str(g.quantity), "expected_on": g.expected_on.isoformat(),
         "is_late": g.expected_on < inputs.planned_on}
        for g in inputs.quarantine.get(source.item_site.pk, [])
    ]  # fmt: skip


def _run(
    inputs: PlanningInputs, pool: engine.Pool, decided: dict[int, Decided], steps: dict[int, Step], actor: str
) -> PlanningRun:
    """This run's row; the last run's where nothing moved since."""
    hashed = queries.run_hash(inputs.planned_on, [d.wanted.basis.input_hash for d in decided.values()])
    last = queries.last_run()
    if last is not None and bytes(last.input_hash) == hashed and set(steps.values()) <= {Step.KEEP}:
        return last
    return PlanningRun.objects.create(
        planned_on=inputs.planned_on, actor=actor, watermark=inputs.watermark, engine_version=engine.VERSION,
        product_version=ownstock.__version__, input_hash=hashed, item_site_count=len(decided),
        proposed_count=sum(d.wanted.quantity > 0 for d in decided.values()), pool=pool.record(),
        unplanned=list(inputs.unplanned.values()),
    )  # fmt: skip


def _create(run: PlanningRun, inputs: PlanningInputs, decided: dict[int, Decided]) -> None:
    Proposal.objects.bulk_create(
        [
            Proposal(run=run, item_site_id=key, state=ProposalState.PENDING, **_columns(d, inputs.sources[key], inputs))
            for key, d in decided.items()
        ],
        batch_size=1_000,
    )


def _update(run: PlanningRun, inputs: PlanningInputs, decided: dict[int, Decided]) -> None:
    for proposal in Proposal.objects.filter(pk__in=decided).order_by("pk"):
        columns = _columns(decided[proposal.pk], inputs.sources[proposal.item_site_id], inputs)
        Proposal.objects.filter(pk=proposal.pk).update(run=run, **columns)


def _withdraw(item_sites: Iterable[int], *, because: str) -> None:
    """Withdraw the pending proposals of item-sites, where they have any."""
    Proposal.objects.filter(item_site_id__in=list(item_sites), state=ProposalState.PENDING).update(
        state=ProposalState.WITHDRAWN, decided_at=timezone.now(), decided_by="job:plan", decided_because=because
    )


def _columns(decided: Decided, source: Source, inputs: PlanningInputs) -> dict[str, Any]:
    decision, basis = decided.reason["decision"], decided.wanted.basis
    saved = Decimal(decision["expected_cost_of_zero"]) - Decimal(decision["expected_cost"])
    return {
        "supplier_id": source.term.supplier_id,
        "quantity": Decimal(decided.wanted.quantity),
        "price": source.term.price,
        "requested_on": inputs.planned_on + timedelta(days=source.requested_in_days),
        "value": saved.quantize(Decimal("0.0001")),
        "input_hash": basis.input_hash,
        "outlook_hash": basis.outlook_hash,
        "position_after": Decimal(basis.position + decided.wanted.quantity),
        "reason": decided.reason,
    }


@transaction.atomic
def approve(ids: Iterable[int], *, actor: str) -> list[PurchaseOrder]:
    """Turn proposals into draft purchase orders, one per supplier and site.

    Raises:
        Refused: a proposal does not exist or is no longer pending (somebody decided it, or nothing is needed any more), or
            its supply term ended, or the register of suppliers by now speaks against its supplier.
    """
    proposals = _pending(ids)
    on = max(p.run.planned_on for p in proposals)
    terms = terms_to_order_by([p.item_site for p in proposals], on=on)
    groups: dict[tuple[str, str], list[Proposal]] = defaultdict(list)
    for proposal in proposals:
        groups[proposal.supplier.code, proposal.item_site.site.code].append(proposal)
    orders = []
    for _, group in sorted(groups.items()):
        group.sort(key=lambda p: p.item_site.item.sku)
        orders.append(_draft(group, [_draft_line(p, terms[p.item_site_id], on, actor) for p in group], actor))
    return orders


def _draft(group: Sequence[Proposal], lines: Sequence[DraftLine], actor: str) -> PurchaseOrder:
    order = purchasing.draft(
        supplier=group[0].supplier, site=group[0].item_site.site, lines=lines,
        ordered_on=max(p.run.planned_on for p in group), actor=actor,
    )  # fmt: skip
    written = order.revisions.get(number=1).lines.order_by("line")
    for proposal, line in zip(group, written, strict=True):
        proposal.order_line = line
    Proposal.objects.bulk_update(group, ["order_line"], batch_size=1_000)
    Proposal.objects.filter(pk__in=[p.pk for p in group]).update(
        state=ProposalState.APPROVED, decided_at=timezone.now(), decided_by=actor
    )
    journal.record(
        actor=actor, verb="planning.approved", subject=f"purchase_order:{order.number}",
        new={"proposals": [p.pk for p in group]},
    )  # fmt: skip
    return order


def _draft_line(proposal: Proposal, term: SupplyTerm | None, on: date, actor: str) -> DraftLine:
    """The line that a proposal becomes; refused by what is said against its supplier, else as its term has ended."""
    item = proposal.item_site.item
    if term is None or term.supplier_id != proposal.supplier_id:
        check_orderable(proposal.supplier, [item], on=on, actor=actor)
        sentence = f"{item.sku}: the supply term it was proposed on no longer holds; plan again."
        raise Refused(sentence, code="term_ended", sku=item.sku)
    return DraftLine(term, proposal.quantity, proposal.requested_on)


@transaction.atomic
def reject(ids: Iterable[int], *, actor: str, because: str) -> int:
    """Turn proposals down, with the reason; each stays so until its inputs move. Returns how many.

    Raises:
        Refused: no reason was given, or a proposal is no longer pending.
    """
    if not because.strip():
        raise Refused("Say why the proposal is turned down.", code="no_reason")
    proposals = _pending(ids)
    Proposal.objects.filter(pk__in=[p.pk for p in proposals]).update(
        state=ProposalState.REJECTED, decided_at=timezone.now(), decided_by=actor, decided_because=because
    )
    journal.record(
        actor=actor, verb="planning.rejected", subject="proposals", new={"proposals": [p.pk for p in proposals]},
        reason=because,
    )  # fmt: skip
    return len(proposals)


def _pending(ids: Iterable[int]) -> list[Proposal]:
    """The named proposals, locked; refused unless every one is still pending."""
    wanted = sorted(set(ids))
    rows = Proposal.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    found = list(rows.select_related("item_site__item", "item_site__site", "supplier", "run"))
    missing = sorted(set(wanted) - {p.pk for p in found})
    if missing or not found:
        raise Refused(f"There is no proposal {missing[0] if missing else ''}.", code="no_proposal", proposals=missing)
    decided = [p for p in found if p.state != ProposalState.PENDING]
    if decided:
        first = decided[0]
        raise Refused(
            f"Proposal {first.pk} ({first.item_site.item.sku}) is already {first.state}.",
            code="not_pending",
            proposals=[p.pk for p in decided],
        )
    return found


@contextmanager
def _one_run_at_a_time() -> Iterator[None]:
    with held(PLANNING_LOCK) as is_held:
        if not is_held:
            raise Unavailable("Another planning run is at work; try again when it is done.", code="plan_running")
        yield
