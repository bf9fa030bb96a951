"""Writing what a plan says of each item-site: where it says the same as before, nothing."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.db import connection

from ownstock.planning.decisions.decide import Decisions
from ownstock.planning.inputs.read_inputs import PlanningInputs
from ownstock.planning.models import ItemSitePlan, PlanningRun
from ownstock.planning.rules.item_site_plans import COLUMNS, ROW_OF_A_FAULT, Beside, jumps, rows_of_faults, rows_of_plan

TABLE = ItemSitePlan._meta.db_table
GIVEN = "item_site_plan_given"
# What a day makes of the same numbers is no change: the day is told of those that changed.
COMPARED = [name for name in COLUMNS if name not in ("item_site_id", "planned_on")]
MERGE = f"""
    INSERT INTO {TABLE} AS p (run_id, {", ".join(COLUMNS)})
    SELECT %s, {", ".join(COLUMNS)} FROM {GIVEN} WHERE fault = ''
    ON CONFLICT (item_site_id) DO UPDATE SET run_id = excluded.run_id, planned_on = excluded.planned_on,
        {", ".join(f"{name} = excluded.{name}" for name in COMPARED)}
    WHERE ({", ".join(f"p.{name}" for name in COMPARED)})
        IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in COMPARED)})
"""
MERGE_FAULTS = f"""
    INSERT INTO {TABLE} AS p (run_id, {", ".join(ROW_OF_A_FAULT)})
    SELECT %s, {", ".join(ROW_OF_A_FAULT)} FROM {GIVEN} WHERE fault <> ''
    ON CONFLICT (item_site_id) DO UPDATE SET run_id = excluded.run_id, planned_on = excluded.planned_on,
        fault = excluded.fault
    WHERE p.fault <> excluded.fault
"""


def write_item_site_plans(run: PlanningRun, decisions: Decisions) -> int:
    """Keep what a run says of each item-site that it decided; returns how many it says something new of."""
    inputs = decisions.inputs
    planned = rows_of_plan(decisions.answers, inputs.position, inputs.supply, _beside(inputs), inputs.planned_on)
    faults = rows_of_faults({key: told["sentence"] for key, told in inputs.unplanned.items()}, inputs.planned_on)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {GIVEN} (LIKE {TABLE}) ON COMMIT DROP")
        cursor.execute(f"ALTER TABLE {GIVEN} ALTER run_id DROP NOT NULL")
        for rows in (planned, faults):
            _copy(cursor, rows)
        written = 0
        for merge in (MERGE, MERGE_FAULTS):
            cursor.execute(merge, [run.pk])
            written += int(cursor.rowcount)
        cursor.execute(f"DROP TABLE {GIVEN}")
    return written


def _beside(inputs: PlanningInputs) -> Beside:
    sources, history = inputs.sources.values(), inputs.history
    return Beside(
        suppliers=[source.term.supplier_id for source in sources],
        on_order=[float(sum(coming.delivery.quantity for coming in source.coming)) for source in sources],
        last_week=history.demand[:, -1].tolist(),
        jump=jumps(history.demand, history.in_stock).tolist(),
    )


def _copy(cursor: Any, rows: pl.DataFrame) -> None:
    names = ", ".join(rows.columns)
    with cursor.copy(f"COPY {GIVEN} ({names}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (fault, method))") as copy:
        copy.write(rows.write_csv(include_header=False).encode())
