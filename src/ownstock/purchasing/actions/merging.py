"""Making one order of several drafts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from ownstock.purchasing.order_rows import asked_lines, asked_of, locked, settle, standing_quantity, subject_of
from ownstock.purchasing.queries.approvals import need_of
from ownstock.purchasing.revisions import write_revision
from ownstock.purchasing.rules import UNSENT_STATES


@dataclass(frozen=True, slots=True)
class Merged:
    """An order that took over the lines of others; `moved` leads from (order id, line) to the new line of the same goods."""

    order: PurchaseOrder
    moved: Mapping[tuple[int, int], OrderLine]


@transaction.atomic
def merge(numbers: Iterable[str], *, actor: str) -> list[Merged]:
    """Make one order of the drafts of each supplier, site and currency: the first takes over the lines of the others.

    Lines are kept apart, also of one item: each keeps its day and the proposal that explains it. The others end cancelled,
    and say which order took them over. A draft that is alone stays as it is.

    Raises:
        Refused: one is no draft any more, or no two belong together.
    """
    groups: dict[tuple[int, int, str], list[PurchaseOrder]] = defaultdict(list)
    for number in sorted(set(numbers)):
        order = locked(number)
        if order.state not in UNSENT_STATES:
            raise Refused(f"{number} is {order.state}; only drafts are merged.", code="not_a_draft", number=number)
        groups[order.supplier_id, order.site_id, order.currency].append(order)
    together = [group for group in groups.values() if len(group) > 1]
    if not together:
        raise Refused("No two of these drafts are of one supplier, site and currency.", code="nothing_to_merge")
    return [_merge(group, actor) for group in together]


def _merge(group: Sequence[PurchaseOrder], actor: str) -> Merged:
    first, *others = group
    found = [(order.pk, line) for order in group for line in asked_lines(order) if standing_quantity(line)]
    lines = [line for _, line in found]
    rows = [(line, asked_of(line)) for line in lines]
    names = ", ".join(order.number for order in others)
    written = write_revision(first, rows, actor=actor, reason=f"{names} merged into it", numbers=_numbers(first, lines))
    for order in others:
        order.merged_into = first
        order.save(update_fields=["merged_into"])
        settle(order)
        journal.record(
            actor=actor, verb="purchasing.merged_away", subject=subject_of(order), new={"merged_into": first.number}
        )
    need = need_of(first)
    settle(first, is_approved=need is not None and need.is_met)
    journal.record(
        actor=actor, verb="purchasing.merged", subject=subject_of(first),
        new={"orders": [order.number for order in others], "lines": len(written)},
    )  # fmt: skip
    return Merged(first, {(pk, old.line): new for (pk, old), new in zip(found, written, strict=True)})


def _numbers(first: PurchaseOrder, lines: Sequence[OrderLine]) -> list[int]:
    """The order's own lines keep their numbers; the others get such as no line of it ever had."""
    taken = OrderLine.objects.filter(revision__purchase_order=first)
    own, last = set(taken.values_list("id", flat=True)), max(taken.values_list("line", flat=True))
    numbers = []
    for line in lines:
        last += line.pk not in own
        numbers.append(line.line if line.pk in own else last)
    return numbers
