"""What the rules of the supplier register promise, whatever the decisions, prices, minimums and days are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ownstock.catalog.rules import (
    Decision,
    OrderSize,
    QualificationState,
    RebateBase,
    SupplierCalendar,
    next_order_day,
    next_order_days,
    overlaps,
    price_at,
    rebate,
    shortfall,
)
from ownstock.catalog.rules.lapses import covered_until
from ownstock.catalog.rules.objections import Need, Paper, SupplierRecord, causes, objections
from ownstock.catalog.rules.qualification import deciding

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 40).map(lambda ahead: FIRST + timedelta(days=ahead))
SKUS, CATEGORIES, KINDS = ["a", "b", "c"], ["x", "y"], ["iso", "reach"]
MONEY = st.integers(0, 500).map(lambda cents: Decimal(cents) / 100)


@dataclass(frozen=True)
class Thing:
    """An item as a rule sees it."""

    sku: str
    category: str


THINGS = st.builds(Thing, st.sampled_from(SKUS), st.sampled_from(["", *CATEGORIES]))


@st.composite
def spans(draw: st.DrawFn) -> tuple[date, date | None]:
    begins = draw(DAYS)
    return begins, draw(st.none() | st.integers(0, 20).map(lambda days: begins + timedelta(days=days)))


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    begins, ends = draw(spans())
    return Decision(
        draw(st.sampled_from(QualificationState)), begins, ends, "on a condition", "a reason",
        draw(st.frozensets(st.sampled_from(CATEGORIES))), draw(st.frozensets(st.sampled_from(SKUS))),
    )  # fmt: skip


NEEDS = st.builds(Need, st.sampled_from(KINDS), st.sampled_from(["", *SKUS])) | st.builds(
    Need, st.sampled_from(KINDS), st.just(""), st.sampled_from(["", *CATEGORIES])
)
PAPERS = st.tuples(st.sampled_from(KINDS), spans()).map(lambda drawn: Paper(drawn[0], *drawn[1]))
RECORDS = st.builds(
    SupplierRecord, st.just("ALPHA"), st.booleans(), st.lists(decisions(), max_size=5), st.lists(PAPERS, max_size=4),
    st.lists(NEEDS, max_size=3),
)  # fmt: skip


@given(RECORDS, st.lists(THINGS, min_size=1, max_size=6, unique=True), DAYS, st.booleans())
def test_an_order_is_objected_to_exactly_where_one_of_its_items_is(
    record: SupplierRecord, things: list[Thing], on: date, is_automatic: bool
) -> None:
    told = objections(record, things, on=on, is_automatic=is_automatic)
    alone = {t.sku for t in things if causes(record, t, on=on, is_automatic=is_automatic)}
    assert {sku for objection in told for sku in objection.facts["skus"]} == alone


@given(RECORDS, THINGS, DAYS)
def test_a_block_wins_over_every_older_decision(record: SupplierRecord, thing: Thing, on: date) -> None:
    block = Decision(QualificationState.BLOCKED, on, on)
    blocked = replace(record, decisions=[block, *record.decisions])
    assert "supplier_blocked" in [cause.code for cause in causes(blocked, thing, on=on)]


@given(RECORDS, THINGS, DAYS)
def test_an_approval_of_everything_leaves_only_certificates(record: SupplierRecord, thing: Thing, on: date) -> None:
    approval = Decision(QualificationState.APPROVED, on, on)
    approved = replace(record, decisions=[approval, *record.decisions])
    codes = {cause.code for cause in causes(approved, thing, on=on, is_automatic=True)}
    assert codes <= {"certificate_missing", "certificate_expired"}


@given(RECORDS, THINGS, DAYS)
def test_a_program_may_never_do_more_than_a_person(record: SupplierRecord, thing: Thing, on: date) -> None:
    by_person = set(causes(record, thing, on=on))
    assert by_person <= set(causes(record, thing, on=on, is_automatic=True))


@given(RECORDS, st.sampled_from(["", *CATEGORIES]), DAYS)
def test_items_that_the_register_does_not_name_are_alike_within_a_category(
    record: SupplierRecord, category: str, on: date
) -> None:
    """What lets a plan judge a category once instead of each of its items."""
    named = record.skus_named
    unnamed = [Thing(sku, category) for sku in [*SKUS, "d", "e"] if sku not in named]
    assert len({tuple(causes(record, thing, on=on)) for thing in unnamed}) == 1


@given(st.lists(decisions(), max_size=6), THINGS, DAYS)
def test_the_decision_that_counts_is_the_newest_that_holds_and_covers(
    some: list[Decision], thing: Thing, on: date
) -> None:
    found = deciding(some, sku=thing.sku, category=thing.category, on=on)
    fitting = [d for d in some if d.is_in_force(on) and d.covers(thing.sku, thing.category)]
    assert found == (fitting[0] if fitting else None)


@dataclass(frozen=True)
class PricedFrom:
    """A price break as a rule sees it."""

    from_quantity: Decimal
    price: Decimal
    valid_from: date
    valid_to: date | None


@st.composite
def priced(draw: st.DrawFn) -> PricedFrom:
    return PricedFrom(Decimal(draw(st.integers(0, 20))), draw(MONEY), *draw(spans()))


@given(MONEY, st.lists(priced(), max_size=8), st.integers(0, 30).map(Decimal), DAYS)
def test_a_price_is_one_that_holds_for_the_quantity_and_the_newest_of_these(
    term_price: Decimal, breaks: list[PricedFrom], quantity: Decimal, on: date
) -> None:
    fitting = [
        b
        for b in breaks
        if b.from_quantity <= quantity and b.valid_from <= on and (b.valid_to is None or on <= b.valid_to)
    ]
    price = price_at(term_price, breaks, quantity, on)
    if not fitting:
        assert price == term_price
        return
    newest = max(b.valid_from for b in fitting)
    most = max(b.from_quantity for b in fitting if b.valid_from == newest)
    assert price in [b.price for b in fitting if b.valid_from == newest and b.from_quantity == most]


@given(MONEY, st.lists(priced(), max_size=8), priced(), st.integers(0, 30).map(Decimal), DAYS)
def test_a_list_changes_no_price_before_its_day(
    term_price: Decimal, breaks: list[PricedFrom], new: PricedFrom, quantity: Decimal, on: date
) -> None:
    later = replace(new, valid_from=on + timedelta(days=1), valid_to=None)
    assert price_at(term_price, [*breaks, later], quantity, on) == price_at(term_price, breaks, quantity, on)


@given(DAYS, st.sets(st.integers(1, 7)), st.lists(st.tuples(DAYS, st.integers(0, 10)), max_size=4))
def test_the_next_order_day_is_the_first_that_is_agreed_and_open(
    on: date, weekdays: set[int], begun: list[tuple[date, int]]
) -> None:
    closures = [(begins, begins + timedelta(days=days)) for begins, days in begun]

    def is_fit(day: date) -> bool:
        return (not weekdays or day.isoweekday() in weekdays) and not any(a <= day <= b for a, b in closures)

    found = next_order_day(on, order_weekdays=weekdays, closures=closures)
    assert found is not None
    assert is_fit(found)
    assert not any(is_fit(on + timedelta(days=ahead)) for ahead in range((found - on).days))


def test_a_supplier_that_never_opens_has_no_order_day() -> None:
    assert next_order_day(FIRST, order_weekdays=(), closures=[(FIRST, date(2099, 1, 1))]) is None
    never = SupplierCalendar(closures=((FIRST, date(2099, 1, 1)),))
    assert next_order_days(FIRST, never, review_period_days=7) is None
    ends = SupplierCalendar(closures=((FIRST + timedelta(days=1), date(2099, 1, 1)),))
    last = next_order_days(FIRST, ends, review_period_days=7)
    assert last is not None
    assert (last.wait_days, last.days_between) == (0, 7)


@given(DAYS, st.sets(st.integers(1, 7)), st.lists(st.tuples(DAYS, st.integers(0, 10)), max_size=4), st.integers(1, 40))
def test_an_order_waits_for_its_day_and_lasts_until_the_first_day_after_a_review_period(
    on: date, weekdays: set[int], begun: list[tuple[date, int]], review_period_days: int
) -> None:
    calendar = SupplierCalendar(frozenset(weekdays), tuple((day, day + timedelta(days=days)) for day, days in begun))
    found = next_order_days(on, calendar, review_period_days=review_period_days)
    assert found is not None
    assert found.leaves_on == calendar.next_day(on)
    assert found.next_on == calendar.next_day(found.leaves_on + timedelta(days=review_period_days))
    if not found.is_bound:
        assert (found.wait_days, found.days_between) == (0, review_period_days)
    while_it_waits = next_order_days(found.leaves_on, calendar, review_period_days=review_period_days)
    assert while_it_waits is not None
    assert (while_it_waits.leaves_on, while_it_waits.next_on) == (found.leaves_on, found.next_on)
    assert found.every(review_period_days) == found


@dataclass(frozen=True)
class Least:
    """An agreement's minimums as a rule sees them."""

    currency: str = "EUR"
    minimum_order_value: Decimal | None = None
    minimum_order_weight_kg: Decimal | None = None
    minimum_order_volume_l: Decimal | None = None


@given(*(st.none() | MONEY for _ in range(3)), MONEY, st.none() | MONEY, st.none() | MONEY)
def test_an_order_lacks_something_exactly_where_a_measure_is_below_its_minimum(
    value: Decimal | None, weight: Decimal | None, volume: Decimal | None,
    there: Decimal, weighs: Decimal | None, fills: Decimal | None,
) -> None:  # fmt: skip
    pairs = [(value, there), (weight, weighs), (volume, fills)]
    is_short = any(least is not None and has is not None and has < least for least, has in pairs)
    assert bool(shortfall(Least("EUR", value, weight, volume), OrderSize(there, weighs, fills))) == is_short


def test_a_shortfall_says_how_much_of_what() -> None:
    agreed = Least(minimum_order_value=Decimal(500), minimum_order_weight_kg=Decimal(100))
    sentence = shortfall(agreed, OrderSize(Decimal("420.50"), Decimal(90), None))
    assert sentence == "The order lacks 79.50 EUR of at least 500.00 EUR and 10 kg of at least 100 kg."


TIERS = st.lists(st.tuples(st.integers(0, 1000).map(Decimal), st.integers(0, 20).map(Decimal)), max_size=4)


@given(TIERS, MONEY, MONEY, st.sampled_from(RebateBase))
def test_a_rebate_is_never_more_than_the_highest_percentage_and_never_less_than_nothing(
    tiers: list[tuple[Decimal, Decimal]], one: Decimal, other: Decimal, base: RebateBase
) -> None:
    turnover = (one + other) * 100
    most = max((percent for _, percent in tiers), default=Decimal(0))
    assert 0 <= rebate(tiers, turnover, base=base) <= (turnover * most / 100).quantize(Decimal("0.01"))


def test_a_rebate_is_paid_on_the_whole_or_on_what_lies_above() -> None:
    tiers = [(Decimal(10_000), Decimal(1)), (Decimal(50_000), Decimal(2))]
    assert rebate(tiers, Decimal(60_000), base=RebateBase.WHOLE) == Decimal("1200.00")
    assert rebate(tiers, Decimal(60_000), base=RebateBase.ABOVE) == Decimal("600.00")
    assert rebate(tiers, Decimal(9_999), base=RebateBase.WHOLE) == 0


@given(spans(), spans())
def test_two_spans_overlap_exactly_where_they_have_a_day_in_common(
    one: tuple[date, date | None], other: tuple[date, date | None]
) -> None:
    days = [FIRST + timedelta(days=ahead) for ahead in range(70)]
    common = [d for d in days if all(a <= d and (b is None or d <= b) for a, b in (one, other))]
    assert overlaps(one, other) == bool(common)


@given(st.lists(spans(), max_size=6), DAYS)
def test_a_day_is_covered_up_to_the_last_day_before_the_first_gap(
    some: list[tuple[date, date | None]], on: date
) -> None:
    def is_covered(day: date) -> bool:
        return any(begins <= day and (ends is None or day <= ends) for begins, ends in some)

    found = covered_until(some, on)
    if is_covered(on) and found != date.max:
        assert found is not None
        assert all(is_covered(on + timedelta(days=ahead)) for ahead in range((found - on).days + 1))
        assert not is_covered(found + timedelta(days=1))
    elif is_covered(on):
        assert is_covered(on + timedelta(days=10_000))
    else:
        assert found == max((ends for begins, ends in some if ends is not None and ends < on), default=None)
