"""Taking suppliers' answers, and settling a price that is not as ordered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.journal import actions as journal
from ownstock.purchasing.actions.changes import change
from ownstock.purchasing.actions.notices import announce
from ownstock.purchasing.deliveries import answered, promises_of
from ownstock.purchasing.models import Acknowledgement, OrderLine, PurchaseOrder
from ownstock.purchasing.order_rows import (
    asked_lines,
    line_alerts,
    locked,
    newest_revision,
    price_key,
    save,
    settle,
    subject_of,
)
from ownstock.purchasing.queries.answers import REJECTED, applied_answers, told_price
from ownstock.purchasing.rules import (
    ANSWERABLE_STATES,
    AnswerContext,
    AnswerOutcome,
    LineAnswer,
    LineChange,
    OrderState,
    is_lowered,
    outcome_of,
)

TOO_MUCH = "promised_too_much"
# Its own verb, `settle_price`, ends an alert of this kind; others a person may close.
PRICE = "price_differs"


def acknowledge(
    number: str, answers: Sequence[LineAnswer], *, message_key: str, actor: str, revision: int | None = None,
    written_at: datetime | None = None,
) -> PurchaseOrder:  # fmt: skip
    """Take a supplier's answer: per line what it promises and when; a line not named stays as it was.

    The same message again changes nothing. What is not promised of a named line will not come and is cancelled. `revision` is
    the one it answers, else the last that was sent; `written_at` is when the supplier wrote it. An answer to an older
    revision, one that a newer answer overtook, and one to an order of which nothing is open are kept and change nothing.

    Raises:
        Refused: the order was never sent, a line is unknown or named twice, a promise cannot be meant, more is promised than
            was ordered (the answer is kept), or the message came before with other content. People are told of the last two.
    """
    try:
        return _take(number, answers, message_key, actor, revision, written_at)
    except Refused as refusal:
        if refusal.code == TOO_MUCH:
            _keep_too_much(number, answers, message_key, actor, refusal)
        if refusal.code == "key_reused":
            sentence = f"{refusal.sentence} Ask the supplier which of them holds."
            journal.raise_alert(
                f"answer_conflict:{number}/{message_key}"[:200], kind="answer_conflict", sentence=sentence,
                facts={"number": number, "message": message_key}, is_closable=True,
            )  # fmt: skip
        raise


@transaction.atomic
def _take(
    number: str, answers: Sequence[LineAnswer], message_key: str, actor: str, revision: int | None,
    written_at: datetime | None,
) -> PurchaseOrder:  # fmt: skip
    order = locked(number)
    content = [_content(answer) for answer in answers]
    if _is_known(order, content, message_key, revision):
        return order
    context = _context(order, revision, written_at)
    if len({answer.line for answer in answers}) != len(answers):
        raise Refused("A line is answered twice in one message.", code="doubled_line", number=number)
    outcome = outcome_of(context)
    if outcome is AnswerOutcome.APPLIED:
        _apply(order, answers, actor)
    Acknowledgement.objects.create(
        purchase_order=order, message_key=message_key, revision=context.revision, outcome=outcome, answer=content,
        written_at=written_at, actor=actor,
    )  # fmt: skip
    _tell_if_kept(order, outcome, context, answers)
    settle(order)
    _record(order, message_key, content, outcome, actor)
    return order


def _is_known(order: PurchaseOrder, content: list[dict[str, Any]], message_key: str, revision: int | None) -> bool:
    """Whether the very same message came before.

    Raises:
        Refused: it came with other content, or was refused then.
    """
    earlier = Acknowledgement.objects.filter(purchase_order=order, message_key=message_key).first()
    if earlier is None:
        return False
    if earlier.answer != content or revision not in (None, earlier.revision):
        raise Refused(
            f"The message {message_key} for {order.number} came before with other content.",
            code="key_reused",
            number=order.number,
        )
    if earlier.outcome == AnswerOutcome.TOO_MUCH:
        raise Refused(
            f"The message {message_key} promises more than was ordered; it is kept, and changes nothing.",
            code="too_much_already",
            number=order.number,
        )
    return True


def _context(order: PurchaseOrder, revision: int | None, written_at: datetime | None) -> AnswerContext:
    sent = order.sent_revision
    if sent is None:
        raise Refused(
            f"{order.number} is {order.state}; it cannot be answered.", code="not_answerable", number=order.number
        )
    if revision is not None and not 1 <= revision <= sent:
        raise Refused(
            f"{order.number} was never sent as revision {revision}; the last that was is {sent}.",
            code="unknown_revision",
            number=order.number,
        )
    last = applied_answers(order).exclude(written_at=None).order_by("-written_at").first()
    return AnswerContext(
        revision=revision or sent, sent_revision=sent, newest_revision=newest_revision(order).number,
        is_open=order.state in ANSWERABLE_STATES, written_at=written_at,
        last_written_at=last.written_at if last else None,
    )  # fmt: skip


def _apply(order: PurchaseOrder, answers: Sequence[LineAnswer], actor: str) -> None:
    lines = {line.line: line for line in asked_lines(order)}
    if unknown := [answer.line for answer in answers if answer.line not in lines]:
        raise Refused(f"{order.number} has no line {unknown[0]}.", code="no_line", number=order.number, line=unknown[0])
    before = {answer.line: promises_of(lines[answer.line]) for answer in answers}
    save([delivery for answer in answers for delivery in answered(lines[answer.line], answer)])
    keys = [key for answer in answers for key in line_alerts(order.number, answer.line)]
    journal.clear_alerts([*keys, f"older_answer:{order.number}"], because=f"answered by {actor}")
    for answer in answers:
        _tell_of_line(order, lines[answer.line], answer, is_less=is_lowered(before[answer.line], answer.promises))
    announce(order)


def _tell_of_line(order: PurchaseOrder, line: OrderLine, answer: LineAnswer, *, is_less: bool) -> None:
    """Tell people what an answer to a line leaves them to decide."""
    name = f"{order.number}, line {line.line}"
    facts = {"number": order.number, "line": line.line, "sku": line.item.sku, "reason": answer.reason}
    said = f" ({answer.reason})" if answer.reason else ""
    if not answer.promises:
        sentence = (
            f"{name}: {order.supplier.code} will not deliver {line.item.sku}{said}. {plain(line.quantity)} were wanted "
            f"for {line.requested_on}: find them elsewhere, or let planning propose them again."
        )
        _alert(REJECTED, {**facts, "site": order.site.code}, sentence)
    elif is_less:
        sentence = f"{name}: {order.supplier.code} takes back of what it had promised of {line.item.sku}{said}."
        _alert("promise_lowered", facts, f"{sentence} Plan again, and see whether it is enough.")
    if answer.price is None:
        return
    if answer.price == line.price:
        journal.clear_alert(price_key(order.number, line.line), because="the supplier names the ordered price")
        return
    sentence = (
        f"{name}: {order.supplier.code} asks {plain(answer.price, decimals=2)} {order.currency} for {line.item.sku}; "
        f"ordered was {plain(line.price, decimals=2)}. Accept or refuse the price."
    )
    _alert(PRICE, {**facts, "price": str(answer.price), "ordered": str(line.price)}, sentence)


def _alert(kind: str, facts: dict[str, Any], sentence: str) -> None:
    key = f"{kind}:{facts['number']}/{facts['line']}"
    journal.raise_alert(key, kind=kind, sentence=sentence, facts=facts, is_closable=kind != PRICE)


def _tell_if_kept(
    order: PurchaseOrder, outcome: AnswerOutcome, context: AnswerContext, answers: Sequence[LineAnswer]
) -> None:
    """Tell people of an answer that changed nothing and should have been another."""
    facts = {"number": order.number, "revision": context.revision}
    if outcome is AnswerOutcome.OLDER_REVISION:
        sentence = (
            f"{order.supplier.code} answered revision {context.revision} of {order.number}, which revision "
            f"{context.newest_revision} replaces. The answer is kept and changes nothing; the newest is to be answered."
        )
        journal.raise_alert(f"older_answer:{order.number}", kind="older_answer", sentence=sentence, facts=facts,
                            is_closable=True)  # fmt: skip
    if order.state == OrderState.CANCELLED and any(answer.promises for answer in answers):
        sentence = (
            f"{order.supplier.code} promises goods for {order.number}, which is cancelled. Make sure that it knows: they "
            "may come all the same."
        )
        journal.raise_alert(f"answer_after_cancellation:{order.number}", kind="answer_after_cancellation",
                            sentence=sentence, facts=facts, is_closable=True)  # fmt: skip


@transaction.atomic
def _keep_too_much(number: str, answers: Sequence[LineAnswer], message_key: str, actor: str, refusal: Refused) -> None:
    """Keep an answer that promises more than was ordered, without effect, and tell people."""
    order = locked(number)
    content = [_content(answer) for answer in answers]
    assert order.sent_revision is not None, "it was refused for its promises, so the order was sent"
    Acknowledgement.objects.create(
        purchase_order=order, message_key=message_key, revision=order.sent_revision, outcome=AnswerOutcome.TOO_MUCH,
        answer=content, actor=actor,
    )  # fmt: skip
    _alert(TOO_MUCH, {"number": number, **refusal.facts}, f"{number}: {refusal.sentence}")
    _record(order, message_key, content, AnswerOutcome.TOO_MUCH, actor)


def _record(
    order: PurchaseOrder, message_key: str, content: list[dict[str, Any]], outcome: AnswerOutcome, actor: str
) -> None:
    journal.record(
        actor=actor, verb="purchasing.acknowledged", subject=subject_of(order),
        new={"message": message_key, "outcome": outcome, "lines": content},
    )  # fmt: skip


def _content(answer: LineAnswer) -> dict[str, Any]:
    """An answer to a line as it is kept; what it does not say is left out."""
    promises = [{"quantity": f"{p.quantity:.4f}", "promised_on": p.promised_on.isoformat()} for p in answer.promises]
    said = {
        "price": "" if answer.price is None else f"{answer.price:.4f}",
        "reason": answer.reason,
        "comment": answer.comment,
    }
    return {"line": answer.line, "promises": promises, **{name: text for name, text in said.items() if text}}


@transaction.atomic
def settle_price(number: str, line: int, *, is_accepted: bool, reason: str, actor: str) -> PurchaseOrder:
    """Accept the price that the supplier named for a line, by the next revision, or refuse it and keep the ordered one.

    Raises:
        Refused: no reason, the supplier named no other price than the ordered one, or as `change`.
    """
    order = locked(number)
    told = told_price(order, line)
    found = next((row for row in asked_lines(order) if row.line == line), None)
    if found is None or told is None or told == found.price:
        raise Refused(
            f"{number}, line {line}: the supplier names no other price than the ordered one.",
            code="no_price_differs",
            number=number,
            line=line,
        )
    if is_accepted:
        order = change(number, [LineChange(line, price=told)], reason=reason, actor=actor)
    journal.clear_alert(
        price_key(number, line), because=f"{'accepted' if is_accepted else 'refused'} by {actor}: {reason}"
    )
    journal.record(
        actor=actor, verb=f"purchasing.price_{'accepted' if is_accepted else 'refused'}", subject=subject_of(order),
        old={"line": line, "price": str(found.price)}, new={"line": line, "price": str(told)}, reason=reason,
    )  # fmt: skip
    return order
