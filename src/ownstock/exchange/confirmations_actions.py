"""Taking what suppliers answer on a page or in a sheet: promises go to purchasing, what is said beside them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.fingerprints import fingerprint
from ownstock.base.tables import Fault, Faults
from ownstock.base.text import plain
from ownstock.exchange.confirmations_file import SheetAnswer
from ownstock.exchange.confirmations_queries import AskedOrder, asked_order
from ownstock.exchange.confirmations_rules import LineReply
from ownstock.exchange.models import AnswerRemark
from ownstock.journal import actions as journal
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Acknowledgement, OrderRevision, PurchaseOrder
from ownstock.purchasing.rules import LineAnswer


@transaction.atomic
def confirm(
    revision: OrderRevision, replies: Sequence[LineReply], *, message_key: str, actor: str, comment: str = ""
) -> PurchaseOrder:
    """Take a supplier's answer to a revision; a line that is not named stays as it was. The same answer again changes
    nothing, another one replaces it.

    A price other than ordered is kept and told to the buyer; the order's own price never changes by it.

    Raises:
        Refused: nothing is answered, the order takes no answer any more, or as `purchasing.acknowledge`.
    """
    number = revision.purchase_order.number
    asked = asked_order(revision)
    earlier = Acknowledgement.objects.filter(purchase_order=revision.purchase_order, message_key=message_key)
    # What came twice is answered as it was the first time, whatever became of the order since.
    if asked.closed_because and not earlier.exists():
        raise Refused(f"{number}: {asked.closed_because}", code="not_answerable", number=number)
    if not replies:
        raise Refused(f"{number}: no line is answered.", code="no_answer", number=number)
    answers = [LineAnswer(reply.line, reply.promises) for reply in replies]
    order = purchasing.acknowledge(number, answers, message_key=message_key, actor=actor)
    remark, is_new = AnswerRemark.objects.get_or_create(
        acknowledgement=earlier.get(), defaults={"comment": comment, "lines": _said(replies)}
    )
    if not is_new and (remark.comment, remark.lines) != (comment, _said(replies)):
        raise Refused(f"{number}: the same answer came before with other words.", code="key_reused", number=number)
    if is_new:
        _tell_of_prices(asked, replies)
    return order


@dataclass(frozen=True, slots=True)
class TakenAnswer:
    """What became of a sheet's answer to one order: taken down now, or known since an earlier time."""

    number: str
    lines: int
    is_new: bool


@transaction.atomic
def confirm_sheet(answers: Sequence[SheetAnswer], *, name: str, actor: str) -> list[TakenAnswer]:
    """Take down what a sheet says of several orders: all of it, or nothing. The same answers again change nothing, in
    whichever file they stand.

    Raises:
        Refused: an order takes no answer any more; every such order is named with its first row.
    """
    faults = Faults()
    keyed = [(answer, f"sheet:{_fingerprint(answer)}") for answer in answers]
    for answer, key in keyed:
        order = answer.revision.purchase_order
        is_known = order.acknowledgements.filter(message_key=key).exists()
        if answer.asked.closed_because and not is_known:
            faults.add([Fault(answer.row, "order_number", order.number, answer.asked.closed_because)])
    faults.refuse(name)
    return [_taken(answer, key, actor) for answer, key in keyed]


def _taken(answer: SheetAnswer, key: str, actor: str) -> TakenAnswer:
    order = answer.revision.purchase_order
    is_known = order.acknowledgements.filter(message_key=key).exists()
    confirm(answer.revision, answer.replies, message_key=key, actor=actor)
    return TakenAnswer(order.number, len(answer.replies), not is_known)


def _fingerprint(answer: SheetAnswer) -> str:
    """The content of an answer, whatever file it stands in: it makes the same answer the same message."""
    lines = [
        [
            r.line,
            [[plain(p.quantity), p.promised_on] for p in r.promises],
            r.reason,
            r.comment,
            r.price and plain(r.price),
        ]
        for r in sorted(answer.replies, key=lambda reply: reply.line)
    ]
    return fingerprint([answer.revision.pk, lines]).hex()[:32]


def _said(replies: Sequence[LineReply]) -> list[dict[str, Any]]:
    return [
        {
            "line": reply.line, "reason": reply.reason or "", "comment": reply.comment,
            "price": "" if reply.price is None else plain(reply.price),
        }
        for reply in replies
        if reply.reason or reply.comment or reply.price is not None
    ]  # fmt: skip


def _tell_of_prices(asked: AskedOrder, replies: Sequence[LineReply]) -> None:
    """Raise an alert for each line whose price the supplier contests, and clear those that it no longer does."""
    order, lines = asked.written, {line.line: line for line in asked.lines}
    for reply in replies:
        key = f"price_contested:{order.number}/{reply.line}"
        line = lines[reply.line]
        if reply.price is None:
            journal.clear_alert(key, because="answered anew at the ordered price")
            continue
        journal.raise_alert(
            key,
            kind="price_contested",
            sentence=f"{order.number}, line {line.line}: {order.supplier_name} asks {plain(reply.price, decimals=2)} "
            f"{order.currency} for one {line.unit} of {line.sku}; ordered at {plain(line.price, decimals=2)}. The order "
            "keeps its price: agree, and change the order, or answer the supplier.",
            facts={
                "number": order.number, "line": line.line, "sku": line.sku, "asked": plain(reply.price),
                "ordered": plain(line.price), "currency": order.currency,
            },
        )  # fmt: skip
