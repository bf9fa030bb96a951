"""Warning people before less is bought than was promised."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from ownstock.base.text import plain
from ownstock.catalog.models import Company
from ownstock.journal import actions as journal
from ownstock.journal.queries import open_alerts
from ownstock.purchasing.queries.commitments import CommitmentStanding, missed_commitments

KIND = "commitment"


@transaction.atomic
def warn_of_commitments(today: date) -> int:
    """Have one alert for each commitment that will be missed at the present rate, and clear the others.

    As many days ahead as the company says; returns how many stand.
    """
    days = Company.objects.values_list("commitment_warning_days", flat=True).get()
    found = {_key(one): one for one in missed_commitments(today, within_days=days)}
    for key, one in found.items():
        journal.raise_alert(key, kind=KIND, sentence=_sentence(one), facts=_facts(one))
    stale = open_alerts().filter(kind=KIND).exclude(key__in=found)
    journal.clear_alerts(list(stale.values_list("key", flat=True)), because="it will be kept, is over, or was changed")
    return len(found)


def _key(one: CommitmentStanding) -> str:
    return f"commitment:{one.commitment.pk}:{one.commitment.valid_to}"


def _sentence(one: CommitmentStanding) -> str:
    pace, supplier = one.pace, one.commitment.supplier.code
    decimals = 2 if one.commitment.currency else 0
    reached, promised, missing = (plain(n, decimals=decimals) for n in (pace.reached, pace.promised, pace.missing))
    return (
        f"{supplier} was promised {promised} {one.unit} of {one.scope} until {pace.ends_on}; {reached} are reached, and at "
        f"this rate {missing} will be missing in {pace.days_left} days. Order more of it, or agree on less."
    )


def _facts(one: CommitmentStanding) -> dict[str, object]:
    pace = one.pace
    return {
        "supplier": one.commitment.supplier.code, "scope": one.scope, "promised": plain(pace.promised),
        "reached": plain(pace.reached), "expected": plain(pace.expected), "ends_on": pace.ends_on.isoformat(),
        "days_left": pace.days_left,
    }  # fmt: skip
