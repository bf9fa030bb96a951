"""Two presses at the same moment: one answer, or one answer and one question; never half of either."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from ownstock.exchange.models import AnswerRemark
from ownstock.purchasing.models import Acknowledgement, Delivery, PurchaseOrder
from tests.answer_cases import PUBLIC, placed, shop_of_one_supplier, token_of

PRESSES = 4


@pytest.fixture
def order(committed_db: object, settings: Any) -> PurchaseOrder:
    settings.PUBLIC_URL, settings.SMTP_URL = PUBLIC, ""
    return placed(shop_of_one_supplier(), 120, 30)


def at_once(address: str, forms: list[dict[str, str]]) -> list[int]:
    """Send forms from as many browsers at the same moment; the status of each answer."""
    ready, codes = threading.Barrier(len(forms)), [0] * len(forms)

    def press(number: int) -> None:
        ready.wait()
        codes[number] = Client().post(address, forms[number]).status_code
        connection.close()

    threads = [threading.Thread(target=press, args=[number]) for number in range(len(forms))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return codes


def test_many_presses_of_one_button_are_one_answer(order: PurchaseOrder) -> None:
    form = {"do": "confirm", "key": str(uuid4())}
    assert at_once(f"/answer/{token_of(order)}", [form] * PRESSES) == [303] * PRESSES
    assert Acknowledgement.objects.count() == 1
    assert Delivery.objects.filter(latest_promised_on__isnull=False).count() == 2


def test_many_rejections_by_one_press_are_one_with_its_words(order: PurchaseOrder) -> None:
    form = {"do": "reject", "key": str(uuid4()), "whole_reason": "discontinued", "whole_comment": "Sorry"}
    assert at_once(f"/answer/{token_of(order)}", [form] * PRESSES) == [303] * PRESSES
    assert Acknowledgement.objects.count() == AnswerRemark.objects.count() == 1
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_yes_and_no_under_one_key_are_one_of_them_and_a_question(order: PurchaseOrder) -> None:
    key = str(uuid4())
    yes = {"do": "confirm", "key": key}
    no = {"do": "reject", "key": key, "whole_reason": "discontinued"}
    assert sorted(at_once(f"/answer/{token_of(order)}", [yes, no])) == [303, 409]
    answer = Acknowledgement.objects.get()
    order.refresh_from_db()
    assert order.state == ("acknowledged" if answer.answer[0]["promises"] else "cancelled")
