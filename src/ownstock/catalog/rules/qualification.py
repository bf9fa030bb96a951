"""Whether a supplier may be ordered from: which decision counts for an item on a day, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ownstock.base.errors import Refused


class QualificationState(StrEnum):
    """What was decided of a supplier. `conditional`: people may order, and are shown the condition."""

    APPROVED = "approved"
    CONDITIONAL = "conditional"
    BLOCKED = "blocked"


class SourceClass(StrEnum):
    """What a supplier is to goods: it makes them, sells them with its maker's word, or without, or only mediates."""

    MANUFACTURER = "manufacturer"
    AUTHORISED_DISTRIBUTOR = "authorised_distributor"
    INDEPENDENT_DISTRIBUTOR = "independent_distributor"
    BROKER = "broker"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a supplier, for which items, from a day until a day; of no category and no item: everything."""

    state: QualificationState
    valid_from: date
    valid_to: date | None = None
    condition: str = ""
    reason: str = ""
    categories: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    source_class: SourceClass | None = None

    def covers(self, sku: str, category: str) -> bool:
        """Whether an item lies in its scope."""
        is_everything = not self.categories and not self.skus
        return is_everything or sku in self.skus or (category != "" and category in self.categories)

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a day, both ends included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def deciding(decisions: Iterable[Decision], *, sku: str, category: str, on: date) -> Decision | None:
    """Of decisions, the newest first, the one that counts for an item on a day: the newest in force whose scope has it."""
    return next((d for d in decisions if d.is_in_force(on) and d.covers(sku, category)), None)


def lapsed(decisions: Iterable[Decision], *, sku: str, category: str, on: date) -> Decision | None:
    """Of decisions whose scope has an item, the one that held last before a day; None where none did."""
    ended = [d for d in decisions if d.valid_to is not None and d.valid_to < on and d.covers(sku, category)]
    return max(ended, key=lambda d: d.valid_to or date.min, default=None)


def check_decision(
    state: QualificationState, *, valid_from: date, valid_to: date | None, condition: str, reason: str
) -> None:
    """Let a decision be written.

    Raises:
        Refused: it ends before it begins, has no reason, is conditional without a condition or has one and is not.
    """
    if valid_to is not None and valid_to < valid_from:
        raise Refused(
            f"The decision would end on {valid_to}, before it begins on {valid_from}.", code="ends_before_start"
        )
    if not reason.strip():
        raise Refused("Say why this is decided; the register keeps it.", code="no_reason")
    if (state is QualificationState.CONDITIONAL) != bool(condition.strip()):
        raise Refused(
            "A conditional decision needs its condition, in a sentence; any other has none.", code="condition_missing"
        )


def scope_in_words(categories: Sequence[str], skus: Sequence[str]) -> str:
    """A scope as people read it."""
    parts = [f"category {name}" for name in sorted(categories)] + sorted(skus)
    return ", ".join(parts) if parts else "everything"
