"""Who may change what in the register of suppliers, where people have roles."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from ownstock.access.rules import Role


class Duty(StrEnum):
    """What somebody does to the register: decides on papers and suppliers, agrees with them, admits their people."""

    DECIDE = "decide"
    AGREE = "agree"
    ADMIT = "admit"


ROLES = {
    Duty.DECIDE: frozenset({Role.QUALITY, Role.ADMIN}),
    Duty.AGREE: frozenset({Role.BUYER, Role.QUALITY, Role.ADMIN}),
    Duty.ADMIT: frozenset({Role.ADMIN}),
}
IN_WORDS = {
    Duty.DECIDE: "decide on suppliers and their certificates",
    Duty.AGREE: "keep agreements, closures, prices and commitments",
    Duty.ADMIT: "say who of a supplier may sign in",
}


def is_permitted(roles: Collection[Role], duty: Duty) -> bool:
    """Whether somebody with these roles may do it; who has no role may do all that asks for one here."""
    return not roles or bool(ROLES[duty] & set(roles))
