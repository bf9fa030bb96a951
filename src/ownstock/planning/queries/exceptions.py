"""What the last plan finds out of order: item-sites that run out, have too much on order or on hand, or cannot be planned.

Each row is a dictionary of figures; what is said of it is decided in `rules/exceptions.py`. Rows are item-sites where they
matter most, and groups of the others.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from ownstock.purchasing.rules import LATE_LIMIT_DAYS, OPEN_STATES

ONE_BY_ONE = 200
NAMED = 20
# What is lost until an order placed now is of use, and what more would be lost if none is placed.
LOST = "p.short_in_lead_time * k.shortage_cost"


def held(units: str, of: str = "") -> str:
    """The SQL of what a surplus costs to hold until it is used up, half of it on average, or for a year if that is sooner.

    units: an expression of stock units. Its rate, cost and demand are of `PLANS`, or of the row that `of` names.
    """
    rate, cost, demand = (of or "k", of or "i", of or "p")
    return f"""{rate}.holding_rate * {cost}.unit_cost * CASE WHEN {demand}.demand_a_day * 365 >= {units}
    THEN {units} * {units} / {demand}.demand_a_day / 365 / 2 ELSE {units} - {demand}.demand_a_day * 365 / 2 END"""


PLANS = """
    planning_item_site_plan p JOIN catalog_item_site k ON k.id = p.item_site_id JOIN catalog_item i ON i.id = k.item_id
    JOIN catalog_location s ON s.id = k.site_id LEFT JOIN catalog_supplier u ON u.id = p.supplier_id
"""
IS_SHORT = """p.fault = '' AND p.demand_a_day > 0 AND p.short_in_lead_time > 0
    AND (p.usable <= 0 OR p.stock_out_on < p.planned_on + p.lead_time_days)"""
# The item-sites that wait for a line that is late past its limit: each for the one that was told first.
LATE = """
    late AS (
        SELECT DISTINCT ON (t.id) t.id AS item_site_id, a.key
        FROM journal_alert a JOIN purchasing_purchase_order o ON o.number = a.facts->>'number'
        JOIN catalog_item n ON n.sku = a.facts->>'sku'
        JOIN catalog_item_site t ON t.item_id = n.id AND t.site_id = o.site_id
        WHERE a.cleared_at IS NULL AND a.kind = 'late_delivery' ORDER BY t.id, a.id)
"""
# All that is open of orders, read once: looked up item by item, a server that takes it for little reads all of it each time.
OPEN_GOODS = f"""
    open_goods AS MATERIALIZED (
        SELECT o.number, o.supplier_id, o.site_id, l.item_id, l.line, d.id,
            d.quantity - d.received_quantity - d.cancelled_quantity AS quantity,
            greatest(d.shipped_quantity - d.received_quantity, 0) AS under_way,
            coalesce(d.announced_on, d.latest_promised_on, d.requested_on) AS expected_on
        FROM purchasing_delivery d JOIN purchasing_order_line l ON l.id = d.line_id
        JOIN purchasing_order_revision r ON r.id = l.revision_id
        JOIN purchasing_purchase_order o ON o.id = r.purchase_order_id
        WHERE d.quantity > d.received_quantity + d.cancelled_quantity
            AND o.state = ANY (ARRAY{sorted(state.value for state in OPEN_STATES)}))
"""
# What is short until late lines come that planning still counts on, in units: a late line is expected in as many days as it
# is late, what comes before it is there by then, and it ends no more than its own quantity. What would come only after an
# order placed now is of use keeps nobody waiting: its item is short by itself.
WAITING = f"""
    {OPEN_GOODS},
    told AS MATERIALIZED (
        SELECT key, facts->>'number' AS number, (facts->>'line')::integer AS line
        FROM journal_alert WHERE cleared_at IS NULL AND kind = 'late_delivery'),
    keyed AS MATERIALIZED (SELECT g.*, t.key FROM open_goods g LEFT JOIN told t USING (number, line)),
    places AS MATERIALIZED (SELECT DISTINCT item_id, site_id FROM keyed WHERE key IS NOT NULL),
    coming AS MATERIALIZED (
        SELECT p.item_site_id, g.key, g.id, g.quantity, g.expected_on < p.planned_on AS is_late,
            abs(g.expected_on - p.planned_on) AS wait_days
        FROM keyed g JOIN places USING (item_id, site_id)
        JOIN catalog_item_site k ON k.item_id = g.item_id AND k.site_id = g.site_id
        JOIN planning_item_site_plan p ON p.item_site_id = k.id AND p.fault = ''
        WHERE g.expected_on >= p.planned_on - {LATE_LIMIT_DAYS}),
    in_turn AS (
        SELECT *, coalesce(sum(quantity) OVER (PARTITION BY item_site_id ORDER BY wait_days, id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before FROM coming),
    waiting AS (
        SELECT c.key, c.item_site_id, greatest(least(c.quantity,
            p.demand_a_day::numeric * c.wait_days + p.backordered - p.usable - c.before), 0) AS units
        FROM in_turn c JOIN planning_item_site_plan p ON p.item_site_id = c.item_site_id
        WHERE c.key IS NOT NULL AND c.is_late AND c.wait_days <= p.lead_time_days
            AND (p.usable <= 0 OR p.stock_out_on < p.planned_on + c.wait_days))
"""
RUNS_OUT = f"""
    WITH {LATE}, short AS (
        SELECT p.item_site_id, i.sku, s.code AS site, u.code AS supplier, p.usable, p.demand_a_day, p.stock_out_on,
            p.planned_on, p.lead_time_days, ({LOST})::numeric AS lost, p.money_at_stake, p.usable <= 0 AS is_out,
            q.id AS proposal, row_number() OVER (ORDER BY {LOST} + p.money_at_stake DESC, p.item_site_id) AS place
        FROM {PLANS} LEFT JOIN planning_proposal q ON q.item_site_id = p.item_site_id AND q.state = 'pending'
        WHERE {IS_SHORT} AND NOT EXISTS (SELECT FROM late l WHERE l.item_site_id = p.item_site_id)
    )
"""
EACH_RUNS_OUT = f"{RUNS_OUT} SELECT * FROM short WHERE place <= %s ORDER BY place"
OTHERS_RUN_OUT = f"""{RUNS_OUT}
    SELECT supplier, is_out, count(*) AS item_sites, sum(lost) AS lost, sum(money_at_stake) AS money_at_stake,
        (array_agg(sku || ' at ' || site ORDER BY place))[1:{NAMED}] AS named, min(planned_on) AS planned_on
    FROM short WHERE place > %s GROUP BY supplier, is_out
"""
ON_ORDER = f"""
    SELECT u.code AS supplier, count(*) AS item_sites, sum(p.surplus_on_order * i.unit_cost) AS value,
        sum({held("p.surplus_on_order")})::numeric AS held,
        (array_agg(i.sku || ' at ' || s.code ORDER BY p.surplus_on_order * i.unit_cost DESC))[1:{NAMED}] AS named
    FROM {PLANS} WHERE p.fault = '' AND p.surplus_on_order > 0 GROUP BY u.code
"""
EXCESS = f"""
    SELECT s.code AS site, count(*) AS item_sites, sum((p.usable - p.order_up_to_level) * i.unit_cost) AS value,
        sum({held("(p.usable - p.order_up_to_level)")})::numeric AS held,
        (array_agg(i.sku ORDER BY (p.usable - p.order_up_to_level) * i.unit_cost DESC))[1:{NAMED}] AS named
    FROM {PLANS} LEFT JOIN planning_kpi_item_site d ON d.item_site_id = p.item_site_id AND d.dead_value > 0
    WHERE p.fault = '' AND p.usable > p.order_up_to_level AND (d.item_site_id IS NULL OR p.is_new) GROUP BY s.code
"""
# As it was measured last: of what is new nobody can say that it is dead.
DEAD_STOCK = f"""
    SELECT s.code AS site, count(*) AS item_sites, sum(d.dead_value) AS value, sum(d.dead_value * k.holding_rate) AS held,
        (array_agg(i.sku ORDER BY d.dead_value DESC))[1:{NAMED}] AS named
    FROM planning_kpi_item_site d JOIN catalog_item_site k ON k.id = d.item_site_id JOIN catalog_item i ON i.id = k.item_id
    JOIN catalog_location s ON s.id = k.site_id LEFT JOIN planning_item_site_plan p ON p.item_site_id = k.id
    WHERE d.dead_value > 0 AND NOT coalesce(p.is_new, false) GROUP BY s.code
"""
UNPLANNED = f"""
    SELECT p.fault, count(*) AS item_sites, (array_agg(i.sku || ' at ' || s.code ORDER BY i.sku, s.code))[1:{NAMED}] AS named
    FROM {PLANS} WHERE p.fault <> '' GROUP BY p.fault
"""
NEW = f"""
    SELECT count(*) AS item_sites, (array_agg(i.sku || ' at ' || s.code ORDER BY i.sku, s.code))[1:{NAMED}] AS named
    FROM {PLANS} WHERE p.fault = '' AND p.is_new HAVING count(*) > 0
"""
JUMPED = f"""
    SELECT p.item_site_id, i.sku, s.code AS site, u.code AS supplier, p.last_week, p.jump, p.lead_time_days, p.planned_on,
        (p.jump * p.lead_time_days / 7 * k.shortage_cost)::numeric AS money
    FROM {PLANS} WHERE p.fault = '' AND p.jump > 0 ORDER BY 9 DESC, 1 LIMIT %s
"""
# What a late line or a blocked supplier costs: the item-sites that run short by it.
BY_LATE_LINE = f"""
    WITH {LATE}, {WAITING}, costs AS (
        SELECT l.key, p.item_site_id, {LOST} + p.money_at_stake AS money
        FROM late l JOIN {PLANS} ON p.item_site_id = l.item_site_id WHERE {IS_SHORT}
        UNION ALL
        SELECT w.key, w.item_site_id, w.units * k.shortage_cost
        FROM waiting w JOIN catalog_item_site k ON k.id = w.item_site_id
    )
    SELECT key, sum(money)::numeric AS money, count(DISTINCT item_site_id) AS item_sites, min(p.planned_on) AS planned_on
    FROM costs JOIN planning_item_site_plan p USING (item_site_id) WHERE money > 0 GROUP BY key
"""
# What item-sites that hang on a blocked supplier are short of, when of its orders no more comes than has left it, as far as
# an item-site does not tell it by itself: that which has another source is planned, and planning counts on those orders.
BY_BLOCKED_SUPPLIER = f"""
    WITH {OPEN_GOODS},
    hanging AS MATERIALIZED (
        SELECT h.key, h.blocked_id, k.id AS item_site_id, k.item_id, k.site_id
        FROM unnest(%(keys)s::text[], %(suppliers)s::bigint[], %(item_sites)s::bigint[]) AS h(key, blocked_id, item_site_id)
        JOIN catalog_item_site k ON k.id = h.item_site_id),
    sure AS MATERIALIZED (
        SELECT h.key, h.item_site_id, sum(CASE WHEN g.supplier_id = h.blocked_id THEN least(g.under_way, g.quantity)
            ELSE g.quantity END) AS quantity
        FROM hanging h JOIN open_goods g USING (item_id, site_id)
        JOIN planning_item_site_plan p ON p.item_site_id = h.item_site_id
        WHERE g.expected_on - p.planned_on BETWEEN -{LATE_LIMIT_DAYS} AND p.lead_time_days GROUP BY 1, 2),
    there AS MATERIALIZED (
        SELECT h.item_site_id, sum(b.on_hand) AS usable
        FROM (SELECT DISTINCT item_site_id, item_id, site_id FROM hanging) h
        JOIN ledger_balance b ON b.item_id = h.item_id AND b.status = 'released'
        JOIN ledger_place g ON g.id = b.location_id AND g.holds AND g.site_id = h.site_id GROUP BY 1),
    short AS (
        SELECT h.key, h.item_site_id, greatest(p.demand_in_coverage - p.demand_a_day * p.review_period_days + p.backordered
            - coalesce(t.usable, 0) - coalesce(s.quantity, 0), 0) AS units
        FROM hanging h JOIN planning_item_site_plan p ON p.item_site_id = h.item_site_id
        LEFT JOIN there t ON t.item_site_id = h.item_site_id
        LEFT JOIN sure s ON s.key = h.key AND s.item_site_id = h.item_site_id),
    costs AS (
        SELECT n.key, p.planned_on, k.shortage_cost * CASE
                WHEN p.fault <> '' THEN n.units
                ELSE greatest(n.units - CASE WHEN {IS_SHORT} THEN p.short_in_lead_time ELSE 0 END, 0) END
            + CASE WHEN p.fault <> '' THEN coalesce(p.money_at_stake, 0) ELSE 0 END AS money
        FROM short n JOIN {PLANS} ON p.item_site_id = n.item_site_id)
    SELECT key, sum(money)::numeric AS money, count(*) AS item_sites, min(planned_on) AS planned_on
    FROM costs GROUP BY key HAVING sum(money) > 0
"""


def rows(query: str, *parameters: Any, **named: Any) -> list[dict[str, Any]]:
    """The rows of one of the statements above, or of one that is made from their parts."""
    with connection.cursor() as cursor:
        cursor.execute(query, named or parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
