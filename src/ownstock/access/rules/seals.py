"""What a seal tells of the rows it covers: pure decisions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ownstock.base.errors import Refused

# A link of a million rows would be a row of 44 MB; one of 10,000 is half a megabyte.
SEALED_AT_ONCE = 10_000
LINKS_AT_ONCE = 20
BEFORE_THE_FIRST = bytes(32)
HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written: where, and what happened to it."""

    place: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last link of the chain, or one that was the last when somebody wrote it down."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"


def parse_head(text: str) -> ChainHead:
    """Read a head as it is printed, NUMBER:HASH.

    Raises:
        Refused: it is none.
    """
    found = HEAD.fullmatch(text.strip().lower())
    if found is None:
        raise Refused(
            f"{text} is no head of the chain; it looks like 12: followed by 64 digits from 0 to f, as the page Audit shows "
            "it and ownstock audit head prints it.",
            code="bad_head",
        )
    return ChainHead(int(found[1]), bytes.fromhex(found[2]))


def head_sentence(kept: ChainHead, hash_now: bytes | None, last_number: int) -> str | None:
    """What is wrong with the chain when a head that was kept is looked up in it; None when it is still there.

    `hash_now` is what the seal of that number says now, None when there is no such seal.
    """
    if hash_now == kept.hash:
        return None
    if hash_now is not None:
        return f"seal {kept.number} is not the one that was kept: the chain was made anew, up to there at least."
    if last_number < kept.number:
        return f"the chain ends at seal {last_number}, but seal {kept.number} was kept: the end was cut off."
    return f"seal {kept.number}, which was kept, is not in the chain."


def missing_seals_sentence(first: int, last: int) -> str:
    """What is wrong where numbers are missing in the chain."""
    which = f"seal {first} was" if first == last else f"seals {first} to {last} were"
    return f"{which} deleted; nobody can tell whether what they covered is as it was."


def broken_seal_sentence(found: Sequence[str], *, is_all: bool) -> str:
    """What people are told when something is not as it was sealed; `found` in sentences, all or as many as were counted."""
    more = f", and {'' if is_all else 'at least '}{len(found) - 1:,} more" if len(found) > 1 else ""
    first = found[0].rstrip(".")
    return (
        f"The record is not as it was sealed: {first}{more}. Keep the database as it is and a copy of it; the page Audit "
        "and ownstock audit verify name what was found."
    )
