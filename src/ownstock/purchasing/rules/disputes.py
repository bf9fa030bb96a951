"""Pure decisions about disputed invoices: how a dispute may end, and what is no longer held against the invoice then."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from ownstock.purchasing.rules.matching import Finding, FindingCode


class DisputeEnd(StrEnum):
    """How a dispute ends: we agree after all, a credit note evens it, or its cause is gone."""

    PRICE_ACCEPTED = "price_accepted"
    QUANTITY_ACCEPTED = "quantity_accepted"
    CREDITED = "credited"
    RESOLVED = "resolved"


QUANTITIES = frozenset(
    {FindingCode.QUANTITY_OVER, FindingCode.NOT_RECEIVED, FindingCode.NOT_ORDERED, FindingCode.INVOICED_TWICE}
)
WAIVES = {
    DisputeEnd.PRICE_ACCEPTED: frozenset({FindingCode.PRICE_OVER, FindingCode.PRICE_UNDER}),
    DisputeEnd.QUANTITY_ACCEPTED: QUANTITIES,
    DisputeEnd.CREDITED: QUANTITIES | {FindingCode.PRICE_OVER},
    DisputeEnd.RESOLVED: frozenset[FindingCode](),
}


def not_waived(findings: Iterable[Finding], ends: Iterable[str]) -> list[Finding]:
    """What is still held against an invoice whose disputes ended so. A wrong unit or currency never is accepted."""
    waived = {code for end in ends for code in WAIVES[DisputeEnd(end)]}
    return [finding for finding in findings if finding.code not in waived]
