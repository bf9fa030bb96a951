"""Who may be ordered from: the register of suppliers, and what it says of orders, proposals and people."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from ownstock.base.errors import Refused
from ownstock.catalog import actions, queries
from ownstock.catalog.models import Item, Qualification, Supplier, SupplyTerm
from ownstock.catalog.rules import QualificationState
from ownstock.journal.models import AuditEvent
from tests.factories import ACTOR, TODAY, Business, small_business

pytestmark = pytest.mark.django_db
APPROVED, CONDITIONAL, BLOCKED = QualificationState.APPROVED, QualificationState.CONDITIONAL, QualificationState.BLOCKED
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture
def business() -> Business:
    made = small_business()
    Item.objects.filter(sku="CUP").update(category="china")
    return made


def decide(state: QualificationState = APPROVED, supplier: str = "ALPHA", **how: object) -> Qualification:
    said: dict[str, object] = {"valid_from": date(2026, 1, 1), "reason": "Audit of January.", "actor": "user:quinn"}
    return actions.qualify(supplier, state, **{**said, **how})  # type: ignore[arg-type]


def codes(sku: str = "CUP", supplier: str = "ALPHA", *, on: date = TODAY, is_automatic: bool = False) -> list[str]:
    found = queries.objections(
        Supplier.objects.get(code=supplier), [Item.objects.get(sku=sku)], on, is_automatic=is_automatic
    )
    return [objection.code for objection in found]


def second_source(sku: str = "CUP", supplier: str = "BETA", priority: int = 2) -> SupplyTerm:
    return SupplyTerm.objects.create(
        supplier=Supplier.objects.get(code=supplier), item=Item.objects.get(sku=sku), price=Decimal(3), currency="EUR",
        lead_time_days=20, valid_from=date(2020, 1, 1), priority=priority,
    )  # fmt: skip


def chosen(business: Business) -> dict[str, str]:
    terms = queries.terms_to_order_by(business.item_sites, on=TODAY)
    return {row.item.sku: term.supplier.code for row in business.item_sites if (term := terms[row.pk])}


def test_without_any_decision_everything_may_be_ordered(business: Business) -> None:
    assert codes() == []
    assert codes(is_automatic=True) == []


def test_a_blocked_supplier_is_refused_though_nothing_requires_approval(business: Business) -> None:
    decide(BLOCKED, reason="Insolvent.")
    [objection] = queries.objections(business.suppliers[0], business.items, TODAY)
    assert objection.code == "supplier_blocked"
    assert "Insolvent." in objection.sentence
    assert objection.facts["skus"] == ["CUP", "PLATE"]


def test_the_newest_decision_in_force_counts(business: Business) -> None:
    decide(BLOCKED)
    decide(APPROVED, valid_to=TODAY)
    assert codes() == []
    assert codes(on=TOMORROW) == ["supplier_blocked"]


def test_a_block_of_one_item_leaves_the_others(business: Business) -> None:
    decide(BLOCKED, skus=["CUP"])
    assert codes("CUP") == ["supplier_blocked"]
    assert codes("PLATE") == []


def test_where_approval_is_required_each_way_to_lack_it_has_its_own_sentence(business: Business) -> None:
    actions.set_supplier_rules(is_qualification_required=True, actor=ACTOR)
    assert codes() == ["supplier_not_qualified"]
    decide(categories=["china"], valid_to=TODAY)
    assert codes("CUP") == []
    assert codes("PLATE") == ["out_of_scope"]
    assert codes("CUP", on=TOMORROW) == ["qualification_lapsed"]


def test_a_condition_is_shown_to_people_and_stops_programs(business: Business) -> None:
    decide(CONDITIONAL, condition="First article inspection of every lot.")
    assert codes() == []
    assert codes(is_automatic=True) == ["supplier_conditional"]
    [sentence] = queries.conditions(business.suppliers[0], business.items, TODAY)
    assert "First article inspection" in sentence


def test_a_certificate_that_an_item_needs_is_looked_at_on_the_day_of_the_order(business: Business) -> None:
    actions.require_certificate("ISO 9001", category="china", actor=ACTOR, reason="Policy 4.")
    assert codes("PLATE") == []
    assert codes("CUP") == ["certificate_missing"]
    actions.add_certificate("ALPHA", "ISO 9001", "Q-1", valid_from=date(2023, 1, 1), valid_to=TODAY, actor=ACTOR)
    assert codes("CUP") == []
    assert codes("CUP", on=TOMORROW) == ["certificate_expired"]
    actions.add_certificate("ALPHA", "ISO 9001", "Q-2", valid_from=TOMORROW, actor=ACTOR)
    assert codes("CUP", on=TOMORROW) == []


def test_a_withdrawn_certificate_no_longer_counts(business: Business) -> None:
    actions.require_certificate("ISO 9001", actor=ACTOR, reason="Policy 4.")
    actions.add_certificate("ALPHA", "ISO 9001", "Q-1", valid_from=date(2023, 1, 1), actor=ACTOR)
    actions.withdraw_certificate("ALPHA", "ISO 9001", "Q-1", on=TODAY, actor=ACTOR, reason="Audit failed.")
    assert codes() == ["certificate_expired"]
    actions.waive_certificate("ISO 9001", actor=ACTOR, reason="Policy 5.")
    assert codes() == []


def test_the_next_best_source_is_proposed_when_the_first_is_objected_to(business: Business) -> None:
    second_source()
    assert chosen(business) == {"CUP": "ALPHA", "PLATE": "BETA"}
    decide(BLOCKED)
    assert chosen(business) == {"CUP": "BETA", "PLATE": "BETA"}


def test_an_item_whose_every_source_is_objected_to_has_a_reason(business: Business) -> None:
    decide(BLOCKED, reason="Insolvent.")
    assert chosen(business) == {"PLATE": "BETA"}
    cup = business.item_sites[0]
    assert list(queries.reasons_without_source(business.item_sites, on=TODAY)) == [cup.pk]
    assert "ALPHA is blocked for CUP: Insolvent." in queries.reasons_without_source([cup], on=TODAY)[cup.pk]


def test_choosing_sources_asks_no_question_per_item(business: Business, django_assert_max_num_queries: object) -> None:
    decide(BLOCKED, skus=["CUP"])
    actions.require_certificate("ISO 9001", category="china", actor=ACTOR, reason="Policy 4.")
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        queries.terms_to_order_by(business.item_sites, on=TODAY)


def test_who_approved_a_supplier_may_not_place_its_orders_where_duties_are_separate(business: Business) -> None:
    decide(actor="user:quinn")
    alpha = business.suppliers[0]
    assert queries.duty_conflict(alpha, business.items, TODAY, "user:quinn") is None
    actions.set_supplier_rules(has_separate_duties=True, actor=ACTOR)
    conflict = queries.duty_conflict(alpha, business.items, TODAY, "user:quinn")
    assert conflict is not None
    assert "somebody else" in conflict.sentence
    assert queries.duty_conflict(alpha, business.items, TODAY, "user:bill") is None


def test_a_decision_tells_the_journal_what_held_before_and_why(business: Business) -> None:
    decide(APPROVED)
    decide(BLOCKED, reason="Insolvent.")
    event = AuditEvent.objects.filter(verb="catalog.qualified").latest("id")
    assert (event.actor, event.subject, event.reason) == ("user:quinn", "supplier:ALPHA", "Insolvent.")
    assert (event.old["state"], event.new["state"]) == ("approved", "blocked")


def test_the_same_decision_again_changes_nothing(business: Business) -> None:
    assert decide().pk == decide().pk
    assert AuditEvent.objects.filter(verb="catalog.qualified").count() == 1


def test_a_decision_is_never_changed(business: Business) -> None:
    row = decide()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_qualification SET state = 'blocked' WHERE id = %s", [row.pk])


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"valid_to": date(2025, 1, 1)}, "ends_before_start"),
        ({"reason": " "}, "no_reason"),
        ({"state": CONDITIONAL}, "condition_missing"),
        ({"condition": "Only on Mondays."}, "condition_missing"),
        ({"skus": ["NONE"]}, "unknown_item"),
        ({"categories": ["chian"]}, "unknown_category"),
        ({"supplier": "NOBODY"}, "no_supplier"),
    ],
)
def test_a_decision_that_is_none_is_refused(business: Business, how: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refused:
        decide(**how)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert not Qualification.objects.exists()
