"""Item-sites whose forecast drifted: what it expected of the last weeks beside what was used, and what that costs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ownstock.automation.rules.autonomy import DriftLimits
from ownstock.planning.queries.exceptions import PLANS, held, rows

ONE_BY_ONE = 200
# A forecast made longer before those weeks was not made for them.
MADE_WITHIN = timedelta(weeks=13)
# Off by less than so many square roots of the units: as chance has it where demand comes by the piece.
CHANCE = 2
# Each row is an item-site, those that cost most; beside it how many there are of its supplier, and what they cost together.
DRIFTED = f"""
    WITH made AS (
        SELECT DISTINCT ON (q.item_site_id) q.item_site_id, q.id, r.planned_on
        FROM planning_proposal q JOIN planning_run r ON r.id = q.run_id
        WHERE r.planned_on <= %(begin_on)s AND r.planned_on > %(made_since)s ORDER BY q.item_site_id, q.id DESC
    ), expected AS (
        SELECT m.item_site_id, m.planned_on AS made_on, 7 * (q.reason #>> '{{forecast,mean_per_day}}')::numeric AS a_week
        FROM made m JOIN planning_proposal q ON q.id = m.id
    ), used AS (
        SELECT k.id AS item_site_id, sum(m.quantity) / %(weeks)s AS a_week
        FROM ledger_movement m JOIN ledger_place o ON o.id = m.source_id JOIN catalog_location t ON t.id = m.target_id
        JOIN catalog_item_site k ON k.item_id = m.item_id AND k.site_id = o.site_id
        WHERE m.moved_at >= %(begin_on)s AND m.moved_at < %(end_on)s AND t.kind = 'customer'
        GROUP BY 1
    ), judged AS (
        SELECT p.item_site_id, i.sku, s.code AS site, u.code AS supplier, e.made_on, e.a_week AS expected, p.planned_on,
            coalesce(w.a_week, 0) AS used, 7 * p.demand_a_day::numeric AS today, p.lead_time_days, p.review_period_days,
            k.shortage_cost, k.holding_rate, i.unit_cost
        FROM {PLANS} JOIN expected e ON e.item_site_id = p.item_site_id LEFT JOIN used w ON w.item_site_id = p.item_site_id
        WHERE p.fault = '' AND p.usable > 0 AND coalesce(p.jump, 0) = 0 AND p.lead_time_days IS NOT NULL
    ), drifted AS (
        SELECT *, (expected - used) * %(weeks)s AS units_off,
            (today - used) * (lead_time_days + review_period_days) / 7 AS units, used / 7 AS demand_a_day
        FROM judged
        WHERE abs(expected - used) * 100 > %(bias_percent)s * used AND (today - used) * (expected - used) > 0
            AND abs(expected - used) * %(weeks)s > {CHANCE} * sqrt(greatest(expected, used) * %(weeks)s)
    ), costing AS (
        SELECT d.*, (CASE WHEN today < used THEN (used - today) * lead_time_days / 7 * shortage_cost
            ELSE {held("d.units", of="d")} END)::numeric
            AS money
        FROM drifted d
    )
    SELECT *, row_number() OVER (ORDER BY money DESC, item_site_id) AS place, count(*) OVER () AS item_sites,
        sum(money) OVER () AS money_of_all
    FROM costing WHERE money >= 1 ORDER BY place LIMIT {ONE_BY_ONE}
"""


def drifted(limits: DriftLimits, today: date) -> list[dict[str, Any]]:
    """The 200 item-sites whose drift costs most: of the last whole weeks, the forecast that was made before them.

    `expected`, `used` and `today`, what is forecast now, are units a week; `item_sites` and `money_of_all` are of all.
    """
    end_on = today - timedelta(days=today.weekday())
    begin_on = end_on - timedelta(weeks=limits.weeks)
    asked: dict[str, Any] = {
        "begin_on": begin_on, "end_on": end_on, "made_since": begin_on - MADE_WITHIN, "weeks": limits.weeks,
        "bias_percent": limits.bias_percent,
    }  # fmt: skip
    return rows(DRIFTED, **asked)
