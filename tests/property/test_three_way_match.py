"""The three-way match holds whatever was ordered, came and was invoiced, and however far it may differ."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ownstock.purchasing.rules.invoices import shared
from ownstock.purchasing.rules.matching import (
    Bought,
    Claim,
    Payable,
    Payee,
    Tolerances,
    holds_back,
    share_out,
    three_way_match,
)

units = st.decimals(0, 200, places=1)
signed = st.decimals(-50, 200, places=1).filter(bool)
prices = st.decimals("0.5", 5, places=2)
percents = st.decimals(0, 50, places=1)
ordered_lines = st.builds(Bought, price=prices, currency=st.just("EUR"), received=units, still_open=units)
claims = st.lists(st.tuples(signed, prices), max_size=6).map(
    lambda rows: [Claim(n, 1, quantity, price, "EUR") for n, (quantity, price) in enumerate(rows)]
)


def held(ordered: Bought, claimed: list[Claim], tolerances: Tolerances) -> set[int]:
    """The invoices that something is held against."""
    return {finding.invoice for finding in three_way_match(ordered, claimed, tolerances) if holds_back(finding)}


@given(ordered_lines, claims, percents, percents, percents, percents)
def test_more_tolerance_never_holds_back_more(
    ordered: Bought, claimed: list[Claim], price: Decimal, quantity: Decimal, more_price: Decimal, more: Decimal
) -> None:
    strict = held(ordered, claimed, Tolerances(price, quantity))
    assert held(ordered, claimed, Tolerances(price + more_price, quantity + more)) <= strict


@given(ordered_lines, claims)
def test_what_is_not_held_back_never_exceeds_what_came(ordered: Bought, claimed: list[Claim]) -> None:
    held_back = held(ordered, claimed, Tolerances(small_amount=Decimal(1_000_000)))
    free = [c.quantity for c in claimed if c.invoice not in held_back and c.quantity]
    if any(quantity > 0 for quantity in free):
        assert sum(free) <= ordered.received


@given(ordered_lines, claims, units)
def test_goods_that_come_later_leave_less_held_back(ordered: Bought, claimed: list[Claim], more: Decimal) -> None:
    later = Bought(ordered.price, ordered.currency, ordered.received + more, ordered.still_open)
    assert held(later, claimed, Tolerances()) <= held(ordered, claimed, Tolerances())


@given(ordered_lines, claims)
def test_all_findings_on_quantity_together_are_what_is_invoiced_beyond_what_came(
    ordered: Bought, claimed: list[Claim]
) -> None:
    findings = three_way_match(ordered, claimed, Tolerances(small_amount=Decimal(1_000_000)))
    beyond = Bought(ordered.price, ordered.currency, ordered.received, Decimal(0))
    all_over = three_way_match(beyond, claimed, Tolerances(small_amount=Decimal(1_000_000)))
    invoiced = sum((c.quantity or Decimal(0) for c in claimed), Decimal(0))
    if any(c.quantity and c.quantity > 0 for c in claimed) and invoiced >= ordered.received:
        assert sum(f.quantity for f in all_over) >= invoiced - ordered.received
    assert {f.invoice for f in findings} == {f.invoice for f in all_over}


received = st.lists(units.filter(bool), min_size=1, max_size=5)


def shares_of(invoiced: list[Decimal], came: list[Decimal]) -> tuple[dict[int, Decimal], dict[str, Decimal]]:
    """How much of each invoice and of each receipt is shared."""
    payables = [Payable(n, quantity) for n, quantity in enumerate(invoiced)]
    payees = [Payee((f"r{n}", 1), quantity) for n, quantity in enumerate(came)]
    by_line, by_receipt = defaultdict[int, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for share in share_out(payables, payees):
        by_line[share.line] += share.quantity
        by_receipt[share.receipt[0]] += share.quantity
    return by_line, by_receipt


@given(st.lists(signed, max_size=6), received)
def test_shares_are_never_more_than_was_invoiced_or_came(invoiced: list[Decimal], came: list[Decimal]) -> None:
    by_line, by_receipt = shares_of(invoiced, came)
    assert all(0 <= by_line[n] * (1 if q > 0 else -1) <= abs(q) for n, q in enumerate(invoiced))
    assert all(0 <= by_receipt[f"r{n}"] <= quantity for n, quantity in enumerate(came))


@given(st.lists(signed, min_size=1, max_size=6), received)
def test_shares_add_up_to_what_was_invoiced_where_enough_came(invoiced: list[Decimal], came: list[Decimal]) -> None:
    paid, credited = sum(q for q in invoiced if q > 0), -sum(q for q in invoiced if q < 0)
    by_line, _ = shares_of(invoiced, came)
    if credited <= paid and paid - credited <= sum(came) and paid:
        assert sum(by_line.values()) == min(sum(came), sum(invoiced)) or credited > sum(came)
        assert sum(by_line.values()) == sum(invoiced)


@given(st.decimals(-1000, 1000, places=2), st.lists(prices, min_size=1, max_size=8))
def test_a_shared_charge_adds_up(amount: Decimal, values: list[Decimal]) -> None:
    assert sum(shared(amount, values)) == amount
