"""The life of an order on its pages: approved, changed, cancelled, chased, merged, answered at another price."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from ownstock.access.models import User
from ownstock.journal.models import OutboxRow
from ownstock.purchasing import actions
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import LineAnswer, OrderState, Promise
from tests.buying_cases import SUPPLIER, WANTED, drafted, line, one_supplier, people_with_limits, placed
from tests.web_cases import read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _business() -> None:
    one_supplier()
    people_with_limits()


def as_(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def page(name: str, order: PurchaseOrder, *more: object) -> str:
    return reverse(f"web:{name}", args=[order.number, *more])


def test_an_order_above_the_limit_waits_on_its_page_until_somebody_else_approves_it() -> None:
    order = drafted(line("CUP", 60), actor="user:anna")
    text = read(as_("anna").get(page("order", order))).text
    assert "needs approval. carl, dora may approve it." in text
    assert "Place the order" not in text
    waiting = read(as_("carl").get(reverse("web:orders"), {"waiting": "approval"})).text
    assert order.number in waiting
    assert as_("anna").post(page("approve-order", order), {"revision": "1"}).status_code == 422
    assert "is approved." in read(as_("carl").post(page("approve-order", order), {"revision": "1"}, follow=True)).text
    text = read(as_("anna").get(page("order", order))).text
    assert "Approved by carl" in text
    as_("anna").post(page("place", order))
    order.refresh_from_db()
    assert order.state == OrderState.PLACED


def test_what_was_changed_meanwhile_is_not_approved() -> None:
    order = drafted(line("CUP", 60), actor="user:anna")
    actions.change(order.number, [line("BOWL", 6)], reason="bowls", actor="user:anna")
    response = as_("carl").post(page("approve-order", order), {"revision": "1"})
    assert (response.status_code, "was changed meanwhile" in read(response).text) == (409, True)


def boxes(**changes: object) -> dict[str, object]:
    day = WANTED.isoformat()
    kept = {
        "revision": "1", "quantity_1": "24", "requested_on_1": day, "price_1": "2.4", "quantity_2": "12",
        "requested_on_2": day, "price_2": "2.4", "reason": "more are sold",
    }  # fmt: skip
    return {**kept, **changes}


def test_a_placed_order_is_changed_on_a_page_and_its_revisions_are_told() -> None:
    order = placed(actor="user:anna")
    form = read(as_("anna").get(page("change-order", order)))
    assert form.with_name("quantity_1")[0]["value"] == "24"
    changed = as_("anna").post(page("change-order", order), boxes(quantity_1="30", quantity_2="0"), follow=True)
    text = read(changed).text
    assert "24 → 30" in text
    assert "taken out" in text
    assert OutboxRow.objects.filter(topic="purchase_order.changed").count() == 1


def test_an_item_is_added_on_the_page_of_changes() -> None:
    order = drafted(actor="user:anna")
    response = as_("anna").post(page("change-order", order), boxes(sku="BOWL", quantity="6"))
    assert "How many of it, and for which day?" in read(response).text
    as_("anna").post(page("change-order", order), boxes(sku="BOWL", quantity="6", requested_on=WANTED.isoformat()))
    assert order.revisions.latest("number").lines.count() == 3


def test_a_form_of_an_older_revision_is_refused_and_keeps_what_was_typed() -> None:
    order = placed(actor="user:anna")
    as_("anna").post(page("change-order", order), boxes(quantity_1="30"))
    response = as_("ben").post(page("change-order", order), boxes(quantity_1="40"))
    assert (response.status_code, "was changed meanwhile" in read(response).text) == (409, True)
    assert read(response).with_name("quantity_1")[0]["value"] == "40"


def test_an_order_is_cancelled_with_a_reason() -> None:
    order = placed(actor="user:anna")
    assert as_("anna").post(page("cancel-order", order), {"reason": ""}).status_code == 422
    text = read(as_("anna").post(page("cancel-order", order), {"reason": "no longer sold"}, follow=True)).text
    assert "Nothing more of" in text
    assert "no longer sold" in text


def test_a_silent_supplier_is_reminded_from_the_page_once_a_day() -> None:
    order = placed(actor="user:anna")
    assert "Reminder 1 by anna" in read(as_("anna").post(page("chase", order), follow=True)).text
    assert as_("anna").post(page("chase", order)).status_code == 409


@pytest.mark.parametrize(("verdict", "price"), [("accept", Decimal("2.6")), ("refuse", Decimal("2.4"))])
def test_another_price_is_accepted_or_refused_on_the_page(verdict: str, price: Decimal) -> None:
    order = placed(actor="user:anna")
    said = LineAnswer(1, (Promise(Decimal(24), WANTED),), price=Decimal("2.6"), comment="copper is dear")
    actions.acknowledge(order.number, [said], message_key="m1", actor=SUPPLIER)
    text = read(as_("anna").get(page("order", order))).text
    assert "asks 2.60 EUR for CUP" in text
    assert "copper is dear" in text
    as_("anna").post(page("settle-price", order, 1), {"verdict": verdict})
    newest = order.revisions.latest("number").lines.get(line=1)
    assert newest.price == price
    assert "The supplier asks" not in read(as_("anna").get(page("order", order))).text


def test_ticked_drafts_are_merged_and_the_one_taken_over_says_where_to() -> None:
    first, second = drafted(actor="user:anna"), drafted(line("BOWL", 6), actor="user:anna")
    listed = read(as_("anna").get(reverse("web:orders"), {"state": "draft"}))
    assert len(listed.with_name("order")) == 2
    as_("anna").post(reverse("web:merge-orders"), {"order": [first.number, second.number]})
    assert f"Its lines are in {first.number} now" in read(as_("anna").get(page("order", second))).text


def test_orders_that_wait_for_an_answer_or_for_goods_are_listed() -> None:
    order = placed(line("CUP", 6, WANTED - timedelta(days=400)), actor="user:anna")
    for waiting in ("answer", "goods"):
        assert order.number in read(as_("anna").get(reverse("web:orders"), {"waiting": waiting})).text
    assert order.number not in read(as_("anna").get(reverse("web:orders"), {"waiting": "approval"})).text
