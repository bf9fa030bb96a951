"""What a standing rule covers and allows, and how a proposal is judged by it: in numbers, met or not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import median

from ownstock.base.errors import Refused
from ownstock.base.text import plain

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
ORDERS_COMPARED = 6
ORDERS_NEEDED = 3
HUNDRED = Decimal(100)
# What each check looks at, where only its name is known; `refused` is what could not be drafted.
CHECKS: Mapping[str, str] = {
    "against": "Something speaks against it",
    "line_value": "Value of the line",
    "order_value": "Value of the order",
    "median_deviation": "Far from the median of the last orders",
    "usual_deviation": "Far from what is forecast between two orders",
    "cover_days": "Lasts too long",
    "qualified": "Supplier not approved",
    "certified": "Not certified yet",
    "refused": "Refused when it was drafted",
}


class RuleAction(StrEnum):
    """What a standing rule does with what it approves: `approve` leaves the draft to people, `place` sends it as well."""

    APPROVE = "approve"
    PLACE = "place"


class VerdictOutcome(StrEnum):
    """What became of a proposal that was judged: `approved`, `left` for a person, or `undone` by one."""

    APPROVED = "approved"
    LEFT = "left"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which proposals a rule covers; an empty set covers all."""

    suppliers: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    source_classes: frozenset[str] = frozenset()
    abc_classes: frozenset[str] = frozenset()
    xyz_classes: frozenset[str] = frozenset()

    def covers(self, case: Case) -> bool:
        """Whether a case lies in all of it."""
        pairs = (
            (self.suppliers, case.supplier), (self.sites, case.site), (self.categories, case.category),
            (self.source_classes, case.source_class), (self.abc_classes, case.abc_class), (self.xyz_classes, case.xyz_class),
        )  # fmt: skip
        return all(not wanted or there in wanted for wanted, there in pairs)


@dataclass(frozen=True, slots=True)
class RuleLimits:
    """How far a rule goes; None: no limit. Values are in the company's currency, deviations in percent."""

    order_value: Decimal
    line_value: Decimal | None = None
    median_deviation: Decimal | None = None
    usual_deviation: Decimal | None = None
    cover_days: Decimal | None = None
    is_qualified_only: bool = False
    is_certified_only: bool = False


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """A rule in force, as it judges."""

    number: int
    name: str
    action: RuleAction
    coverage: Coverage
    limits: RuleLimits


@dataclass(frozen=True, slots=True)
class Case:
    """A pending proposal as it is judged.

    `line_value` is None where no rate says what it is worth; `earlier` are the quantities of its last orders, newest first;
    `usual` is what the forecast expects to be used between two orders; `against` are sentences that speak against any
    automatic order of it: a pause, an open exception, the register of suppliers, a person who took it back.
    """

    proposal: int
    sku: str
    site: str
    supplier: str
    currency: str
    quantity: Decimal
    line_value: Decimal | None
    category: str = ""
    source_class: str = ""
    abc_class: str = ""
    xyz_class: str = ""
    earlier: tuple[Decimal, ...] = ()
    usual: Decimal | None = None
    cover_days: Decimal | None = None
    is_qualified: bool = False
    is_certified: bool = False
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, whether it is met, and the numbers as a part of a sentence."""

    limit: str
    is_met: bool
    words: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a case: which rule decided, everything that it looked at."""

    case: Case
    rule: RuleTerms
    checks: tuple[Check, ...]

    @property
    def is_approved(self) -> bool:
        """Whether everything is met."""
        return all(check.is_met for check in self.checks)

    @property
    def sentence(self) -> str:
        """The judgement in words, with its numbers."""
        who = f"rule {self.rule.name} (R{self.rule.number})"
        if self.is_approved:
            return f"Approved by {who}: {'; '.join(check.words for check in self.checks)}."
        unmet = "; ".join(check.words for check in self.checks if not check.is_met)
        return f"Left for a person by {who}: {unmet}."

    def left_because(self, words: str) -> str:
        """That it was left for a person although the rule approves it, and why, in a sentence."""
        return f"Left for a person by rule {self.rule.name} (R{self.rule.number}): {words}"

    def with_check(self, check: Check) -> Judgement:
        """The same with one thing more looked at."""
        return Judgement(self.case, self.rule, (*self.checks, check))


def judge(case: Case, rules: Iterable[RuleTerms]) -> Judgement | None:
    """What the rules in force say of a case; None where none covers it.

    One rule that approves is enough, one that also places before one that does not. Where none approves, the one that
    comes nearest says why.
    """
    found = [Judgement(case, rule, checks(case, rule.limits)) for rule in rules if rule.coverage.covers(case)]
    return min(found, key=_nearness, default=None)


def _nearness(judgement: Judgement) -> tuple[int, bool, int]:
    unmet = sum(not check.is_met for check in judgement.checks)
    return unmet, judgement.rule.action is not RuleAction.PLACE, judgement.rule.number


def checks(case: Case, limits: RuleLimits) -> tuple[Check, ...]:
    """Everything that limits ask of one case; the value of the whole order is looked at when it is known."""
    found = [Check("against", False, words.rstrip(".")) for words in case.against]
    found += [] if limits.line_value is None else [line_check(case, limits.line_value)]
    found += [] if limits.median_deviation is None else [median_check(case, limits.median_deviation)]
    found += [] if limits.usual_deviation is None else [usual_check(case, limits.usual_deviation)]
    found += [] if limits.cover_days is None else [cover_check(case, limits.cover_days)]
    if limits.is_qualified_only:
        words = "approved in the register" if case.is_qualified else "not approved in the register of suppliers"
        found.append(Check("qualified", case.is_qualified, f"{case.supplier} is {words}"))
    if limits.is_certified_only:
        words = "certified" if case.is_certified else "not certified yet"
        found.append(Check("certified", case.is_certified, f"{case.sku} at {case.site} is {words}"))
    return tuple(found)


def line_check(case: Case, allowed: Decimal) -> Check:
    """Whether the line is worth no more than is allowed."""
    if case.line_value is None:
        return Check("line_value", False, f"no rate says what a {case.currency} is worth")
    words = f"the line is {_money(case.line_value)} of {_money(allowed)} allowed"
    return Check("line_value", case.line_value <= allowed, words)


def order_check(value: Decimal | None, allowed: Decimal) -> Check:
    """Whether a whole order, with what is gathered already, is worth no more than is allowed."""
    if value is None:
        return Check("order_value", False, "no rate says what the order is worth")
    return Check("order_value", value <= allowed, f"the order is {_money(value)} of {_money(allowed)} allowed")


def median_check(case: Case, allowed: Decimal) -> Check:
    """Whether the quantity is near the median of the last orders; with fewer than three there is nothing to compare with."""
    last = case.earlier[:ORDERS_COMPARED]
    if len(last) < ORDERS_NEEDED:
        words = f"{len(last)} earlier orders to compare with, {ORDERS_NEEDED} needed"
        return Check("median_deviation", False, words)
    return _deviation(
        "median_deviation", case.quantity, median(last), f"the median of the last {len(last)} orders", allowed
    )


def usual_check(case: Case, allowed: Decimal) -> Check:
    """Whether the quantity is near what the forecast expects to be used between two orders."""
    if not case.usual:
        return Check("usual_deviation", False, "no forecast to compare with")
    return _deviation("usual_deviation", case.quantity, case.usual, "what is forecast between two orders", allowed)


def _deviation(limit: str, quantity: Decimal, compared: Decimal, what: str, allowed: Decimal) -> Check:
    percent = HUNDRED * (quantity - compared) / compared
    side = "above" if percent >= 0 else "below"
    words = f"{plain(quantity)} is {abs(percent):.0f} % {side} {what} ({plain(round(compared, 1))})"
    return Check(limit, abs(percent) <= allowed, f"{words}, {plain(allowed)} % allowed")


def cover_check(case: Case, allowed: Decimal) -> Check:
    """Whether what is then there and on order lasts no longer than is allowed."""
    if case.cover_days is None:
        return Check("cover_days", False, "no demand is forecast, so that it would last for ever")
    words = f"it lasts {case.cover_days:.0f} of {plain(allowed)} days allowed"
    return Check("cover_days", case.cover_days <= allowed, words)


def _money(amount: Decimal) -> str:
    return plain(amount, decimals=2)


def check_rule(name: str, limits: RuleLimits) -> None:
    """Let a rule be proposed.

    Raises:
        Refused: its name is no plain word, or a limit is not above zero.
    """
    if not NAME.fullmatch(name):
        raise Refused(
            f"{name!r} is no name for a rule: use small letters, digits and dashes, 60 at most, such as weekly-basics.",
            code="bad_rule_name",
        )
    amounts = {
        "order value": limits.order_value, "line value": limits.line_value,
        "deviation from the median": limits.median_deviation,
        "deviation from the usual": limits.usual_deviation, "days of cover": limits.cover_days,
    }  # fmt: skip
    for what, amount in amounts.items():
        if amount is not None and amount <= 0:
            raise Refused(f"The limit of {what} must be above zero.", code="bad_limit", limit=what)


def check_known(what: str, named: Sequence[str], known: Iterable[str]) -> None:
    """Refuse a rule that names what is not there: it would cover nothing, silently.

    Raises:
        Refused: as said.
    """
    if unknown := sorted(set(named) - set(known)):
        raise Refused(f"There is no {what} {unknown[0]}.", code="unknown_coverage", unknown=unknown)
