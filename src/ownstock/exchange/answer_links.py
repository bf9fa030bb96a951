"""Links by which a supplier answers an order without signing in: made with the message, looked up, ended."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.exchange.models import AnswerLink
from ownstock.journal import actions as journal
from ownstock.purchasing import queries as purchasing
from ownstock.purchasing.models import OrderRevision

LINK_DAYS = 180
TOKEN_BYTES = 32
MAX_TOKEN_LENGTH = 64
PATH = "answer"


def new_address() -> str:
    """The address of a link that nobody has yet; empty where the pages have no public address (OWNSTOCK_URL).

    It opens nothing before it is kept.
    """
    base: str = settings.PUBLIC_URL
    return f"{base}/{PATH}/{secrets.token_urlsafe(TOKEN_BYTES)}" if base else ""


def keep(address: str, revision: OrderRevision) -> AnswerLink:
    """Let an address answer a revision from now on, for 180 days. Only the hash of its token is kept."""
    return AnswerLink.objects.create(
        order_revision=revision,
        token_hash=_hash_of(address.rpartition("/")[2]),
        expires_at=timezone.now() + timedelta(days=LINK_DAYS),
    )


def live_link(token: str) -> AnswerLink | None:
    """The link that somebody presents; None alike for one that never was, has expired or was revoked.

    Found by the hash: how long that takes says nothing about the token.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        return None
    links = AnswerLink.objects.select_related("order_revision__purchase_order__supplier")
    live = links.filter(revoked_at=None, expires_at__gt=timezone.now())
    return live.filter(token_hash=_hash_of(token)).first()


@transaction.atomic
def renew(number: str, *, actor: str) -> str:
    """Make another link to answer the revision that was sent last, for whoever lost theirs; returns its address.

    Links that were made before go on working until they expire or are revoked.

    Raises:
        Refused: there is no such order, it was not sent yet, or the pages have no public address.
    """
    order = purchasing.order(number)
    if order.sent_revision is None:
        raise Refused(f"{number} was not sent yet; there is nothing to answer.", code="not_placed", number=number)
    address = new_address()
    if not address:
        raise Refused(
            "A link needs the address under which suppliers reach these pages: set OWNSTOCK_URL.", code="no_public_url"
        )
    link = keep(address, order.revisions.get(number=order.sent_revision))
    new = {"link": link.pk, "expires_at": link.expires_at.isoformat()}
    journal.record(actor=actor, verb="exchange.answer_link_made", subject=f"purchase_order:{number}", new=new)
    return address


@transaction.atomic
def revoke(number: str, *, actor: str, reason: str) -> int:
    """End every link to an order that still opens it; returns how many.

    Raises:
        Refused: there is no such order.
    """
    order = purchasing.order(number)
    live = AnswerLink.objects.filter(
        order_revision__purchase_order=order, revoked_at=None, expires_at__gt=timezone.now()
    )
    ended = sorted(live.values_list("pk", flat=True))
    if ended:
        live.update(revoked_at=timezone.now())
        subject = f"purchase_order:{number}"
        journal.record(
            actor=actor, verb="exchange.answer_links_revoked", subject=subject, old={"links": ended}, reason=reason
        )
    return len(ended)


def note_answer(link: AnswerLink) -> None:
    """Remember when a link was last answered by."""
    AnswerLink.objects.filter(pk=link.pk).update(last_answered_at=timezone.now())


def _hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
