"""Documents as interchanges for a partner, and the answers to what came from it: bytes that depend on what is given alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from ownstock.exchange.documents import (
    AcknowledgementDocument,
    Document,
    ForecastDocument,
    InvoiceDocument,
    OrderChangeDocument,
    OrderDocument,
    ShippingNoticeDocument,
)
from ownstock.exchange.partners import PartnerProfile, Version
from ownstock.exchange.rules import WrittenOrder
from ownstock.exchange.x12.answer import answer_group, answer_interchange, is_answered, is_asked_for
from ownstock.exchange.x12.composing import Identity, compose
from ownstock.exchange.x12.messages import WRITERS, acknowledgement
from ownstock.exchange.x12.problems import shown
from ownstock.exchange.x12.reading import Reading
from ownstock.exchange.x12.syntax import Delimiters
from ownstock.exchange.x12.written_orders import document_for

KINDS: dict[type, str] = {
    OrderDocument: "850",
    OrderChangeDocument: "860",
    ForecastDocument: "830",
    AcknowledgementDocument: acknowledgement.KIND,
    ShippingNoticeDocument: "856",
    InvoiceDocument: "810",
}
VERSIONS = {Version.V4010: ("00401", "004010"), Version.V5010: ("00501", "005010")}
# What is written for people, in which a sign may become a blank. A code is never changed.
TEXTS_OF_LINE = ("description",)
TEXTS_OF_PARTY = ("name", "town")


def kind_of(document: Document) -> str:
    """The kind of message that tells a document."""
    if isinstance(document, AcknowledgementDocument) and document.change_number:
        return acknowledgement.CHANGE_KIND
    return KINDS[type(document)]


def render(
    document: Document, profile: PartnerProfile, interchange_number: int, group_number: int, written_at: datetime
) -> bytes:
    """An interchange that tells a document.

    Raises:
        Refused: a code or, unless the profile lets them be replaced, a text holds a sign that divides; or X12 has no room for
            a value.
    """
    kind = kind_of(document)
    told = _replaced(document, profile.delimiters) if profile.replaces_delimiters else document
    identity = _identity(profile, interchange_number, group_number, written_at)
    return compose(identity, kind, [WRITERS[kind](told)], profile.delimiters)


def render_order(
    order: WrittenOrder, profile: PartnerProfile, interchange_number: int, group_number: int, written_at: datetime
) -> bytes:
    """An interchange that tells an order, its change, its cancellation or a reminder of it.

    Raises:
        Refused: as `render` and `document_for`.
    """
    return render(document_for(order, profile), profile, interchange_number, group_number, written_at)


def render_answers(
    reading: Reading, profile: PartnerProfile, interchange_number: int, group_number: int, written_at: datetime
) -> bytes | None:
    """An interchange that answers what came: a 997 for each group, a TA1 for each envelope that asks; or None."""
    asked = [answer_interchange(reading, one) for one in reading.interchanges if is_asked_for(one)]
    groups = [group for one in reading.interchanges for group in one.groups if is_answered(group)]
    bodies = [answer_group(reading, group) for group in groups] if profile.sends_answers else []
    if not asked and not bodies:
        return None
    # An answer asks for none: two systems that did would answer each other without end.
    identity = replace(_identity(profile, interchange_number, group_number, written_at), asks_for_answer=False)
    return compose(identity, "997", bodies, profile.delimiters, asked)


def replacements(document: Document, profile: PartnerProfile) -> list[str]:
    """A sentence for each text that is told otherwise because it holds a sign that divides."""
    if not profile.replaces_delimiters:
        return []
    return [
        f"{shown(text)} is told as {shown(_without(text, profile.delimiters))}: {profile.delimiters.characters} divide."
        for text in dict.fromkeys(_texts(document))
        if _without(text, profile.delimiters) != text
    ]


def _identity(profile: PartnerProfile, interchange: int, group: int, written_at: datetime) -> Identity:
    version, group_version = VERSIONS[profile.version]
    return Identity(
        sender=(profile.ours.kind, profile.ours.id),
        receiver=(profile.theirs.kind, profile.theirs.id),
        groups=(profile.ours.group, profile.theirs.group),
        control_number=interchange,
        group_number=group,
        written_at=written_at,
        version=version,
        group_version=group_version,
        is_test=profile.is_test,
        asks_for_answer=profile.asks_for_envelope_answers,
    )


def _without(text: str, delimiters: Delimiters) -> str:
    divides = delimiters.characters + "\r\n"
    return "".join(" " if c in divides else c for c in text)


def _texts(document: Any) -> Iterator[str]:
    yield from getattr(document, "texts", ())
    for party in getattr(document, "parties", ()):
        yield from (*(getattr(party, name) for name in TEXTS_OF_PARTY), *party.street)
    for line in getattr(document, "lines", ()):
        yield from (getattr(line, name) for name in TEXTS_OF_LINE)


def _replaced(document: Any, delimiters: Delimiters) -> Any:
    def bare(text: str) -> str:
        return _without(text, delimiters)

    parties = tuple(
        replace(party, name=bare(party.name), town=bare(party.town), street=tuple(map(bare, party.street)))
        for party in document.parties
    )
    lines = tuple(replace(line, description=bare(line.description)) for line in document.lines)
    texts = {"texts": tuple(map(bare, document.texts))} if hasattr(document, "texts") else {}
    return replace(document, parties=parties, lines=lines, **texts)
