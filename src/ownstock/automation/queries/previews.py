"""What a rule would do today, before anybody agrees to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ownstock.automation.queries.cases import Judged, cases, total_value
from ownstock.automation.queries.policy import policy
from ownstock.automation.rules.standing import Judgement, RuleTerms, judge, order_check

BIGGEST_TOLD = 8
Order = tuple[int, int, str]


@dataclass(slots=True)
class Preview:
    """Of today's pending proposals: those that a rule covers, would approve, and would leave, and why.

    `left_by` counts what speaks against, by limit, with one of the sentences; a proposal may have several.
    """

    covered: int = 0
    approved: int = 0
    orders: int = 0
    value: Decimal = Decimal(0)
    biggest: list[tuple[Judged, Judgement]] = field(default_factory=list)
    left: int = 0
    left_value: Decimal = Decimal(0)
    left_by: list[tuple[str, int, str]] = field(default_factory=list)


def preview(rule: RuleTerms, now: datetime) -> Preview:
    """What a rule would approve of today's pending proposals and what it would leave, judged by it alone.

    Drafts of other rules are not counted into its orders. Of very many proposals it takes seconds, as a run does.
    """
    on = now.astimezone(ZoneInfo(policy().time_zone)).date()
    found = [(one, judge(one.case, [rule])) for one in cases([rule], on=on, now=now)]
    judged = _with_orders([(one, said) for one, said in found if said is not None], rule)
    approved = [(one, said) for one, said in judged if said.is_approved]
    left = [(one, said) for one, said in judged if not said.is_approved]
    told = Preview(len(judged), len(approved), len({_order_of(one) for one, _ in approved}), left=len(left))
    told.value, told.left_value = _worth(approved), _worth(left)
    told.biggest = sorted(approved, key=lambda pair: pair[0].case.line_value or 0, reverse=True)[:BIGGEST_TOLD]
    told.left_by = _reasons(left)
    return told


def _with_orders(judged: Sequence[tuple[Judged, Judgement]], rule: RuleTerms) -> list[tuple[Judged, Judgement]]:
    """The same with the value of each order looked at, of what is approved otherwise."""
    together: dict[Order, list[Judged]] = defaultdict(list)
    for one, said in judged:
        if said.is_approved:
            together[_order_of(one)].append(one)
    checks = {key: order_check(total_value(some), rule.limits.order_value) for key, some in together.items()}
    return [(one, said.with_check(checks[_order_of(one)]) if said.is_approved else said) for one, said in judged]


def _order_of(one: Judged) -> Order:
    return one.supplier_id, one.site_id, one.case.currency


def _worth(some: Sequence[tuple[Judged, Judgement]]) -> Decimal:
    return sum((one.case.line_value or Decimal(0) for one, _ in some), Decimal(0))


def _reasons(left: Sequence[tuple[Judged, Judgement]]) -> list[tuple[str, int, str]]:
    counts: Counter[str] = Counter()
    words: dict[str, str] = {}
    for one, said in left:
        for check in said.checks:
            if not check.is_met:
                counts[check.limit] += 1
                words.setdefault(check.limit, f"{one.case.sku} at {one.case.site}: {check.words}")
    return [(limit, count, words[limit]) for limit, count in counts.most_common()]
