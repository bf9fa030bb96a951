"""Certificates of conformity: goods that need them are released as far as certificates for their order line and lot cover."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ownstock.base.errors import Refused
from ownstock.catalog import imports as catalog
from ownstock.catalog.models import Item
from ownstock.journal.models import AuditEvent
from ownstock.ledger import actions as ledger
from ownstock.ledger.queries import on_hand
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.purchasing import actions
from ownstock.purchasing.actions import ReceiptLine
from ownstock.purchasing.actions.conformity import certify, withdraw_conformity
from ownstock.purchasing.models import ConformityCertificate, ConformityWithdrawal, PurchaseOrder
from ownstock.purchasing.queries.conformity import certified_goods
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR, small_business
from tests.purchasing_cases import WANTED, alerts, placed_order

PAPER = b"%PDF-1.4 certificate"
QUINN = "user:quinn"


def certified_company() -> PurchaseOrder:
    """An order for 24 cups in lots, which need certificates of conformity before their release."""
    order = placed_order(small_business())
    Item.objects.filter(sku="CUP").update(
        tracking="lot", receiving_status="quarantine", release_needs="conformity"
    )  # fmt: skip
    return order


@pytest.fixture
def order(db: None) -> PurchaseOrder:
    return certified_company()


def came(order: PurchaseOrder, lot: str, quantity: int, key: str = "") -> None:
    actions.receive(
        order.number, [ReceiptLine(1, Decimal(quantity), lot)], key=key or f"r:{order.number}:{lot}",
        received_on=WANTED, actor=ACTOR,
    )  # fmt: skip


def paper(order: PurchaseOrder, lot: str, quantity: int, number: str = "COC-1", **said: Any) -> ConformityCertificate:
    whole: dict[str, Any] = {"document": PAPER, "line": 1, **said}
    return certify(order.number, number=number, lot=lot, quantity=Decimal(quantity), actor="user:rita", **whole)


def release(lot: str, quantity: int | None = None, *, key: str = "ok") -> None:
    amount = None if quantity is None else Decimal(quantity)
    ledger.release("CUP", "SHOP", lot=lot, quantity=amount, key=key, reason="as certified", actor=QUINN)


def usable() -> int:
    return int(on_hand("CUP", "SHOP", status="released"))


def refused(step: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        step()
    return refusal.value.sentence


def test_a_certificate_of_another_lot_line_or_order_covers_nothing(order: PurchaseOrder) -> None:
    other = placed_order_again()
    came(order, "A", 10)
    paper(order, "B", 10)
    paper(other, "A", 10)
    sentence = refused(lambda: release("A"))
    assert sentence.startswith("CUP lot A is released by certificates of conformity alone: they cover 0 that came")
    assert usable() == 0


def placed_order_again() -> PurchaseOrder:
    first = PurchaseOrder.objects.latest("id")
    term = first.revisions.get().lines.get().item.supply_terms.get()
    chosen = actions.DraftLine(term, Decimal(24), WANTED)
    drafted = actions.draft(
        supplier=first.supplier, site=first.site, lines=[chosen], ordered_on=first.ordered_on, actor=ACTOR
    )
    return actions.place(drafted.number, actor=ACTOR)


def test_certificates_of_several_orders_of_one_lot_add_up_each_to_what_came(order: PurchaseOrder) -> None:
    other = placed_order_again()
    for each, quantity in ((order, 10), (other, 4)):
        came(each, "A", quantity)
    paper(order, "A", 50)
    assert "14 cannot be released, 10 can" in refused(lambda: release("A"))
    release("A", 10, key="ok1")
    paper(other, "A", 4, "COC-2")
    release("A", key="ok2")
    assert usable() == 14


def test_what_is_released_and_held_again_may_be_released_once_more(order: PurchaseOrder) -> None:
    came(order, "A", 10)
    paper(order, "A", 10)
    release("A")
    ledger.hold("CUP", "SHOP", lot="A", quantity=Decimal(4), key="h", reason="doubt", actor=QUINN)
    ledger.release(
        "CUP", "SHOP", lot="A", key="ok2", reason="cleared", actor=QUINN, source_status="on_hold"
    )  # fmt: skip
    assert usable() == 10


def test_what_a_customer_sent_back_may_be_released_once_more(order: PurchaseOrder) -> None:
    came(order, "A", 10)
    paper(order, "A", 10)
    release("A")
    sold = Line("CUP", "SHOP", "CUSTOMERS", Decimal(3), lot="A")
    back = Line("CUP", "CUSTOMERS", "SHOP", Decimal(3), lot="A", target_status="quarantine")
    ledger.post([PostingRequest("s", Kind.ISSUE, [sold]), PostingRequest("b", Kind.RETURN, [back])], actor=ACTOR)
    release("A", key="ok2")
    assert usable() == 10


def test_a_receipt_that_is_taken_back_covers_nothing_any_more(order: PurchaseOrder) -> None:
    came(order, "A", 10, key="r1")
    paper(order, "A", 10)
    actions.take_back("r1", new_key="back", actor=ACTOR, reason="counted wrong")
    came(order, "A", 6, key="r2")
    assert "they cover 6 that came" in refused(lambda: release("A", 7))
    release("A")
    assert usable() == 6


def test_a_damaged_lot_is_not_accepted_without_its_certificate(order: PurchaseOrder) -> None:
    line = ReceiptLine(1, Decimal(0), "A", damaged=Decimal(5), reason="crushed")
    actions.receive(order.number, [line], key="r1", received_on=WANTED, actor=ACTOR)
    ledger_says = refused(
        lambda: ledger.release(
            "CUP", "SHOP", lot="A", key="ok", reason="box only", actor=QUINN, source_status="on_hold"
        )
    )
    assert "cover 0 that came" in ledger_says


def test_a_withdrawn_certificate_no_longer_counts_and_goods_out_by_it_are_told(order: PurchaseOrder) -> None:
    came(order, "A", 10)
    first = paper(order, "A", 10)
    release("A", 6)
    assert "Say why" in refused(lambda: withdraw_conformity(first.pk, reason=" ", actor=QUINN))
    for _ in range(2):
        withdraw_conformity(first.pk, reason="forged", actor=QUINN)
    assert ConformityWithdrawal.objects.count() == 1
    assert "cover 0 that came" in refused(lambda: release("A", key="ok2"))
    assert alerts(["conformity_missing"]) == ["conformity_missing"]
    paper(order, "A", 10, "COC-2")
    assert alerts(["conformity_missing"]) == []
    release("A", key="ok2")
    assert usable() == 10


def test_the_same_certificate_counts_once_and_another_content_is_refused(order: PurchaseOrder) -> None:
    assert paper(order, "A", 10).pk == paper(order, "A", 10).pk
    assert "came before with other content" in refused(lambda: paper(order, "A", 11))
    assert AuditEvent.objects.filter(verb="purchasing.conformity_certified").count() == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"lot": ""}, "name the lot it is for"),
        ({"quantity": 0}, "is no quantity to certify"),
        ({"number": " "}, "needs a number"),
        ({"document": b""}, "has no document"),
        ({"document": b"MZ"}, "is neither PDF, PNG nor JPEG"),
        ({"document": b"%PDF-" + b"0" * 5_300_000}, "has more than 5 MiB"),
        ({"line": 2}, "has no line 2"),
    ],
)
def test_a_paper_that_certifies_nothing_is_refused(order: PurchaseOrder, said: dict[str, Any], words: str) -> None:
    asked: dict[str, Any] = {"lot": "A", "quantity": 1, "number": "C"} | said
    assert words in refused(lambda: paper(order, **asked))
    assert ConformityCertificate.objects.count() == 0


def test_an_order_shows_what_came_without_its_certificate(order: PurchaseOrder) -> None:
    came(order, "A", 10)
    paper(order, "A", 4)
    paper(order, "B", 5, "COC-2")
    found = [(g.lot, g.received, g.certified, g.missing) for g in certified_goods(order)]
    assert found == [("A", 10, 4, 6), ("B", 0, 5, 0)]


def test_an_item_whose_goods_are_never_released_needs_no_certificate(db: None, tmp_path: Path) -> None:
    def bring(row: str) -> None:
        path = tmp_path / "items.csv"
        path.write_text(f"sku,description,unit_cost,receiving_status,release_needs\n{row}\n", encoding="utf-8")
        catalog.import_items(path, actor=ACTOR)

    with pytest.raises(Refused) as refusal:
        bring("BOLT,Bolt,1,released,conformity")
    assert "receiving_status must be quarantine" in str(refusal.value.facts["faults"])
    bring("BOLT,Bolt,1,quarantine,conformity")
    path = tmp_path / "more.csv"
    path.write_text("sku,description,unit_cost,receiving_status\nBOLT,Bolt,1,released\n", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        catalog.import_items(path, actor=ACTOR)
    assert "receiving_status must be quarantine" in str(refusal.value.facts["faults"])


def test_of_two_releases_at_once_no_more_is_released_than_is_covered(committed_db: Credentials) -> None:
    order = certified_company()
    came(order, "A", 10)
    paper(order, "A", 6)

    def once(key: str) -> str:
        try:
            release("A", 4, key=key)
            return "released"
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(once, ["a", "b"]))
    assert (told, usable()) == (["not_covered", "released"], 4)
