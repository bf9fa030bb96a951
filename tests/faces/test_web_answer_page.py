"""The page that a link opens: looking changes nothing, a button answers, and the token is the only key."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ownstock.exchange import answer_links
from ownstock.exchange.models import AnswerLink, AnswerRemark
from ownstock.journal.models import Alert, AuditEvent
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Acknowledgement, Delivery, PurchaseOrder
from ownstock.purchasing.rules import LineChange
from tests.answer_cases import PUBLIC, WANTED_ON, placed, shop_of_one_supplier, token_of
from tests.factories import ACTOR, TODAY
from tests.web_cases import Elements, read

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script>\"'>"


@pytest.fixture(autouse=True)
def public(settings: Any) -> Iterator[None]:
    settings.PUBLIC_URL = PUBLIC
    settings.SMTP_URL = ""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def order() -> PurchaseOrder:
    """120 cups (20 cases), 30 plates."""
    return placed(shop_of_one_supplier(), 120, 30)


class Supplier:
    """Somebody with the link, in a browser that keeps no cookie of ours."""

    def __init__(self, order: PurchaseOrder) -> None:
        self.address = f"/answer/{token_of(order)}"
        self.browser = Client(enforce_csrf_checks=True)

    def look(self) -> Elements:
        return read(self.browser.get(self.address))

    def boxes(self) -> dict[str, str]:
        """The boxes of the form as the page fills them."""
        found: dict[str, str] = {}
        for tag, attributes in self.look().found:
            name, value = attributes.get("name"), attributes.get("value") or ""
            is_off = attributes.get("type") == "radio" and "checked" not in attributes
            if tag in ("input", "select") and name and not is_off:
                found[name] = value
        return found

    def send(self, **changes: str) -> Any:
        return self.browser.post(self.address, {**self.boxes(), "do": "answer", **changes})


def promises(order: PurchaseOrder) -> list[tuple[int, Decimal, str]]:
    rows = Delivery.objects.filter(line__revision__purchase_order=order, latest_promised_on__isnull=False)
    rows = rows.order_by("line__line", "number")
    return [
        (
            d.line.line,
            d.quantity - d.cancelled_quantity,
            d.latest_promised_on.isoformat() if d.latest_promised_on else "",
        )
        for d in rows
    ]


def everything() -> list[int]:
    return [AuditEvent.objects.count(), Acknowledgement.objects.count(), AnswerRemark.objects.count()]


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def test_the_page_shows_the_order_as_the_supplier_reads_it(order: PurchaseOrder) -> None:
    text = Supplier(order).look().text
    for told in (
        order.number, "Revision 1", "Supplier ALPHA", "Deliver to Shop", "CUP-S", "our CUP", "20 case = 120 each",
        "16 Mar 2026", "2.40", "360.00 EUR", "30 each",
    ):  # fmt: skip
        assert told in text, told


def test_looking_changes_nothing_however_a_scanner_looks(order: PurchaseOrder) -> None:
    supplier, before = Supplier(order), everything()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for query in ("", "?do=confirm", "?do=reject&key=1"):
            assert supplier.browser.get(supplier.address + query).status_code == 200
            assert supplier.browser.head(supplier.address + query).status_code == 200
    assert [q["sql"] for q in asked if not q["sql"].startswith("SELECT")] == []
    assert everything() == before
    assert order.number in supplier.look().text
    assert AnswerLink.objects.get().last_answered_at is None
    for verb in ("put", "delete", "patch", "options"):
        assert getattr(supplier.browser, verb)(supplier.address).status_code == 405


def test_one_press_confirms_all_as_asked(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    response = supplier.send(do="confirm")
    assert (response.status_code, response["Location"]) == (303, supplier.address)
    assert promises(order) == [(1, 120, WANTED_ON.isoformat()), (2, 30, WANTED_ON.isoformat())]
    page = supplier.look()
    assert "Your answer was taken down" in page.text
    assert "20 case on 16 Mar 2026" in page.text
    assert "Confirm all as asked" not in page.text
    order.refresh_from_db()
    assert order.state == "acknowledged"
    link = AnswerLink.objects.get()
    assert link.last_answered_at is not None
    assert AuditEvent.objects.get(verb="purchasing.acknowledged").actor == link.actor


def test_a_double_press_is_one_answer(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    sent = {**supplier.boxes(), "do": "confirm"}
    assert [supplier.browser.post(supplier.address, sent).status_code for _ in range(2)] == [303, 303]
    assert Acknowledgement.objects.count() == 1


def test_going_back_and_sending_other_words_asks_once_more_instead_of_losing_either(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    sent = supplier.boxes()
    supplier.browser.post(supplier.address, {**sent, "do": "confirm"})
    back = {**sent, "do": "answer", "stance_1": "otherwise", "quantity_1_0": "10", "day_1_0": day(20)}
    response = supplier.browser.post(supplier.address, back)
    assert response.status_code == 409
    assert "To replace it by what stands here, send again" in read(response).text
    [key] = {box["value"] for box in read(response).with_name("key")}
    assert supplier.browser.post(supplier.address, {**back, "key": key}).status_code == 303
    assert promises(order)[0] == (1, 60, day(20))


def test_a_line_is_split_without_a_script(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    page = read(supplier.send(do="split_1", stance_2="none", quantity_1_0="15"))
    assert everything()[1:] == [0, 0]
    assert len(page.with_name("quantity_1_1")) == 1
    assert page.with_name("quantity_1_0")[0]["value"] == "15"
    parts = {"stance_1": "otherwise", "parts_1": "2", "quantity_1_0": "15", "day_1_0": day(10)}
    supplier.send(**parts, quantity_1_1="5", day_1_1=day(24))
    assert promises(order) == [(1, 90, day(10)), (1, 30, day(24)), (2, 30, WANTED_ON.isoformat())]
    assert "15 case on 12 Mar 2026 5 case on 26 Mar 2026" in supplier.look().text


def test_less_than_asked_says_what_will_not_come(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    supplier.send(stance_1="otherwise", quantity_1_0="12.5", day_1_0=day(30))
    assert promises(order)[0] == (1, 75, day(30))
    assert "7.5 case will not come" in supplier.look().text


def test_a_line_is_rejected_with_a_reason_and_words(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    supplier.send(stance_2="none", reason_2="discontinued", comment_2="Ask for PLATE-2")
    assert [row[0] for row in promises(order)] == [1]
    text = supplier.look().text
    assert "30 each will not come: We do not sell it any more." in text
    assert "Ask for PLATE-2" in text


def test_a_line_left_for_later_stays_open(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    supplier.send(stance_1="later")
    assert [row[0] for row in promises(order)] == [2]
    assert read(supplier.send(stance_1="later", stance_2="later")).text.count("left for later") > 0


def test_the_whole_order_is_rejected_with_a_reason(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    assert supplier.send(do="reject", whole_reason="").status_code == 422
    assert supplier.send(do="reject", whole_reason="other").status_code == 422
    supplier.send(do="reject", whole_reason="other", whole_comment="We closed")
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert "Nothing of this order is to be delivered" in supplier.look().text
    assert supplier.send(do="confirm", key=str(uuid4())).status_code == 409


def test_another_price_is_told_to_the_buyer_and_never_taken(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    supplier.send(stance_1="otherwise", price_1="2.75")
    [line] = [line for line in order.revisions.get().lines.all() if line.line == 1]
    assert line.price == Decimal("2.4")
    alert = Alert.objects.get(kind="price_differs")
    assert "asks 2.75 EUR for CUP; ordered was 2.40" in alert.sentence
    assert "your price 2.75; ordered at 2.40, told to the buyer" in supplier.look().text
    supplier.send(do="confirm")
    alert.refresh_from_db()
    assert alert.cleared_at is not None


def test_the_ordered_price_written_down_is_no_other_price(order: PurchaseOrder) -> None:
    Supplier(order).send(stance_1="otherwise", price_1="2.4000")
    assert not Alert.objects.filter(kind="price_differs").exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"quantity_1_0": "21"}, "21 case in all, but only 20 case were ordered"),
        ({"quantity_1_0": "1e400"}, "no more than 18 digits"),
        ({"quantity_1_0": "-1"}, "greater than or equal to 0"),
        ({"quantity_1_0": "0"}, "say how many will come"),
        ({"day_1_0": ""}, "On which day?"),
        ({"day_1_0": "2026-02-30"}, "Enter a valid date"),
        ({"day_1_0": "2020-03-16"}, "cannot be meant"),
        ({"day_1_0": "2206-03-16"}, "cannot be meant"),
        ({"price_1": "0"}, "above zero"),
        ({"comment_1": "x" * 301}, "at most 300 characters"),
        ({"comment_1": "one\r\nBcc: two"}, "cannot be seen"),
        ({"comment_1": "right\u202eleft"}, "cannot be seen"),
        ({"stance_1": "perhaps"}, "Select a valid choice"),
        ({"stance_1": "none"}, "Choose a reason"),
        ({"stance_1": "none", "reason_1": "other"}, "write the reason down"),
        ({"stance_1": "none", "reason_1": "because"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_meant_is_told_and_nothing_is_kept(
    order: PurchaseOrder, changes: dict[str, str], told: str
) -> None:
    before = everything()
    response = Supplier(order).send(**{"stance_1": "otherwise", **changes})
    assert response.status_code == 422
    assert told in read(response).text
    assert everything() == before


def test_every_box_has_a_label_of_its_own(order: PurchaseOrder) -> None:
    page = read(Supplier(order).send(do="split_1"))
    labels = [attributes.get("for") for tag, attributes in page.found if tag == "label"]
    boxes = [a for tag, a in page.found if tag in ("input", "select") and a.get("type") != "hidden"]
    assert len(boxes) > 20
    assert [box for box in boxes if box.get("id") not in labels] == []
    ids = [attributes["id"] for _, attributes in page.found if attributes.get("id")]
    assert len(set(ids)) == len(ids)


def test_words_of_either_side_are_only_text(order: PurchaseOrder) -> None:
    line = order.revisions.get().lines.get(line=1)
    line.item.description = EVIL
    line.item.save()
    supplier = Supplier(order)
    supplier.send(stance_1="otherwise", comment_1=EVIL, comment=EVIL)
    response = supplier.browser.get(supplier.address)
    page = read(response)
    assert all(
        (attributes.get("src") or "").startswith("/static/") for tag, attributes in page.found if tag == "script"
    )
    assert page.text.count("<script>alert(1)</script>") >= 3
    assert b"<script>" not in response.content


def test_a_new_answer_replaces_the_one_before(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    supplier.send(do="confirm")
    assert supplier.boxes()["stance_1"] == "asked"
    supplier.send(stance_1="otherwise", day_1_0=day(40))
    assert promises(order)[0] == (1, 120, day(40))
    assert supplier.boxes()["stance_1"] == "otherwise"
    first = Delivery.objects.get(line__revision__purchase_order=order, line__line=1)
    assert first.first_promised_on == WANTED_ON


def test_once_goods_have_come_the_page_says_so_and_takes_nothing(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    boxes = supplier.boxes()
    purchasing.receive(order.number, [purchasing.ReceiptLine(1, Decimal(6))], key="r1", received_on=TODAY, actor=ACTOR)
    page = supplier.look()
    assert "Goods of this order have come" in page.text
    assert page.with_name("do") == []
    response = supplier.browser.post(supplier.address, {**boxes, "do": "confirm"})
    assert response.status_code == 409
    assert Acknowledgement.objects.count() == 0


def test_a_link_to_an_older_revision_says_so_and_takes_nothing(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    boxes = supplier.boxes()
    purchasing.change(order.number, [LineChange(1, quantity=Decimal(60))], reason="less", actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    assert "Revision 2 of this order has replaced revision 1" in supplier.look().text
    assert supplier.browser.post(supplier.address, {**boxes, "do": "confirm"}).status_code == 409
    assert Acknowledgement.objects.count() == 0


def test_unknown_expired_and_revoked_links_are_answered_alike(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    unknown = supplier.browser.get("/answer/" + "x" * 43)
    AnswerLink.objects.update(expires_at=timezone.now())
    expired = supplier.browser.get(supplier.address)
    AnswerLink.objects.update(expires_at=timezone.now() + timedelta(days=1))
    answer_links.revoke(order.number, actor=ACTOR, reason="test")
    revoked = supplier.browser.post(supplier.address, {"do": "confirm"})
    assert {r.status_code for r in (unknown, expired, revoked)} == {404}
    # But for the way back when one chooses a language: the address that was just asked for.
    said = {
        re.sub(r'<input type="hidden" name="next"[^>]*>', "", r.content.decode()) for r in (unknown, expired, revoked)
    }
    assert len(said) == 1
    assert "ask whoever sent you the order" in read(unknown).text
    assert order.number not in unknown.content.decode()


def test_wrong_tokens_are_limited_and_a_right_one_is_never_held_up(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    codes = [supplier.browser.get(f"/answer/wrong{n}").status_code for n in range(30)]
    assert codes == [404] * 20 + [429] * 10
    assert supplier.browser.get(supplier.address).status_code == 200


def test_a_link_opens_its_own_order_alone() -> None:
    business = shop_of_one_supplier()
    first, second = placed(business, 120), placed(business, 12)
    text = Supplier(first).look().text
    assert first.number in text
    assert second.number not in text
    Supplier(first).send(do="confirm")
    assert promises(second) == []


def test_no_cookie_is_set_nothing_is_cached_and_no_address_is_handed_on(order: PurchaseOrder) -> None:
    supplier = Supplier(order)
    for response in (supplier.browser.get(supplier.address), supplier.send(do="confirm"), supplier.send(stance_1="?")):
        assert not response.cookies
        assert response["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert "default-src 'none'" in response["Content-Security-Policy"]


def test_no_token_stands_in_a_log(
    order: PurchaseOrder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    supplier = Supplier(order)
    token = supplier.address.rpartition("/")[2]
    browser = Client(raise_request_exception=False)
    with caplog.at_level(logging.DEBUG):
        browser.get(supplier.address)
        browser.post(supplier.address, {"do": "answer"})
        browser.put(supplier.address)
        browser.get("/answer/wrong-token-of-somebody")
        monkeypatch.setattr(answer_links, "live_link", lambda token: 1 / 0)
        assert browser.get(supplier.address).status_code == 500
    assert "/answer/…" in caplog.text
    assert token not in caplog.text
    assert "wrong-token-of-somebody" not in caplog.text


def test_an_order_of_many_lines_is_confirmed_whole_or_by_the_sheet(
    order: PurchaseOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ownstock.web.views.answering.MAX_FORM_LINES", 1)
    supplier = Supplier(order)
    page = supplier.look()
    assert "too long to answer here line by line" in page.text
    assert page.with_name("stance_1") == []
    assert supplier.send(do="confirm").status_code == 303
