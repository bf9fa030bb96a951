"""The planning run: decide for every item-site, and bring the proposals in line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import OperationalError
from django.utils import timezone
from psycopg.errors import SerializationFailure

import ownstock
from ownstock import engine
from ownstock.base.errors import Unavailable
from ownstock.engine.history_store import HistoryStore
from ownstock.journal import actions as journal
from ownstock.journal.running import report, running
from ownstock.planning import queries
from ownstock.planning.actions.effects import write_effects
from ownstock.planning.actions.exceptions import tell_exceptions
from ownstock.planning.actions.item_site_plans import write_item_site_plans
from ownstock.planning.decisions.decide import Decisions, decide
from ownstock.planning.inputs.history import refresh
from ownstock.planning.inputs.read_inputs import PlanningInputs, Source, planning_inputs
from ownstock.planning.models import PlanningRun, Proposal
from ownstock.planning.rules import ProposalState, Step, Wanted, next_steps
from ownstock.planning.sessions import PLANNING_LOCK, held, one_snapshot
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions.rejections import end_rejections
from ownstock.purchasing.queries.answers import told_rejections

JOB = "plan"
EXPECTED_EVERY_SECONDS = 7 * 24 * 3600
ATTEMPTS = 3
BATCH = 1_000
# What a run says anew of a proposal that it updates.
DECIDED = (
    "run", "supplier", "quantity", "price", "requested_on", "value", "input_hash", "outlook_hash", "position_after",
    "reason",
)  # fmt: skip
HISTORY_ALERT = "history_store_not_written"


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
    with one_run_at_a_time(), running(JOB):
        report("reading what moved")
        store = _refreshed_history(planned_on)
        return uncrossed(lambda: _plan(planned_on, actor, store))


def uncrossed(steps: Callable[[], Planned]) -> Planned:
    """A plan made in one snapshot, and made again where what others did crossed it, three times at most."""
    for _ in range(ATTEMPTS):
        try:
            with one_snapshot():
                return steps()
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
    report("reading the records")
    inputs = planning_inputs(planned_on, store=store)
    _surface_late_deliveries(inputs)
    report("learning", 0, len(inputs.sources))
    pool = engine.learn(*inputs.frames)
    report("deciding", 0, len(inputs.sources))
    planned = bring_in_line(decide(inputs, pool), pool, actor)
    _end_rejections(inputs)
    if planned.changed:
        journal.record(
            actor=actor, verb="planning.planned", subject="proposals",
            new={"run": planned.run.pk, "changed": planned.changed},
        )  # fmt: skip
    report("telling what is out of order")
    tell_exceptions()
    journal.beat(JOB, expected_every_seconds=EXPECTED_EVERY_SECONDS)
    return planned


def bring_in_line(decisions: Decisions, pool: engine.Pool, actor: str, *, is_whole: bool = True) -> Planned:
    """Bring the proposals in line with what is wanted, of all item-sites or of some, as a run that tells of it (law 6)."""
    standing = queries.standing(None if is_whole else decisions.inputs.asked)
    steps = next_steps(decisions.wanted, {key: s for key, (_, s) in standing.items()})
    run = _run(decisions, pool, steps, actor, is_whole=is_whole)
    _write(run, decisions, dict.fromkeys(key for key, step in steps.items() if step is Step.CREATE))
    _write(run, decisions, {key: standing[key][0] for key, step in steps.items() if step is Step.UPDATE})
    _withdraw([key for key, step in steps.items() if step is Step.WITHDRAW], because="Nothing is needed any more.")
    _withdraw(decisions.inputs.unplanned, because="It can no longer be planned.")
    write_effects(run, decisions)
    report("writing what the plan says of each item-site")
    write_item_site_plans(run, decisions)
    return Planned(run, Counter(steps.values()))


def _surface_late_deliveries(inputs: PlanningInputs) -> None:
    purchasing.alert_late(inputs.late, today=inputs.planned_on)


def _end_rejections(inputs: PlanningInputs) -> None:
    """Stop telling of rejected lines of which nothing is proposed any more: the need is gone, or was decided otherwise."""
    told = queries.unproposed(set(told_rejections().values()))
    seen = [place for pk, place in told.items() if pk in inputs.sources]
    end_rejections(seen, because="nothing of it is proposed any more")


def _run(decisions: Decisions, pool: engine.Pool, steps: dict[int, Step], actor: str, *, is_whole: bool) -> PlanningRun:
    """This run's row; the last run's where nothing moved since."""
    inputs, wanted = decisions.inputs, decisions.wanted.values()
    hashed = queries.run_hash(inputs.planned_on, [one.basis.input_hash for one in wanted])
    last = queries.last_run()
    is_still = set(steps.values()) <= {Step.KEEP}
    if last is not None and is_still and (not is_whole or bytes(last.input_hash) == hashed):
        return last
    return PlanningRun.objects.create(
        planned_on=inputs.planned_on, actor=actor, watermark=inputs.watermark, engine_version=engine.VERSION,
        product_version=ownstock.__version__, input_hash=hashed, item_site_count=len(wanted),
        proposed_count=sum(one.quantity > 0 for one in wanted), pool=pool.record() if is_whole else None,
        is_whole=is_whole, unplanned=list(inputs.unplanned.values()),
    )  # fmt: skip


def _write(run: PlanningRun, decisions: Decisions, ids: Mapping[int, int | None]) -> None:
    """Write the proposals of item-sites: over the one of this id, where there is one, else as new."""
    item_sites = list(ids)
    for start in range(0, len(item_sites), BATCH):
        report("writing proposals", start, len(item_sites))
        rows = [
            Proposal(
                pk=ids[key], run=run, item_site_id=key, state=ProposalState.PENDING,
                **_columns(decisions.wanted[key], why, decisions.inputs.sources[key], run.planned_on),
            )
            for key, why in decisions.reasons(item_sites[start : start + BATCH])
        ]  # fmt: skip
        Proposal.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=DECIDED)


def _withdraw(item_sites: Iterable[int], *, because: str) -> None:
    """Withdraw the pending proposals of item-sites, where they have any."""
    Proposal.objects.filter(item_site_id__in=list(item_sites), state=ProposalState.PENDING).update(
        state=ProposalState.WITHDRAWN, decided_at=timezone.now(), decided_by="job:plan", decided_because=because
    )


def _columns(wanted: Wanted, why: dict[str, Any], source: Source, planned_on: date) -> dict[str, Any]:
    decision, basis = why["decision"], wanted.basis
    saved = Decimal(decision["expected_cost_of_zero"]) - Decimal(decision["expected_cost"])
    return {
        "supplier_id": source.term.supplier_id,
        "quantity": Decimal(wanted.quantity),
        "price": source.term.price,
        "requested_on": planned_on + timedelta(days=source.requested_in_days),
        "value": saved.quantize(Decimal("0.0001")),
        "input_hash": basis.input_hash,
        "outlook_hash": basis.outlook_hash,
        "position_after": Decimal(basis.position + wanted.quantity),
        "reason": why,
    }


@contextmanager
def one_run_at_a_time() -> Iterator[None]:
    """Plan while nobody else does; raises Unavailable where somebody does."""
    with held(PLANNING_LOCK) as is_held:
        if not is_held:
            raise Unavailable("Another planning run is at work; try again when it is done.", code="plan_running")
        yield
