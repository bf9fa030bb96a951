"""Taking what suppliers answer on a page or in a sheet: promises go to purchasing, what is said beside them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.fingerprints import fingerprint
from ownstock.base.tables import Fault, Faults
from ownstock.base.text import plain
from ownstock.exchange.confirmations.queries import asked_order
from ownstock.exchange.confirmations.rules import LineReply
from ownstock.exchange.confirmations.sheets import SheetAnswer
from ownstock.exchange.models import AnswerRemark
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Acknowledgement, OrderRevision, PurchaseOrder
from ownstock.purchasing.rules import LineAnswer


@transaction.atomic
def confirm(
    revision: OrderRevision, replies: Sequence[LineReply], *, message_key: str, actor: str, comment: str = ""
) -> PurchaseOrder:
    """Take a supplier's answer to a revision; a line that is not named stays as it was. The same answer again changes
    nothing, another one replaces it.

    A price other than ordered is told to the buyer, and never taken; whoever names none confirms the ordered one.

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
    prices = {line.line: line.price for line in asked.lines}
    answers = [
        # Whoever names no other price confirms the ordered one.
        LineAnswer(r.line, r.promises, r.price or (prices[r.line] if r.promises else None), r.reason or "", r.comment)
        for r in replies
    ]
    order = purchasing.acknowledge(number, answers, message_key=message_key, actor=actor, revision=revision.number)
    _keep_comment(earlier.get(), comment)
    return order


def _keep_comment(answer: Acknowledgement, comment: str) -> None:
    remark = AnswerRemark.objects.filter(acknowledgement=answer).first()
    if remark is None and comment:
        remark, _ = AnswerRemark.objects.get_or_create(acknowledgement=answer, defaults={"comment": comment})
    if comment != (remark.comment if remark else ""):
        raise Refused("The same answer came before with other words.", code="key_reused")


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
