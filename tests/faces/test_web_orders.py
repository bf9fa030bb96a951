"""Orders on their pages: placed, answered, received once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from ownstock.journal.models import OutboxRow
from ownstock.ledger.models import Posting
from ownstock.ledger.queries import on_hand
from ownstock.planning import actions as planning
from ownstock.purchasing import actions
from ownstock.purchasing.models import Delivery, PurchaseOrder
from tests.factories import ACTOR, TODAY
from tests.web_cases import approved_order, kept_shop, read, signed_in

__all__ = ["kept_shop"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_shop")]
ON_HAND = 4


@pytest.fixture
def client() -> Client:
    return signed_in()


@pytest.fixture
def draft(client: Client) -> PurchaseOrder:
    return approved_order("CUP")


@pytest.fixture
def placed(draft: PurchaseOrder) -> PurchaseOrder:
    return actions.place(draft.number, actor=ACTOR)


def page(name: str, order: PurchaseOrder) -> str:
    return reverse(f"web:{name}", args=[order.number])


def receipt(**boxes: object) -> dict[str, object]:
    return {"key": str(uuid4()), "received_on": TODAY.isoformat(), **boxes}


def test_orders_are_listed_by_state_with_amount_and_next_arrival(client: Client, draft: PurchaseOrder) -> None:
    assert draft.number in read(client.get(reverse("web:orders"))).text
    assert draft.number in read(client.get(reverse("web:orders"), {"state": "draft"})).text
    assert draft.number not in read(client.get(reverse("web:orders"), {"state": "placed"})).text
    delivery = Delivery.objects.get()
    text = read(client.get(reverse("web:orders"))).text
    assert f"{delivery.quantity * delivery.line.price:,.2f} EUR" in text
    assert "16 Mar 2026" in text


def test_a_draft_is_placed_from_its_page_and_says_how_its_message_stands(client: Client, draft: PurchaseOrder) -> None:
    assert "the order is not placed" in read(client.get(page("order", draft))).text
    text = read(client.post(page("place", draft), follow=True)).text
    assert "is placed and on its way" in text
    assert "Waiting to be sent." in text
    assert "Placed by anna" in text
    OutboxRow.objects.update(attempts=2, last_error="The mail server did not answer.")
    assert "2 attempts so far. The mail server did not answer." in read(client.get(page("order", draft))).text


def test_placing_twice_places_once(client: Client, draft: PurchaseOrder) -> None:
    client.post(page("place", draft))
    client.post(page("place", draft))
    assert OutboxRow.objects.count() == 1


def test_the_suppliers_answer_is_kept_and_shown(client: Client, placed: PurchaseOrder) -> None:
    promised_on = TODAY + timedelta(days=20)
    form = {"key": str(uuid4()), "quantity_1": "60", "promised_on_1": promised_on.isoformat()}
    assert client.post(page("answer", placed), form)["Location"] == page("order", placed)
    delivery = Delivery.objects.get()
    assert (delivery.quantity - delivery.refused_quantity, delivery.latest_promised_on) == (60, promised_on)
    text = read(client.get(page("order", placed))).text
    assert "acknowledged" in text
    assert "22 Mar 2026" in text


def test_an_answer_of_zero_cancels_the_line(client: Client, placed: PurchaseOrder) -> None:
    client.post(page("answer", placed), {"key": str(uuid4()), "quantity_1": "0"})
    placed.refresh_from_db()
    assert placed.state == "cancelled"


def test_an_answer_needs_a_day_and_keeps_what_was_typed(client: Client, placed: PurchaseOrder) -> None:
    response = client.post(page("answer", placed), {"key": str(uuid4()), "quantity_1": "60", "promised_on_1": ""})
    assert response.status_code == 422
    assert "For which day?" in read(response).text
    assert read(response).with_name("quantity_1")[0]["value"] == "60"


def test_more_promised_than_ordered_is_refused_with_its_sentence(client: Client, placed: PurchaseOrder) -> None:
    form = {"key": str(uuid4()), "quantity_1": "99999", "promised_on_1": TODAY.isoformat()}
    response = client.post(page("answer", placed), form)
    assert response.status_code == 422
    assert "99999 promised, but only" in read(response).text
    assert read(response).with_name("quantity_1")[0]["value"] == "99999"


def test_the_boxes_can_be_filled_with_what_was_asked_and_what_is_open(client: Client, placed: PurchaseOrder) -> None:
    delivery = Delivery.objects.get()
    answer = read(client.get(page("answer", placed), {"fill": "asked"}))
    assert answer.with_name("quantity_1")[0]["value"] == f"{delivery.quantity.normalize():f}"
    assert answer.with_name("promised_on_1")[0]["value"] == delivery.requested_on.isoformat()
    receive = read(client.get(page("receive", placed), {"fill": "open"}))
    assert receive.with_name("quantity_1")[0]["value"] == f"{delivery.quantity.normalize():f}"


def test_what_came_is_received_under_its_lot_on_its_day(client: Client, placed: PurchaseOrder) -> None:
    response = client.post(page("receive", placed), receipt(quantity_1="6", lot_1="L7"), follow=True)
    assert "Received for" in read(response).text
    assert "part received" in read(response).text
    assert on_hand("CUP", "SHOP") == ON_HAND + 6
    movement = Posting.objects.get(kind="receipt").movements.get()
    assert (movement.lot.code if movement.lot else "", movement.moved_at.date()) == ("L7", TODAY)


def test_who_receives_is_told_where_the_day_filled_in_is_not_today(client: Client, placed: PurchaseOrder) -> None:
    told = "Filled in with the day that was last planned for; today is"
    assert told in read(client.get(page("receive", placed))).text
    planning.plan(planned_on=datetime.now(ZoneInfo("Europe/London")).date(), actor=ACTOR)
    assert told not in read(client.get(page("receive", placed))).text


def test_a_form_sent_twice_is_received_once(client: Client, placed: PurchaseOrder) -> None:
    key = read(client.get(page("receive", placed))).with_name("key")[0]["value"]
    everything = f"{Delivery.objects.get().quantity:f}"
    form = {"key": key, "received_on": TODAY.isoformat(), "quantity_1": everything}
    answers = [client.post(page("receive", placed), form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Posting.objects.filter(kind="receipt").count() == 1
    placed.refresh_from_db()
    assert placed.state == "received"


def test_the_same_key_for_other_goods_is_refused(client: Client, placed: PurchaseOrder) -> None:
    form = receipt(quantity_1="6")
    client.post(page("receive", placed), form)
    response = client.post(page("receive", placed), form | {"quantity_1": "7"})
    assert response.status_code in (409, 422)
    assert Posting.objects.filter(kind="receipt").count() == 1
    assert read(response).with_name("quantity_1")[0]["value"] == "7"


@pytest.mark.parametrize(
    ("boxes", "sentence"),
    [
        ({}, "Fill in the quantity of at least one line."),
        ({"quantity_1": "many"}, "Enter a number."),
        ({"quantity_1": "-1"}, "greater than or equal to 0"),
        ({"quantity_1": "1", "received_on": "2999-01-01"}, "cannot be received on a day to come"),
        ({"quantity_1": "1", "key": "guessed"}, "mend what is marked"),
    ],
)
def test_a_form_that_cannot_be_meant_says_what_to_mend(
    client: Client, placed: PurchaseOrder, boxes: dict[str, object], sentence: str
) -> None:
    response = client.post(page("receive", placed), receipt(**boxes))
    assert response.status_code == 422
    assert sentence in read(response).text
    assert on_hand("CUP", "SHOP") == ON_HAND


def test_a_draft_cannot_be_received_and_says_so(client: Client, draft: PurchaseOrder) -> None:
    response = client.post(page("receive", draft), receipt(quantity_1="6"))
    assert response.status_code == 409
    assert f"{draft.number} is draft; nothing can be received for it." in read(response).text


def test_a_draft_offers_no_receiving(client: Client, draft: PurchaseOrder) -> None:
    links = [attributes.get("href") for _, attributes in read(client.get(page("order", draft))).found]
    assert page("receive", draft) not in links
    assert page("answer", draft) not in links


@pytest.mark.parametrize("name", ["order", "answer", "receive"])
def test_an_order_that_does_not_exist_is_not_found(client: Client, name: str) -> None:
    response = client.get(reverse(f"web:{name}", args=["PO-999999"]))
    assert response.status_code == 404
    assert "There is no purchase order PO-999999." in read(response).text
