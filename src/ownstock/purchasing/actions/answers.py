"""Taking suppliers' answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.purchasing.deliveries import answered
from ownstock.purchasing.models import Acknowledgement, PurchaseOrder
from ownstock.purchasing.order_rows import late_key, lines_of, locked, save, settle, subject_of
from ownstock.purchasing.rules import ANSWERABLE_STATES, LineAnswer


@transaction.atomic
def acknowledge(number: str, answers: Sequence[LineAnswer], *, message_key: str, actor: str) -> PurchaseOrder:
    """Take a supplier's answer: per line what it promises and when; a line not named stays as it was.

    The same message again changes nothing. What is not promised of a named line will not come and is cancelled.

    Raises:
        Refused: the order cannot be answered (yet), a line is unknown or named twice, a promise cannot be meant, or the
            message came before with other content.
    """
    order = locked(number)
    content = [_answer_content(answer) for answer in answers]
    earlier = Acknowledgement.objects.filter(purchase_order=order, message_key=message_key).first()
    if earlier is not None:
        if earlier.answer != content:
            raise Refused(
                f"The message {message_key} for {number} came before with other content.",
                code="key_reused",
                number=number,
            )
        return order
    if order.state not in ANSWERABLE_STATES:
        raise Refused(f"{number} is {order.state}; it cannot be answered.", code="not_answerable", number=number)
    if len({answer.line for answer in answers}) != len(answers):
        raise Refused("A line is answered twice in one message.", code="doubled_line", number=number)
    assert order.sent_revision is not None, "an order that can be answered was sent"
    lines = lines_of(order, [answer.line for answer in answers])
    changed = [delivery for answer in answers for delivery in answered(lines[answer.line], answer)]
    save(changed)
    journal.clear_alerts((late_key(number, answer.line) for answer in answers), because=f"answered by {actor}")
    Acknowledgement.objects.create(
        purchase_order=order, message_key=message_key, revision=order.sent_revision, answer=content, actor=actor
    )
    settle(order)
    journal.record(
        actor=actor,
        verb="purchasing.acknowledged",
        subject=subject_of(order),
        new={"message": message_key, "lines": content},
    )
    return order


def _answer_content(answer: LineAnswer) -> dict[str, Any]:
    promises = [{"quantity": f"{p.quantity:.4f}", "promised_on": p.promised_on.isoformat()} for p in answer.promises]
    return {"line": answer.line, "promises": promises}
