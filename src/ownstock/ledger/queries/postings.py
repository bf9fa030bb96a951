"""Reading postings back."""

from __future__ import annotations

from ownstock.base.errors import Refused
from ownstock.ledger.models import Posting
from ownstock.ledger.rules.posting import Line, PostingRequest


def posting_named(key: str) -> Posting:
    """One posting, with what it takes back and what took it back.

    Raises:
        Refused: there is none of this key.
    """
    found = Posting.objects.select_related("reverses", "reversed_by").filter(key=key).first()
    if found is None:
        raise Refused(f"There is no posting {key}.", code="no_posting", key=key)
    return found


def request_of(posting: Posting) -> PostingRequest:
    """A posting as it could be asked for again, each line at the unit cost it was posted with."""
    rows = posting.movements.select_related("item", "lot", "source", "target").filter(recorded_at=posting.recorded_at)
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
            unit_cost=row.unit_cost,
        )
        for row in rows.order_by("line")
    ]
    return PostingRequest(
        key=posting.key,
        kind=posting.kind,
        lines=lines,
        reference=posting.reference,
        is_assumed=posting.is_assumed,
    )
