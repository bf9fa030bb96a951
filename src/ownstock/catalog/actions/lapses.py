"""Warning people before something of a supplier lapses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction

from ownstock.base.text import plain
from ownstock.catalog.queries.lapsing import lapses
from ownstock.journal import actions as journal
from ownstock.journal.queries import open_alerts

KIND = "lapse"
SKUS_TOLD = 20
Amounts = Mapping[int, Mapping[str, Decimal]]


@transaction.atomic
def warn_of_lapses(today: date, *, open_amounts: Amounts | None = None) -> int:
    """Have one alert for each thing of a supplier that lapses, and clear those that were renewed; returns how many stand.

    `open_amounts` is what is on order of each supplier, by its id and by currency: told beside the items that hang on it.
    """
    found = lapses(today)
    for lapse in found:
        amounts = (open_amounts or {}).get(lapse.supplier_id, {})
        facts = {
            "supplier": lapse.supplier, "lapses": str(lapse.kind), "ends_on": lapse.ends_on.isoformat(),
            "days_left": (lapse.ends_on - today).days, "items": len(lapse.skus), "skus": list(lapse.skus[:SKUS_TOLD]),
            "items_without_other_source": len(lapse.skus_alone),
            "on_order": {currency: plain(amount, decimals=2) for currency, amount in amounts.items()},
        }  # fmt: skip
        journal.raise_alert(lapse.key, kind=KIND, sentence=lapse.sentence(today), facts=facts)
    stale = open_alerts().filter(kind=KIND).exclude(key__in=[lapse.key for lapse in found])
    journal.clear_alerts(list(stale.values_list("key", flat=True)), because="it was renewed, or nothing hangs on it")
    return len(found)
