"""Reading what an order asked for, revision by revision, and what changed between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ownstock.journal.models import OutboxRow
from ownstock.purchasing.models import OrderLine, OrderRevision, PurchaseOrder
from ownstock.purchasing.queries.orders import outbox_rows


@dataclass(frozen=True, slots=True)
class LineDifference:
    """What a revision says of a line otherwise than the one before; None: that one had it not, or this one has not."""

    line: int
    sku: str
    before: OrderLine | None
    after: OrderLine | None


@dataclass(frozen=True, slots=True)
class RevisionStory:
    """A revision, what it changed, and how it was sent; `sent` is None where it never was."""

    revision: OrderRevision
    differences: Sequence[LineDifference]
    sent: OutboxRow | None


def revision_stories(order: PurchaseOrder) -> list[RevisionStory]:
    """Every revision of an order, newest first, with what it changed of the one before."""
    rows = order.revisions.order_by("number").prefetch_related("lines__item")
    sent = {row.payload["order_revision"]: row for row in outbox_rows(order) if row.topic != "purchase_order.chased"}
    stories: list[RevisionStory] = []
    before: Mapping[int, OrderLine] = {}
    for revision in rows:
        after = {line.line: line for line in revision.lines.all()}
        changed = [] if revision.number == 1 else _differences(before, after)
        stories.append(RevisionStory(revision, changed, sent.get(revision.pk)))
        before = after
    return stories[::-1]


def _differences(before: Mapping[int, OrderLine], after: Mapping[int, OrderLine]) -> list[LineDifference]:
    found = []
    for number in sorted(before.keys() | after.keys()):
        old, new = before.get(number), after.get(number)
        if old is None or new is None or _asked(old) != _asked(new):
            named = new or old
            assert named is not None, "the line is in one of the two"
            found.append(LineDifference(number, named.item.sku, old, new))
    return found


def _asked(line: OrderLine) -> tuple[object, ...]:
    return line.quantity, line.requested_on, line.price
