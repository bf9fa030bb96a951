"""Reading the ledger: on hand, movements, value, and whether the rows are still what was posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connections
from django.db.models import Q, QuerySet, Sum

from ownstock.base.text import plain
from ownstock.ledger.models import Balance, Movement, Posting, ValuationEntry
from ownstock.ledger.rules import Line, PostingRequest, Status, unit_cost_of

# What each balance must be: the sum of what came in less what went out, wherever stock is held.
DERIVED = """
    SELECT e.item_id, e.location_id, e.lot_id, e.status, sum(e.change) AS on_hand
    FROM ledger_movement m
    CROSS JOIN LATERAL (VALUES
        (m.item_id, m.source_id, m.lot_id, m.source_status, -m.quantity),
        (m.item_id, m.target_id, m.lot_id, m.target_status, m.quantity)) AS e(item_id, location_id, lot_id, status, change)
    JOIN ledger_place p ON p.id = e.location_id AND p.holds
    GROUP BY e.item_id, e.location_id, e.lot_id, e.status
"""

BALANCE_DIFFERENCES = f"""
    SELECT i.sku, l.code, coalesce(t.code, ''), coalesce(b.status, d.status), coalesce(b.on_hand, 0), coalesce(d.on_hand, 0)
    FROM ledger_balance b
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
        SELECT p.id AS posting_id, p.key, h.line_hash, h.line
        FROM ledger_posting p CROSS JOIN LATERAL unnest(p.line_hashes) WITH ORDINALITY AS h(line_hash, line)
    ), kept AS (
        SELECT m.posting_id, m.line, count(*) AS times, min(m.id) AS movement_id, array_agg(ledger_line_hash(
            p.key, m.line, m.item_id, m.lot_id, m.source_id, m.source_status, m.target_id, m.target_status, m.quantity,
            m.moved_at)) AS line_hashes, min(p.key) AS key
        FROM ledger_movement m LEFT JOIN ledger_posting p ON p.id = m.posting_id
        GROUP BY m.posting_id, m.line
    )
    SELECT coalesce(t.key, k.key), coalesce(t.posting_id, k.posting_id), coalesce(t.line, k.line), k.movement_id,
        CASE WHEN k.line IS NULL THEN 'deleted' WHEN k.key IS NULL THEN 'orphaned' WHEN t.line IS NULL THEN 'added'
             WHEN k.times > 1 THEN 'doubled' ELSE 'altered' END
    FROM told t FULL JOIN kept k ON k.posting_id = t.posting_id AND k.line = t.line
    WHERE t.line IS NULL OR k.line IS NULL OR k.times > 1 OR k.line_hashes[1] <> t.line_hash
    ORDER BY 2, 3
"""

# The journal remembers every header: one that was deleted or whose fingerprints were exchanged shows too.
POSTING_FINDINGS = """
    SELECT coalesce('posting:' || p.key, e.subject), CASE WHEN p.id IS NULL THEN 'deleted' WHEN e.id IS NULL THEN 'added'
        ELSE 'altered' END
    FROM ledger_posting p
    FULL JOIN (SELECT * FROM journal_audit_event WHERE verb = 'ledger.posted') e ON e.subject = 'posting:' || p.key
    WHERE p.id IS NULL OR e.id IS NULL OR e.new ->> 'fingerprint'
        <> encode(sha256(convert_to(array_to_string(p.line_hashes, ','), 'UTF8')), 'hex')
    ORDER BY 1
"""

WHAT_HAPPENED = {
    "deleted": "was deleted",
    "doubled": "stands more than once",
    "altered": "was altered",
    "added": "was added beside the posting",
    "orphaned": "belongs to no posting",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the ledger that is not as it was posted: where, and what happened to it."""

    place: str
    sentence: str


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


def balance_differences(*, using: str = "default") -> list[BalanceDifference]:
    """Compare every balance with its movements."""
    with connections[using].cursor() as cursor:
        cursor.execute(BALANCE_DIFFERENCES)
        return [BalanceDifference(*row) for row in cursor.fetchall()]


def verify() -> list[Finding]:
    """Check the whole ledger and name everything that is not as it was posted; an empty list means all is.

    Finds movements deleted, doubled, altered or added, headers deleted or altered, and balances that are not the sum of
    their movements, whoever did it.
    """
    findings = []
    with connections["default"].cursor() as cursor:
        cursor.execute(LINE_FINDINGS)
        for key, posting_id, line, movement_id, what in cursor.fetchall():
            row = f" (row {movement_id})" if movement_id else ""
            place = f"movement {key or f'of missing posting {posting_id}'}, line {line}{row}"
            findings.append(Finding(place, f"{place} {WHAT_HAPPENED[what]}."))
        cursor.execute(POSTING_FINDINGS)
        findings += [Finding(place, f"{place} {WHAT_HAPPENED[what]}.") for place, what in cursor.fetchall()]
    return findings + [Finding(d.place, d.sentence) for d in balance_differences()]


def request_of(posting: Posting) -> PostingRequest:
    """A posting as it could be asked for again, each line at the unit cost it was valued at."""
    rows = posting.movements.select_related("item", "lot", "source", "target").order_by("line")
    values = dict(ValuationEntry.objects.filter(movement__posting=posting).values_list("movement_id", "amount"))
    lines = [
        Line(
            sku=row.item.sku,
            source=row.source.code,
            target=row.target.code,
            quantity=row.quantity,
            lot=row.lot.code if row.lot else "",
            source_status=row.source_status,
            target_status=row.target_status,
            moved_at=row.moved_at,
            unit_cost=unit_cost_of(values[row.pk], row.quantity) if row.pk in values else None,
        )
        for row in rows
    ]
    return PostingRequest(
        key=posting.key,
        kind=posting.kind,
        lines=lines,
        reference=posting.reference,
        is_assumed=posting.is_assumed,
    )


def on_hand(sku: str, location: str, *, status: str | None = None) -> Decimal:
    """Stock units of an item at a location (all its lots), in one status or in all."""
    rows = Balance.objects.filter(item__sku=sku, location__code=location)
    if status is not None:
        rows = rows.filter(status=status)
    return rows.aggregate(total=Sum("on_hand"))["total"] or Decimal(0)


def balances(**where: Any) -> QuerySet[Balance]:
    """Balances that are not zero, by item, place and lot."""
    rows = Balance.objects.filter(**where).exclude(on_hand=0).select_related("item", "location", "lot")
    return rows.order_by("item__sku", "location__code", "lot__code", "status")


def movements_of(sku: str, site: str, *, until: datetime | None = None) -> QuerySet[Movement]:
    """An item's movements into, out of and within a site, newest first."""
    rows = Movement.objects.filter(Q(source__site__code=site) | Q(target__site__code=site), item__sku=sku)
    if until is not None:
        rows = rows.filter(moved_at__lte=until)
    return rows.select_related("posting", "lot", "source", "target").order_by("-moved_at", "-id")


def balances_at(item_id: int, site_id: int) -> QuerySet[Balance]:
    """Balances of an item in a site and in every place within it, by place, lot and status; none that is zero."""
    return balances(item_id=item_id, location__site_id=site_id)


def usable(item_ids: Sequence[int], *, on: date) -> dict[tuple[int, int], Decimal]:
    """Released stock units not expired on a day, keyed by (item id, site id); what has none is left out."""
    is_fresh = Q(lot=None) | Q(lot__expires_on=None) | Q(lot__expires_on__gt=on)
    rows = Balance.objects.filter(is_fresh, item_id__in=item_ids, status=Status.RELEASED, location__site__isnull=False)
    sums = rows.values_list("item_id", "location__site_id").annotate(Sum("on_hand"))
    return {(item_id, site_id): on_hand for item_id, site_id, on_hand in sums.order_by()}
