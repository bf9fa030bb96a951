"""People are warned before something of a supplier lapses: once per root cause, until it is renewed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ownstock.automation.lapses import warn
from ownstock.catalog import actions, queries
from ownstock.catalog.models import Item, PriceBreak, Supplier, SupplyTerm
from ownstock.catalog.rules import QualificationState
from ownstock.journal.models import Alert
from ownstock.planning.queries import business_day
from ownstock.purchasing import actions as purchasing
from tests.factories import ACTOR, TODAY, Business, small_business

pytestmark = pytest.mark.django_db
BEGAN = date(2025, 1, 1)


@pytest.fixture
def business() -> Business:
    return small_business(skus=["CUP", "PLATE", "MUG"])


def days(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def approve(until: date | None, *, skus: tuple[str, ...] = (), begins: date = BEGAN) -> None:
    actions.qualify(
        "ALPHA", QualificationState.APPROVED, valid_from=begins, valid_to=until, skus=skus, reason="Audit.", actor=ACTOR
    )


def lapsing() -> list[tuple[str, str]]:
    return [(str(lapse.kind), lapse.what) for lapse in queries.lapses(TODAY)]


def standing() -> list[str]:
    return list(Alert.objects.filter(kind="lapse", cleared_at=None).values_list("key", flat=True))


def test_what_lapses_is_told_once_with_what_hangs_on_it(business: Business) -> None:
    approve(days(12))
    assert actions.warn_of_lapses(TODAY, open_amounts={business.suppliers[0].pk: {"EUR": Decimal(1200)}}) == 1
    assert actions.warn_of_lapses(TODAY) == 1
    actions.warn_of_lapses(TODAY, open_amounts={business.suppliers[0].pk: {"EUR": Decimal(1200)}})
    alert = Alert.objects.get()
    assert alert.sentence == (
        "The approval for everything of ALPHA ends on 2026-03-14, in 12 days. 2 items depend on it, 2 with no other "
        "source. Decide anew whether it may be ordered from."
    )
    assert alert.facts["skus"] == ["CUP", "MUG"]
    assert alert.facts["on_order"] == {"EUR": "1200.00"}


def test_a_renewal_clears_the_warning_by_itself(business: Business) -> None:
    approve(days(12))
    actions.warn_of_lapses(TODAY)
    approve(days(400), begins=days(13))
    assert actions.warn_of_lapses(TODAY) == 0
    assert standing() == []
    assert "renewed" in Alert.objects.get().cleared_because


def test_a_gap_is_no_renewal(business: Business) -> None:
    approve(days(12))
    approve(days(400), begins=days(14))
    assert lapsing() == [("qualification", "The approval for everything")]


def test_people_are_warned_as_early_as_the_company_asks(business: Business) -> None:
    approve(days(31))
    assert lapsing() == []
    actions.set_supplier_rules(lapse_warning_days=31, actor=ACTOR)
    assert lapsing() == [("qualification", "The approval for everything")]


def test_what_has_ended_stays_until_it_is_renewed_or_nothing_hangs_on_it(business: Business) -> None:
    approve(days(-200))
    assert "ended on" in queries.lapses(TODAY)[0].sentence(TODAY)
    SupplyTerm.objects.filter(supplier__code="ALPHA").update(valid_to=days(-100))
    assert lapsing() == []


def test_a_block_asks_nobody_to_renew_what_it_ended(business: Business) -> None:
    approve(days(5))
    actions.qualify("ALPHA", QualificationState.BLOCKED, valid_from=TODAY, reason="Insolvent.", actor=ACTOR)
    assert lapsing() == []


def test_an_approval_of_everything_covers_one_of_an_item(business: Business) -> None:
    approve(days(5), skus=("CUP",))
    assert lapsing() == [("qualification", "The approval for CUP")]
    approve(None)
    assert lapsing() == []


def test_certificates_and_agreements_lapse_too(business: Business) -> None:
    actions.add_certificate("ALPHA", "ISO 9001", "Q-1", valid_from=BEGAN, valid_to=days(3), actor=ACTOR)
    actions.keep_agreement("ALPHA", "F-1", {"valid_from": BEGAN, "valid_to": days(20)}, actor=ACTOR)
    assert lapsing() == [("certificate", "The certificate ISO 9001"), ("agreement", "The agreement")]
    actions.add_certificate("ALPHA", "ISO 9001", "Q-2", valid_from=days(1), actor=ACTOR)
    actions.keep_agreement("ALPHA", "F-2", {"valid_from": days(21)}, actor=ACTOR)
    assert lapsing() == []


def test_terms_of_a_supplier_that_end_on_a_day_are_one_warning(business: Business) -> None:
    SupplyTerm.objects.filter(supplier__code="ALPHA").update(valid_to=days(10))
    [lapse] = queries.lapses(TODAY)
    assert (lapse.kind, list(lapse.skus)) == ("supply_term", ["CUP", "MUG"])
    for term in SupplyTerm.objects.filter(supplier__code="ALPHA"):
        term.pk, term.valid_from, term.valid_to = None, days(11), None
        term.save()
    assert lapsing() == []


def test_an_item_with_another_source_is_told_apart(business: Business) -> None:
    SupplyTerm.objects.filter(supplier__code="ALPHA").update(valid_to=days(10))
    SupplyTerm.objects.create(
        supplier=Supplier.objects.get(code="BETA"), item=Item.objects.get(sku="CUP"), price=Decimal(3), currency="EUR",
        lead_time_days=20, valid_from=BEGAN,
    )  # fmt: skip
    [lapse] = queries.lapses(TODAY)
    assert (list(lapse.skus), list(lapse.skus_alone)) == (["CUP", "MUG"], ["MUG"])


def test_a_price_list_without_a_next_one_is_told(business: Business) -> None:
    term = SupplyTerm.objects.get(item__sku="CUP")
    for start in (1, 100):
        PriceBreak.objects.create(term=term, from_quantity=start, price=Decimal(2), valid_from=BEGAN, valid_to=days(9))
    assert lapsing() == [("price_list", "The price list")]
    PriceBreak.objects.create(term=term, from_quantity=1, price=Decimal(2), valid_from=days(10))
    assert lapsing() == []


def test_the_daily_job_tells_of_the_money_on_order(business: Business) -> None:
    approve(business_day() + timedelta(days=3))
    term = SupplyTerm.objects.get(item__sku="CUP")
    purchasing.draft(
        supplier=business.suppliers[0], site=business.site, ordered_on=TODAY, actor=ACTOR,
        lines=[purchasing.DraftLine(term, Decimal(10), TODAY + timedelta(days=14))],
    )  # fmt: skip
    assert warn() == 1
    assert Alert.objects.get().facts["on_order"] == {"EUR": "24.00"}
