"""Messages and interchanges of our own: numbered, counted and checked against the same tables as those that come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ownstock.base.errors import Refused
from ownstock.exchange.x12.envelope import ISA_WIDTHS, Message
from ownstock.exchange.x12.problems import Strictness, refuses
from ownstock.exchange.x12.reading import check_message
from ownstock.exchange.x12.syntax import Cut, Delimiters, Segment
from ownstock.exchange.x12.tables import functional_groups
from ownstock.exchange.x12.writing import refuse_delimiters, text_of, trimmed

MAX_CONTROL_NUMBER = 999_999_999
DEFAULT_DELIMITERS = Delimiters("*", ">", "", "~")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who writes to whom under which number, fixed before the first attempt. Sides are (kind of id, id).

    `written_at` is in the time that the partners agreed on; X12 has no time zone in its envelope. `groups` are the codes of
    the two in GS, where they are others than the ids; `group_number` is that of GS, where it is another than the control
    number.
    """

    sender: tuple[str, str]
    receiver: tuple[str, str]
    control_number: int
    written_at: datetime
    group_number: int = 0
    version: str = "00401"
    group_version: str = "004010"
    groups: tuple[str, str] = ("", "")
    is_test: bool = False
    asks_for_answer: bool = False


def compose(
    identity: Identity,
    kind: str,
    bodies: Sequence[list[Segment]],
    delimiters: Delimiters = DEFAULT_DELIMITERS,
    answers: Sequence[Segment] = (),
) -> bytes:
    """An interchange with one group of messages, each body being the segments between ST and SE; `answers` are its TA1.

    Refuses what the tables refuse, a text that holds a delimiter, and a control number outside of 1 to 999,999,999.
    """
    for number in (identity.control_number, identity.group_number or 1):
        _refuse_number(number)
    group = _group(identity, kind, bodies, delimiters) if bodies else []
    trailer = ["IEA", "1" if group else "0", f"{identity.control_number:09}"]
    segments = [_header(identity, delimiters), *answers, *group, trailer]
    return text_of(Cut(delimiters, segments, 1, "\n", delimiters.terminator + "\n")).encode()


def _refuse_number(number: int) -> None:
    if not 1 <= number <= MAX_CONTROL_NUMBER:
        raise Refused(
            f"The control number {number} is not between 1 and {MAX_CONTROL_NUMBER:,}.",
            code="control_number",
            control_number=number,
        )


def _group(identity: Identity, kind: str, bodies: Sequence[list[Segment]], delimiters: Delimiters) -> list[Segment]:
    messages = [_message(kind, number, body) for number, body in enumerate(bodies, start=1)]
    for message in messages:
        refuse_delimiters(message, delimiters)
        _refuse_broken(Message(message, 1), delimiters)
    header = _group_header(identity, kind)
    inside = [segment for message in messages for segment in message]
    return [header, *inside, ["GE", str(len(messages)), header[6]]]


def _message(kind: str, number: int, body: list[Segment]) -> list[Segment]:
    control = f"{number:04}"
    return [["ST", kind, control], *map(trimmed, body), ["SE", str(len(body) + 2), control]]


def _refuse_broken(message: Message, delimiters: Delimiters) -> None:
    broken = next((p for p in check_message(message, delimiters) if refuses(Strictness.STRICT, p)), None)
    if broken:
        raise Refused(
            f"The {message.kind} cannot be written. {broken.sentence}",
            code=broken.code,
            segment=broken.segment,
            tag=broken.tag,
            element=broken.element,
        )


def _header(identity: Identity, delimiters: Delimiters) -> Segment:
    at, (own_kind, own), (their_kind, their) = identity.written_at, identity.sender, identity.receiver
    values = ["00", "", "00", "", own_kind, own, their_kind, their, f"{at:%y%m%d}", f"{at:%H%M}"]
    values += [delimiters.repetition or "U", identity.version, f"{identity.control_number:09}"]
    values += ["1" if identity.asks_for_answer else "0"]
    values += ["T" if identity.is_test else "P", delimiters.component]
    _refuse_sides(identity, delimiters)
    return ["ISA", *(value.ljust(width) for value, width in zip(values, ISA_WIDTHS, strict=True))]


def _refuse_sides(identity: Identity, delimiters: Delimiters) -> None:
    for kind, code in (identity.sender, identity.receiver):
        fits = len(kind) == 2 and 2 <= len(code) <= 15 and code == code.strip() and code.isascii()
        if not fits or any(c in kind + code for c in delimiters.characters + "\r\n"):
            raise Refused(
                f'A partner is known by two characters and an id of 2 to 15, not by "{kind}" and "{code}".',
                code="partner_id",
                kind=kind,
                id=code,
            )


def _group_header(identity: Identity, kind: str) -> Segment:
    at, number = identity.written_at, str(identity.group_number or identity.control_number)
    sides = [code or side[1] for code, side in zip(identity.groups, (identity.sender, identity.receiver), strict=True)]
    return ["GS", functional_groups()[kind], *sides, f"{at:%Y%m%d}", f"{at:%H%M}", number, "X", identity.group_version]
