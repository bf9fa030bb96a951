"""The goods-in by scan: each scan is received once, what is odd is asked, and one press takes it back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from ownstock.access.models import User
from ownstock.ledger.queries import on_hand
from ownstock.purchasing.models import Delivery, Discrepancy, PurchaseOrder
from ownstock.purchasing.rules.notices import NoticedLine
from tests.faces.test_scans import CUP, LOT_A, PLATE, scannable
from tests.factories import TODAY
from tests.purchasing_cases import noticed

pytestmark = pytest.mark.django_db
PACKAGE = "340123450000000018"


@pytest.fixture
def order() -> PurchaseOrder:
    return scannable()


@pytest.fixture
def client(order: PurchaseOrder) -> Client:
    """Somebody who is a receiver and nothing else."""
    client = Client()
    client.force_login(User.objects.create(username="rosa", roles=["receiver"]))
    return client


def scan(client: Client, text: str, *, key: str = "", **said: str) -> Any:
    sent = {"key": key or str(uuid4()), "scan": text, **said}
    return client.post(reverse("web:scanned"), sent, content_type="application/json").json()


def undo(client: Client, key: str) -> Any:
    return client.post(reverse("web:scan-taken-back"), {"key": key}, content_type="application/json").json()


def held() -> int:
    return int(on_hand("CUP", "SHOP"))


def test_a_scan_sent_twice_is_received_once_and_undone_once(client: Client, order: PurchaseOrder) -> None:
    key = str(uuid4())
    first, again = scan(client, LOT_A, key=key, order=order.number), scan(client, LOT_A, key=key, order=order.number)
    assert first["sentence"] == "12 CUP, lot A7, expires on 2030-12-31"
    assert (first["key"], again["key"], held()) == (f"scan:{key}", f"scan:{key}", 12)
    assert [undo(client, first["key"]), undo(client, first["key"]), held()] == [{"key": first["key"]}] * 2 + [0]
    assert Delivery.objects.get().received_quantity == 0


def test_the_order_is_found_by_its_number_or_by_what_came(client: Client, order: PurchaseOrder) -> None:
    named = scan(client, order.number.lower())
    assert (named["order"], named["key"], named["choices"]) == (order.number, "", [])
    assert scan(client, f"(01){CUP}(10)B1", count="3")["order"] == order.number
    assert held() == 3


def test_more_than_is_open_is_asked_before_it_is_received(client: Client, order: PurchaseOrder) -> None:
    much = f"(01){CUP}(10)A7(37)30"
    asked = scan(client, much, order=order.number)
    assert asked["sentence"] == f"30 CUP, lot A7: 24 of it are open on {order.number}."
    assert (held(), [each["word"] for each in asked["choices"]]) == (0, ["over"])
    assert scan(client, much, order=order.number, choice="over")["key"]
    assert (held(), Discrepancy.objects.get().kind) == (30, "over")


def test_another_item_and_damage_go_on_hold(client: Client, order: PurchaseOrder) -> None:
    asked = scan(client, f"(01){PLATE}(37)5", order=order.number)
    assert asked["sentence"].endswith(f"it is not on {order.number}.")
    assert [each["word"] for each in asked["choices"]] == ["wrong"]
    scan(client, f"(01){PLATE}(37)5", order=order.number, choice="wrong")
    scan(client, LOT_A, order=order.number, choice="damaged")
    assert sorted(Discrepancy.objects.values_list("kind", "quantity")) == [("damaged", 12), ("wrong_item", 5)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"(01){PLATE}", "PLATE is on no order that is open. Put it aside and ask a buyer."),
        (f"(00){PACKAGE}", f"No shipping notice tells of the package {PACKAGE}: scan what is in it."),
        ("rubbish", "rubbish is no GS1 code that can be read"),
    ],
)
def test_what_cannot_be_received_says_why(client: Client, text: str, sentence: str) -> None:
    assert scan(client, text)["refused"].startswith(sentence)
    assert held() == 0


def test_goods_past_their_day_are_asked_for(client: Client, order: PurchaseOrder) -> None:
    asked = scan(client, f"(01){CUP}(10)OLD(17)250131", order=order.number)
    assert [each["word"] for each in asked["choices"]] == ["damaged"]


def test_a_package_of_a_notice_is_received_whole_and_once(client: Client, order: PurchaseOrder) -> None:
    line = NoticedLine(order.number, Decimal(10), line=1, lot="A7", marks=(PACKAGE,))
    noticed(order, lines=[line], shipped_on=TODAY)
    key = str(uuid4())
    assert scan(client, f"00{PACKAGE}", key=key)["sentence"] == "10 CUP, lot A7"
    assert scan(client, f"00{PACKAGE}", key=key)["key"] == f"package:{PACKAGE}:{key}"
    assert "was received before" in scan(client, f"(00){PACKAGE}")["refused"]
    assert held() == 10
    undo(client, f"package:{PACKAGE}:{key}")
    assert scan(client, PACKAGE)["key"]
    assert held() == 10


def test_only_what_was_scanned_is_undone_by_its_scan(client: Client) -> None:
    assert "take it back on its order" in undo(client, "receipt:PO-1:x")["refused"]
    assert client.post(reverse("web:scanned"), "no", content_type="application/json").status_code == 400
    assert scan(client, LOT_A, count="-1")["refused"] == "-1 is no number of pieces."
    assert scan(client, LOT_A, received_on="2999-01-01")["refused"] == "Goods cannot be received on a day to come."


def test_who_may_not_receive_sees_no_goods_in(order: PurchaseOrder) -> None:
    client = Client()
    client.force_login(User.objects.create(username="vera", roles=["viewer"]))
    assert client.get(reverse("web:receiving")).status_code == 403
    assert client.post(reverse("web:scanned"), {}, content_type="application/json").status_code == 403
