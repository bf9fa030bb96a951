"""Whether the ledger is still what was posted: a sample again and again, all of it daily, an alert when it is not."""

from __future__ import annotations

import random
from collections.abc import Sequence

from django.db.models import Max

from ownstock.catalog.models import Item
from ownstock.journal import actions as journal
from ownstock.ledger.queries import verification as queries
from ownstock.ledger.queries.verification import Finding

SAMPLED_POSTINGS = 2_000
SAMPLED_ITEMS = 50
TOLD = 20
ALTERED = "ledger_altered"


def verify_sample(chance: random.Random) -> list[Finding]:
    """Check some postings in a row and the balances of some items, chosen by chance; alert when anything is found."""
    first, end = queries.posting_ids()
    start = chance.randrange(first, max(end, first + 1))
    last_item = Item.objects.aggregate(last=Max("pk"))["last"] or 0
    item = chance.randint(0, last_item)
    findings = queries.verify_postings(start, start + SAMPLED_POSTINGS)
    findings += queries.verify_balances(item, item + SAMPLED_ITEMS)
    if findings:
        _alert(findings)
    return findings


def verify_fully() -> list[Finding]:
    """Check everything; alert when anything is found, and end the alert when nothing is."""
    findings = queries.verify()
    if findings:
        _alert(findings)
    else:
        journal.clear_alert(ALTERED, because="all of the ledger was checked, and is as it was posted")
    return findings


def _alert(findings: Sequence[Finding]) -> None:
    more = f" And {len(findings) - 1} more." if len(findings) > 1 else ""
    journal.raise_alert(
        ALTERED,
        kind=ALTERED,
        sentence=f"The ledger is not as it was posted: {findings[0].sentence}{more} Run ownstock ledger verify.",
        facts={"findings": [finding.sentence for finding in findings[:TOLD]], "count": len(findings)},
    )
