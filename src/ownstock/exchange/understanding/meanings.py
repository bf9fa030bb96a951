"""What a document comes to: what purchasing is told, what people should know, why it cannot be understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ownstock.exchange.documents import Fault, InterchangeAnswerDocument, SyntaxAnswerDocument
from ownstock.purchasing.rules.answers import LineAnswer
from ownstock.purchasing.rules.invoices import EnteredInvoice
from ownstock.purchasing.rules.notices import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a supplier answers to a revision of an order, line by line; a line that is not named stays as it was."""

    order_number: str
    revision: int
    answers: tuple[LineAnswer, ...]
    answered_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that people should know of an order, or a line of it, beside what was applied; `kind` is its stable name."""

    kind: str
    sentence: str
    order_number: str = ""
    line: int = 0


Effect = Answer | Notice | EnteredInvoice | SyntaxAnswerDocument | InterchangeAnswerDocument


@dataclass(frozen=True, slots=True)
class Understood:
    """What a document means. With a fault there is no effect: nothing is half understood."""

    effect: Effect | None = None
    remarks: tuple[Remark, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class Findings:
    """Remarks and faults, as they are found."""

    remarks: list[Remark] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def understood(self, effect: Effect | None) -> Understood:
        """The whole, without the effect where something could not be understood."""
        if self.faults:
            return Understood(faults=tuple(self.faults))
        return Understood(effect, tuple(self.remarks))
