"""Orders as their supplier was told them, and how what it says of a line is found in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ownstock.base.units import converted
from ownstock.exchange.documents import Fault, ItemCodes, Line
from ownstock.exchange.partners import Conventions, LineNumbers
from ownstock.exchange.rules import WrittenLine, WrittenOrder


@dataclass(frozen=True, slots=True)
class SentOrder:
    """An order, revision by revision as its supplier was told it, the first one first."""

    revisions: tuple[WrittenOrder, ...]

    @property
    def first(self) -> WrittenOrder:
        """What was ordered."""
        return self.revisions[0]

    @property
    def newest(self) -> WrittenOrder:
        """What the supplier was told last."""
        return self.revisions[-1]

    @property
    def lines(self) -> list[WrittenLine]:
        """Every line it ever had, as it was told last."""
        last = {line.line: line for revision in self.revisions for line in revision.lines}
        return [last[number] for number in sorted(last)]


def line_meant(lines: Sequence[WrittenLine], said: Line, order: str, conventions: Conventions) -> WrittenLine | Fault:
    """The line of an order that a supplier speaks of: by our number where that was agreed, else by the item."""
    if conventions.line_numbers is LineNumbers.OURS and said.line.isascii() and said.line.isdigit():
        numbered = next((line for line in lines if line.line == int(said.line[:9])), None)
        if numbered is not None:
            return numbered if _is_of(numbered, said.codes) else _other_item(numbered, said, order)
    found = [line for line in lines if _names(said.codes) and _is_of(line, said.codes)]
    if len(found) == 1:
        return found[0]
    return _unknown(said, order) if not found else _ambiguous(found, said, order)


def _names(codes: ItemCodes) -> bool:
    return bool(codes.sku or codes.supplier_sku)


def _is_of(line: WrittenLine, codes: ItemCodes) -> bool:
    """Whether codes may be those of a line's item: none that both know contradicts, and one agrees where there is one."""
    pairs = [(line.sku, codes.sku), (line.supplier_sku, codes.supplier_sku)]
    known = [(ours, theirs) for ours, theirs in pairs if ours and theirs]
    return any(ours.casefold() == theirs.casefold() for ours, theirs in known) or not known


def _named(said: Line) -> str:
    codes = said.codes
    return codes.sku or codes.supplier_sku or codes.gtin or next((code for _, code in codes.others), "no item")


def _other_item(line: WrittenLine, said: Line, order: str) -> Fault:
    sentence = (
        f"{said.place}: line {said.line} is said to be {_named(said)}, but line {line.line} of {order} is {line.sku}"
        f"{f' ({line.supplier_sku})' if line.supplier_sku else ''}. Ask the supplier which it means; if the numbers of "
        "its lines are its own, set line_numbers of the channel to theirs."
    )
    return Fault(code="other_item", sentence=sentence, place=said.place)


def _unknown(said: Line, order: str) -> Fault:
    sentence = (
        f"{said.place}: {order} has no line {said.line} and none of {_named(said)}. Ask the supplier what it means."
    )
    return Fault(code="line_unknown", sentence=sentence, place=said.place)


def _ambiguous(found: Sequence[WrittenLine], said: Line, order: str) -> Fault:
    numbers = ", ".join(str(line.line) for line in found)
    sentence = (
        f"{said.place}: {_named(said)} may be any of the lines {numbers} of {order}. Ask the supplier to send our numbers of "
        "lines."
    )
    return Fault(code="line_ambiguous", sentence=sentence, place=said.place)


def unit_meant(line: WrittenLine, unit: str, conventions: Conventions) -> str | None:
    """Which unit of a line a partner's code is: the one it is ordered in, or the stock unit; None where it is neither."""
    code = unit.upper()
    known = (name for name in (line.purchase_unit, line.unit) if code in conventions.codes_of(name))
    return next(known, None)


def size_of(line: WrittenLine, unit: str, conventions: Conventions) -> Fraction | None:
    """How many stock units of a line one of a partner's unit is; None where the line knows no such unit."""
    meant = unit_meant(line, unit, conventions)
    if meant is None:
        return None
    return Fraction(line.units_numerator, line.units_denominator) if meant == line.purchase_unit else Fraction(1)


def unit_unknown(line: WrittenLine, unit: str, place: str) -> Fault:
    """That a line knows no such unit."""
    sentence = (
        f"{place}: the unit {unit or '(none)'} is none of {line.sku}, which is ordered in {line.purchase_unit} and "
        f"counted in {line.unit}. Ask the supplier, or add the code to the setting units of the channel."
    )
    return Fault(code="unit_unknown", sentence=sentence, place=place)


def in_stock_units(
    line: WrittenLine, quantity: Decimal, unit: str, conventions: Conventions, place: str
) -> Decimal | Fault:
    """A quantity in stock units of the line, exactly."""
    size = size_of(line, unit, conventions)
    if size is None:
        return unit_unknown(line, unit, place)
    if not 0 <= quantity <= 10**12:
        return Fault(
            code="bad_quantity", sentence=f"{place}: {quantity:f} is no quantity. Ask the supplier.", place=place
        )
    exact = converted(quantity, size.numerator, size.denominator)
    if exact is None:
        sentence = (
            f"{place}: {quantity:f} {unit} of {line.sku} are no number of {line.unit} that four decimals can say. Ask the "
            "supplier."
        )
        return Fault(code="no_exact_quantity", sentence=sentence, place=place)
    return exact


def objections(order: SentOrder | None, number: str, supplier: str, currency: str, place: str) -> Iterator[Fault]:
    """Why a document cannot be about an order."""
    if order is None:
        sentence = f"{place}: no order {number or '(none)'} was sent to {supplier}. Ask the supplier which it means."
        yield Fault(code="order_unknown", sentence=sentence, place=place)
    elif order.newest.supplier_code != supplier:
        sentence = (
            f"{place}: {number} is an order to another supplier than {supplier}. Ask the supplier which it means."
        )
        yield Fault(code="other_supplier", sentence=sentence, place=place)
    elif currency and currency != order.newest.currency:
        sentence = f"{place}: it speaks of {currency}, but {number} is in {order.newest.currency}. Ask the supplier."
        yield Fault(code="other_currency", sentence=sentence, place=place)
