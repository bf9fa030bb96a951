"""A transfer that does not come whole, on pages: what is not to leave is cancelled, what will never come is lost, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ownstock.access.rules import Role
from ownstock.ledger.models import Posting
from ownstock.purchasing.models import TransferEntry, TransferOrder
from ownstock.purchasing.queries.transfers import on_the_way, transfer_lines
from tests.demand_cases import goods_in
from tests.faces.test_role_matrix import asks
from tests.transfer_cases import drafted, placed, receive, ship, two_sites, where
from tests.web_cases import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def controller() -> Client:
    """A stock controller, where 30 cups lie at the depot."""
    two_sites(30)
    return asks(Role.CONTROLLER)


def sent(client: Client, address: str, **boxes: str) -> list[Any]:
    """Fill in the form of an address and send it twice."""
    [key] = read(client.get(address)).with_name("key")
    return [client.post(address, {"key": key["value"], **boxes}) for _ in range(2)]


def links(client: Client, order: TransferOrder) -> set[str]:
    """What the page of a transfer lets one do besides placing it."""
    page = read(client.get(f"/transfers/{order.number}"))
    buttons = [each for tag, each in page.found if tag == "a" and "button" in (each.get("class") or "")]
    return {str(each["href"]).rpartition("/")[2] for each in buttons}


def test_a_draft_that_was_a_slip_is_cancelled_with_the_reason(controller: Client) -> None:
    order = drafted(10)
    assert links(controller, order) == {"cancel"}
    answers = sent(controller, f"/transfers/{order.number}/cancel", line="", quantity="", reason="the wrong shop")
    assert [answer.status_code for answer in answers] == [302, 302]
    page = read(controller.get(f"/transfers/{order.number}")).text
    assert "it is not to leave any more" in page
    assert "the wrong shop" in page
    order.refresh_from_db()
    assert (order.state, links(controller, order)) == ("cancelled", set())
    assert "Nothing is to be shipped" in read(controller.get(f"/transfers/{order.number}/cancel")).text


def test_so_much_of_a_line_is_cancelled_and_no_more_than_is_to_be_shipped(controller: Client) -> None:
    order = placed(10)
    ship(order, 4)
    address = f"/transfers/{order.number}/cancel"
    assert "1: 6 each of CUP to ship" in read(controller.get(address)).text
    for boxes, words in (
        ({"line": "1", "quantity": "7", "reason": "less"}, "line 1: 7 cannot be cancelled; 6 is not shipped."),
        ({"line": "", "quantity": "2", "reason": "less"}, "Say of which line"),
        ({"line": "1", "quantity": "2", "reason": ""}, "This field is required."),
        ({"line": "2", "quantity": "2", "reason": "less"}, "2 is not one of the available choices."),
    ):
        answer = sent(controller, address, **boxes)[0]
        page = read(answer)
        assert (answer.status_code, words in page.text) == (422, True), page.text
        assert page.with_name("quantity")[0]["value"] == boxes["quantity"]
    sent(controller, address, line="1", quantity="2", reason="less")
    [line] = transfer_lines(order)
    assert (line.cancelled_quantity, line.totals.to_ship) == (2, 4)


def test_what_will_never_come_is_taken_off_once_by_its_lot(controller: Client) -> None:
    for lot, days in (("A", 30), ("B", 90)):
        goods_in(4, lot=lot, expires_on=timezone.localdate() + timedelta(days=days), location="DEPOT-A1")
    order = placed(8)
    ship(order, 4, lot="B", key="s1", reason="asked for")
    ship(order, 4, lot="A", key="s2")
    assert links(controller, order) == {"receive", "lose"}
    address = f"/transfers/{order.number}/lose"
    parts = [(part.lot, part.quantity) for part in on_the_way(order)]
    boxes = {f"lost_{n}": "3" if lot == "A" else "" for n, (lot, _) in enumerate(parts)}
    refused = sent(controller, address, **boxes, reason="")[0]
    assert refused.status_code == 422
    assert "at least one line" in read(sent(controller, address, reason="stolen")[0]).text
    too_many = read(sent(controller, address, **{name: said and "9" for name, said in boxes.items()}, reason="x")[0])
    assert "9 cannot be taken in; 4 of lot A is on the way." in too_many.text
    assert [answer.status_code for answer in sent(controller, address, **boxes, reason="stolen")] == [302, 302]
    assert [(part.lot, part.quantity) for part in on_the_way(order)] == [("B", 4), ("A", 1)]
    assert Posting.objects.filter(kind="count_difference").count() == 1
    lost = TransferEntry.objects.get(kind="lost")
    assert (lost.reason, lost.actor, where()[1]) == ("stolen", "user:controller", 5)
    assert "what was lost is taken off the stock" in read(controller.get(f"/transfers/{order.number}")).text


def test_where_nothing_is_on_the_way_nothing_is_lost(controller: Client) -> None:
    order = placed(4)
    ship(order, 4)
    receive(order, 4)
    assert links(controller, order) == set()
    assert "Nothing of this transfer is on the way." in read(controller.get(f"/transfers/{order.number}/lose")).text


def test_who_may_only_look_neither_cancels_nor_loses(controller: Client) -> None:
    order = placed(10)
    viewer = asks(Role.VIEWER)
    assert not {"cancel", "lose"} & links(viewer, order)
    for address in (f"/transfers/{order.number}/cancel", f"/transfers/{order.number}/lose"):
        assert {viewer.get(address).status_code, viewer.post(address).status_code} == {403}
