"""Saying something of an item-site for others to read: kept in the journal, where nothing is taken back."""

from __future__ import annotations

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite
from ownstock.journal import actions as journal
from ownstock.planning.queries.standings import COMMENTED, comments_subject

MOST_CHARACTERS = 2_000


@transaction.atomic
def comment(row: ItemSite, text: str, *, actor: str) -> None:
    """Say something of an item-site; it changes no plan.

    Raises:
        Refused: nothing is said, or too much.
    """
    said = text.strip()
    if not 0 < len(said) <= MOST_CHARACTERS:
        raise Refused(f"A comment has 1 to {MOST_CHARACTERS:,} characters.", code="bad_comment")
    journal.record(actor=actor, verb=COMMENTED, subject=comments_subject(row.pk), reason=said)
