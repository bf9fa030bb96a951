"""Reading the message log: what went and came, by which way, how far each has got, and its bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from ownstock.base.errors import Refused
from ownstock.catalog.models import Supplier
from ownstock.exchange.documents import SyntaxVerdict
from ownstock.exchange.inbox.queries import inbound
from ownstock.exchange.models import Attempt, InboundMessage, OutboundMessage, SyntaxAnswer
from ownstock.exchange.rules import AttemptOutcome, Direction, OutboundState
from ownstock.journal.models import OutboxRow

KEY = re.compile(r"(in|out)-([1-9][0-9]{0,17})")
COLUMNS = ("key", "direction", "at", "supplier_code", "channel_name", "what", "name", "state")
READABLE = (SyntaxVerdict.ACCEPTED, SyntaxVerdict.ACCEPTED_WITH_ERRORS)
TEXT = CharField()


@dataclass(frozen=True, slots=True)
class Logged:
    """One message of the log with what is known of it; `told` are the attempts, or what it did."""

    key: str
    direction: Direction
    at: datetime
    supplier_code: str
    channel_name: str
    what: str
    name: str
    state: str
    format: str
    identity: str
    content: bytes
    content_hash: str
    fault: str
    fault_place: str
    told: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    subject: str
    is_replayable: bool


def outbound_messages() -> QuerySet[OutboundMessage]:
    """What left or is to leave, the newest first, each with its `state`."""
    row = OutboxRow.objects.filter(key=OuterRef("outbox_key"))
    said = SyntaxAnswer.objects.filter(outbound_message=OuterRef("pk"))
    taken = Attempt.objects.filter(outbound_message=OuterRef("pk"), outcome=AttemptOutcome.TAKEN)
    tried = Attempt.objects.filter(outbound_message=OuterRef("pk"))
    is_tested = Q(topic="channel.test")
    state = Case(
        When(Exists(said.exclude(verdict__in=READABLE)), then=Value(OutboundState.UNREADABLE)),
        When(Exists(said), then=Value(OutboundState.READ)),
        When(Exists(row.filter(state="done")), then=Value(OutboundState.SENT)),
        When(Exists(row.filter(state="dead")), then=Value(OutboundState.GIVEN_UP)),
        When(is_tested & Exists(taken), then=Value(OutboundState.SENT)),
        When(is_tested & Exists(tried), then=Value(OutboundState.GIVEN_UP)),
        default=Value(OutboundState.WAITING),
        output_field=TEXT,
    )
    return OutboundMessage.objects.annotate(state=state).order_by("-id")


def inbound_messages() -> QuerySet[InboundMessage]:
    """What came, the newest first."""
    return InboundMessage.objects.order_by("-id")


def messages(*, supplier: str = "", state: str = "", direction: str = "") -> QuerySet[Any]:
    """What went and came, the newest first, as rows of `COLUMNS`; of a supplier, in a state, one way, or all."""
    ours = outbound_messages().order_by().annotate(
        key=Concat(Value("out-"), Cast("pk", TextField()), output_field=TEXT), direction=Value(Direction.OUT, TEXT),
        at=F("rendered_at"), what=F("topic"), name=F("file_name"),
    )  # fmt: skip
    theirs = inbound_messages().order_by().annotate(
        key=Concat(Value("in-"), Cast("pk", TextField()), output_field=TEXT), direction=Value(Direction.IN, TEXT),
        at=F("received_at"), what=F("kinds"),
    )  # fmt: skip
    wanted = {**({"supplier__code": supplier} if supplier else {}), **({"state": state} if state else {})}
    rows = [
        found.filter(**wanted)
        .annotate(supplier_code=F("supplier__code"), channel_name=Coalesce(F("channel__name"), Value("mail")))
        .values(*COLUMNS)
        for found, way in ((ours, Direction.OUT), (theirs, Direction.IN))
        if direction in ("", way)
    ]
    if not rows:
        return ours.none().values(*COLUMNS)
    found = rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0]
    return found.order_by("-at", "key")


def message(key: str) -> Logged:
    """One message of the log by its key, `out-5` or `in-12`.

    Raises:
        Refused: there is none of this key.
    """
    known = KEY.fullmatch(key)
    if known is None:
        raise Refused(f"There is no message {key[:40]}.", code="no_message", message=key[:40])
    pk = int(known[2])
    return _came(inbound(pk)) if known[1] == Direction.IN else _went(pk)


def _went(pk: int) -> Logged:
    ours = outbound_messages().select_related("supplier", "channel", "order_revision__purchase_order")
    found = ours.filter(pk=pk).first()
    if found is None:
        raise Refused(f"There is no message out-{pk}.", code="no_message", message=f"out-{pk}")
    revision = found.order_revision
    row = OutboxRow.objects.filter(key=found.outbox_key).first()
    answers = found.syntax_answers.order_by("id")
    return Logged(
        key=f"out-{pk}", direction=Direction.OUT, at=found.rendered_at, supplier_code=found.supplier.code,
        channel_name=found.channel.name if found.channel else "mail", what=found.topic, name=found.file_name,
        state=getattr(found, "state", ""), format=found.format, identity=found.message_id, content=bytes(found.content),
        content_hash=bytes(found.content_hash).hex(), fault=row.last_error if row else "", fault_place="",
        told=tuple(f"The supplier's system says: {said.verdict.replace('_', ' ')}." for said in answers),
        attempts=tuple(found.attempts.order_by("id")),
        subject=revision.purchase_order.number if revision else "", is_replayable=False,
    )  # fmt: skip


def _came(found: InboundMessage) -> Logged:
    again = f"It repeats in-{found.repeats_id}, and came {found.times_seen} times." if found.repeats_id else ""
    return Logged(
        key=f"in-{found.pk}", direction=Direction.IN, at=found.received_at, supplier_code=found.supplier.code,
        channel_name=found.channel.name if found.channel else "", what=found.kinds, name=found.name, state=found.state,
        format=found.format, identity=found.control_number, content=_content(found),
        content_hash=bytes(found.content_hash).hex(), fault=found.fault, fault_place=found.fault_place,
        told=(*found.effects, *([again] if again else [])), attempts=(), subject="",
        is_replayable=found.state == "quarantined",
    )  # fmt: skip


def _content(found: InboundMessage) -> bytes:
    """The bytes as they came; those of a duplicate lie with the message that it repeats."""
    is_same = found.repeats is not None and bytes(found.repeats.content_hash) == bytes(found.content_hash)
    return bytes(found.repeats.content if is_same and found.repeats else found.content)


def suppliers_of_messages() -> list[str]:
    """The codes of the suppliers that something went to or came from."""
    has = Q(outbound_messages__isnull=False) | Q(inbound_messages__isnull=False)
    return list(Supplier.objects.filter(has).order_by("code").values_list("code", flat=True).distinct())
