"""The SQL of measuring: what moved of every item-site by day, what lies there, what follows, in a few statements over all.

Past days are reckoned back from what lies there now: the close of a day is that of the day after less what changed in it.
"""

from __future__ import annotations

from ownstock.planning.rules.kpis import DEAD_AFTER_DAYS, RATE_DAYS, TREND_DAYS

# What leaves for a customer or another site is issued, what comes from a supplier or another site received; what customers
# bring back was not issued after all. Moves within a site change nothing.
END = """
    SELECT k.id AS item_site_id, k.item_id, k.site_id, m.id AS movement_id, m.posting_id, m.moved_at,
        nullif(z.time_zone, '') AS time_zone,
        (m.moved_at AT TIME ZONE nullif(z.time_zone, ''))::date AS day_on, {sign} * m.quantity AS change,
        CASE WHEN o.kind = 'customer' OR {sign} < 0 AND is_away THEN -({sign}) * m.quantity ELSE 0 END AS issued,
        CASE WHEN o.kind = 'supplier' OR {sign} > 0 AND is_away THEN ({sign}) * m.quantity ELSE 0 END AS received
    FROM {movements} m
    JOIN ledger_place h ON h.id = m.{here}_id AND h.holds AND h.site_id IS NOT NULL
    JOIN ledger_place o ON o.id = m.{there}_id AND o.site_id IS DISTINCT FROM h.site_id
    CROSS JOIN LATERAL (SELECT o.kind = 'in_transit' OR o.holds AS is_away) a
    JOIN catalog_location z ON z.id = h.site_id
    JOIN catalog_item_site k ON k.item_id = m.item_id AND k.site_id = h.site_id
    WHERE m.moved_at >= %(since)s::date - 1 AND m.recorded_at >= %(since)s::date - 9
"""


def ends(movements: str) -> str:
    """Both ends of movements since a day, from a table of them."""
    return " UNION ALL ".join(
        END.format(movements=movements, here=here, there=there, sign=sign)
        for here, there, sign in (("source", "target", "-1"), ("target", "source", "1"))
    )


MOVED = f"""
    CREATE TEMPORARY TABLE kpi_moved ON COMMIT DROP AS
    SELECT item_site_id, day_on, sum(change) AS change, sum(issued) AS issued, sum(received) AS received,
        count(*) AS movements
    FROM ({ends("ledger_movement")}) e
    WHERE day_on >= %(since)s GROUP BY 1, 2
"""
ITEM_SITES = f"""
    INSERT INTO planning_kpi_item_site (
        item_site_id, measured_on, site_id, supplier_id, category, abc_class, xyz_class, on_hand, usable, on_hand_value,
        excess_value, dead_value, last_issued_on, issued, issued_before, issued_in_year, days_of_cover)
    SELECT k.id, %(on)s, k.site_id, p.supplier_id, i.category, coalesce(p.abc_class, ''), coalesce(p.xyz_class, ''),
        coalesce(b.on_hand, 0), coalesce(b.usable, 0), coalesce(b.on_hand, 0) * i.unit_cost,
        CASE WHEN p.order_up_to_level IS NOT NULL
            THEN greatest(coalesce(b.on_hand, 0) - p.order_up_to_level, 0) * i.unit_cost END,
        CASE WHEN coalesce(v.last_issued_on, '-infinity') < %(on)s::date - {DEAD_AFTER_DAYS}
            THEN coalesce(b.on_hand, 0) * i.unit_cost ELSE 0 END,
        v.last_issued_on, coalesce(v.issued, 0), coalesce(v.issued_before, 0), coalesce(v.issued_in_year, 0),
        CASE WHEN v.rate > 0 THEN coalesce(b.usable, 0) / v.rate END
    FROM catalog_item_site k JOIN catalog_item i ON i.id = k.item_id
    LEFT JOIN ({{plan}}) p ON p.item_site_id = k.id
    LEFT JOIN (
        SELECT b.item_id, h.site_id, sum(b.on_hand) AS on_hand,
            coalesce(sum(b.on_hand) FILTER (WHERE b.status = 'released'), 0) AS usable
        FROM ledger_balance b JOIN ledger_place h ON h.id = b.location_id AND h.holds GROUP BY 1, 2
    ) b ON b.item_id = k.item_id AND b.site_id = k.site_id
    LEFT JOIN (
        SELECT item_site_id, max(day_on) FILTER (WHERE issued > 0) AS last_issued_on, sum(issued) AS issued_in_year,
            sum(issued) FILTER (WHERE day_on > %(on)s::date - {TREND_DAYS}) AS issued,
            sum(issued) FILTER (WHERE day_on > %(on)s::date - {2 * TREND_DAYS}
                AND day_on <= %(on)s::date - {TREND_DAYS}) AS issued_before,
            sum(issued) FILTER (WHERE day_on > %(on)s::date - {RATE_DAYS}) / {RATE_DAYS} AS rate
        FROM kpi_moved WHERE day_on <= %(on)s GROUP BY 1
    ) v ON v.item_site_id = k.id
"""
KEPT = """
    SELECT k.item_site_id, k.site_id, d.dimension, d.key, k.on_hand, i.unit_cost, k.on_hand_value, k.excess_value,
        k.dead_value, k.issued_in_year, k.usable, s.item_id
    FROM planning_kpi_item_site k JOIN catalog_item_site s ON s.id = k.item_site_id JOIN catalog_item i ON i.id = s.item_id
    LEFT JOIN catalog_supplier p ON p.id = k.supplier_id
    CROSS JOIN LATERAL (VALUES ('site', ''), ('supplier', coalesce(p.code, '')), ('category', k.category),
        ('abc_class', k.abc_class), ('xyz_class', k.xyz_class)) AS d(dimension, key)
"""
GROUP = "site_id, dimension, key"


def _of(table: str) -> str:
    """The columns of a group, of a table."""
    return ", ".join(f"{table}.{name}" for name in GROUP.split(", "))


# What left for a customer's line `l` by the day that it was wanted on, as the site `z` counts days: when it moved counts, not
# when that was recorded. A shipment that was taken back never left.
SHIPPED_IN_TIME = """
    LEFT JOIN LATERAL (
        SELECT sum(d.shipped_change) AS shipped FROM demand_entry d JOIN ledger_posting t ON t.key = d.posting_key
        JOIN ledger_posting f ON f.id = coalesce(t.reverses_id, t.id)
        CROSS JOIN LATERAL (SELECT min(moved_at) AS moved_at FROM ledger_movement
            WHERE posting_id = f.id AND recorded_at = f.recorded_at) m
        WHERE d.line_id = l.id AND (m.moved_at AT TIME ZONE nullif(z.time_zone, ''))::date <= l.wanted_on) e ON true
"""
# Days after the last that was kept, up to the one measured; of that one alone it is known what was in excess, dead, out.
DAYS = f"""
    INSERT INTO planning_kpi_day (
        day_on, {GROUP}, item_sites, on_hand_value, on_hand_units, issued_units, issued_value, received_value, movements,
        wanted_units, supplied_units, excess_value, dead_value, selling, stocked_out)
    WITH kept AS MATERIALIZED ({KEPT}),
    groups AS (
        SELECT {GROUP}, count(*) AS item_sites, sum(on_hand_value) AS on_hand_value, sum(on_hand) AS on_hand,
            sum(excess_value) AS excess_value, sum(dead_value) AS dead_value,
            count(*) FILTER (WHERE issued_in_year > 0) AS selling,
            count(*) FILTER (WHERE issued_in_year > 0 AND usable <= 0) AS stocked_out
        FROM kept GROUP BY {GROUP}),
    flows AS (
        SELECT day_on, {GROUP}, sum(m.change * unit_cost) AS value, sum(m.change) AS units, sum(m.issued) AS issued,
            sum(m.issued * unit_cost) AS issued_value, sum(m.received * unit_cost) AS received_value,
            sum(m.movements) AS movements
        FROM kpi_moved m JOIN kept USING (item_site_id) GROUP BY day_on, {GROUP}),
    served AS MATERIALIZED (
        SELECT l.wanted_on AS day_on, l.item_id, l.site_id, l.quantity, least(l.quantity, coalesce(e.shipped, 0)) AS done
        FROM demand_line l JOIN catalog_location z ON z.id = l.site_id
        {SHIPPED_IN_TIME}
        WHERE l.wanted_on BETWEEN %(first)s AND %(on)s),
    lines AS (
        SELECT l.day_on, {_of("kept")}, sum(l.quantity) AS wanted, sum(l.done) AS done
        FROM served l JOIN kept ON kept.item_id = l.item_id AND kept.site_id = l.site_id
        GROUP BY l.day_on, {_of("kept")}),
    days AS (SELECT generate_series(%(first)s::date, %(last)s::date, interval '1 day')::date AS day_on)
    SELECT * FROM (
        SELECT d.day_on, {_of("g")}, g.item_sites,
            g.on_hand_value - coalesce(sum(f.value) OVER after, 0), g.on_hand - coalesce(sum(f.units) OVER after, 0),
            coalesce(f.issued, 0), coalesce(f.issued_value, 0), coalesce(f.received_value, 0), coalesce(f.movements, 0),
            coalesce(l.wanted, 0), coalesce(l.done, 0),
            CASE WHEN d.day_on = %(on)s THEN g.excess_value END, CASE WHEN d.day_on = %(on)s THEN g.dead_value END,
            CASE WHEN d.day_on = %(on)s THEN g.selling END, CASE WHEN d.day_on = %(on)s THEN g.stocked_out END
        FROM days d CROSS JOIN groups g
        LEFT JOIN flows f ON (f.day_on, f.site_id, f.dimension, f.key)
            = (d.day_on, g.site_id, g.dimension, g.key)
        LEFT JOIN lines l ON (l.day_on, l.site_id, l.dimension, l.key)
            = (d.day_on, g.site_id, g.dimension, g.key)
        WINDOW after AS (
            PARTITION BY {_of("g")} ORDER BY d.day_on DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ) reckoned WHERE day_on <= %(on)s
"""
# Of each item-site who is asked first, its classes, and up to which level it is ordered.
PLAN = """
    SELECT k.id AS item_site_id, t.supplier_id, c.abc_class, x.xyz_class, l.order_up_to_level
    FROM catalog_item_site k LEFT JOIN planning_item_site_plan l ON l.item_site_id = k.id
    LEFT JOIN LATERAL (
        SELECT supplier_id FROM catalog_supply_term t
        WHERE t.item_id = k.item_id AND (t.site_id = k.site_id OR t.site_id IS NULL) AND t.valid_from <= %(on)s
            AND (t.valid_to IS NULL OR t.valid_to >= %(on)s)
        ORDER BY t.priority, t.site_id IS NULL, t.valid_from DESC, t.id LIMIT 1) t ON true
    LEFT JOIN ledger_classification c ON c.item_id = k.item_id AND c.site_id = k.site_id
    LEFT JOIN (
        SELECT item_site_id, CASE WHEN sqrt(greatest(sum(units ^ 2) / 52 - (sum(units) / 52) ^ 2, 0)) < 0.5 * sum(units) / 52
                THEN 'X' WHEN sqrt(greatest(sum(units ^ 2) / 52 - (sum(units) / 52) ^ 2, 0)) < sum(units) / 52
                THEN 'Y' ELSE 'Z' END AS xyz_class
        FROM (
            SELECT item_site_id, (%(on)s::date - day_on) / 7 AS week, sum(issued) AS units
            FROM kpi_moved WHERE day_on > %(on)s::date - 364 AND day_on <= %(on)s GROUP BY 1, 2) w
        GROUP BY 1 HAVING sum(units) > 0) x ON x.item_site_id = k.id
"""
