"""Who may change what in the register of suppliers, where people have roles."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from ownstock.access.rules import Role, Scope, roles_with, scopes_of


class Duty(StrEnum):
    """What somebody does to the register: decides on papers and suppliers, agrees with them, admits their people."""

    DECIDE = "decide"
    AGREE = "agree"
    ADMIT = "admit"


SCOPES = {
    Duty.DECIDE: Scope.SUPPLIERS_DECIDE,
    Duty.AGREE: Scope.SUPPLIERS_WRITE,
    Duty.ADMIT: Scope.SUPPLIERS_ADMIT,
}
ROLES = {duty: frozenset(roles_with(scope)) for duty, scope in SCOPES.items()}
IN_WORDS = {
    Duty.DECIDE: "decide on suppliers and their certificates",
    Duty.AGREE: "keep agreements, closures, prices and commitments",
    Duty.ADMIT: "say who of a supplier may sign in",
}


def is_permitted(roles: Collection[Role], duty: Duty) -> bool:
    """Whether somebody with these roles may do it; who has no role may do all that asks for one here."""
    return SCOPES[duty] in scopes_of(roles)
