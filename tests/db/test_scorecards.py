"""A supplier's scorecard: each figure of orders that were worked out by hand, and the rows behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ownstock.catalog.models import Item, VolumeCommitment
from ownstock.ledger import actions as ledger
from ownstock.purchasing import actions
from ownstock.purchasing.actions import ReceiptLine, WrongGoods
from ownstock.purchasing.models import Acknowledgement, Delivery, PurchaseOrder
from ownstock.purchasing.queries.scorecards import period_of, scorecard
from ownstock.purchasing.rules.scorecards import FigureName
from tests.buying_cases import answer, line, one_supplier, placed
from tests.factories import ACTOR, TODAY
from tests.purchasing_cases import came, invoiced, noticed
from tests.scorecard_cases import LATER, WANTED, agreed, counts, figure, period, rows

pytestmark = pytest.mark.django_db
REQUESTED, FIRST, LATEST = (
    FigureName.OTIF_REQUESTED,
    FigureName.OTIF_FIRST_PROMISED,
    FigureName.OTIF_LATEST_PROMISED,
)


@pytest.fixture
def order() -> PurchaseOrder:
    """24 cups and 12 plates, wanted in 14 days."""
    one_supplier()
    return placed()


class TestOnTimeInFull:
    def test_it_is_told_against_each_of_three_days(self, order: PurchaseOrder) -> None:
        """Cups: promised three days late, then five, and came then. Plates: on the day wanted, never promised."""
        answer(order, 1, (24, 3))
        answer(order, 1, (24, 5), key="m2")
        came(order, 0, 12, key="r1")
        came(order, 24, key="r2", on=WANTED + timedelta(days=5))
        assert counts(REQUESTED) == (1, 2, 2)
        assert counts(FIRST) == (0, 1, 1)
        assert counts(LATEST) == (1, 1, 1)
        assert figure(FIRST).left_out == 1
        assert figure(REQUESTED).value == Decimal("50.00")

    def test_what_is_open_after_its_day_is_a_failure_and_before_it_is_not_counted(self, order: PurchaseOrder) -> None:
        assert counts(REQUESTED) == (0, 2, 2)
        assert figure(REQUESTED).facts["open"] == 2
        before = period(as_of=WANTED)
        assert (counts(REQUESTED, before), figure(REQUESTED, before).left_out) == ((0, 0, 0), 2)
        assert figure(REQUESTED, before).value is None

    def test_a_receipt_that_was_taken_back_does_not_count(self, order: PurchaseOrder) -> None:
        came(order, 24, 12, key="r1")
        assert counts(REQUESTED) == (2, 2, 2)
        actions.take_back("r1", new_key="r1:back", actor=ACTOR, reason="Not ours.")
        assert counts(REQUESTED) == (0, 2, 2)

    def test_what_the_supplier_refuses_is_a_failure_against_the_day_asked_for(self, order: PurchaseOrder) -> None:
        answer(order, 1, (20, 0))
        answer(order, 2, key="m2")
        came(order, 20, key="r1")
        assert counts(REQUESTED) == (0, 2, 2)
        assert figure(REQUESTED).facts["refused"] == 2
        assert counts(LATEST) == (1, 1, 1)

    def test_what_we_cancelled_before_its_day_is_left_out_and_after_it_is_a_failure(self, order: PurchaseOrder) -> None:
        actions.cut(order.number, 1, Decimal(24), actor=ACTOR, reason="Not wanted.")
        actions.cut(order.number, 2, Decimal(12), actor=ACTOR, reason="Not wanted any more.")
        Delivery.objects.filter(line__line=1).update(cancelled_on=WANTED)
        Delivery.objects.filter(line__line=2).update(cancelled_on=WANTED + timedelta(days=1))
        assert counts(REQUESTED) == (0, 1, 1)
        assert figure(REQUESTED).facts["cut_late"] == 1

    def test_a_draft_that_was_never_sent_asks_for_nothing(self, order: PurchaseOrder) -> None:
        PurchaseOrder.objects.update(placed_at=None)
        assert counts(REQUESTED) == (0, 0, 0)

    def test_tolerances_are_those_agreed_on_the_day_of_the_order(self, order: PurchaseOrder) -> None:
        agreed(late_tolerance_days=2, under_tolerance_percent=5, otif_target_percent=95)
        came(order, 23, key="r1", on=WANTED + timedelta(days=2))
        came(order, 0, 12, key="r2", on=WANTED + timedelta(days=3))
        assert counts(REQUESTED) == (1, 2, 2)
        assert figure(REQUESTED).target == 95

    def test_a_line_is_one_over_its_revisions(self, order: PurchaseOrder) -> None:
        came(order, 10, key="r1")
        actions.change(order.number, [line("BOWL", 6)], reason="Bowls as well.", actor=ACTOR)
        came(order, 14, 12, key="r2")
        assert counts(REQUESTED) == (2, 3, 3)

    def test_it_opens_its_parts_with_their_receipts(self, order: PurchaseOrder) -> None:
        answer(order, 1, (10, 0), (14, 4))
        came(order, 10, 6, key="r1")
        came(order, 14, key="r2", on=WANTED + timedelta(days=4))
        found = rows(LATEST)
        assert [(r.line, r.sku, r.day, r.quantity, r.verdict) for r in found.rows] == [
            (1, "CUP", WANTED, 10, "kept"),
            (1, "CUP", WANTED + timedelta(days=4), 14, "kept"),
        ]
        assert [(r.key, r.received_on, r.quantity) for r in found.rows[1].receipts] == [
            ("r1", WANTED, 10),
            ("r2", WANTED + timedelta(days=4), 14),
        ]

    def test_it_is_told_of_one_item(self, order: PurchaseOrder) -> None:
        came(order, 24, key="r1")
        assert counts(REQUESTED, period(item_id=Item.objects.get(sku="CUP").pk)) == (1, 1, 1)


@pytest.mark.parametrize("name", list(FigureName))
def test_the_rows_of_a_figure_add_up_to_it(order: PurchaseOrder, name: FigureName) -> None:
    answer(order, 1, (20, 0))
    noticed(order, 18, 6)
    came(order, 18, 6, key="r1", on=WANTED)
    invoiced(order, (18, "2.50"), (6, "2.40"))
    found = figure(name)
    counted = rows(name)
    assert sum(row.counted for row in counted.rows) == found.numerator
    if name is not FigureName.QUALITY:
        assert sum(row.weight for row in counted.rows) == found.denominator
        assert sum(row.weight != 0 for row in counted.rows) == found.n


def test_the_fill_rate_counts_units_by_the_day_asked_for(order: PurchaseOrder) -> None:
    """20 of 24 cups in time and 4 late, 12 plates in time, and more of them than ordered: 32 of 36."""
    came(order, 20, 15, key="r1")
    came(order, 4, key="r2", on=WANTED + timedelta(days=1))
    found = figure(FigureName.FILL_RATE)
    assert (found.numerator, found.denominator, found.value) == (32, 36, Decimal("88.89"))


def test_lead_times_are_spread_beside_what_was_promised(order: PurchaseOrder) -> None:
    agreed(lead_time_days=10)
    came(order, 12, 6, key="r1", on=TODAY + timedelta(days=12))
    came(order, 12, 6, key="r2", on=TODAY + timedelta(days=18))
    found = figure(FigureName.LEAD_TIME)
    told = {name: found.facts[name] for name in ("p10", "p50", "p90", "promised_p50", "agreed")}
    assert told == {"p10": 12, "p50": 12, "p90": 18, "promised_p50": 14, "agreed": 10}
    assert (found.n, found.numerator, found.denominator) == (4, 60, 4)
    assert sum(one.count for one in found.facts["bins"]) == 4
    assert [row.verdict for row in rows(FigureName.LEAD_TIME).rows] == ["2 days early"] * 2 + ["4 days late"] * 2


class TestQuality:
    def test_damaged_goods_and_other_items_count_per_million(self, order: PurchaseOrder) -> None:
        """Of 20 cups, 2 were broken; 4 bowls came that nobody had ordered: 6 of 24."""
        goods = [ReceiptLine(1, Decimal(18), damaged=Decimal(2), reason="Broken.")]
        wrong = [WrongGoods(1, "BOWL", Decimal(4))]
        actions.receive(order.number, goods, wrong=wrong, key="r1", received_on=WANTED, actor=ACTOR)
        found = figure(FigureName.QUALITY)
        assert (found.numerator, found.denominator, found.value) == (6, 24, Decimal("250000.00"))
        assert [row.verdict for row in rows(FigureName.QUALITY).rows] == ["damaged", "wrong_item"]

    def test_what_quality_rejects_of_its_lots_counts_too(self, order: PurchaseOrder) -> None:
        """Of a lot of 24, 3 are rejected."""
        Item.objects.update(tracking="lot")
        self._receive(order, "L1", 24)
        ledger.reject(
            "CUP",
            "SHOP",
            lot="L1",
            quantity=Decimal(3),
            source_status="released",
            key="q1",
            reason="Cracks.",
            actor=ACTOR,
        )
        found = figure(FigureName.QUALITY)
        assert (found.numerator, found.denominator) == (3, 24)
        [row] = rows(FigureName.QUALITY).rows
        assert (row.order, row.line, row.sku, row.verdict) == (order.number, 1, "CUP", "rejected, lot L1")

    def test_goods_that_were_damaged_and_then_rejected_count_once(self, order: PurchaseOrder) -> None:
        Item.objects.update(tracking="lot")
        self._receive(order, "L1", 20, damaged=4)
        ledger.reject(
            "CUP",
            "SHOP",
            lot="L1",
            quantity=Decimal(4),
            source_status="on_hold",
            key="q1",
            reason="Broken.",
            actor=ACTOR,
        )
        assert counts(FigureName.QUALITY)[:2] == (4, 24)

    @staticmethod
    def _receive(order: PurchaseOrder, lot: str, quantity: int, *, damaged: int = 0) -> None:
        goods = [ReceiptLine(1, Decimal(quantity), lot=lot, damaged=Decimal(damaged), reason="Broken." * bool(damaged))]
        actions.receive(order.number, goods, key="r1", received_on=WANTED, actor=ACTOR)


def test_price_variance_is_told_in_money_and_in_percent(order: PurchaseOrder) -> None:
    """24 cups ordered at 2.40 and invoiced at 2.52: 2.88 more than 57.60, which is 5 %."""
    agreed(price_tolerance_percent=5)
    came(order, 24, key="r1")
    invoiced(order, (24, "2.52"))
    found = figure(FigureName.PRICE_VARIANCE)
    assert (found.numerator, found.denominator, found.value) == (Decimal("2.88"), Decimal("57.60"), Decimal("5.00"))
    assert (found.currency, found.facts) == ("EUR", {"disputed": 0})


def test_what_is_disputed_is_no_variance_yet_and_is_told(order: PurchaseOrder) -> None:
    came(order, 24, key="r1")
    invoiced(order, (24, "2.52"))
    found = figure(FigureName.PRICE_VARIANCE)
    assert (found.n, found.value, found.facts) == (0, None, {"disputed": 1})


class TestAnswers:
    def placed_at(self, order: PurchaseOrder, hours: int | None) -> None:
        """As if it had been placed at noon of the first day, and answered so many hours later."""
        noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
        PurchaseOrder.objects.filter(pk=order.pk).update(placed_at=noon)
        if hours is not None:
            answer(order, 1, (24, 0))
            # A fact is never changed; the test writes it as it would have been.
            row = Acknowledgement.objects.get(purchase_order=order)
            Acknowledgement.objects.create(
                purchase_order=order, message_key="first", revision=1, outcome="applied", answer=row.answer,
                received_at=noon + timedelta(hours=hours), actor=ACTOR,
            )  # fmt: skip

    def test_they_are_judged_by_the_time_agreed(self, order: PurchaseOrder) -> None:
        agreed(answer_time_hours=48)
        self.placed_at(order, 24)
        self.placed_at(placed(), 72)
        self.placed_at(placed(), None)
        found = figure(FigureName.ANSWER_TIME)
        assert (found.numerator, found.denominator) == (1, 3)
        assert found.facts == {"hours_p50": 24, "hours_p90": 72, "unanswered": 1}

    def test_without_a_time_any_answer_is_in_time(self, order: PurchaseOrder) -> None:
        self.placed_at(order, 500)
        self.placed_at(placed(), None)
        assert counts(FigureName.ANSWER_TIME) == (1, 2, 2)

    def test_whose_time_is_not_over_is_left_out(self, order: PurchaseOrder) -> None:
        agreed(answer_time_hours=48)
        today = timezone.now().date()
        found = figure(FigureName.ANSWER_TIME, period(begins_on=today, ends_on=today, as_of=today + timedelta(days=1)))
        assert (found.n, found.left_out) == (0, 1)


def test_a_notice_holds_when_all_of_it_came_by_its_day(order: PurchaseOrder) -> None:
    noticed(order, 24, 12, expected_in=10)
    came(order, 24, 11, key="r1", on=TODAY + timedelta(days=10))
    came(order, 0, 1, key="r2", on=TODAY + timedelta(days=11))
    assert counts(FigureName.NOTICES) == (1, 2, 2)


def test_what_is_late_past_the_limit_is_a_disruption(order: PurchaseOrder) -> None:
    came(order, 24, key="r1", on=WANTED + timedelta(days=14))
    came(order, 0, 12, key="r2", on=WANTED + timedelta(days=15))
    assert counts(FigureName.DISRUPTIONS) == (1, 2, 2)
    assert counts(FigureName.DISRUPTIONS, period(as_of=WANTED + timedelta(days=14))) == (0, 0, 0)


def test_rebate_and_commitments_are_told_beside_it(order: PurchaseOrder) -> None:
    agreed(rebate_tiers=[[50, 2], [100, 3]])
    cup = Item.objects.get(sku="CUP")
    VolumeCommitment.objects.create(supplier=order.supplier, item=cup, quantity=96, valid_from=TODAY, valid_to=LATER)
    came(order, 24, 12, key="r1")
    invoiced(order, (24, "2.40"))
    found = scorecard(period())
    assert found.rebate is not None
    earned = found.rebate.on_invoiced
    assert (earned.turnover, earned.earned, earned.next_from) == (Decimal("57.60"), Decimal("1.15"), 100)
    assert [(c.pace.reached, c.pace.promised, c.pace.percent) for c in found.commitments] == [(24, 96, 25)]


def test_a_scorecard_is_of_the_last_year_unless_it_is_said(order: PurchaseOrder) -> None:
    found = period_of(order.supplier, None, None, as_of=TODAY)
    assert (found.begins_on, found.ends_on) == (TODAY - timedelta(days=365), TODAY - timedelta(days=1))
