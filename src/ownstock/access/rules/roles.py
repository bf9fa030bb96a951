"""Who may do what: scopes, which programs hold by their key and people by their roles, in one table."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from ownstock.base.errors import Refused


class Scope(StrEnum):
    """What somebody may do: a program by its key, a person by a role; each has a sentence of its own."""

    meaning: str

    LEDGER_READ = "ledger:read", "Look up what is on hand, movements and values."
    LEDGER_POST = "ledger:post", "Post movements into the ledger."
    COUNTS_WRITE = "counts:write", "Open sheets for counting and enter counts; what is expected is never told."
    COUNTS_APPROVE = "counts:approve", "Look up what counts differ by, approve, reject and cancel them."
    QUALITY_WRITE = "quality:write", "Release, hold and reject goods, and say until when lots may be used."
    PLANNING_READ = "planning:read", "Look up proposals with their reasons."
    PLANNING_WRITE = "planning:write", "Override forecasts, enter promotions, set policies and plan anew."
    PROPOSALS_DECIDE = "proposals:decide", "Change proposals, approve them into draft orders and turn them down."
    AUTOMATION_READ = "automation:read", "Look up what runs by itself: schedules, standing rules, jobs."
    AUTOMATION_WRITE = "automation:write", "Set schedules, and start, pause and take back what runs by itself."
    AUTOMATION_DECIDE = "automation:decide", "Propose standing rules, agree to them as the second person, and end them."
    ALERTS_READ = "alerts:read", "Look up what somebody must look at."
    ALERTS_WRITE = "alerts:write", "Take, comment, put off and close what somebody must look at."
    ORDERS_READ = "orders:read", "Look up purchase orders."
    ORDERS_WRITE = "orders:write", "Take suppliers' answers and settle what they delivered wrong."
    RECEIPTS_WRITE = "receipts:write", "Receive goods, and take receipts back."
    ORDERS_PLACE = "orders:place", "Place, change and cancel purchase orders, and remind suppliers of them."
    ORDERS_APPROVE = "orders:approve", "Approve purchase orders, within the limits of one's roles."
    DEMAND_READ = "demand:read", "Look up what customers want and what they can be promised."
    DEMAND_WRITE = "demand:write", "Enter what customers want, allocate goods to it and ship it."
    SUPPLIERS_READ = "suppliers:read", "Look up suppliers, what is agreed with them and what lapses."
    SUPPLIERS_WRITE = "suppliers:write", "Keep agreements, closures, prices and commitments."
    SUPPLIERS_DECIDE = "suppliers:decide", "Qualify suppliers, and decide on their certificates."
    SUPPLIERS_ADMIT = "suppliers:admit", "Say who of a supplier may sign in."
    INVOICES_READ = "invoices:read", "Look up invoices, what is not invoiced yet and how prices differ."
    INVOICES_WRITE = "invoices:write", "Enter invoices, dispute and cancel them."
    INVOICES_APPROVE = "invoices:approve", "Approve invoices for payment."
    LIMITS_WRITE = "limits:write", "Say up to which amount people of a role approve orders, and place them alone."
    TRANSFERS_READ = "transfers:read", "Look up transfers between sites."
    TRANSFERS_WRITE = "transfers:write", "Write transfers between sites, ship, receive and cancel them."
    MESSAGES_READ = "messages:read", "Look up channels, and what went to suppliers and came from them, with its bytes."
    MESSAGES_WRITE = "messages:write", "Replay and discard messages of suppliers that were set aside."
    CHANNELS_WRITE = "channels:write", "Set, try out and remove the ways to suppliers, and their secrets."
    SUBSCRIPTIONS_WRITE = (
        "subscriptions:write",
        "Say which programs are told of what happens, and see what they were told.",
    )
    IMPORTS_WRITE = "imports:write", "Bring in files of items, locations, suppliers, terms and movements."
    SETTINGS_WRITE = "settings:write", "Change the company's settings."
    PEOPLE_WRITE = "people:write", "Make accounts and keys, give roles, and end access."
    AUDIT_READ = "audit:read", "Look up the audit trail and its seal."
    METRICS_READ = "metrics:read", "Look up figures of operation, as Prometheus does."

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
_LOOKS = frozenset(
    {
        Scope.LEDGER_READ, Scope.PLANNING_READ, Scope.AUTOMATION_READ, Scope.ALERTS_READ, Scope.ORDERS_READ,
        Scope.DEMAND_READ, Scope.SUPPLIERS_READ, Scope.INVOICES_READ, Scope.TRANSFERS_READ, Scope.MESSAGES_READ,
    }
)  # fmt: skip
_WORKS = _LOOKS | {Scope.ALERTS_WRITE, Scope.ORDERS_APPROVE}
# The table of who may do what; docs/reference/roles.md is written from it.
HOLDS: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: _LOOKS,
    Role.PLANNER: _WORKS | {
        Scope.PLANNING_WRITE, Scope.PROPOSALS_DECIDE, Scope.AUTOMATION_WRITE, Scope.AUTOMATION_DECIDE,
        Scope.DEMAND_WRITE, Scope.TRANSFERS_WRITE, Scope.IMPORTS_WRITE,
    },
    Role.BUYER: _WORKS | {
        Scope.PROPOSALS_DECIDE, Scope.ORDERS_WRITE, Scope.ORDERS_PLACE, Scope.SUPPLIERS_WRITE, Scope.INVOICES_WRITE,
        Scope.TRANSFERS_WRITE, Scope.MESSAGES_WRITE,
    },
    Role.RECEIVER: _WORKS | {
        Scope.RECEIPTS_WRITE, Scope.LEDGER_POST, Scope.COUNTS_WRITE, Scope.DEMAND_WRITE, Scope.TRANSFERS_WRITE,
    },
    Role.CONTROLLER: _WORKS | {
        Scope.LEDGER_POST, Scope.COUNTS_WRITE, Scope.COUNTS_APPROVE, Scope.RECEIPTS_WRITE, Scope.TRANSFERS_WRITE,
        Scope.IMPORTS_WRITE, Scope.AUDIT_READ,
    },
    Role.QUALITY: _WORKS | {
        Scope.QUALITY_WRITE, Scope.SUPPLIERS_WRITE, Scope.SUPPLIERS_DECIDE, Scope.AUDIT_READ,
    },
    Role.FINANCE: _WORKS | {
        Scope.INVOICES_WRITE, Scope.INVOICES_APPROVE, Scope.LIMITS_WRITE, Scope.AUTOMATION_DECIDE,
        Scope.AUDIT_READ,
    },
    # Who works for a supplier sees the pages of the portal, and holds nothing here.
    Role.SUPPLIER: frozenset(),
    Role.ADMIN: _WORKS | {
        Scope.PEOPLE_WRITE, Scope.SETTINGS_WRITE, Scope.LIMITS_WRITE, Scope.SUPPLIERS_WRITE, Scope.SUPPLIERS_DECIDE,
        Scope.SUPPLIERS_ADMIT, Scope.CHANNELS_WRITE, Scope.MESSAGES_WRITE, Scope.AUTOMATION_WRITE, Scope.AUTOMATION_DECIDE,
        Scope.SUBSCRIPTIONS_WRITE, Scope.IMPORTS_WRITE, Scope.AUDIT_READ, Scope.METRICS_READ,
    },
}  # fmt: skip
# With these somebody could give themselves all others, or let orders leave without anybody's look.
ONLY_BY_A_ROLE = frozenset({Scope.PEOPLE_WRITE, Scope.LIMITS_WRITE, Scope.AUTOMATION_DECIDE})


def scopes_of(roles: Iterable[str]) -> frozenset[Scope]:
    """What a person with these roles may do.

    An account without any role is one from before there were roles: it may do all but what must be given by a role.
    """
    held = roles_named(roles)
    if not held:
        return frozenset(Scope) - ONLY_BY_A_ROLE
    return frozenset().union(*(HOLDS[role] for role in held))


def roles_with(*scopes: Scope) -> list[Role]:
    """The roles of which each holds all of these scopes."""
    return [role for role in INTERNAL_ROLES if HOLDS[role].issuperset(scopes)]


def lacking_sentence(roles: Iterable[str], needed: Iterable[Scope]) -> str:
    """What is told to a person who lacks one of these scopes: what they are, and which role it takes."""
    needed, held = list(needed), roles_named(roles)
    are = "Your account has no role"
    if held:
        are = f"Your {'role is' if len(held) == 1 else 'roles are'} {_in_words(held, 'and')}"
    # One role that holds all, where there is one; else one for each that is missing.
    having = roles_with(*needed)
    if having:
        return f"{are}; this needs {_in_words(having, 'or')}."
    missing = [scope for scope in needed if scope not in scopes_of(held)]
    return f"{are}; this needs {', and '.join(_in_words(roles_with(scope), 'or') for scope in missing)}."


def _in_words(roles: Iterable[Role], word: str) -> str:
    names = [str(role) for role in roles]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


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
