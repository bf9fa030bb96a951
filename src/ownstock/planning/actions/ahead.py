"""Looking ahead: what planned orders will cost by supplier, site and week, after a plan and beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from django.db import transaction

from ownstock import engine
from ownstock.base.errors import Refused
from ownstock.engine.demand_paths import Horizon
from ownstock.engine.planned_totals import planned_totals
from ownstock.journal import actions as journal
from ownstock.journal.asking import ask_the_worker
from ownstock.journal.running import report
from ownstock.planning.actions.proposals import reject
from ownstock.planning.decisions.decide import answered
from ownstock.planning.inputs.history import refresh
from ownstock.planning.inputs.read_inputs import PlanningInputs, planning_inputs
from ownstock.planning.models import CashBudget, PlannedSpend
from ownstock.planning.queries.runs import last_pool, last_run
from ownstock.planning.sessions import one_snapshot

WEEKS, PATHS, BATCH = 13, 20, 1_000
JOB, TASK, DAY_SECONDS = "look_ahead", "ownstock.look_ahead", 86_400
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class LookedAhead:
    """Of how many item-sites it was looked ahead, and how many rows were kept; none where the run was done already."""

    item_sites: int
    rows: int


def look_ahead(*, progress: Callable[[int], None] | None = None) -> LookedAhead:
    """Keep what planned orders come to in money for the weeks after the last plan, by supplier and site; once for each run.

    A step of its own, for it takes longer than the plan: every item-site's policy is rolled along paths of demand.

    Raises:
        Refused: there was no plan yet.
    """
    run = last_run()
    if run is None:
        raise Refused("There is no plan yet to look ahead from; plan first.", code="no_plan")
    if PlannedSpend.objects.filter(run=run).exists():
        return LookedAhead(0, 0)
    store = refresh(run.planned_on)
    with one_snapshot():
        inputs = planning_inputs(run.planned_on, store=store)
    if not inputs.sources:
        return LookedAhead(0, 0)
    rows = [PlannedSpend(run=run, **columns) for columns in _spends(inputs, progress)]
    PlannedSpend.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return LookedAhead(len(inputs.sources), len(rows))


def _spends(inputs: PlanningInputs, progress: Callable[[int], None] | None) -> list[dict[str, object]]:
    sources = list(inputs.sources.values())
    places: dict[tuple[int, int, str], int] = {}
    keys = [(s.term.supplier_id, s.item_site.site_id, s.term.currency) for s in sources]
    group = np.array([places.setdefault(key, len(places)) for key in keys], np.int64)
    price = np.array([float(s.term.price) for s in sources])
    pool = last_pool() or engine.learn(*inputs.frames)

    def told(done: int) -> None:
        report("planned orders", done, len(sources))
        if progress is not None:
            progress(done)

    report("forecast", 0, len(sources))
    answers = answered(inputs, pool)[0]
    drift = engine.learn_drift(*inputs.frames, lead_times=inputs.lead_times)
    mean, p10, p90 = planned_totals(
        answers, *inputs.frames[1:], group, price, drift=drift, lead_times=inputs.lead_times, known=inputs.known,
        today=inputs.planned_on, horizon=Horizon(WEEKS, PATHS), progress=told,
    )  # fmt: skip
    days = np.array([s.usable_in_days for s in sources], np.float64)
    leads = np.bincount(group, days) / np.bincount(group)
    return [
        {
            "supplier_id": supplier, "site_id": site, "currency": currency, "lead_time_days": round(leads[place]),
            "week_start_on": inputs.planned_on + timedelta(weeks=week), "mean": _money(mean[place, week]),
            "p10": _money(p10[place, week]), "p90": _money(p90[place, week]),
        }
        for (supplier, site, currency), place in places.items()
        for week in range(WEEKS)
        if p90[place, week] > 0
    ]  # fmt: skip


def look_ahead_nightly() -> LookedAhead:
    """Look ahead as the worker does, with how far it is; before the first plan there is nothing to do.

    The sign of life is given with it, so that people are told when no night has looked ahead.
    """
    done = look_ahead() if last_run() is not None else LookedAhead(0, 0)
    journal.beat(JOB, expected_every_seconds=DAY_SECONDS)
    return done


@transaction.atomic
def ask_to_look_ahead(*, actor: str) -> None:
    """Have the worker look ahead now; what waits or is at work already is not begun twice.

    Raises:
        Refused: there was no plan yet.
    """
    if last_run() is None:
        raise Refused("There is no plan yet to look ahead from; plan first.", code="no_plan")
    journal.record(actor=actor, verb="planning.look_ahead_asked", subject=f"job:{JOB}")
    ask_the_worker(TASK)


@transaction.atomic
def cut(ids: Iterable[int], *, month: date, actor: str) -> int:
    """Turn proposals down because the month's budget is exceeded; each stays so until its inputs move. Returns how many.

    Raises:
        Refused: the month has no budget, or a proposal is no longer pending.
    """
    first = month.replace(day=1)
    budget = CashBudget.objects.filter(month_start_on=first).first()
    if budget is None:
        raise Refused(f"{first:%B %Y} has no budget; set one before you cut.", code="no_budget")
    return reject(ids, actor=actor, because=f"budget: {first:%B %Y} has {budget.amount:.2f}")


@transaction.atomic
def set_cash_budget(month: date, amount: Decimal | None, *, actor: str) -> None:
    """Say how much may be paid to suppliers in the month of a day, in the company's currency; None: no budget.

    Raises:
        Refused: it is below zero.
    """
    if amount is not None and amount < 0:
        raise Refused("A budget cannot be below zero.", code="bad_budget")
    first = month.replace(day=1)
    before = CashBudget.objects.filter(month_start_on=first).first()
    old = None if before is None else str(before.amount)
    if amount is None:
        CashBudget.objects.filter(month_start_on=first).delete()
    else:
        CashBudget.objects.update_or_create(month_start_on=first, defaults={"amount": amount})
    journal.record(
        actor=actor, verb="planning.cash_budget_set", subject=f"cash_budget:{first}", old={"amount": old},
        new={"amount": None if amount is None else str(amount)},
    )  # fmt: skip


def _money(amount: float) -> Decimal:
    return Decimal(float(amount)).quantize(CENT)
