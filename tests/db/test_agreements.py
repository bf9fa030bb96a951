"""What is agreed with a supplier: kept once, never two on a day, and what follows from it for orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ownstock.base.errors import Refused
from ownstock.catalog import actions, queries
from ownstock.catalog.models import Agreement, PriceBreak, Supplier, SupplyTerm
from ownstock.journal.models import AuditEvent
from tests.factories import ACTOR, TODAY, Business, small_business

pytestmark = pytest.mark.django_db


@pytest.fixture
def business() -> Business:
    return small_business()


def agree(code: str = "F-2026", **terms: Any) -> Agreement:
    said = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 12, 31), **terms}
    return actions.keep_agreement("ALPHA", code, said, actor=ACTOR)


def test_the_agreement_of_a_day_is_found(business: Business) -> None:
    agree()
    alpha = business.suppliers[0]
    assert str(queries.agreement(alpha, TODAY)) == f"{alpha.pk}: F-2026"
    assert queries.agreement(alpha, date(2027, 1, 1)) is None
    assert list(queries.agreements_on(TODAY)) == [alpha.pk]


def test_two_agreements_of_a_supplier_never_hold_on_one_day(business: Business) -> None:
    agree()
    with pytest.raises(Refused, match="would hold on 2026-12-31 together with F-2026"):
        agree("F-2027", valid_from=date(2026, 12, 31), valid_to=None)
    agree("F-2027", valid_from=date(2027, 1, 1), valid_to=None)


def test_the_database_refuses_an_overlap_whoever_writes_it(business: Business) -> None:
    agree()
    with pytest.raises(IntegrityError, match="agreement_never_overlaps"), transaction.atomic():
        Agreement.objects.create(
            supplier=business.suppliers[0], code="OTHER", valid_from=date(2026, 6, 1), currency="EUR"
        )


def test_a_change_tells_the_journal_only_what_differs(business: Business) -> None:
    agree(net_days=30, minimum_order_value=Decimal(500), rebate_tiers=[[10_000, 1]])
    agree(net_days=60, minimum_order_value="500.00", rebate_tiers=[["10000", "1.0"]])
    agree(net_days=60)
    assert AuditEvent.objects.filter(verb="catalog.agreement_kept").count() == 2
    event = AuditEvent.objects.filter(verb="catalog.agreement_kept").latest("id")
    assert (event.old, event.new) == ({"net_days": 30}, {"net_days": 60})


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"net_day": 30}, "unknown_term"),
        ({"net_days": "soon"}, "bad_term"),
        ({"incoterm": "XXX"}, "bad_term"),
        ({"rebate_tiers": [["much", 1]]}, "bad_term"),
        ({"valid_to": date(2025, 1, 1)}, "ends_before_start"),
    ],
)
def test_a_term_that_is_none_is_refused(business: Business, terms: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        agree(**terms)
    assert refused.value.code == code


def test_orders_go_on_the_agreed_weekdays_and_not_into_closures(business: Business) -> None:
    alpha = business.suppliers[0]
    assert queries.next_order_day(alpha, TODAY) == TODAY
    agree(order_weekdays=[3])
    assert queries.next_order_day(alpha, TODAY) == date(2026, 3, 4)
    actions.close_supplier("ALPHA", date(2026, 3, 4), date(2026, 3, 13), actor=ACTOR, reason="Carnival.")
    assert queries.next_order_day(alpha, TODAY) == date(2026, 3, 18)
    actions.reopen_supplier("ALPHA", date(2026, 3, 4), actor=ACTOR, reason="They work.")
    assert queries.next_order_day(alpha, TODAY) == date(2026, 3, 4)


def test_prices_are_those_of_the_quantity_and_the_day(business: Business, django_assert_num_queries: object) -> None:
    terms = list(SupplyTerm.objects.order_by("id"))
    for start, price, begins in ((1, "2.30", 1), (100, "2.00", 1), (1, "2.50", 4)):
        PriceBreak.objects.create(
            term=terms[0], from_quantity=start, price=Decimal(price), valid_from=date(2026, begins, 1)
        )
    wanted = [(terms[0], Decimal(99)), (terms[0], Decimal(100)), (terms[1], Decimal(100))]
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert queries.prices_at(wanted, on=TODAY) == [Decimal("2.30"), Decimal("2.00"), Decimal("2.40")]
    assert queries.prices_at(wanted[:2], on=date(2026, 4, 1)) == [Decimal("2.50"), Decimal("2.50")]


def test_one_person_acts_for_one_supplier(business: Business, django_user_model: type) -> None:
    user = django_user_model.objects.create_user("ann")  # type: ignore[attr-defined]
    actions.add_contact("ALPHA", user, actor=ACTOR)
    actions.add_contact("ALPHA", user, actor=ACTOR)
    assert queries.supplier_of(user.pk) == Supplier.objects.get(code="ALPHA")
    with pytest.raises(Refused, match="acts for ALPHA already"):
        actions.add_contact("BETA", user, actor=ACTOR)
    actions.remove_contact(user, actor=ACTOR, reason="Left.")
    assert queries.supplier_of(user.pk) is None
