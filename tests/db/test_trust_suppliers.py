"""What the page of trust asks of orders and their suppliers, where no other file shows it, by its lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from ownstock.access.actions import create_user
from ownstock.access.rules import Role
from ownstock.base.errors import Refused
from ownstock.catalog import actions as catalog
from ownstock.catalog.actions import clauses
from ownstock.catalog.models import Item
from ownstock.catalog.rules import QualificationState
from ownstock.exchange.papers import order_csv, order_pdf
from ownstock.exchange.queries import written_order
from ownstock.journal.models import OutboxRow
from ownstock.ledger import actions as ledger
from ownstock.purchasing import actions
from ownstock.purchasing.actions.conformity import certify
from ownstock.purchasing.models import ConformityCertificate, OrderApproval, OrderRevision, PurchaseOrder
from ownstock.purchasing.queries.conformity import certified_goods
from ownstock.purchasing.rules import LineChange
from tests.buying_cases import drafted, line, one_supplier, people_with_limits
from tests.factories import ACTOR
from tests.unit.test_order_pdf import pages

pytestmark = pytest.mark.django_db
ANNA, CARL, JOB = "user:anna", "user:carl", "job:plan"
BEGAN = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def _business() -> None:
    one_supplier()
    people_with_limits()
    Item.objects.filter(sku="PLATE").update(category="china")


def block() -> None:
    catalog.qualify("ALPHA", QualificationState.BLOCKED, valid_from=BEGAN, reason="Insolvent.", actor="user:quinn")


def approve_of_china_alone() -> None:
    catalog.set_supplier_rules(is_qualification_required=True, actor=ACTOR)
    catalog.qualify(
        "ALPHA",
        QualificationState.APPROVED,
        categories=["china"],
        valid_from=BEGAN,
        reason="Audit.",
        actor="user:quinn",
    )


def let_a_certificate_expire() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    catalog.require_certificate("ISO 9001", sku="CUP", reason="Policy.", actor=ACTOR)
    catalog.add_certificate("ALPHA", "ISO 9001", "Q-1", valid_from=BEGAN, valid_to=yesterday, actor=ACTOR)


OBJECTIONS = [
    (block, "supplier_blocked", "ALPHA is blocked for CUP"),
    (approve_of_china_alone, "out_of_scope", "CUP"),
    (let_a_certificate_expire, "certificate_expired", "ISO 9001"),
]
each_objection = pytest.mark.parametrize(("object_", "code", "words"), OBJECTIONS)
each_actor = pytest.mark.parametrize("actor", [ANNA, JOB])


def cups(quantity: int, *, actor: str = ANNA, ordered_on: date | None = None) -> PurchaseOrder:
    order = drafted(line("CUP", quantity), actor=actor)
    PurchaseOrder.objects.filter(pk=order.pk).update(ordered_on=ordered_on or timezone.localdate())
    return order


def assert_refused(step: Callable[[], object], code: str, words: str) -> None:
    """A step is refused with a sentence, and nothing is left of it."""
    before = OrderRevision.objects.count(), OrderApproval.objects.count(), OutboxRow.objects.count()
    with pytest.raises(Refused) as refused:
        step()
    assert (refused.value.code, refused.value.facts["supplier"]) == (code, "ALPHA")
    assert words in refused.value.sentence
    assert refused.value.sentence.endswith(".")
    assert (OrderRevision.objects.count(), OrderApproval.objects.count(), OutboxRow.objects.count()) == before


def draft_today(quantity: int, actor: str) -> PurchaseOrder:
    chosen = line("CUP", quantity)
    site = PurchaseOrder.objects.latest("id").site
    return actions.draft(
        supplier=chosen.term.supplier, site=site, lines=[chosen], ordered_on=timezone.localdate(), actor=actor
    )


@each_objection
@each_actor
def test_trust_13_an_order_outside_the_register_is_not_drafted(
    object_: Callable[[], None], code: str, words: str, actor: str
) -> None:
    drafted(line("PLATE", 6))
    object_()
    assert_refused(lambda: draft_today(24, actor), code, words)


@each_objection
def test_trust_13_a_draft_of_before_is_not_approved(object_: Callable[[], None], code: str, words: str) -> None:
    order = cups(60)
    object_()
    assert_refused(lambda: actions.approve(order.number, actor=CARL), code, words)


@each_objection
@each_actor
def test_trust_13_a_draft_of_before_is_not_placed(
    object_: Callable[[], None], code: str, words: str, actor: str
) -> None:
    order = cups(24)
    object_()
    assert_refused(lambda: actions.place(order.number, actor=actor), code, words)


@each_objection
def test_trust_13_an_approved_order_is_not_placed(object_: Callable[[], None], code: str, words: str) -> None:
    order = cups(60)
    actions.approve(order.number, actor=CARL)
    object_()
    assert_refused(lambda: actions.place(order.number, actor=ANNA), code, words)


@each_objection
def test_trust_13_a_placed_order_is_not_changed_to_more(object_: Callable[[], None], code: str, words: str) -> None:
    order = cups(24)
    actions.place(order.number, actor=ANNA)
    object_()
    more = [LineChange(1, Decimal(36))]
    assert_refused(lambda: actions.change(order.number, more, reason="more", actor=ANNA), code, words)


@each_objection
@each_actor
def test_trust_13_an_order_split_in_two_is_refused_twice(
    object_: Callable[[], None], code: str, words: str, actor: str
) -> None:
    first, second = cups(12), cups(12)
    object_()
    for order in (first, second):
        assert_refused(partial(actions.place, order.number, actor=actor), code, words)
    assert_refused(lambda: draft_today(1, actor), code, words)


def test_trust_13_a_condition_is_for_people_to_look_at_and_stops_every_job() -> None:
    order = cups(24)
    catalog.qualify(
        "ALPHA", QualificationState.CONDITIONAL, condition="Inspect every lot.", valid_from=BEGAN, reason="New.",
        actor="user:quinn",
    )  # fmt: skip
    assert_refused(lambda: actions.place(order.number, actor=JOB), "supplier_conditional", "Inspect every lot.")
    actions.place(order.number, actor=ANNA)


def test_trust_7_who_approved_a_supplier_does_not_place_its_orders() -> None:
    catalog.set_supplier_rules(has_separate_duties=True, actor=ACTOR)
    create_user("quinn", "correct horse battery staple", roles=[Role.QUALITY, Role.BUYER], actor=ACTOR)
    catalog.qualify("ALPHA", QualificationState.APPROVED, valid_from=BEGAN, reason="Audit.", actor="user:quinn")
    order = cups(24, actor="user:ben")
    assert_refused(
        lambda: actions.place(order.number, actor="user:quinn"), "duties_not_separate", "somebody else has to"
    )
    actions.place(order.number, actor="user:ben")


def test_trust_7_who_orders_does_not_approve_suppliers() -> None:
    with pytest.raises(Refused, match="user:anna may not decide on suppliers") as refused:
        catalog.qualify("ALPHA", QualificationState.APPROVED, valid_from=BEGAN, reason="Cheap.", actor=ANNA)
    assert refused.value.code == "role_missing"


def test_trust_7_who_asked_for_an_order_does_not_approve_it() -> None:
    order = cups(60, actor=CARL)
    with pytest.raises(Refused, match="somebody else approves it"):
        actions.approve(order.number, actor=CARL)
    assert not OrderApproval.objects.exists()


def certified_cups() -> PurchaseOrder:
    """Ten cups of lot A came for an order, in quarantine until certificates of conformity cover them."""
    order = actions.place(cups(24).number, actor=ANNA)
    needs = {"tracking": "lot", "receiving_status": "quarantine", "release_needs": "conformity"}
    Item.objects.filter(sku="CUP").update(**needs)
    came = [actions.ReceiptLine(1, Decimal(10), "A")]
    return actions.receive(order.number, came, key="DN-1", received_on=timezone.localdate(), actor=ANNA)


def release_cups(quantity: int) -> None:
    site = PurchaseOrder.objects.latest("id").site.code
    ledger.release(
        "CUP", site, lot="A", quantity=Decimal(quantity), key=f"ok{quantity}", reason="Fine.", actor="user:quinn"
    )


def test_trust_14_goods_are_released_for_no_more_than_certificates_of_conformity_cover() -> None:
    order = certified_cups()
    for lot, quantity in (("B", 10), ("A", 6)):
        certify(
            order.number, 1, f"COC-{lot}", lot=lot, quantity=Decimal(quantity), document=b"%PDF-1.4 of lot", actor=ANNA
        )
    with pytest.raises(Refused) as refused:
        release_cups(7)
    assert refused.value.code == "not_covered"
    assert "they cover 6 that came, 0 of it released; 7 cannot be released, 6 can." in refused.value.sentence
    release_cups(6)
    with pytest.raises(Refused, match="1 cannot be released, 0 can"):
        release_cups(1)


def test_trust_14_a_certificate_of_conformity_is_kept_with_its_bytes_and_never_changed() -> None:
    order = certified_cups()
    content = b"%PDF-1.4 of lot A"
    kept = certify(order.number, 1, "COC-A", lot="A", quantity=Decimal(6), document=content, actor=ANNA)
    assert (bytes(kept.document), kept.document_hash) == (content, sha256(content).hexdigest())
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ConformityCertificate.objects.update(quantity=10)


def test_trust_14_the_source_class_of_a_supplier_stands_beside_what_its_order_brought() -> None:
    for source_class, skus in (("broker", []), ("manufacturer", ["CUP"])):
        catalog.qualify(
            "ALPHA", QualificationState.APPROVED, skus=skus, source_class=source_class, valid_from=BEGAN, reason="Audit.",
            actor="user:quinn",
        )  # fmt: skip
    order = certified_cups()
    assert [(g.lot, g.missing, g.source_class) for g in certified_goods(order)] == [("A", 10, "manufacturer")]
    catalog.qualify("ALPHA", QualificationState.APPROVED, valid_from=BEGAN, reason="Anew.", actor="user:quinn")
    assert [g.source_class for g in certified_goods(order)] == [None]
    with pytest.raises(Refused, match="'friend' is no source class; choose of manufacturer"):
        catalog.qualify(
            "ALPHA",
            QualificationState.APPROVED,
            source_class="friend",
            valid_from=BEGAN,
            reason="x",
            actor="user:quinn",
        )


def clauses_on(order: PurchaseOrder) -> list[tuple[str, int, tuple[int, ...]]]:
    """(code, version, lines) of the clauses as the supplier reads them on what was sent last."""
    revision = order.revisions.latest("number")
    written = written_order(revision, written_at=revision.created_at)
    return [(clause.code, clause.version, clause.lines) for clause in written.clauses]


def test_trust_14_clauses_stand_on_the_order_as_they_were_when_it_was_sent() -> None:
    for code, scope in (("Q-1", {}), ("Q-2", {"category": "china"}), ("Q-3", {"supplier": "ALPHA", "sku": "CUP"})):
        clauses.keep_clause(code, f"Text of {code}.", actor="user:quinn")
        clauses.require_clause(code, reason="Customer.", actor="user:quinn", **scope)
    order = actions.place(drafted(line("CUP", 24), line("PLATE", 6), actor=ANNA).number, actor=ANNA)
    assert clauses_on(order) == [("Q-1", 1, (1, 2)), ("Q-2", 1, (2,)), ("Q-3", 1, (1,))]
    assert clauses.keep_clause("Q-1", "Text of Q-1. ", actor="user:quinn").version == 1
    assert clauses.keep_clause("Q-1", "Another text.", actor="user:quinn").version == 2
    clauses.waive_clause("Q-2", category="china", reason="Ended.", actor="user:quinn")
    assert clauses_on(order) == [("Q-1", 1, (1, 2)), ("Q-2", 1, (2,)), ("Q-3", 1, (1,))]
    actions.change(order.number, [LineChange(1, Decimal(20))], reason="less", actor=ANNA)
    order.refresh_from_db()
    assert clauses_on(order) == [("Q-1", 2, (1, 2)), ("Q-3", 1, (1,))]
    assert [len(revision.clauses.all()) for revision in order.revisions.order_by("number")] == [3, 2]


def test_trust_14_the_supplier_reads_the_clauses_in_pdf_and_csv() -> None:
    clauses.keep_clause("Q-9", "Keep records\nfor ten years, für zehn Jahre.", actor="user:quinn")
    clauses.require_clause("Q-9", sku="CUP", reason="Customer.", actor="user:quinn")
    order = actions.place(cups(24).number, actor=ANNA)
    revision = order.revisions.get()
    written = written_order(revision, written_at=revision.created_at)
    [row] = csv.DictReader(io.StringIO(order_csv.render(written).decode()))
    assert row["clauses"] == "Q-9/1"
    [page] = pages(order_pdf.render(written))
    assert "Clause Q-9, version 1, for line 1" in page
    assert "for ten years" in page
