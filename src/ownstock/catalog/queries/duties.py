"""Reading whether somebody may change the register of suppliers."""

from __future__ import annotations

from ownstock.access.queries import roles_of
from ownstock.base.errors import Refused
from ownstock.catalog.rules.duties import IN_WORDS, ROLES, Duty, is_permitted


def may(actor: str, duty: Duty) -> bool:
    """Whether an actor may do it: a person by their roles; jobs and programs have none, and keys have scopes."""
    return is_permitted(roles_of(actor), duty)


def check_duty(actor: str, duty: Duty) -> None:
    """Refuse what an actor's roles do not permit.

    Raises:
        Refused: as said, with the roles that may.
    """
    if not may(actor, duty):
        needed = " or ".join(sorted(ROLES[duty]))
        raise Refused(
            f"{actor} may not {IN_WORDS[duty]}: that takes the role {needed}.", code="role_missing", actor=actor
        )
