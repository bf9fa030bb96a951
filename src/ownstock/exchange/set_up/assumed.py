"""Values that nobody said, each marked; one that somebody has changed since is assumed no longer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from ownstock.catalog.models import Item, ItemSite, SupplyTerm
from ownstock.exchange.models import AssumedValue

# Of each field: the table and the column that holds it now.
COLUMNS = {
    "item.description": ("catalog_item", "description"),
    "item.unit_cost": ("catalog_item", "unit_cost"),
    "supply_term.supplier": ("catalog_supply_term", "(SELECT code FROM catalog_supplier s WHERE s.id = t.supplier_id)"),
    "supply_term.lead_time_days": ("catalog_supply_term", "lead_time_days"),
    "supply_term.price": ("catalog_supply_term", "price"),
    "item_site.holding_rate": ("catalog_item_site", "holding_rate"),
    "item_site.shortage_cost": ("catalog_item_site", "shortage_cost"),
    "item_site.review_period_days": ("catalog_item_site", "review_period_days"),
    "item_site.unserved_demand": ("catalog_item_site", "unserved_demand"),
}


@dataclass(frozen=True, slots=True)
class AssumedCount:
    """So many values of a field were taken for the same reason; `least` and `most` of those taken."""

    field: str
    basis: str
    count: int
    least: str
    most: str


def note(assumed: Iterable[tuple[str, str, str, str]]) -> None:
    """Mark values of rows that stand now: (field, key of the row as `terms` makes it, value, basis)."""
    by_table: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
    for one in assumed:
        by_table[one[0].partition(".")[0]].append(one)
    for table, some in by_table.items():
        ids = _ids(table)
        AssumedValue.objects.bulk_create(
            [
                AssumedValue(field=field, record_id=ids[key], value=value[:60], basis=basis)
                for field, key, value, basis in some
                if key in ids
            ],
            update_conflicts=True, unique_fields=["field", "record_id"], update_fields=["value", "basis"], batch_size=2_000,
        )  # fmt: skip


def _ids(table: str) -> dict[str, int]:
    if table == "item":
        return dict(Item.objects.values_list("sku", "id"))
    if table == "item_site":
        rows = list(ItemSite.objects.values_list("item__sku", "site__code", "id"))
    else:
        rows = list(SupplyTerm.objects.values_list("item__sku", "supplier__code", "id"))
    return {f"{sku}\n{other}": pk for sku, other, pk in rows}


def still_assumed() -> list[AssumedCount]:
    """What is still planned with though nobody said it, counted by field and reason."""
    parts = [
        f"SELECT a.field, a.basis, a.value FROM exchange_assumed_value a JOIN {table} t ON t.id = a.record_id "
        f"WHERE a.field = '{field}' AND ({column})::text = a.value"
        for field, (table, column) in COLUMNS.items()
    ]
    numeric = "CASE WHEN value ~ '^[0-9.]+$' THEN value::numeric END"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT field, basis, count(*), coalesce(trim_scale(min({numeric}))::text, min(value)), "
            f"coalesce(trim_scale(max({numeric}))::text, max(value)) FROM ({' UNION ALL '.join(parts)}) assumed "
            "GROUP BY field, basis ORDER BY field, count(*) DESC"
        )
        return [AssumedCount(*row) for row in cursor.fetchall()]
