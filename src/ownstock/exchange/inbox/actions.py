"""The verbs of the inbox: take in, apply, replay, discard."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence

from django.db import DatabaseError, DataError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.exchange.channels.rules import Content, MessageFormat, conventions_of, with_own_units
from ownstock.exchange.documents import (
    AcknowledgementDocument,
    Document,
    Fault,
    InvoiceDocument,
    ShippingNoticeDocument,
)
from ownstock.exchange.formats.json_documents import KINDS
from ownstock.exchange.inbox import queries
from ownstock.exchange.inbox.applying import answer_syntax, answer_syntax_again, carry_out, tell_remark
from ownstock.exchange.inbox.readers import Came, identity_said, in_units_of_orders, read
from ownstock.exchange.inbox.rules import InboundState, identity_of
from ownstock.exchange.models import Channel, InboundMessage
from ownstock.exchange.understanding import order_numbers, understand
from ownstock.journal import actions as journal

State = InboundState
CONTENT_OF = {
    AcknowledgementDocument: Content.ANSWERS,
    ShippingNoticeDocument: Content.NOTICES,
    InvoiceDocument: Content.INVOICES,
}
MAX_FAULTS_KEPT = 20
MAX_NAME = 200
log = logging.getLogger(__name__)


class _Unfit(Exception):
    """A message that cannot be applied as it is; it takes back what was begun."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0].sentence)
        self.faults = faults


@transaction.atomic
def take_in(channel: Channel, raw: bytes, *, name: str, control_number: str = "") -> InboundMessage:
    """Keep the bytes of what came, before anything of them is understood. What came before is told again, changed nothing.

    A message is known by what it says of itself, else by `control_number`, which its carrier gave, else by its bytes. The
    same bytes again are a duplicate; other bytes under the same identity are a conflict, and people are told.
    """
    identity = identity_of(raw, said=identity_said(raw, channel.format), given=control_number)
    content = {"content": raw, "content_hash": hashlib.sha256(raw).digest()}
    rest = {"channel": channel, "format": channel.format, "name": _printable(name)[:MAX_NAME], **content}
    first, is_new = InboundMessage.objects.get_or_create(
        supplier=channel.supplier, control_number=identity, repeats=None, defaults=rest
    )
    if not is_new:
        return _take_in_again(first, rest)
    new = {
        "control_number": identity,
        "name": first.name,
        "content_hash": content["content_hash"].hex(),
        "bytes": len(raw),
    }
    journal.record(actor=channel.actor, verb="exchange.taken_in", subject=f"inbound_message:{first.pk}", new=new)
    return first


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def _take_in_again(first: InboundMessage, came: dict[str, object]) -> InboundMessage:
    """Keep what came under the identity of another: its bytes where they differ, else that it came."""
    is_same = bytes(first.content) == came["content"]
    kept = {**came, "content": b"" if is_same else came["content"]}
    again, is_new = InboundMessage.objects.get_or_create(
        repeats=first, content_hash=came["content_hash"],
        defaults={
            **kept, "supplier": first.supplier, "control_number": first.control_number,
            "state": State.DUPLICATE if is_same else State.CONFLICT, "settled_at": timezone.now(),
        },
    )  # fmt: skip
    if is_same:
        answer_syntax_again(first)
    if not is_new:
        InboundMessage.objects.filter(pk=again.pk).update(times_seen=F("times_seen") + 1)
        again.refresh_from_db()
    elif not is_same:
        _tell_conflict(first, again)
    return again


def _tell_conflict(first: InboundMessage, again: InboundMessage) -> None:
    code = first.supplier.code
    sentence = (
        f"{code} sent other content under {first.control_number}, which came before: in-{again.pk}, in-{first.pk}. Only "
        f"the first counts. Ask {code} which holds, and to send it under a number of its own."
    )
    facts = {"supplier": code, "control_number": first.control_number, "first": first.pk, "again": again.pk}
    journal.raise_alert(f"inbound_conflict:{again.pk}", kind="inbound_conflict", sentence=sentence, facts=facts,
                        is_closable=True)  # fmt: skip
    journal.record(
        actor=again.actor, verb="exchange.conflict_taken_in", subject=f"inbound_message:{again.pk}", new=facts
    )


@transaction.atomic
def apply(message: InboundMessage) -> InboundMessage:
    """Read a message and do what it says, all of it or nothing, in one transaction with its state.

    What cannot be read, understood or taken is set aside with the fault and its place, and people are told. One that was
    read to its end already is left as it is.

    Raises:
        Unavailable: something is not there now; the message waits.
    """
    held = _locked(message.pk)
    return _apply(held) if held.state == State.RECEIVED else held


def _apply(held: InboundMessage) -> InboundMessage:
    settings = held.channel.settings if held.channel else {}
    came = read(bytes(held.content), held.format, settings)
    held.kinds = ", ".join(dict.fromkeys(map(_kind_of, came.documents)))[:200]
    try:
        with transaction.atomic():
            effects = _carry_out_all(held, came)
    except _Unfit as unfit:
        _set_aside(held, unfit.faults)
    else:
        held.state, held.fault, held.fault_place, held.effects = State.APPLIED, "", "", effects
        journal.clear_alert(_alert_key(held), because="it was applied")
    answered = answer_syntax(came, held)
    held.effects = [*held.effects, *([answered] if answered else [])]
    held.settled_at = timezone.now()
    held.save(update_fields=["state", "kinds", "fault", "fault_place", "effects", "settled_at"])
    verb = "exchange.applied" if held.state == State.APPLIED else "exchange.quarantined"
    new = {"effects": held.effects, **({"fault": held.fault} if held.fault else {})}
    journal.record(actor=held.actor, verb=verb, subject=f"inbound_message:{held.pk}", new=new)
    return held


def _kind_of(document: Document) -> str:
    return next((kind for kind, its in KINDS.items() if type(document) is its), "syntax_answer")


def _carry_out_all(held: InboundMessage, came: Came) -> list[str]:
    """Do what each document says.

    Raises:
        _Unfit: one cannot be; the whole is taken back.
    """
    faults = [*came.faults, *_not_carried(held, came)]
    if faults:
        raise _Unfit(faults)
    effects = []
    for number, document in enumerate(came.documents, start=1):
        key = held.control_number if len(came.documents) == 1 else f"{held.control_number[:190]}/{number}"
        effects.append(_carry_out(held, document, key))
    return effects


def _not_carried(held: InboundMessage, came: Came) -> list[Fault]:
    """Kinds of documents that the channel is not set to carry."""
    carried = held.channel.contents if held.channel else list(Content)
    wanted = dict.fromkeys(CONTENT_OF[type(one)] for one in came.documents if type(one) in CONTENT_OF)
    return [
        Fault(
            code="not_carried",
            sentence=f"The channel {held.channel} carries no {content}. Set it to, or ask the supplier.",
        )
        for content in wanted
        if content not in carried
    ]


def _carry_out(held: InboundMessage, document: Document, key: str) -> str:
    conventions = conventions_of(held.channel.settings if held.channel else {})
    orders = queries.sent_orders(order_numbers(document))
    if held.format != MessageFormat.X12:
        lines = [line for order in orders.values() for line in order.lines]
        conventions = with_own_units(conventions, {unit for line in lines for unit in (line.unit, line.purchase_unit)})
        document = in_units_of_orders(document, queries.units_of(orders))
    understood = understand(document, orders, conventions, held.supplier.code)
    if understood.faults:
        raise _Unfit(understood.faults)
    try:
        effect = carry_out(understood.effect, held, message_key=key)
    except Refused as refusal:
        raise _Unfit([Fault(code=refusal.code, sentence=refusal.sentence)]) from refusal
    except DatabaseError as fault:
        # What a value breaks will be broken again; what the server does not do now, it may do later.
        if isinstance(fault, DataError | IntegrityError):
            raise _Unfit([Fault(code="unkeepable", sentence=f"A value cannot be kept ({fault}).")]) from fault
        raise
    for remark in understood.remarks:
        tell_remark(remark, held)
    return " ".join([effect, *(remark.sentence for remark in understood.remarks)])


def _set_aside(held: InboundMessage, faults: Sequence[Fault]) -> None:
    held.state, held.effects = State.QUARANTINED, []
    held.fault = "\n".join(fault.sentence for fault in faults[:MAX_FAULTS_KEPT])
    held.fault_place = faults[0].place[:200]
    more = f" There are {len(faults) - 1} more faults in it." if len(faults) > 1 else ""
    code = held.supplier.code
    journal.raise_alert(
        _alert_key(held),
        kind="inbound_quarantined",
        sentence=f"in-{held.pk} of {code} ({held.name}) was not applied: {faults[0].sentence}{more} Replay or discard it.",
        facts={"message": held.pk, "supplier": code, "place": held.fault_place, "code": faults[0].code},
    )


def _alert_key(held: InboundMessage) -> str:
    return f"inbound_quarantined:{held.pk}"


def apply_waiting(limit: int) -> int:
    """Apply what came and waits, at most so many; one that nobody foresaw holds up no other. Returns how many."""
    waiting = list(queries.waiting()[:limit])
    for message in waiting:
        apply_safely(message)
    return len(waiting)


def apply_safely(message: InboundMessage) -> InboundMessage:
    """Apply a message; one that something unforeseen stops is set aside, one that the database stops waits."""
    try:
        return apply(message)
    except DatabaseError as fault:
        log.warning("in-%s waits: %s", message.pk, fault)
    except Exception as fault:
        log.exception("in-%s failed", message.pk)
        with transaction.atomic():
            held = _locked(message.pk)
            if held.state == State.RECEIVED:
                sentence = f"Something unforeseen happened ({type(fault).__name__}: {fault}); it is in the log."
                _set_aside(held, [Fault(code="unforeseen", sentence=sentence)])
                held.settled_at = timezone.now()
                held.save(update_fields=["state", "fault", "fault_place", "effects", "settled_at"])
    return queries.inbound(message.pk)


@transaction.atomic
def replay(pk: int, *, actor: str) -> InboundMessage:
    """Read a message that was set aside once more, after its cause was mended; what it did it does not do twice.

    Raises:
        Refused: there is no such message, or it was not set aside.
    """
    held = _held(pk)
    held.state = State.RECEIVED
    held.save(update_fields=["state"])
    journal.record(actor=actor, verb="exchange.replayed", subject=f"inbound_message:{pk}", old={"fault": held.fault})
    return _apply(held)


@transaction.atomic
def discard(pk: int, *, actor: str, reason: str) -> InboundMessage:
    """Lay a message that was set aside to rest: nothing of it is applied. Its bytes stay.

    Raises:
        Refused: there is no such message, it was not set aside, or no reason is given.
    """
    if not reason.strip():
        raise Refused("Say why.", code="no_reason")
    held = _held(pk)
    held.state = State.DISCARDED
    held.save(update_fields=["state"])
    journal.clear_alert(_alert_key(held), because=f"discarded by {actor}")
    journal.record(
        actor=actor,
        verb="exchange.discarded",
        subject=f"inbound_message:{pk}",
        old={"fault": held.fault},
        reason=reason,
    )
    return held


def _locked(pk: int) -> InboundMessage:
    return InboundMessage.objects.select_for_update(of=("self",)).select_related("supplier", "channel").get(pk=pk)


def _held(pk: int) -> InboundMessage:
    """A message that was set aside, locked."""
    queries.inbound(pk)
    held = _locked(pk)
    if held.state != State.QUARANTINED:
        raise Refused(f"in-{pk} is {held.state}; only what was set aside can be.", code="not_quarantined", message=pk)
    return held
