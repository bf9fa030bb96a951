"""What a company's data lack: counted where they stand, in a few statements over whole tables."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from ownstock.exchange.models import HealthCount
from ownstock.exchange.set_up.assumed import still_assumed
from ownstock.exchange.set_up.sentences import (
    SEASON_DAYS,
    SUSPICIOUS_TIMES,
    Figures,
    Finding,
    of_assumed,
    of_figures,
    plannable_share,
    ranked,
)

HELD = """
WITH held AS (
  SELECT b.item_id, sum(greatest(b.on_hand, 0)) * max(i.unit_cost) AS value
  FROM ledger_balance b JOIN catalog_item i ON i.id = b.item_id GROUP BY b.item_id
), known AS (
  SELECT i.id, i.unit_cost, i.description, coalesce(h.value, 0) AS value,
         EXISTS (SELECT FROM catalog_supply_term t WHERE t.item_id = i.id) AS has_supplier,
         EXISTS (SELECT FROM catalog_item_site s WHERE s.item_id = i.id) AS has_site
  FROM catalog_item i LEFT JOIN held h ON h.item_id = i.id
)
SELECT count(*) AS items, count(*) FILTER (WHERE unit_cost = 0) AS without_cost,
       count(*) FILTER (WHERE NOT has_supplier) AS without_supplier,
       coalesce(sum(value) FILTER (WHERE NOT has_supplier), 0) AS without_supplier_value,
       count(*) FILTER (WHERE NOT has_site) AS without_site, coalesce(sum(value), 0) AS value,
       coalesce(sum(value) FILTER (WHERE has_supplier AND has_site), 0) AS plannable_value,
       count(*) - count(DISTINCT lower(trim(description))) AS same_description
FROM known"""
# Days on which an item was sold, and how its largest day compares with its usual one.
SOLD = f"""
WITH days AS (
  SELECT m.item_id, (m.moved_at AT TIME ZONE 'UTC')::date AS day, sum(m.quantity) AS sold
  FROM ledger_movement m JOIN catalog_location l ON l.id = m.target_id
  WHERE l.kind = 'customer' GROUP BY 1, 2
), sold AS (
  SELECT item_id, min(day) AS first_on, max(sold) AS most, percentile_disc(0.5) WITHIN GROUP (ORDER BY sold) AS usual
  FROM days GROUP BY item_id
), last AS (SELECT max(day) AS day FROM days)
SELECT count(*) FILTER (WHERE sold.item_id IS NULL) AS without_history,
       coalesce(sum(h.value) FILTER (WHERE sold.item_id IS NULL), 0) AS without_history_value,
       count(*) FILTER (WHERE sold.first_on > last.day - {SEASON_DAYS}) AS short_history,
       count(*) FILTER (WHERE sold.most >= {SUSPICIOUS_TIMES} * sold.usual) AS suspicious
FROM catalog_item i CROSS JOIN last LEFT JOIN sold ON sold.item_id = i.id
LEFT JOIN (SELECT b.item_id, sum(greatest(b.on_hand, 0)) * max(c.unit_cost) AS value FROM ledger_balance b
           JOIN catalog_item c ON c.id = b.item_id GROUP BY b.item_id) h ON h.item_id = i.id"""
WRONG = """
SELECT (SELECT count(*) FROM ledger_balance WHERE on_hand < 0) AS below_zero,
       (SELECT count(*) FROM ledger_movement WHERE moved_at > now() + interval '1 day') AS ahead,
       (SELECT count(DISTINCT m.item_id) FROM ledger_movement m JOIN ledger_posting p ON p.id = m.posting_id
        WHERE p.is_assumed AND p.key LIKE 'set-up:%%:opening:%%') AS assumed_openings"""


# So many movements are counted within a page's time.
FEW_MOVEMENTS = """
SELECT coalesce(sum(greatest(c.reltuples, 0)), 0) < 200000 FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'ledger_movement'::regclass"""


@dataclass(frozen=True, slots=True)
class Health:
    """What was found: all that was counted, the share of stock that can be planned, and sentences, the gravest first."""

    figures: Figures
    plannable_share: float | None
    findings: list[Finding]
    counted_at: datetime


def health() -> Health:
    """What the data lack and what was assumed for it: counted now, or where that takes long as it was counted last."""
    with connection.cursor() as cursor:
        cursor.execute(FEW_MOVEMENTS, [])
        is_quick = cursor.fetchone()[0]
    kept = None if is_quick else HealthCount.objects.first()
    if kept is None:
        return health_now()
    return _told(Figures(**{name: _read(name, text) for name, text in kept.figures.items()}), kept.counted_at)


def _read(name: str, text: str) -> Any:
    return Decimal(text) if isinstance(getattr(Figures(), name), Decimal) else int(text)


def health_now() -> Health:
    """Count what the data lack and what was assumed for it."""
    return _told(count(), timezone.now())


def count() -> Figures:
    """Count what the data lack, over whole tables."""
    found: dict[str, int | Decimal] = {}
    with connection.cursor() as cursor:
        for statement in (HELD, SOLD, WRONG):
            cursor.execute(statement, [])
            names = [column.name for column in cursor.description]
            found |= dict(zip(names, cursor.fetchone(), strict=True))
    return Figures(**{field.name: found[field.name] for field in fields(Figures)})  # type: ignore[arg-type]


def _told(figures: Figures, counted_at: datetime) -> Health:
    taken = [of_assumed(a.field, a.basis, a.count, a.least, a.most) for a in still_assumed()]
    return Health(figures, plannable_share(figures), ranked([*of_figures(figures), *taken]), counted_at)
