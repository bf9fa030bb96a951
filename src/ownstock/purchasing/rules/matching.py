"""The three-way match: what was ordered, what came, what is invoiced; and which goods each invoice pays for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ownstock.base.text import plain
from ownstock.purchasing.rules.invoices import CENT, InvoiceState

NOTHING = Decimal(0)


class FindingCode(StrEnum):
    """How an invoiced line differs from what was ordered and what came."""

    PRICE_OVER = "price_over"
    PRICE_UNDER = "price_under"
    QUANTITY_OVER = "quantity_over"
    NOT_RECEIVED = "not_received"
    NOT_ORDERED = "not_ordered"
    UNIT_DIFFERS = "unit_differs"
    CURRENCY_DIFFERS = "currency_differs"
    INVOICED_TWICE = "invoiced_twice"


ONLY_TOLD = frozenset({FindingCode.PRICE_UNDER})
WAITS = frozenset({FindingCode.NOT_RECEIVED})


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far an invoice may differ: in price and quantity in percent, and a line in all by a small amount of money."""

    price_percent: Decimal = NOTHING
    quantity_percent: Decimal = NOTHING
    small_amount: Decimal = CENT


@dataclass(frozen=True, slots=True)
class Bought:
    """An ordered line as the match sees it: its price, what came of it and is kept, and what is still to come."""

    price: Decimal
    currency: str
    received: Decimal
    still_open: Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """A line of an invoice for an ordered line, in stock units; a quantity of None: in a unit it was not ordered in."""

    invoice: int
    line: int
    quantity: Decimal | None
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference of one invoiced line, by how much, as a sentence."""

    invoice: int
    line: int
    code: FindingCode
    sentence: str
    quantity: Decimal = NOTHING


def three_way_match(ordered: Bought, invoiced: Sequence[Claim], tolerances: Tolerances) -> list[Finding]:
    """Everything in which the invoices of an ordered line differ from what was ordered and what came.

    Credits count before all else, whenever they came; of the others, who invoiced first is paid first. A quantity beyond what
    came waits while so much may still come, and is over where it will not.
    """
    unfit = [finding for claim in invoiced if (finding := _unfit(ordered, claim))]
    fit = [claim for claim in invoiced if claim.quantity is not None and claim.currency == ordered.currency]
    prices = [finding for claim in fit if (finding := _price_finding(ordered, claim, tolerances))]
    return [*unfit, *prices, *_quantity_findings(ordered, fit, tolerances)]


def not_ordered(invoice: int, line: int, code: str) -> Finding:
    """Goods invoiced that no order asked for."""
    return Finding(invoice, line, FindingCode.NOT_ORDERED, f"Line {line}: {code or 'this'} was not ordered.")


def _unfit(ordered: Bought, claim: Claim) -> Finding | None:
    if claim.currency != ordered.currency:
        sentence = f"Line {claim.line}: invoiced in {claim.currency}, ordered in {ordered.currency}."
        return Finding(claim.invoice, claim.line, FindingCode.CURRENCY_DIFFERS, sentence)
    if claim.quantity is None:
        sentence = f"Line {claim.line}: invoiced in a unit in which it was not ordered."
        return Finding(claim.invoice, claim.line, FindingCode.UNIT_DIFFERS, sentence)
    return None


def _price_finding(ordered: Bought, claim: Claim, tolerances: Tolerances) -> Finding | None:
    assert claim.quantity is not None, "Only claims in a known unit are compared."
    difference = claim.price - ordered.price
    is_small = abs(difference * claim.quantity) <= tolerances.small_amount
    if claim.quantity < 0 or is_small or abs(difference) <= ordered.price * tolerances.price_percent / 100:
        return None
    code = FindingCode.PRICE_OVER if difference > 0 else FindingCode.PRICE_UNDER
    told = f"{plain(claim.price)} invoiced, {plain(ordered.price)} ordered"
    return Finding(claim.invoice, claim.line, code, f"Line {claim.line}: a price of {told}.", claim.quantity)


def _quantity_findings(ordered: Bought, claims: Sequence[Claim], tolerances: Tolerances) -> Iterable[Finding]:
    grown = 1 + tolerances.quantity_percent / 100
    came, may_come = ordered.received * grown, (ordered.received + ordered.still_open) * grown
    upto = sum((min(claim.quantity or NOTHING, NOTHING) for claim in claims), NOTHING)
    earlier: dict[Decimal, set[int]] = {}
    for claim in claims:
        quantity = claim.quantity or NOTHING
        if quantity <= 0:
            continue
        upto += quantity
        beyond = min(quantity, upto - may_come)
        if beyond > 0:
            yield _over(ordered, claim, beyond, earlier.get(quantity, set()))
        elif (waiting := min(quantity, upto - came)) > 0:
            sentence = f"Line {claim.line}: {plain(waiting)} of {plain(quantity)} have not come yet."
            yield Finding(claim.invoice, claim.line, FindingCode.NOT_RECEIVED, sentence, waiting)
        earlier.setdefault(quantity, set()).add(claim.invoice)


def _over(ordered: Bought, claim: Claim, beyond: Decimal, invoiced_before: set[int]) -> Finding:
    is_again = bool(invoiced_before - {claim.invoice})
    code = FindingCode.INVOICED_TWICE if is_again else FindingCode.QUANTITY_OVER
    again = " So many were invoiced before." if is_again else ""
    told = f"{plain(beyond)} more than the {plain(ordered.received)} that came and are kept"
    return Finding(claim.invoice, claim.line, code, f"Line {claim.line}: {told}.{again}", beyond)


def state_after_match(findings: Iterable[Finding]) -> InvoiceState:
    """Where an invoice stands by what is found: disputed, waiting for goods, or matched."""
    codes = {finding.code for finding in findings} - ONLY_TOLD
    if codes - WAITS:
        return InvoiceState.DISPUTED
    return InvoiceState.WAITING if codes else InvoiceState.MATCHED


def holds_back(finding: Finding) -> bool:
    """Whether a finding keeps a line from being paid for."""
    return finding.code not in ONLY_TOLD


@dataclass(frozen=True, slots=True)
class Payable:
    """A line of an invoice that is agreed with: so many, and for how many of them goods are known already."""

    line: int
    quantity: Decimal
    shared: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Payee:
    """Goods of one line of a receipt: so many, and how many are paid for by invoices already."""

    receipt: tuple[str, int]
    quantity: Decimal
    shared: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Share:
    """So many goods of a receipt that a line of an invoice pays for, or below zero: credits."""

    line: int
    receipt: tuple[str, int]
    quantity: Decimal


def share_out(invoiced: Sequence[Payable], received: Sequence[Payee]) -> list[Share]:
    """Say which goods each line of an invoice pays for, the earliest first; credits take from the latest.

    Only what is not shared yet is. What finds no goods stays open until some come; what a credit gives free another line may
    take. Shares of a line never add up to more than it invoices, shares of a receipt never to more than came.
    """
    needs = {payable.line: payable.quantity - payable.shared for payable in invoiced}
    paid = {payee.receipt: payee.shared for payee in received}
    came = {payee.receipt: payee.quantity for payee in received}
    shares: list[Share] = []
    while found := [*_pay(needs, paid, came), *_credit(needs, paid)]:
        shares += found
    return shares


def _pay(
    needs: dict[int, Decimal], paid: dict[tuple[str, int], Decimal], came: dict[tuple[str, int], Decimal]
) -> Iterable[Share]:
    receipts = [receipt for receipt in came if came[receipt] > paid[receipt]]
    first = 0
    for line in needs:
        while needs[line] > 0 and first < len(receipts):
            receipt = receipts[first]
            quantity = min(needs[line], came[receipt] - paid[receipt])
            needs[line] -= quantity
            paid[receipt] += quantity
            first += paid[receipt] >= came[receipt]
            yield Share(line, receipt, quantity)


def _credit(needs: dict[int, Decimal], paid: dict[tuple[str, int], Decimal]) -> Iterable[Share]:
    receipts = [receipt for receipt in paid if paid[receipt] > 0]
    for line in needs:
        while needs[line] < 0 and receipts:
            receipt = receipts[-1]
            quantity = min(-needs[line], paid[receipt])
            needs[line] += quantity
            paid[receipt] -= quantity
            if not paid[receipt]:
                receipts.pop()
            yield Share(line, receipt, -quantity)
