"""Telling people about transfers that are late."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from ownstock.base.text import plain
from ownstock.journal import actions as journal
from ownstock.journal.queries import open_alerts
from ownstock.purchasing.queries.transfers import OpenTransfer, open_transfers
from ownstock.purchasing.rules.lateness import days_late
from ownstock.purchasing.transfer_rows import late_key

LATE = "late_transfer"


@transaction.atomic
def alert_late(*, today: date) -> list[OpenTransfer]:
    """Raise one alert for each line of a transfer that was expected before a day, and close those of lines that are not.

    Both ends are ours: there is no answer to wait for.
    """
    found: dict[str, OpenTransfer] = {}
    for part in open_transfers():
        if days_late(part.expected_on, today):
            # The latest of a line first: one alert tells of it.
            found.setdefault(late_key(part.number, part.line), part)
    for key, part in found.items():
        facts = {
            "number": part.number, "line": part.line, "sku": part.sku, "quantity": str(part.quantity),
            "days_late": days_late(part.expected_on, today), "is_shipped": part.is_shipped,
        }  # fmt: skip
        journal.raise_alert(key, kind=LATE, sentence=_sentence(part, today), facts=facts)
    standing = set(open_alerts().filter(kind=LATE).values_list("key", flat=True))
    journal.clear_alerts(standing - found.keys(), because="it is not late any more")
    return list(found.values())


def _sentence(part: OpenTransfer, today: date) -> str:
    late = f"were expected on {part.expected_on} and are {days_late(part.expected_on, today)} days late"
    told = f"{part.number}, line {part.line}: {plain(part.quantity)} of {part.sku} from {part.source} to {part.target} {late}"
    if part.is_shipped:
        return f"{told}. They are on the way: receive them, or say that they are lost."
    return f"{told}. They have not left: ship them, or cancel them."
