"""Making one order of several drafts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.queries import prices_at
from ownstock.journal import actions as journal
from ownstock.purchasing.deliveries import asked_anew, replaced
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from ownstock.purchasing.order_rows import asked_lines, asked_of, locked, save, settle, standing_quantity, subject_of
from ownstock.purchasing.queries.approvals import need_of
from ownstock.purchasing.revisions import write_revision
from ownstock.purchasing.rules import UNSENT_STATES, AskedLine, together
from ownstock.purchasing.wanted_days import terms_of


@dataclass(frozen=True, slots=True)
class Merged:
    """An order that took over the lines of others; `moved` leads from (order id, line) to the new line of the same goods."""

    order: PurchaseOrder
    moved: Mapping[tuple[int, int], OrderLine]


@dataclass(slots=True)
class _Line:
    """A line of the order that is made: out of which line of which draft, what it asks, and which others are in it."""

    order: int
    line: OrderLine
    asked: AskedLine
    others: list[tuple[int, OrderLine]] = field(default_factory=list)

    @property
    def key(self) -> tuple[object, ...]:
        """What has to be the same for lines to be of the same goods."""
        line = self.line
        return line.item_id, line.supplier_sku, line.purchase_unit, line.units_numerator, line.units_denominator

    def takes_in(self, other: _Line) -> bool:
        """Take in a line of the same goods of another draft, if both ask for the same: its quantity is raised."""
        one = together(self.asked, other.asked)
        if one is None or self.order == other.order:
            return False
        self.asked = one
        self.others.append((other.order, other.line))
        return True


@transaction.atomic
def merge(numbers: Iterable[str], *, actor: str) -> list[Merged]:
    """Make one order of the drafts of each supplier, site and currency: the first takes over the lines of the others.

    Lines of the same goods at the same price become one of a raised quantity, for the earlier day; a day that a person
    typed keeps its line apart. The others end cancelled, and say which order took them over. A draft that is alone stays.

    Raises:
        Refused: one is no draft any more, or no two belong together.
    """
    groups: dict[tuple[int, int, str], list[PurchaseOrder]] = defaultdict(list)
    for number in sorted(set(numbers)):
        order = locked(number)
        if order.state not in UNSENT_STATES:
            raise Refused(f"{number} is {order.state}; only drafts are merged.", code="not_a_draft", number=number)
        groups[order.supplier_id, order.site_id, order.currency].append(order)
    belonging = [group for group in groups.values() if len(group) > 1]
    if not belonging:
        raise Refused("No two of these drafts are of one supplier, site and currency.", code="nothing_to_merge")
    return [_merge(group, actor) for group in belonging]


def _merge(group: Sequence[PurchaseOrder], actor: str) -> Merged:
    first, *others = group
    lines = _lines(group)
    _price_anew(first, [line for line in lines if line.others])
    names = ", ".join(order.number for order in others)
    reason = "; ".join([f"{names} merged into it", *(_raised(line) for line in lines if line.others)])
    numbers = _numbers(first, [line.line for line in lines])
    rows = [(line.line, line.asked) for line in lines]
    written = write_revision(first, rows, actor=actor, reason=reason, numbers=numbers)
    _raise_deliveries(lines)
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
        actor=actor, verb="purchasing.merged", subject=subject_of(first), reason=reason,
        new={"orders": [order.number for order in others], "lines": len(written)},
    )  # fmt: skip
    moved = {
        (order, line.line): new
        for one, new in zip(lines, written, strict=True)
        for order, line in [(one.order, one.line), *one.others]
    }
    return Merged(first, moved)


def _lines(group: Sequence[PurchaseOrder]) -> list[_Line]:
    """The lines of the order that is made of drafts."""
    made: list[_Line] = []
    there: dict[tuple[object, ...], list[_Line]] = defaultdict(list)
    for order in group:
        for line in asked_lines(order):
            one = _Line(order.pk, line, asked_of(line))
            if one.asked.quantity and not any(other.takes_in(one) for other in there[one.key]):
                made.append(one)
                there[one.key].append(one)
    return made


def _price_anew(order: PurchaseOrder, raised: Sequence[_Line]) -> None:
    """Let a raised quantity have the price of its break, where that is lower."""
    terms = terms_of(order, {line.line.item_id for line in raised}, order.ordered_on)
    known = [line for line in raised if line.line.item_id in terms]
    prices = prices_at([(terms[line.line.item_id], line.asked.quantity) for line in known], on=order.ordered_on)
    for line, price in zip(known, prices, strict=True):
        line.asked = replace(line.asked, price=min(price, line.asked.price))


def _raised(line: _Line) -> str:
    """What a line was raised by, in words."""
    parts = [standing_quantity(one) for one in [line.line, *(other for _, other in line.others)]]
    return f"{line.line.item.sku} {' + '.join(plain(part) for part in parts)} = {plain(sum(parts, Decimal(0)))}"


def _raise_deliveries(lines: Sequence[_Line]) -> None:
    """Let what is coming of each line be what it asks; what it took in comes with it and not by itself."""
    for line in lines:
        if line.others:
            taken = [replaced(delivery) for _, other in line.others for delivery in other.deliveries.all()]
            save([*asked_anew(list(line.line.deliveries.all()), line.asked), *taken])


def _numbers(first: PurchaseOrder, lines: Sequence[OrderLine]) -> list[int]:
    """The order's own lines keep their numbers; the others get such as no line of it ever had."""
    taken = OrderLine.objects.filter(revision__purchase_order=first)
    own, last = set(taken.values_list("id", flat=True)), max(taken.values_list("line", flat=True))
    numbers = []
    for line in lines:
        last += line.pk not in own
        numbers.append(line.line if line.pk in own else last)
    return numbers
