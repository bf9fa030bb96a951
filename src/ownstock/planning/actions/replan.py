"""Planning some item-sites at once, as the plan of all would: what something happened to."""

from __future__ import annotations

from collections.abc import Collection

from ownstock.base.errors import Refused
from ownstock.catalog.queries import item_sites as all_item_sites
from ownstock.journal import actions as journal
from ownstock.planning import queries
from ownstock.planning.actions.plan import Planned, bring_in_line, one_run_at_a_time, uncrossed
from ownstock.planning.decisions.decide import decide
from ownstock.planning.inputs.read_inputs import planning_inputs

MOST_AT_ONCE = 1_000


def replan(item_sites: Collection[int], *, actor: str) -> Planned:
    """Decide anew for some item-sites, by id, and bring their proposals in line, as the plan of all would (law 6).

    They are decided for the business day, in the company of all others as the last plan of all knew them. Where nothing
    moved, nothing is written. What else a plan of all does (late orders, rejections that end) is left to it.

    Raises:
        Refused: there was no plan of all by this engine yet, or too many are named.
        Unavailable: another planning run is at work, or this one was crossed three times.
    """
    if len(item_sites) > MOST_AT_ONCE:
        raise Refused(f"Replan at most {MOST_AT_ONCE} at once; plan all instead.", code="too_many_item_sites")
    with one_run_at_a_time():
        return uncrossed(lambda: _replan(item_sites, actor))


def _replan(item_sites: Collection[int], actor: str) -> Planned:
    pool = queries.last_pool()
    if pool is None:
        raise Refused("Plan all item-sites first; one alone is planned in their company.", code="no_plan_yet")
    rows = list(all_item_sites().filter(pk__in=list(item_sites)))
    inputs = planning_inputs(queries.business_day(), only=rows)
    planned = bring_in_line(decide(inputs, pool), pool, actor, is_whole=False)
    if planned.changed:
        # Open pages hear of it by the subject.
        journal.record(
            actor=actor, verb="planning.replanned", subject="proposals",
            new={"run": planned.run.pk, "item_sites": sorted(item_sites), "changed": planned.changed},
        )  # fmt: skip
    return planned
