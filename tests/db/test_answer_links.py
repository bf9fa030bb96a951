"""Links to answer by: made with the message, kept as a hash, ended by time, by hand or by nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.exchange import answer_links
from ownstock.exchange.models import AnswerLink, OutboundMessage
from ownstock.journal.models import AuditEvent
from ownstock.site.addresses import hosts_of, origins_of, public_url
from tests.answer_cases import PUBLIC, mail_text, placed, sent_message, shop_of_one_supplier, token_of
from tests.factories import ACTOR

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def public(settings: Any) -> None:
    settings.PUBLIC_URL = PUBLIC
    settings.SMTP_URL = ""


def test_the_mail_carries_a_link_of_which_we_keep_the_hash_alone() -> None:
    order = placed(shop_of_one_supplier(), 12)
    token = token_of(order)
    assert len(token) == 43
    link = answer_links.live_link(token)
    assert link is not None
    assert link.order_revision.purchase_order == order
    kept = [bytes(value) if isinstance(value, memoryview) else value for value in vars(link).values()]
    assert token.encode() not in kept
    assert token not in map(str, kept)
    assert link.expires_at - timezone.now() > timedelta(days=answer_links.LINK_DAYS - 1)


def test_a_message_prepared_again_carries_the_same_link() -> None:
    order = placed(shop_of_one_supplier(), 12)
    first, again = sent_message(order), sent_message(order)
    assert bytes(first.content) == bytes(again.content)
    assert AnswerLink.objects.count() == 1


def test_a_message_that_cannot_be_written_leaves_no_link() -> None:
    business = shop_of_one_supplier()
    business.suppliers[0].name = "Alpha\nBcc: everybody@evil.example"
    business.suppliers[0].save()
    order = placed(business, 12)
    with pytest.raises(Refused, match="line break"):
        sent_message(order)
    assert not AnswerLink.objects.exists()


def test_without_a_public_address_the_mail_says_how_to_answer_as_ever(settings: Any) -> None:
    settings.PUBLIC_URL = ""
    order = placed(shop_of_one_supplier(), 12)
    text = mail_text(sent_message(order))
    assert "How to answer: reply to this message, line by line" in text
    assert "/answer/" not in text
    assert not AnswerLink.objects.exists()
    with pytest.raises(Refused, match="OWNSTOCK_URL"):
        answer_links.renew(order.number, actor=ACTOR)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 5_000, "'; DROP TABLE", "ü" * 43])
def test_a_token_that_was_never_made_opens_nothing(token: str) -> None:
    token_of(placed(shop_of_one_supplier(), 12))
    assert answer_links.live_link(token) is None


def test_a_link_that_has_expired_opens_nothing() -> None:
    token = token_of(placed(shop_of_one_supplier(), 12))
    AnswerLink.objects.update(expires_at=timezone.now())
    assert answer_links.live_link(token) is None


def test_links_are_ended_by_hand_with_the_reason_in_the_journal_and_made_anew() -> None:
    order = placed(shop_of_one_supplier(), 12)
    token = token_of(order)
    assert answer_links.revoke(order.number, actor="user:anna", reason="forwarded to a stranger") == 1
    assert answer_links.live_link(token) is None
    assert answer_links.revoke(order.number, actor="user:anna", reason="again") == 0
    address = answer_links.renew(order.number, actor="user:anna")
    assert address.startswith(f"{PUBLIC}/answer/")
    assert answer_links.live_link(address.rpartition("/")[2]) is not None
    told = AuditEvent.objects.filter(verb__startswith="exchange.answer_link").order_by("id")
    assert [(e.verb, e.reason) for e in told] == [
        ("exchange.answer_links_revoked", "forwarded to a stranger"),
        ("exchange.answer_link_made", ""),
    ]
    assert address not in str([(e.old, e.new) for e in told])


def test_every_message_has_a_link_of_its_own() -> None:
    business = shop_of_one_supplier()
    tokens = {token_of(placed(business, 12)) for _ in range(3)}
    assert len(tokens) == 3
    assert OutboundMessage.objects.count() == 3


NO_ADDRESSES = ["orders.example", "ftp://x", "https://", "https://x/?a=1", "https://u:p@x", "https://x/#a", "https://["]


@pytest.mark.parametrize("text", [*NO_ADDRESSES, "https://x y"])
def test_a_public_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="OWNSTOCK_URL"):
        public_url(text)


def test_a_public_address_names_host_and_origin() -> None:
    assert public_url("https://orders.example:8443/buy/") == "https://orders.example:8443/buy"
    assert hosts_of("https://orders.example:8443/buy") == ["orders.example"]
    assert origins_of("https://orders.example:8443/buy") == ["https://orders.example:8443"]
    assert (public_url(""), hosts_of(""), origins_of("")) == ("", [], [])
