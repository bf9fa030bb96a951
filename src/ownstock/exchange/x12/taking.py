"""A file of X12 as it came from a partner: whether it is from this partner and for us, and what of it can be taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ownstock.exchange.documents import Document, Fault
from ownstock.exchange.partners import PartnerProfile, Side
from ownstock.exchange.x12.envelope import Interchange, element
from ownstock.exchange.x12.problems import Problem, refuses, shown
from ownstock.exchange.x12.reading import Reading, ReadMessage, read

USAGES = {True: ("T", "a test"), False: ("P", "in earnest")}
# So many faults are told; who mends those finds the rest.
MAX_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file says, document by document, and why it cannot be taken, where it cannot.

    With one fault nothing of the file is to be applied: half an interchange is none. `identity` is that of its envelopes.
    """

    reading: Reading
    identity: str
    documents: tuple[Document, ...]
    faults: tuple[Fault, ...]


def take(raw: bytes, profile: PartnerProfile) -> Taken:
    """Whatever the bytes are, what a partner says with them and what is wrong with that."""
    reading = read(raw, profile.strictness)
    faults = [*_refusals(reading), *(fault for one in reading.interchanges for fault in _misdirected(one, profile))]
    faults += [_unread(message) for message in reading.messages if message.is_accepted and not message.is_read]
    documents = [one.document for one in reading.messages if one.document is not None]
    told: tuple[Document, ...] = (*reading.envelope_answers, *documents)
    identity = ",".join(f"{':'.join(one.sender)} {one.control_number}" for one in reading.interchanges)
    return Taken(reading, identity, told, tuple(faults[:MAX_FAULTS]))


def _refusals(reading: Reading) -> Iterator[Fault]:
    for problem in reading.problems:
        if refuses(reading.strictness, problem):
            yield Fault(code=problem.code, sentence=problem.sentence, place=_place(problem))


def _place(problem: Problem) -> str:
    if problem.segment is None:
        return ""
    within = f", element {problem.element}" if problem.element else ""
    return f"segment {problem.segment} ({problem.tag}){within}"


def _unread(message: ReadMessage) -> Fault:
    sentence = (
        f"Segment {message.message.first} (ST) opens a {shown(message.message.kind)}, a kind of message that is not read "
        "here. Ask the partner not to send it, or discard it."
    )
    return Fault(code="kind_unread", sentence=sentence, place=f"segment {message.message.first} (ST)")


def _misdirected(interchange: Interchange, profile: PartnerProfile) -> Iterator[Fault]:
    """Why an envelope is not one from this partner to us."""
    header, first = interchange.cut.segments[0], interchange.cut.first
    sides = (("from", interchange.sender, profile.theirs, 6), ("for", interchange.receiver, profile.ours, 8))
    for word, said, wanted, position in sides:
        if said != _key(wanted):
            sentence = (
                f"Segment {first} (ISA) is {word} {shown(':'.join(said))} and not {word} {shown(':'.join(_key(wanted)))}, "
                "as the channel says. Correct the channel, or ask the partner."
            )
            yield Fault(code="other_partner", sentence=sentence, place=f"segment {first} (ISA), element {position}")
    code, words = USAGES[profile.is_test]
    if element(header, 15) != code:
        sentence = (
            f"Segment {first} (ISA) says usage {shown(element(header, 15))}, but this channel is {words} "
            f"({code}). Nothing of it was applied; set test of the channel, or ask the partner."
        )
        yield Fault(code="other_usage", sentence=sentence, place=f"segment {first} (ISA), element 15")


def _key(side: Side) -> tuple[str, str]:
    return side.kind, side.id
