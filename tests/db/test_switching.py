"""A supplier is blocked: what hangs on it is told, and moved to other suppliers in one step or not at all."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from ownstock.base.errors import Refused
from ownstock.catalog import actions as catalog
from ownstock.catalog.models import PriceBreak, SupplyTerm
from ownstock.catalog.rules import QualificationState
from ownstock.journal.models import Alert, AuditEvent
from ownstock.journal.queries import fact_models
from ownstock.planning.actions.switching import qualify, switch, tell_of_blocked, watch_blocked
from ownstock.planning.models import Proposal, SupplierSwitch
from ownstock.purchasing import actions
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from tests.buying_cases import open_by_line
from tests.factories import ACTOR, TODAY, Business
from tests.purchasing_cases import came, noticed
from tests.switching_cases import alpha_sells_all, block, options, ordered

pytestmark = pytest.mark.django_db
CUP, PLATE = ("CUP", "SHOP"), ("PLATE", "SHOP")


@pytest.fixture
def shop() -> Business:
    return alpha_sells_all()


def switched(choices: dict[tuple[str, str], str | None] | None = None, *, inputs_hash: str = "") -> SupplierSwitch:
    """Switch away from ALPHA as it stands."""
    return switch(
        "ALPHA", choices or {}, inputs_hash=inputs_hash or options().inputs_hash, actor="user:anna", reason="Insolvent."
    )


def open_alert() -> Alert | None:
    return Alert.objects.filter(kind="supplier_blocked", cleared_at=None).first()


class TestOptions:
    def test_nothing_hangs_on_a_supplier_that_may_deliver(self, shop: Business) -> None:
        ordered("CUP")
        assert (options().items, options().is_settled) == ([], True)

    def test_items_open_orders_and_other_sources_are_told(self, shop: Business) -> None:
        order = ordered("CUP", "PLATE")
        came(order, 4, key="r1", on=TODAY)
        block()
        cup, plate = options().items
        assert [(row.number, row.line, row.quantity) for row in cup.lines] == [(order.number, 1, 20)]
        assert [(s.term.supplier.code, s.quantity, s.price) for s in cup.sources] == [
            ("BETA", 30, Decimal("2.70")),
            ("GAMMA", 30, Decimal("3.00")),
        ]
        assert plate.sources == []
        assert "Insolvent" in cup.sentence
        assert options().open_amounts == {"EUR": Decimal("105.60")}

    def test_a_source_is_judged_by_its_price_a_year_and_by_what_runs_out(self, shop: Business) -> None:
        """Both are dearer; what BETA brings in three weeks comes too late for more than what GAMMA brings in one."""
        ordered("CUP")
        block()
        beta, gamma = options().items[0].sources
        assert (beta.expected_in_days, gamma.expected_in_days) == (21, 7)
        assert beta.cost_a_year is not None
        assert gamma.cost_a_year is not None
        assert gamma.cost_a_year == pytest.approx(2 * beta.cost_a_year, abs=Decimal("0.02"))
        assert beta.risk is not None
        assert gamma.risk is not None
        assert beta.risk.money > gamma.risk.money > 0
        assert beta.risk.short_without > beta.risk.short_with

    def test_the_day_on_which_stock_runs_out_is_told_and_when_a_cheaper_source_has_paid_for_the_switch(
        self, shop: Business
    ) -> None:
        """Twelve are there and twelve a week are sold; the 24 of ALPHA do not count."""
        ordered("CUP")
        SupplyTerm.objects.filter(supplier__code="GAMMA").update(price=Decimal("2.00"))
        block()
        [cup] = [item for item in options().items if item.lines]
        assert cup.runs_out_on is not None
        assert TODAY + timedelta(days=5) < cup.runs_out_on < TODAY + timedelta(days=10)
        beta, gamma = cup.sources
        assert gamma.cost_a_year is not None
        assert beta.breaks_even_on(TODAY, Decimal(100)) is None
        assert gamma.breaks_even_on(TODAY, -gamma.cost_a_year) == TODAY + timedelta(days=365)

    def test_price_breaks_count_for_what_would_be_ordered(self, shop: Business) -> None:
        term = SupplyTerm.objects.get(supplier__code="BETA")
        PriceBreak.objects.create(term=term, from_quantity=30, price=Decimal("2.10"), valid_from=TODAY)
        ordered("CUP")
        block()
        assert options().items[0].sources[0].price == Decimal("2.10")

    def test_a_source_that_is_blocked_itself_is_none(self, shop: Business) -> None:
        ordered("CUP")
        block()
        block("BETA")
        assert [s.term.supplier.code for s in options().items[0].sources] == ["GAMMA"]

    def test_an_item_that_leaves_the_scope_hangs_on_it_and_others_do_not(self, shop: Business) -> None:
        ordered("CUP", "PLATE")
        block("ALPHA", "CUP")
        assert [item.item_site.item.sku for item in options().items] == ["CUP"]

    def test_a_certificate_that_lapsed_counts_as_a_block(self, shop: Business) -> None:
        catalog.require_certificate("ISO 9001", supplier="ALPHA", reason="Policy.", actor=ACTOR)
        assert "ISO 9001" in options().items[0].sentence


class TestSwitch:
    def test_what_is_open_is_cancelled_and_drafted_elsewhere(self, shop: Business) -> None:
        placed, draft = ordered("CUP"), ordered("CUP", quantity=12, is_placed=False)
        block()
        found = switched()
        states = {o.number: o.state for o in PurchaseOrder.objects.all()}
        assert (states[placed.number], states[draft.number]) == ("cancelled", "cancelled")
        [number] = found.outcome["drafted"]
        line = OrderLine.objects.select_related("revision__purchase_order__supplier").get(
            revision__purchase_order__number=number
        )
        assert line.revision.purchase_order.supplier.code == "BETA"
        assert (line.quantity, line.price) == (40, Decimal("2.70"))
        assert line.requested_on == TODAY + timedelta(days=21)
        assert sorted(found.outcome["cancelled"]) == [placed.number, draft.number]

    def test_another_source_may_be_chosen_or_the_item_left(self, shop: Business) -> None:
        order = ordered("CUP", "PLATE")
        block()
        found = switched({CUP: "GAMMA", PLATE: None})
        assert found.outcome["changed"] == [order.number]
        assert open_by_line(order) == {2: 24}
        assert PurchaseOrder.objects.get(number=found.outcome["drafted"][0]).supplier.code == "GAMMA"

    def test_an_item_without_another_source_is_left(self, shop: Business) -> None:
        order = ordered("CUP", "PLATE")
        block()
        switched()
        assert open_by_line(order) == {2: 24}

    def test_what_came_stays_and_what_is_on_its_way_stays_ordered(self, shop: Business) -> None:
        order = ordered("CUP")
        came(order, 4, key="r1", on=TODAY)
        noticed(order, 10, expected_in=5)
        block()
        found = switched()
        assert open_by_line(order) == {1: 10}
        assert OrderLine.objects.get(revision__purchase_order__number=found.outcome["drafted"][0]).quantity == 30

    def test_proposals_of_it_are_withdrawn(self, shop: Business) -> None:
        assert set(Proposal.objects.filter(state="pending").values_list("supplier__code", flat=True)) == {"ALPHA"}
        block()
        found = switched()
        assert found.outcome["withdrawn_proposals"] == 1
        kept = Proposal.objects.get(item_site__item__sku="CUP")
        assert (kept.state, kept.decided_by) == ("withdrawn", "user:anna")

    def test_the_same_decision_again_changes_nothing(self, shop: Business) -> None:
        ordered("CUP")
        block()
        known = options().inputs_hash
        first, orders = switched(inputs_hash=known), PurchaseOrder.objects.count()
        assert switched(inputs_hash=known) == first
        assert PurchaseOrder.objects.count() == orders
        assert AuditEvent.objects.filter(verb="planning.switched").count() == 1

    def test_it_is_refused_whole_when_anything_moved(self, shop: Business) -> None:
        order = ordered("CUP")
        block()
        known = options().inputs_hash
        came(order, 4, key="r1", on=TODAY)
        before = open_by_line(order)
        with pytest.raises(Refused, match="moved meanwhile") as refusal:
            switched(inputs_hash=known)
        assert (refusal.value.code, open_by_line(order)) == ("switch_moved", before)
        assert not SupplierSwitch.objects.exists()

    def test_a_fault_at_the_last_step_leaves_everything_as_it_was(self, shop: Business) -> None:
        order = ordered("CUP")
        block()
        known = {"inputs_hash": options().inputs_hash, "actor": ACTOR, "reason": "The database takes no second one."}
        SupplierSwitch.objects.create(supplier=order.supplier, choices={"CUP/SHOP": "GAMMA"}, outcome={}, **known)
        with pytest.raises(IntegrityError):
            switched()
        assert PurchaseOrder.objects.get().state == "placed"
        assert open_by_line(order) == {1: 24}
        assert set(Proposal.objects.values_list("state", flat=True)) == {"pending"}

    @pytest.mark.parametrize(
        ("choices", "code"),
        [
            ({("BOWL", "SHOP"): "BETA"}, "not_affected"),
            ({PLATE: "BETA"}, "no_such_source"),
            ({CUP: None, PLATE: None}, "nothing_to_switch"),
        ],
    )
    def test_choices_that_cannot_be_are_refused(
        self, shop: Business, choices: dict[tuple[str, str], str | None], code: str
    ) -> None:
        ordered("CUP")
        block()
        with pytest.raises(Refused) as refusal:
            switched(choices)
        assert refusal.value.code == code

    def test_a_reason_is_asked_for(self, shop: Business) -> None:
        block()
        with pytest.raises(Refused, match="Say why"):
            switch("ALPHA", {}, inputs_hash=options().inputs_hash, actor=ACTOR, reason=" ")

    def test_what_a_draft_lacks_of_the_minimum_is_told(self, shop: Business) -> None:
        terms = {"valid_from": TODAY - timedelta(days=9), "minimum_order_value": 500}
        catalog.keep_agreement("BETA", "B-1", terms, actor=ACTOR)
        ordered("CUP")
        block()
        found = switched()
        assert "419.00 EUR of at least 500.00 EUR" in found.outcome["lacking"][found.outcome["drafted"][0]]

    def test_it_is_sealed_with_the_other_facts(self) -> None:
        assert SupplierSwitch in fact_models()


class TestAlert:
    def test_it_is_raised_once_with_its_facts_and_cleared_when_nothing_is_left(self, shop: Business) -> None:
        ordered("CUP")
        block("ALPHA", "CUP")
        assert [watch_blocked(TODAY), watch_blocked(TODAY)] == [1, 1]
        found = open_alert()
        assert found is not None
        assert (found.facts["items"], found.facts["open"]) == (1, {"EUR": "57.60"})
        assert "57.60 EUR is open in 1 order." in found.sentence
        assert Alert.objects.filter(kind="supplier_blocked").count() == 1
        switched()
        assert open_alert() is None

    def test_it_stays_while_anything_is_open(self, shop: Business) -> None:
        order = ordered("PLATE")
        block()
        switched()
        assert open_alert() is not None
        actions.cancel(order.number, reason="No cups without plates.", actor=ACTOR)
        assert tell_of_blocked(shop.suppliers[0], TODAY)
        catalog.qualify("ALPHA", QualificationState.APPROVED, valid_from=TODAY, reason="Saved.", actor=ACTOR)
        assert watch_blocked(TODAY) == 0
        assert open_alert() is None


def test_trust_13_who_blocks_a_supplier_hears_at_once_what_hangs_on_it(shop: Business) -> None:
    ordered("CUP")
    qualify("ALPHA", QualificationState.BLOCKED, valid_from=TODAY, reason="Insolvent.", actor=ACTOR)
    found = open_alert()
    assert found is not None
    assert found.facts["without_other_source"] == ["PLATE"]
    qualify("ALPHA", QualificationState.APPROVED, valid_from=TODAY, reason="Saved.", actor=ACTOR)
    assert open_alert() is None
