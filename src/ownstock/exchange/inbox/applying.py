"""What documents that were understood do: each to the verb of buying, and what people should know to them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ownstock.exchange import actions as exchange
from ownstock.exchange.channels import queries as channels
from ownstock.exchange.channels.rules import Content
from ownstock.exchange.documents import InterchangeAnswerDocument, SyntaxAnswerDocument, SyntaxVerdict
from ownstock.exchange.inbox.queries import told_under
from ownstock.exchange.inbox.readers import Came
from ownstock.exchange.models import Channel, InboundMessage, OutboundMessage, SyntaxAnswer
from ownstock.exchange.rendering import Rendered
from ownstock.exchange.understanding import Answer, Remark
from ownstock.journal import actions as journal
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.rules.invoices import EnteredInvoice
from ownstock.purchasing.rules.notices import Notice

READABLE = frozenset({SyntaxVerdict.ACCEPTED, SyntaxVerdict.ACCEPTED_WITH_ERRORS})


def carry_out(effect: object, message: InboundMessage, *, message_key: str) -> str:
    """Do what a document comes to, once by its key, and say what that was.

    Raises:
        Refused: buying does not take it.
    """
    match effect:
        case Answer():
            return _acknowledge(effect, message, message_key)
        case Notice():
            purchasing.take_notice(effect, message_key=message_key, actor=message.actor)
            return f"The shipping notice {effect.number} is taken."
        case EnteredInvoice():
            taken = purchasing.take_invoice(effect, message_key=message_key, actor=message.actor)
            return f"The invoice {effect.number} is {taken.invoice.state}." + (
                "" if taken.is_new else " It came before."
            )
        case SyntaxAnswerDocument():
            return _note_syntax(message, effect.group_number, effect.verdict, asdict(effect))
        case InterchangeAnswerDocument():
            return _note_syntax(message, effect.control_number, effect.verdict, asdict(effect))
        case _:
            return "Nothing was to be done."


def _acknowledge(answer: Answer, message: InboundMessage, message_key: str) -> str:
    if not answer.answers:
        return f"Of {answer.order_number} no line is changed by it."
    purchasing.acknowledge(
        answer.order_number, answer.answers, message_key=message_key, actor=message.actor, revision=answer.revision
    )
    lines = ", ".join(str(line.line) for line in answer.answers)
    return f"The answer to {answer.order_number} is taken, line {lines}."


def _note_syntax(message: InboundMessage, control_number: str, verdict: SyntaxVerdict, said: dict[str, Any]) -> str:
    """Keep what a supplier's system says of a message of ours; where it could not read it, people are told."""
    ours = told_under(message.supplier_id, control_number)
    if ours is None:
        sentence = f"{message.supplier.code} answers a message {control_number} that never left; ask what it means."
        facts = {"supplier": message.supplier.code, "control_number": control_number}
        journal.raise_alert(f"syntax_unknown:{message.pk}", kind="syntax_unknown", sentence=sentence, facts=facts,
                            is_closable=True)  # fmt: skip
        return sentence
    content = {**said, "answered_on": str(said.get("answered_on") or "")}
    SyntaxAnswer.objects.get_or_create(
        outbound_message=ours, inbound_message=message, defaults={"verdict": verdict, "content": content}
    )
    _tell_of_syntax(ours, message, verdict)
    return f"{_named(ours)} is {verdict.replace('_', ' ')} by the supplier's system."


def _tell_of_syntax(ours: OutboundMessage, message: InboundMessage, verdict: SyntaxVerdict) -> None:
    key = f"syntax_rejected:{ours.pk}"
    if verdict in READABLE:
        journal.clear_alert(key, because="the supplier's system could read it")
    else:
        sentence = (
            f"The system of {message.supplier.code} could not read {_named(ours)} ({verdict}); the supplier "
            f"does not know of it. See what it says in in-{message.pk}, mend it, and send anew."
        )
        facts = {"message_id": ours.message_id, "inbound_message": message.pk, "verdict": verdict}
        journal.raise_alert(key, kind="syntax_rejected", sentence=sentence, facts=facts, is_closable=True)
    new = {"message_id": ours.message_id, "verdict": verdict, "inbound_message": message.pk}
    journal.record(actor=message.actor, verb="exchange.syntax_answered", subject=_subject(ours), new=new)


def _named(ours: OutboundMessage) -> str:
    revision = ours.order_revision
    return f"{revision.purchase_order.number}, revision {revision.number}," if revision else ours.message_id


def _subject(ours: OutboundMessage) -> str:
    revision = ours.order_revision
    return f"purchase_order:{revision.purchase_order.number}" if revision else f"channel:{ours.channel}"


def tell_remark(remark: Remark, message: InboundMessage) -> None:
    """Tell people of something beside what was applied."""
    facts = {"order": remark.order_number, "line": remark.line, "inbound_message": message.pk}
    key = f"{remark.kind}:{remark.order_number}/{remark.line}"
    journal.raise_alert(key, kind=remark.kind, sentence=remark.sentence, facts=facts, is_closable=True)


def answer_syntax(came: Came, message: InboundMessage) -> str:
    """Let an answer to the syntax of what came (997, TA1) leave with this commit, once; empty where none is due.

    It says whether the messages could be read, not whether anybody agrees.
    """
    key = _answer_key(message)
    if came.reading is None or came.profile is None or OutboundMessage.objects.filter(outbox_key=key).exists():
        return ""
    channel = _way_back(message)
    if channel is None:
        return (
            "" if not came.profile.sends_answers else "No answer to its syntax left: no channel of the supplier sends."
        )
    from ownstock.exchange.x12.rendering import render_answers

    if render_answers(came.reading, came.profile, 1, 1, message.received_at) is None:
        return ""
    number = exchange.next_control_number(channel)
    content = render_answers(came.reading, came.profile, number, number, message.received_at)
    assert content is not None
    name = f"997-{number:09}"
    rendered = Rendered(f"{name}.{channel.name}.{message.pk}", f"{name}.x12", content)
    exchange.enqueue_written(key, rendered, channel, topic="exchange.syntax_answer")
    return f"Its syntax is answered by {name}."


def answer_syntax_again(first: InboundMessage) -> bool:
    """Send the answer to the syntax of a message once more, byte for byte; False: none has left.

    A partner that sends a message again has not had its answer.
    """
    return journal.tell_again(_answer_key(first))


def _answer_key(message: InboundMessage) -> str:
    return f"exchange.syntax_answer:{message.pk}"


def _way_back(message: InboundMessage) -> Channel | None:
    """By which channel a supplier's system is answered: the same, or the one for its orders."""
    found = message.channel
    if found is not None and (found.settings.get("out_folder") or found.settings.get("url")):
        return found
    other = channels.channel_for(message.supplier_id, Content.ORDERS)
    return other if other is not None and other.format == message.format else None
