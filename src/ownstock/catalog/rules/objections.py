"""What speaks against ordering items from a supplier on a day, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from ownstock.catalog.rules.qualification import (
    Decision,
    QualificationState,
    deciding,
    lapsed,
    scope_in_words,
)

SKUS_NAMED = 5


class Wanted(Protocol):
    """What an objection looks at of an item."""

    @property
    def sku(self) -> str:
        """Its code."""

    @property
    def category(self) -> str:
        """What it is among others; empty: none."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate that a supplier has: of which kind, from when until when."""

    kind: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Need:
    """A kind of certificate that a supplier needs: for an item, for a category, or for everything."""

    kind: str
    sku: str = ""
    category: str = ""

    def covers(self, wanted: Wanted) -> bool:
        """Whether an item needs it."""
        return self.sku in ("", wanted.sku) and self.category in ("", wanted.category)


@dataclass(frozen=True, slots=True)
class SupplierRecord:
    """What the register says of one supplier; its decisions are the newest first."""

    supplier: str
    is_qualification_required: bool = False
    decisions: Sequence[Decision] = ()
    papers: Sequence[Paper] = ()
    needs: Sequence[Need] = ()

    @property
    def is_silent(self) -> bool:
        """Whether nothing in it can speak against any order."""
        return not (self.is_qualification_required or self.decisions or self.needs)

    @property
    def skus_named(self) -> frozenset[str]:
        """The items it names; all others of one category are alike to it."""
        in_scopes = {sku for decision in self.decisions for sku in decision.skus}
        return frozenset(in_scopes | {need.sku for need in self.needs if need.sku})


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that speaks against an order: a name for programs, a sentence for people, the facts behind it."""

    code: str
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an item may not be ordered: the decision or the kind of certificate behind it."""

    code: str
    decision: Decision | None = None
    kind: str = ""
    ended_on: date | None = None


def objections(
    record: SupplierRecord, items: Iterable[Wanted], *, on: date, is_automatic: bool = False
) -> list[Objection]:
    """What speaks against ordering items from a supplier on a day, each cause once, with the items it concerns.

    A block always does; that nothing is approved, only where the business requires it. Where a condition is set, people may
    order and a program may not.
    """
    skus: dict[Cause, list[str]] = {}
    for item in items:
        for cause in causes(record, item, on=on, is_automatic=is_automatic):
            skus.setdefault(cause, []).append(item.sku)
    return [_objection(record, cause, concerned, on) for cause, concerned in skus.items()]


def causes(record: SupplierRecord, item: Wanted, *, on: date, is_automatic: bool = False) -> list[Cause]:
    """Why an item may not be ordered from a supplier on a day; nothing: it may."""
    if record.is_silent:
        return []
    found = [_missing(record, need, on) for need in record.needs if need.covers(item)]
    return [cause for cause in [_unqualified(record, item, on, is_automatic), *found] if cause is not None]


def conditions(record: SupplierRecord, items: Iterable[Wanted], *, on: date) -> list[str]:
    """The conditions under which people may order items from a supplier on a day, each in a sentence."""
    skus: dict[str, list[str]] = {}
    for item in items:
        decision = deciding(record.decisions, sku=item.sku, category=item.category, on=on)
        if decision is not None and decision.state is QualificationState.CONDITIONAL:
            skus.setdefault(decision.condition, []).append(item.sku)
    return [
        f"{record.supplier} may deliver {named(concerned)} on a condition: {condition}"
        for condition, concerned in skus.items()
    ]


def _unqualified(record: SupplierRecord, item: Wanted, on: date, is_automatic: bool) -> Cause | None:
    decision = deciding(record.decisions, sku=item.sku, category=item.category, on=on)
    if decision is not None:
        if decision.state is QualificationState.BLOCKED:
            return Cause("supplier_blocked", decision)
        is_refused = is_automatic and decision.state is QualificationState.CONDITIONAL
        return Cause("supplier_conditional", decision) if is_refused else None
    if not record.is_qualification_required:
        return None
    ended = lapsed(record.decisions, sku=item.sku, category=item.category, on=on)
    if ended is not None:
        return Cause("qualification_lapsed", ended, ended_on=ended.valid_to)
    elsewhere = next((d for d in record.decisions if d.is_in_force(on)), None)
    return Cause("out_of_scope", elsewhere) if elsewhere else Cause("supplier_not_qualified")


def _missing(record: SupplierRecord, need: Need, on: date) -> Cause | None:
    papers = [paper for paper in record.papers if paper.kind == need.kind and paper.valid_from <= on]
    if any(paper.valid_to is None or on <= paper.valid_to for paper in papers):
        return None
    ended = max((paper.valid_to for paper in papers if paper.valid_to), default=None)
    code = "certificate_expired" if ended else "certificate_missing"
    return Cause(code, kind=need.kind, ended_on=ended)


def named(skus: Sequence[str]) -> str:
    """Items as a sentence names them: the first few, and how many more."""
    more = len(skus) - SKUS_NAMED
    return ", ".join(skus[:SKUS_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _objection(record: SupplierRecord, cause: Cause, skus: Sequence[str], on: date) -> Objection:
    facts: dict[str, Any] = {"supplier": record.supplier, "skus": list(skus), "on": on.isoformat()}
    if cause.kind:
        facts["kind"] = cause.kind
    if cause.ended_on:
        facts["ended_on"] = cause.ended_on.isoformat()
    return Objection(cause.code, SENTENCES[cause.code](record.supplier, cause, named(skus)), facts)


def _told_of(decision: Decision | None) -> tuple[str, str, str]:
    """Of a decision: why, on what condition, for what."""
    if decision is None:
        return "", "", ""
    return decision.reason, decision.condition, scope_in_words(sorted(decision.categories), sorted(decision.skus))


SENTENCES = {
    "supplier_blocked": lambda supplier, cause, skus: (
        f"{supplier} is blocked for {skus}: {_told_of(cause.decision)[0]} Order from another supplier, or decide anew."
    ),
    "supplier_conditional": lambda supplier, cause, skus: (
        f"{supplier} may deliver {skus} on a condition, so a person has to place the order: {_told_of(cause.decision)[1]}"
    ),
    "qualification_lapsed": lambda supplier, cause, skus: (
        f"The approval of {supplier} for {skus} ended on {cause.ended_on}. Renew it, or order from another supplier."
    ),
    "out_of_scope": lambda supplier, cause, skus: (
        f"{skus} lies outside what {supplier} is approved for ({_told_of(cause.decision)[2]}). Widen the scope, or order "
        "from another supplier."
    ),
    "supplier_not_qualified": lambda supplier, cause, skus: (
        f"{supplier} is not approved for {skus}, and only approved suppliers may be ordered from. Qualify it first."
    ),
    "certificate_missing": lambda supplier, cause, skus: (
        f"{supplier} has no certificate {cause.kind}, which {skus} needs. Ask for it and enter it."
    ),
    "certificate_expired": lambda supplier, cause, skus: (
        f"The certificate {cause.kind} of {supplier}, which {skus} needs, ended on {cause.ended_on}. Ask for the new one."
    ),
}
