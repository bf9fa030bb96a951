"""Who may do what, how keys are made and compared, what a seal tells of the rows it covers: pure decisions."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ownstock.base.errors import Refused

PREFIX_LENGTH = 8
DAYS_OF_A_KEY = 365
MAX_DAYS_OF_A_KEY = 1_095
ALL_SCOPES = "all"
# A link of a million rows would be a row of 44 MB; one of 10,000 is half a megabyte.
SEALED_AT_ONCE = 10_000
LINKS_AT_ONCE = 20
BEFORE_THE_FIRST = bytes(32)
HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


class Scope(StrEnum):
    """What the holder of a key may do; each has a sentence of its own."""

    meaning: str

    LEDGER_READ = "ledger:read", "Look up what is on hand, movements and values."
    LEDGER_POST = "ledger:post", "Post movements into the ledger."
    COUNTS_WRITE = "counts:write", "Open sheets for counting and enter counts; what is expected is never told."
    COUNTS_APPROVE = "counts:approve", "Look up what counts differ by, approve, reject and cancel them."
    QUALITY_WRITE = "quality:write", "Release, hold and reject goods, and say until when lots may be used."
    PLANNING_READ = "planning:read", "Look up proposals with their reasons."
    ORDERS_READ = "orders:read", "Look up purchase orders."
    ORDERS_WRITE = "orders:write", "Take suppliers' answers and receive goods."
    ORDERS_PLACE = "orders:place", "Place, change and cancel purchase orders, and remind suppliers of them."
    DEMAND_READ = "demand:read", "Look up what customers want and what they can be promised."
    DEMAND_WRITE = "demand:write", "Enter what customers want, allocate goods to it and ship it."
    SUPPLIERS_READ = "suppliers:read", "Look up suppliers, what is agreed with them and what lapses."
    SUPPLIERS_WRITE = "suppliers:write", "Qualify suppliers, enter their certificates, agreements and closures."
    INVOICES_READ = "invoices:read", "Look up invoices, what is not invoiced yet and how prices differ."
    INVOICES_WRITE = "invoices:write", "Enter invoices, approve them for payment, dispute and cancel them."
    TRANSFERS_READ = "transfers:read", "Look up transfers between sites."
    TRANSFERS_WRITE = "transfers:write", "Write transfers between sites, ship, receive and cancel them."
    MESSAGES_READ = "messages:read", "Look up channels, and what went to suppliers and came from them, with its bytes."
    MESSAGES_WRITE = "messages:write", "Replay and discard messages of suppliers that were set aside."
    CHANNELS_WRITE = "channels:write", "Set, try out and remove the ways to suppliers, and their secrets."
    IMPORTS_WRITE = "imports:write", "Bring in files of items, locations, suppliers, terms and movements."
    AUDIT_READ = "audit:read", "Look up the audit trail and its seal."

    def __new__(cls, value: str, meaning: str) -> Scope:
        """A value that is a text, with its meaning beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class Role(StrEnum):
    """What a person is here for; each has a sentence of its own."""

    meaning: str

    VIEWER = "viewer", "Looks, and changes nothing."
    PLANNER = "planner", "Decides what is to be ordered."
    BUYER = "buyer", "Orders from suppliers and takes their answers."
    RECEIVER = "receiver", "Takes in goods and moves them."
    CONTROLLER = "controller", "Counts, and answers for what the records say."
    QUALITY = "quality", "Releases, holds and rejects goods, and approves suppliers."
    FINANCE = "finance", "Matches invoices and approves spending."
    SUPPLIER = "supplier", "Works for a supplier, and sees that supplier's alone."
    ADMIN = "admin", "Makes accounts and gives roles."

    def __new__(cls, value: str, meaning: str) -> Role:
        """A value that is a text, with its meaning beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


INTERNAL_ROLES = tuple(role for role in Role if role is not Role.SUPPLIER)


def roles_named(names: Iterable[str]) -> list[Role]:
    """The roles of these names, each once and in their own order."""
    named = set(names)
    return [role for role in Role if role in named]


def roles_after(held: Iterable[str], *, add: Iterable[Role], remove: Iterable[Role]) -> list[Role]:
    """The roles of an account once some were given and some taken, in their own order.

    Raises:
        Refused: the account would be of a supplier and of ours at once, or would lose its last role. An account without
            any role is one from before there were roles, which none is made into again: it may do all that asks for none.
    """
    before, given, taken = roles_named(held), set(add), set(remove)
    after = [role for role in Role if (role in before or role in given) and role not in taken]
    if Role.SUPPLIER in after and len(after) > 1:
        others = ", ".join(role for role in after if role is not Role.SUPPLIER)
        raise Refused(
            f"Nobody is a supplier and {others} at once: an account of a supplier sees that supplier's alone. "
            "Make two accounts.",
            code="mixed_roles",
            roles=after,
        )
    if before and not after:
        raise Refused(
            f"An account keeps its last role ({before[0]}). Give another first, or disable the account.",
            code="last_role",
            roles=before,
        )
    return after


class KeyState(StrEnum):
    """Whether a key opens anything."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


def key_state(revoked_at: datetime | None, expires_at: datetime | None, *, now: datetime) -> KeyState:
    """Whether a key is live; one that was revoked is that, expired or not."""
    if revoked_at is not None:
        return KeyState.REVOKED
    return KeyState.EXPIRED if expires_at is not None and expires_at <= now else KeyState.LIVE


def scopes_named(names: Sequence[str]) -> list[Scope]:
    """The scopes that somebody names, `all` among them, each once and in their own order.

    Raises:
        Refused: none is named, or one that there is not.
    """
    known = "; ".join(f"{scope}: {scope.meaning}" for scope in Scope)
    if not names:
        raise Refused(
            f"Say what the key's holder may do. {known} Or {ALL_SCOPES}.", code="no_scope", scopes=list(Scope)
        )
    if unknown := [name for name in names if name != ALL_SCOPES and name not in list(Scope)]:
        raise Refused(
            f"There is no scope {unknown[0]}. {known} Or {ALL_SCOPES}.", code="unknown_scope", scope=unknown[0]
        )
    return [scope for scope in Scope if ALL_SCOPES in names or scope in names]


def require_scopes(held: Iterable[str], needed: Iterable[Scope]) -> None:
    """Let the holder of these scopes do what needs those.

    Raises:
        Refused: one of them is missing.
    """
    held = list(held)
    missing = [scope for scope in needed if scope not in held]
    if missing:
        raise Refused(
            f"The key is not for this: it lacks the scope {', '.join(missing)} ({missing[0].meaning})",
            code="missing_scope",
            missing=missing,
            held=held,
        )


def split_key(token: str) -> tuple[str, bytes]:
    """Part a key as its holder sends it into public prefix and the hash that is compared."""
    return token[:PREFIX_LENGTH], hashlib.sha256(token.encode()).digest()


def is_same_secret(presented: bytes, stored: bytes) -> bool:
    """Whether two hashes are equal, in a time that does not tell how far they agree."""
    return hmac.compare_digest(presented, stored)


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
            f"{text} is no head of the chain; it looks like 12: followed by 64 digits from 0 to f, as ownstock audit head "
            "prints it.",
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
