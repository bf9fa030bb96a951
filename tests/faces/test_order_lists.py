"""Many orders: rows of the grid, files of them, and the board by what they wait for."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from ownstock.access.models import User
from ownstock.exchange.actions import prepare
from ownstock.journal.models import OutboxRow
from ownstock.purchasing import actions
from ownstock.purchasing.models import Delivery, PurchaseOrder
from ownstock.purchasing.queries.order_lists import OrderStage, orders_at
from ownstock.purchasing.queries.timers import open_sent_orders
from ownstock.purchasing.rules import LineAnswer, Promise
from tests.factories import ACTOR, TODAY, small_business
from tests.purchasing_cases import WANTED, came, noticed, placed_order
from tests.web_cases import read, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> PurchaseOrder:
    return placed_order(small_business())


@pytest.fixture
def client(order: PurchaseOrder) -> Client:
    return signed_in()


def stage(order: PurchaseOrder) -> list[str]:
    return [each.value for each in OrderStage if orders_at(each, today=WANTED).filter(pk=order.pk).exists()]


def test_an_order_walks_over_the_board_and_stands_in_one_column_at_a_time(order: PurchaseOrder) -> None:
    seen = [stage(order)]
    actions.acknowledge(order.number, [LineAnswer(1, [Promise(24, WANTED)])], message_key="m", actor=ACTOR)  # type: ignore[arg-type]
    seen.append(stage(order))
    noticed(order, 24)
    seen.append(stage(order))
    came(order, 4, key="DN-1")
    seen.append(stage(order))
    came(order, 20, key="DN-2")
    seen.append(stage(order))
    PurchaseOrder.objects.update(state="closed")
    seen.append(stage(order))
    assert seen == [["placed"], ["acknowledged"], ["shipped"], ["part_received"], ["to_invoice"], ["closed"]]
    assert not open_sent_orders().exists()


def test_rows_say_the_three_dates_and_what_is_waited_for(client: Client, order: PurchaseOrder) -> None:
    [row] = client.get(reverse("web:order-rows"), {"filter.supplier": "alpha", "sort": "-ordered_on"}).json()["rows"]
    assert (row["number"], row["lines"], row["requested_on"]) == (order.number, 1, WANTED.isoformat())
    assert (row["first_promised_on"], row["unanswered"]) == (None, "0 hours")
    assert "late" in row["waits_for"]
    Delivery.objects.update(first_promised_on=TODAY, latest_promised_on=WANTED)
    [row] = client.get(reverse("web:order-rows")).json()["rows"]
    assert (row["first_promised_on"], row["latest_promised_on"]) == (TODAY.isoformat(), WANTED.isoformat())
    assert client.get(reverse("web:order-rows"), {"filter.state": "draft"}).json()["count"] == 0


def test_what_is_shown_is_saved_as_a_file(client: Client, order: PurchaseOrder) -> None:
    answer = client.get(reverse("web:order-file", args=["csv"]), {"filter.number": order.number})
    head, line = answer.getvalue().decode().splitlines()
    assert head.startswith("Order,Supplier,Site,State,Waits for,Next expected,Ordered,Lines,Amount,Currency")
    assert line.startswith(f"{order.number},ALPHA Supplier ALPHA,SHOP,Placed,")
    book = ZipFile(BytesIO(client.get(reverse("web:order-file", args=["xlsx"])).content))
    cells = book.read("xl/worksheets/sheet1.xml").decode()
    assert cells.count("<row ") == 2
    # The day is a day and the amount a number, not texts.
    assert f"<v>{(WANTED - date(1899, 12, 30)).days}</v>" in cells
    assert "<v>57.6</v>" in cells


def test_the_board_offers_a_step_to_those_alone_who_may(client: Client, order: PurchaseOrder) -> None:
    assert f"Remind {order.number}" in read(client.get(reverse("web:order-board"))).text.replace("  ", " ")
    viewer = Client()
    viewer.force_login(User.objects.create(username="vera", roles=["viewer"]))
    text = read(viewer.get(reverse("web:order-board"))).text
    assert (order.number in text, "Remind" in text) == (True, False)
    part = client.get(reverse("web:order-board"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_an_orders_page_leads_to_the_goods_in_and_to_the_bytes_that_left(client: Client, order: PurchaseOrder) -> None:
    prepare(OutboxRow.objects.get(topic="purchase_order.placed"))
    links = [
        a.get("href") for tag, a in read(client.get(reverse("web:order", args=[order.number]))).found if tag == "a"
    ]
    assert f"{reverse('web:receiving')}?order={order.number}" in links
    [raw] = [link for link in links if link and link.startswith("/messages/out-")]
    assert client.get(raw).status_code == 200
