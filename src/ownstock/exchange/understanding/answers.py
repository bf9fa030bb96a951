"""What a supplier's answer to an order, or to its change, means: promises, refusals, and what a person has to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from ownstock.base.text import plain
from ownstock.exchange.documents import (
    AcknowledgedLine,
    AcknowledgementDocument,
    AnsweredPart,
    Fault,
    LineStatus,
    Verdict,
)
from ownstock.exchange.partners import Conventions, Days
from ownstock.exchange.rules import WrittenLine, WrittenOrder
from ownstock.exchange.understanding.meanings import Answer, Findings, Remark, Understood
from ownstock.exchange.understanding.sent_orders import SentOrder, in_stock_units, line_meant, objections, size_of
from ownstock.purchasing.rules.answers import LineAnswer, Promise

HEADER = "the head of the answer"
GOOD = frozenset({LineStatus.ACCEPTED, LineStatus.CHANGED, LineStatus.BACKORDERED, LineStatus.SHIPPED})
REFUSED = frozenset({LineStatus.REJECTED, LineStatus.CANCELLED})
# What cannot be applied without a person: the kind of the remark, and what the supplier says.
FOR_PEOPLE = {
    LineStatus.HELD: ("line_held", "holds it back"),
    LineStatus.SUBSTITUTED: ("line_substituted", "wants to send another item instead"),
}
# Codes by which less than the line is a word about the whole: X12 counts a part shipped, with no rest, among what shipped.
SHORT_ON_PURPOSE = frozenset({"CP"})
WITHOUT_DATE = frozenset({"SP"})
PRICE_STEP, MAX_PRICE = Decimal("0.0001"), 10**12
MAX_REASON = 200


@dataclass(frozen=True, slots=True)
class _Unclear:
    """Why a line cannot be applied as it is answered: the kind of the remark, and what the supplier says, in words."""

    kind: str
    words: str


def understand_acknowledgement(
    document: AcknowledgementDocument, orders: Mapping[str, SentOrder], conventions: Conventions, supplier: str
) -> Understood:
    """The promises and refusals that an answer says, line by line, in stock units."""
    found = Findings()
    order = orders.get(document.order_number)
    found.faults += objections(order, document.order_number, supplier, document.currency, HEADER)
    if found.faults or order is None:
        return found.understood(None)
    revision = _revision(document, order, conventions, found)
    if revision is None:
        return found.understood(None)
    answers = _answers(document, revision, order.lines, conventions, found)
    answers |= _unsaid(document, revision, answers, found)
    _tell_texts(document, found)
    lines = tuple(answer for _, answer in sorted(answers.items()) if answer is not None)
    return found.understood(
        Answer(
            order_number=document.order_number,
            revision=revision.revision,
            answers=lines,
            answered_on=document.answered_on,
        )
    )


def _revision(
    document: AcknowledgementDocument, order: SentOrder, conventions: Conventions, found: Findings
) -> WrittenOrder | None:
    """The revision that is answered: an answer to a change names it, any other answers what was ordered first."""
    if not document.change_number:
        return order.newest if conventions.answers_changes_as_orders else order.first
    number = document.change_number
    revision = next((one for one in order.revisions if str(one.revision) == number.lstrip("0")), None)
    if revision is None:
        sentence = f"{HEADER}: no change {number} of {document.order_number} was ever sent. Ask the supplier."
        found.faults.append(Fault(code="change_unknown", sentence=sentence, place=HEADER))
    return revision


def _answers(
    document: AcknowledgementDocument,
    order: WrittenOrder,
    ever: list[WrittenLine],
    conventions: Conventions,
    found: Findings,
) -> dict[int, LineAnswer | None]:
    """The answer to each line that is spoken of; None where a person has to look at it, or the line was taken out."""
    standing = {line.line: line for line in order.lines if line.quantity}
    answers: dict[int, LineAnswer | None] = {}
    for said in document.lines:
        line = line_meant([standing.get(one.line, one) for one in ever], said, order.number, conventions)
        if isinstance(line, Fault):
            found.faults.append(line)
        elif line.line in answers:
            sentence = f"{said.place}: line {line.line} of {order.number} is answered twice. Ask the supplier."
            found.faults.append(Fault(code="line_twice", sentence=sentence, place=said.place))
        elif line.line in standing:
            answers[line.line] = _answer(document, said, line, conventions, found)
        else:
            answers[line.line] = None
            _tell_if_still_coming(document, said, line, found)
    return answers


def _answer(
    document: AcknowledgementDocument,
    said: AcknowledgedLine,
    line: WrittenLine,
    conventions: Conventions,
    found: Findings,
) -> LineAnswer | None:
    parts = said.answers or _by_verdict(document, said)
    promised = _promises(parts, said, line, conventions)
    if isinstance(promised, Fault):
        found.faults.append(promised)
        return None
    words = "; ".join(said.texts)
    if isinstance(promised, _Unclear):
        sentence = (
            f"{document.order_number}, line {line.line} ({line.sku}): the supplier {promised.words}"
            f"{f' ({words})' if words else ''}. The line stays as it was; ask, and change or cut it."
        )
        found.remarks.append(_remark(promised.kind, sentence, document, line))
        return None
    _tell_if_short(document, line, promised, words, found)
    price = _price(said, line, conventions)
    return LineAnswer(line=line.line, promises=tuple(promised), price=price, reason=words[:MAX_REASON])


def _tell_if_still_coming(
    document: AcknowledgementDocument, said: AcknowledgedLine, line: WrittenLine, found: Findings
) -> None:
    """Tell people where a line that was taken out is promised all the same; that it will not come is what was asked for."""
    if any(part.status in GOOD and part.quantity != 0 for part in said.answers):
        sentence = (
            f"{document.order_number}, line {line.line} ({line.sku}): the supplier promises goods of a line that is not in "
            "the revision it answers. Make sure that it knows, or expect them all the same."
        )
        found.remarks.append(_remark("line_not_wanted", sentence, document, line))


def _by_verdict(document: AcknowledgementDocument, said: AcknowledgedLine) -> tuple[AnsweredPart, ...]:
    """The answer to a line that says nothing of itself: that of the whole."""
    status = {
        Verdict.ACCEPTED: LineStatus.ACCEPTED,
        Verdict.EXCEPTED: LineStatus.ACCEPTED,
        Verdict.REJECTED: LineStatus.REJECTED,
        Verdict.HELD: LineStatus.HELD,
    }.get(document.verdict)
    return (AnsweredPart(status=status, quantity=said.quantity, unit=said.unit),) if status else ()


def _promises(
    parts: tuple[AnsweredPart, ...], said: AcknowledgedLine, line: WrittenLine, conventions: Conventions
) -> list[Promise] | _Unclear | Fault:
    """What the parts of an answer promise of a line, together; none is half taken."""
    unclear = _why_unclear(parts, said)
    if unclear is not None:
        return unclear
    promises: list[Promise] = []
    for part in parts:
        if part.status in GOOD:
            promise = _promise(part, parts, said, line, conventions)
            if isinstance(promise, _Unclear | Fault):
                return promise
            promises += [promise] if promise.quantity else []
    return _whole(promises, parts, line)


def _why_unclear(parts: tuple[AnsweredPart, ...], said: AcknowledgedLine) -> _Unclear | Fault | None:
    if not parts:
        return _Unclear("line_unanswered", "names it and says nothing of it")
    for part in parts:
        if part.status is LineStatus.UNKNOWN:
            sentence = (
                f"{said.place}: line {said.line} is answered by {part.code or '(nothing)'}, a code whose meaning we do not "
                "know. Ask the supplier."
            )
            return Fault(code="status_unknown", sentence=sentence, place=said.place)
        if part.status in FOR_PEOPLE:
            return _Unclear(*FOR_PEOPLE[part.status])
    return None


def _promise(
    part: AnsweredPart,
    parts: tuple[AnsweredPart, ...],
    said: AcknowledgedLine,
    line: WrittenLine,
    conventions: Conventions,
) -> Promise | _Unclear | Fault:
    quantity = _quantity(part, parts, said, line, conventions)
    if isinstance(quantity, Fault):
        return quantity
    promised_on = _promised_on(part, conventions)
    if promised_on is None and part.shipping_on is not None:
        sentence = (
            f"{said.place}: line {said.line} says when it ships ({part.shipping_on}) and not when it arrives. Set "
            "transit_days of the channel, and apply the message again."
        )
        return Fault(code="transit_days_unknown", sentence=sentence, place=said.place)
    if promised_on is None and (part.status is LineStatus.BACKORDERED or part.code in WITHOUT_DATE):
        return _Unclear("line_without_date", "will send it later and does not say when")
    return Promise(quantity=quantity, promised_on=promised_on or said.requested_on or line.requested_on)


def _promised_on(part: AnsweredPart, conventions: Conventions) -> date | None:
    """The day on which a part arrives: as it is said, or some days after it ships."""
    arrives = part.promised_on if conventions.days is Days.DELIVERY else None
    ships = part.shipping_on or (part.promised_on if conventions.days is Days.SHIPPING else None)
    if arrives is not None or ships is None or conventions.transit_days is None:
        return arrives
    return _after(ships, conventions.transit_days)


def _after(day: date, days: int) -> date:
    return day + timedelta(days=min(days, (date.max - day).days))


def _quantity(
    part: AnsweredPart,
    parts: tuple[AnsweredPart, ...],
    said: AcknowledgedLine,
    line: WrittenLine,
    conventions: Conventions,
) -> Decimal | Fault:
    """How much a part speaks of, in stock units: where a single one says nothing, or is all backordered, the whole line."""
    is_whole = len(parts) == 1 and (
        part.quantity is None or (part.status is LineStatus.BACKORDERED and not part.quantity)
    )
    if is_whole:
        return line.quantity
    if part.quantity is None:
        sentence = f"{said.place}: line {said.line} is divided, and a part says no quantity. Ask the supplier."
        return Fault(code="part_without_quantity", sentence=sentence, place=said.place)
    return in_stock_units(line, part.quantity, part.unit or said.unit, conventions, said.place)


def _whole(promises: list[Promise], parts: tuple[AnsweredPart, ...], line: WrittenLine) -> list[Promise] | _Unclear:
    """The promises, unless they leave out some of the line and nothing says that it will not come."""
    promised = sum((promise.quantity for promise in promises), Decimal(0))
    says_less = any(
        part.status in REFUSED or part.status is LineStatus.CHANGED or part.code in SHORT_ON_PURPOSE for part in parts
    )
    if promised < line.quantity and not says_less:
        words = f"promises {plain(promised)} of {plain(line.quantity)} and says nothing of the rest"
        return _Unclear("line_incomplete", words)
    return promises


def _unsaid(
    document: AcknowledgementDocument, order: WrittenOrder, answers: Mapping[int, object], found: Findings
) -> dict[int, LineAnswer | None]:
    """The answers to lines that are not spoken of: an answer to the whole speaks of them, unless it is a change's."""
    unsaid = [line for line in order.lines if line.quantity and line.line not in answers]
    whole = document.verdict in (Verdict.ACCEPTED, Verdict.EXCEPTED) and not document.change_number
    if document.verdict is Verdict.REJECTED and not document.lines:
        return {line.line: LineAnswer(line=line.line, promises=()) for line in unsaid}
    if whole or (document.verdict is Verdict.ACCEPTED and not document.lines):
        accepted = ((line, Promise(line.quantity, line.requested_on)) for line in unsaid)
        return {line.line: LineAnswer(line=line.line, promises=(promise,)) for line, promise in accepted}
    if unsaid and not document.change_number:
        numbers = ", ".join(str(line.line) for line in unsaid)
        held = document.verdict is Verdict.HELD
        words = "holds the order back" if held else f"says nothing of line {numbers}"
        sentence = f"{document.order_number}: the supplier {words}. What is not answered stays as it was; ask."
        kind = "order_held" if held else "line_unanswered"
        found.remarks.append(Remark(kind=kind, sentence=sentence, order_number=document.order_number))
    return {}


def _tell_if_short(
    document: AcknowledgementDocument, line: WrittenLine, promises: list[Promise], words: str, found: Findings
) -> None:
    """Tell people where some of a line is promised and not all of it; of nothing at all purchasing tells them."""
    promised = sum((promise.quantity for promise in promises), Decimal(0))
    if 0 < promised < line.quantity:
        sentence = (
            f"{document.order_number}, line {line.line} ({line.sku}): the supplier promises {plain(promised)} of "
            f"{plain(line.quantity)}{f' ({words})' if words else ''}. The rest is no longer expected; see if it is enough."
        )
        found.remarks.append(_remark("line_short", sentence, document, line))


def _price(said: AcknowledgedLine, line: WrittenLine, conventions: Conventions) -> Decimal | None:
    """The price that is said, of one stock unit, to four decimals; the order's own where it is that exactly."""
    size = size_of(line, said.unit or said.answers[0].unit, conventions) if said.unit or said.answers else None
    if said.price is None or size is None or not 0 <= said.price < MAX_PRICE:
        return None
    if Fraction(said.price) == Fraction(line.price) * size:
        return line.price
    return (said.price * size.denominator / size.numerator).quantize(PRICE_STEP, ROUND_HALF_UP)


def _tell_texts(document: AcknowledgementDocument, found: Findings) -> None:
    if document.texts:
        sentence = f"{document.order_number}: the supplier writes: {' '.join(document.texts)[:1_000]}"
        found.remarks.append(Remark(kind="supplier_writes", sentence=sentence, order_number=document.order_number))


def _remark(kind: str, sentence: str, document: AcknowledgementDocument, line: WrittenLine) -> Remark:
    return Remark(kind=kind, sentence=sentence, order_number=document.order_number, line=line.line)
