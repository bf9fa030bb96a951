"""Whether the rows of the ledger are still what was posted: movements, headers, balances."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connections

from ownstock.access.rules import Finding
from ownstock.base.progress import Progress, silent
from ownstock.base.text import plain

# What each balance must be: the sum of what came in less what went out, wherever stock is held.
DERIVED = """
    SELECT e.item_id, e.location_id, e.lot_id, e.status, sum(e.change) AS on_hand
    FROM ledger_movement m
    CROSS JOIN LATERAL (VALUES
        (m.item_id, m.source_id, m.lot_id, m.source_status, -m.quantity),
        (m.item_id, m.target_id, m.lot_id, m.target_status, m.quantity)) AS e(item_id, location_id, lot_id, status, change)
    JOIN ledger_place p ON p.id = e.location_id AND p.holds
    WHERE m.item_id >= %(first)s AND m.item_id < %(end)s
    GROUP BY e.item_id, e.location_id, e.lot_id, e.status
"""

BALANCE_DIFFERENCES = f"""
    SELECT i.sku, l.code, coalesce(t.code, ''), coalesce(b.status, d.status), coalesce(b.on_hand, 0), coalesce(d.on_hand, 0)
    FROM (SELECT * FROM ledger_balance WHERE item_id >= %(first)s AND item_id < %(end)s) b
    FULL JOIN ({DERIVED}) d ON d.item_id = b.item_id AND d.location_id = b.location_id AND d.status = b.status
        AND coalesce(d.lot_id, 0) = coalesce(b.lot_id, 0)
    JOIN catalog_item i ON i.id = coalesce(b.item_id, d.item_id)
    JOIN catalog_location l ON l.id = coalesce(b.location_id, d.location_id)
    LEFT JOIN ledger_lot t ON t.id = coalesce(b.lot_id, d.lot_id)
    WHERE coalesce(b.on_hand, 0) <> coalesce(d.on_hand, 0)
    ORDER BY 1, 2, 3, 4
"""

REPAIR_BALANCES = f"""
    MERGE INTO ledger_balance b USING (
        SELECT b.id, coalesce(d.item_id, b.item_id) AS item_id, coalesce(d.location_id, b.location_id) AS location_id,
            coalesce(d.lot_id, b.lot_id) AS lot_id, coalesce(d.status, b.status) AS status, coalesce(d.on_hand, 0) AS on_hand
        FROM ledger_balance b
        FULL JOIN ({DERIVED}) d ON d.item_id = b.item_id AND d.location_id = b.location_id AND d.status = b.status
            AND coalesce(d.lot_id, 0) = coalesce(b.lot_id, 0)
    ) n ON n.id = b.id
    WHEN MATCHED AND b.on_hand <> n.on_hand THEN UPDATE SET on_hand = n.on_hand
    WHEN NOT MATCHED THEN INSERT (item_id, location_id, lot_id, status, on_hand)
        VALUES (n.item_id, n.location_id, n.lot_id, n.status, n.on_hand)
"""

# The header remembers a fingerprint of every line: what is missing, doubled or altered shows by place.
LINE_FINDINGS = """
    WITH told AS (
        SELECT p.id AS posting_id, p.key, substring(p.line_hashes FROM 32 * (h.line - 1) + 1 FOR 32) AS line_hash, h.line
        FROM ledger_posting p CROSS JOIN LATERAL generate_series(1, length(p.line_hashes) / 32) AS h(line)
        WHERE p.id >= %(first)s AND p.id < %(end)s
    ), kept AS (
        SELECT m.posting_id, m.line, count(*) AS times, min(m.id) AS movement_id, array_agg(ledger_line_hash(
            p.key, m.line, m.item_id, m.lot_id, m.source_id, m.source_status, m.target_id, m.target_status, m.quantity,
            m.moved_at, m.unit_cost)) AS line_hashes, min(p.key) AS key, bool_and(m.recorded_at = p.recorded_at) AS is_timely
        FROM ledger_movement m LEFT JOIN ledger_posting p ON p.id = m.posting_id
        WHERE m.posting_id >= %(first)s AND m.posting_id < %(end)s
        GROUP BY m.posting_id, m.line
    )
    SELECT coalesce(t.key, k.key), coalesce(t.posting_id, k.posting_id), coalesce(t.line, k.line), k.movement_id,
        CASE WHEN k.line IS NULL THEN 'deleted' WHEN k.key IS NULL THEN 'orphaned' WHEN t.line IS NULL THEN 'added'
             WHEN k.times > 1 THEN 'doubled' ELSE 'altered' END
    FROM told t FULL JOIN kept k ON k.posting_id = t.posting_id AND k.line = t.line
    WHERE t.line IS NULL OR k.line IS NULL OR k.times > 1 OR k.line_hashes[1] <> t.line_hash OR NOT k.is_timely
    ORDER BY 2, 3
"""

POSTING_IDS = """
    SELECT min(n.first), max(n.last) FROM (
        SELECT min(id) AS first, max(id) AS last FROM ledger_posting
        UNION ALL SELECT min(posting_id), max(posting_id) FROM ledger_movement
    ) n
"""

POSTINGS_AT_ONCE = 50_000
ALL_ITEMS = 2**62

WHAT_HAPPENED = {
    "deleted": "was deleted",
    "doubled": "stands more than once",
    "altered": "was altered",
    "added": "was added beside the posting",
    "orphaned": "belongs to no posting",
}


@dataclass(frozen=True, slots=True)
class BalanceDifference:
    """A balance that is not the sum of its movements."""

    sku: str
    location: str
    lot: str
    status: str
    kept: Decimal
    derived: Decimal

    @property
    def place(self) -> str:
        """Which balance it is."""
        return f"balance {self.sku} at {self.location}{f' lot {self.lot}' if self.lot else ''} ({self.status})"

    @property
    def sentence(self) -> str:
        """What is kept and what the movements say."""
        return f"{self.place}: {plain(self.kept)} kept, but its movements say {plain(self.derived)}."


def balance_differences(first: int = 0, end: int = ALL_ITEMS, *, using: str = "default") -> list[BalanceDifference]:
    """Compare every balance of the items numbered from `first` to before `end` with its movements."""
    with connections[using].cursor() as cursor:
        cursor.execute(BALANCE_DIFFERENCES, {"first": first, "end": end})
        return [BalanceDifference(*row) for row in cursor.fetchall()]


def verify(progress: Progress = silent) -> list[Finding]:
    """Check the whole ledger and name everything that is not as it was posted; an empty list means all is.

    Finds movements deleted, doubled, altered or added, and balances that are not the sum of their movements, whoever did
    it. Headers are the seal's to check (`access.queries`). Postings are read in slices: memory stays bounded.
    """
    findings: list[Finding] = []
    begin, end = posting_ids()
    for first in range(begin, end, POSTINGS_AT_ONCE):
        findings += verify_postings(first, first + POSTINGS_AT_ONCE)
        progress(min(first + POSTINGS_AT_ONCE, end) - begin, end - begin)
    return findings + verify_balances()


def verify_balances(first: int = 0, end: int = ALL_ITEMS) -> list[Finding]:
    """Check that every balance of some items is the sum of its movements."""
    return [Finding(d.place, d.sentence) for d in balance_differences(first, end)]


def verify_postings(first: int, end: int) -> list[Finding]:
    """Check the movements of the postings numbered from `first` to before `end`."""
    findings = []
    with connections["default"].cursor() as cursor:
        cursor.execute(LINE_FINDINGS, {"first": first, "end": end})
        for key, posting_id, line, movement_id, what in cursor.fetchall():
            row = f" (row {movement_id})" if movement_id else ""
            place = f"movement {key or f'of missing posting {posting_id}'}, line {line}{row}"
            findings.append(Finding(place, f"{place} {WHAT_HAPPENED[what]}."))
    return findings


def posting_ids() -> tuple[int, int]:
    """The first number of a posting that anything names, and the one after the last."""
    with connections["default"].cursor() as cursor:
        cursor.execute(POSTING_IDS)
        first, last = cursor.fetchone()
    return (0, 0) if first is None else (first, last + 1)
