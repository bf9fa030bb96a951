"""A transfer drafted on a page: filled in, shown with what is usable, refused by line, drafted once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ownstock.access.rules import Role
from ownstock.catalog.models import ItemSite, Location
from ownstock.purchasing.models import TransferOrder
from tests.demand_cases import goods_in
from tests.faces.test_role_matrix import asks
from tests.factories import small_business
from tests.transfer_cases import DEPOT, SHOP, drafted, two_sites
from tests.web_cases import Elements, read

pytestmark = pytest.mark.django_db
PAGE = "/transfers/new"
WANTED_ON = "2026-03-09"
HEAD = {"source": DEPOT, "target": SHOP, "requested_on": WANTED_ON, "transit_days": "3"}


@pytest.fixture
def controller() -> Client:
    """A stock controller, where 30 cups lie at the depot."""
    two_sites(30)
    return asks(Role.CONTROLLER)


def typed(page: Elements) -> dict[str, str]:
    """What stands in the boxes of a page's form."""
    boxes = (each for tag, each in page.found if tag == "input" and each.get("name"))
    return {str(each["name"]): each.get("value") or "" for each in boxes}


def sent(client: Client, does: str = "draft", **boxes: str) -> Any:
    """Fill in the form as it is shown, over the head that is right, and press a button."""
    shown = typed(read(client.get(PAGE)))
    return client.post(PAGE, {**shown, **HEAD, "do": does, **boxes})


def test_a_draft_of_two_lines_is_written_from_the_list_and_placed_next(controller: Client) -> None:
    page = read(controller.get("/transfers"))
    assert [each["class"] for tag, each in page.found if tag == "a" and each.get("href") == PAGE] == ["button main"]
    shown = typed(read(controller.get(PAGE)))
    boxes = {**shown, **HEAD, "sku_1": "CUP", "quantity_1": "12", "sku_4": " PLATE ", "quantity_4": "0.5"}
    answers = [controller.post(PAGE, {**boxes, "do": "draft"}) for _ in range(2)]
    [order] = TransferOrder.objects.all()
    assert {answer.headers["Location"] for answer in answers} == {f"/transfers/{order.number}"}
    assert (order.state, order.source.code, order.target.code, order.transit_days) == ("draft", DEPOT, SHOP, 3)
    assert (order.requested_on.isoformat(), order.created_by) == (WANTED_ON, "user:controller")
    lines = order.lines.order_by("line").values_list("line", "item__sku", "quantity")
    assert [(line, sku, float(quantity)) for line, sku, quantity in lines] == [(1, "CUP", 12), (2, "PLATE", 0.5)]
    told = read(controller.get(f"/transfers/{order.number}")).text
    assert f"{order.number} is drafted; place it next." in told
    assert "Place the transfer" in told


@pytest.mark.parametrize(
    ("boxes", "words", "box"),
    [
        ({"sku_1": "BOWL", "quantity_1": "5"}, "Line 1, item: there is no item BOWL.", "sku_1"),
        ({"sku_2": "cup", "quantity_2": "5"}, "Line 1, item: there is no item cup.", "sku_1"),
        ({"quantity_3": "5"}, "Line 1, item: say of which item 5 are wanted.", "sku_1"),
        ({"sku_1": "CUP"}, "Line 1, quantity: say how many of CUP.", "quantity_1"),
        (
            {"sku_1": "CUP", "quantity_1": "5", "sku_3": "CUP", "quantity_3": "2"},
            "Line 2, item: CUP stands on line 1 already; add them up.", "sku_2",
        ),
        (
            {"sku_1": "CUP", "quantity_1": "5", "sku_2": "PLATE", "quantity_2": "-2"},
            "Line 2, quantity: -2 is no number above zero with at most four decimals.", "quantity_2",
        ),
        ({"sku_1": "CUP", "quantity_1": "0.00001"}, "Line 1, quantity: 0.00001 is no number", "quantity_1"),
        ({"sku_1": "CUP", "quantity_1": "9" * 14}, f"Line 1, quantity: {'9' * 14} is no number", "quantity_1"),
        ({"sku_1": "CUP", "quantity_1": "a few"}, "Line 1, quantity: a few is no number", "quantity_1"),
        ({"target": DEPOT, "sku_1": "CUP", "quantity_1": "1"}, "DEPOT cannot transfer to itself", ""),
        ({}, "Fill in the item and the quantity of at least one line.", ""),
        ({"requested_on": "", "sku_1": "CUP", "quantity_1": "1"}, "This field is required.", "requested_on"),
        ({"transit_days": "366", "sku_1": "CUP", "quantity_1": "1"}, "less than or equal to 365", "transit_days"),
        ({"source": "MOON", "sku_1": "CUP", "quantity_1": "1"}, "MOON is not one of the available choices", "source"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_its_line_and_what_was_typed_stays(
    controller: Client, boxes: dict[str, str], words: str, box: str
) -> None:
    answer = sent(controller, **boxes)
    page = read(answer)
    assert (answer.status_code, words in page.text) == (422, True), page.text
    marked = [each["name"] for _, each in page.found if each.get("aria-invalid") == "true"]
    assert marked == ([box] if box else [])
    shown = set(typed(page).values())
    assert {value for name, value in boxes.items() if name.startswith(("sku", "quantity"))} <= shown
    assert not TransferOrder.objects.exists()
    assert not Location.objects.filter(code="TRANSIT-SHOP").exists()


def test_every_wrong_line_is_told_at_once(controller: Client) -> None:
    page = read(sent(controller, sku_1="BOWL", quantity_1="x", sku_2="JAR", quantity_2="1")).text
    for words in ("no item BOWL", "Line 1, quantity: x is no number", "no item JAR", "Nothing was kept"):
        assert words in page


def test_what_is_usable_at_the_source_is_shown_before_anything_is_written(controller: Client) -> None:
    goods_in(9, lot="OLD", expires_on=timezone.localdate() - timedelta(days=1), location="DEPOT-A1")
    drafted(1, transit_days=4)
    page = read(sent(controller, "look", sku_1="CUP", quantity_1="40", sku_2="PLATE", quantity_2=""))
    assert re.search(r"30 \w+ ?, 10 too few", page.text)
    assert "4 days on the last one from DEPOT to SHOP" in page.text
    assert begins_at(page) == ["quantity_2"]
    assert "Nothing was kept" not in page.text
    assert TransferOrder.objects.count() == 1


def test_lines_are_added_five_by_five_and_when_none_is_empty(controller: Client) -> None:
    assert len(named(controller.get(PAGE), "sku_")) == 5
    full = {f"sku_{n}": f"ITEM-{n}" for n in range(1, 6)} | {f"quantity_{n}": "1" for n in range(1, 6)}
    looked = sent(controller, "look", **full)
    assert len(named(looked, "sku_")) == 10
    assert begins_at(read(looked)) == ["sku_6"]
    more = sent(controller, "more", sku_1="CUP", quantity_1="2")
    assert len(named(more, "sku_")) == 10
    assert typed(read(more))["quantity_1"] == "2"
    full = {f"sku_{n}": f"ITEM-{n}" for n in range(1, 99)}
    most = sent(controller, "more", **full)
    assert len(named(most, "sku_")) == 100
    assert "More lines" not in read(most).text
    full |= {f"{name}_{n}": "1" for n in range(1, 102) for name in ("quantity", "sku")}
    refused = sent(controller, **full)
    assert "101 lines are more than the 100 that a page holds" in read(refused).text
    assert len(named(refused, "sku_")) == 101
    assert len(named(controller.get(PAGE, {"sku_9999": "CUP"}), "sku_")) == 5


def begins_at(page: Elements) -> list[str | None]:
    """The box of the form at which one goes on."""
    return [each["name"] for _, each in page.found if "autofocus" in each and "name" in each]


def named(response: Any, begin: str) -> list[str]:
    """The names of the boxes of a page that begin so."""
    return [name for name in typed(read(response)) if name.startswith(begin)]


def test_a_code_is_found_by_a_part_of_it_or_of_the_name(controller: Client) -> None:
    for words, found in (("cu", ["CUP"]), ("PLA", ["PLATE"]), ("", []), ("%", [])):
        page = read(controller.get(f"{PAGE}/items", {"sku_3": words}))
        assert [each["value"] for tag, each in page.found if tag == "option"] == found


def test_the_page_of_an_item_leads_to_a_transfer_of_it_to_there_or_from_there(controller: Client) -> None:
    shop = ItemSite.objects.get(item__sku="CUP", site__code=SHOP)
    page = read(controller.get(f"/item-sites/{shop.pk}"))
    [there, away] = [each["href"] for tag, each in page.found if tag == "a" and PAGE in str(each.get("href"))]
    form = read(controller.get(str(there)))
    assert typed(form)["sku_1"] == "CUP"
    assert chosen(form) == [SHOP]
    assert chosen(read(controller.get(str(away)))) == [SHOP]
    assert "target=SHOP" in str(there)
    assert "source=SHOP" in str(away)
    assert PAGE not in asks(Role.VIEWER).get(f"/item-sites/{shop.pk}").content.decode()


def chosen(page: Elements) -> list[str]:
    """What is chosen in the boxes of a form."""
    return [str(each["value"]) for tag, each in page.found if tag == "option" and "selected" in each and each["value"]]


def test_a_company_of_one_site_is_told_that_it_takes_two() -> None:
    small_business()
    page = read(asks(Role.CONTROLLER).get(PAGE))
    assert "A transfer needs two sites." in page.text
    assert not page.with_name("source")


def test_who_may_not_transfer_sees_no_button_and_no_page(controller: Client) -> None:
    viewer = asks(Role.VIEWER)
    assert "New transfer" not in read(viewer.get("/transfers")).text
    assert {viewer.get(PAGE).status_code, viewer.post(PAGE, HEAD).status_code} == {403}


def test_an_item_with_a_name_of_markup_is_shown_as_text(controller: Client) -> None:
    page = controller.get(PAGE, {"sku_1": '"><b>bold', "source": "<b>"}).content.decode()
    assert ("&gt;&lt;b&gt;bold" in page, "<b>" in page) == (True, False)
