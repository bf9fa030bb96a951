"""Pending proposals as rules judge them: what each is worth, what was ordered before, what speaks against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q

from ownstock.automation.models import Autonomy
from ownstock.automation.queries.policy import paused
from ownstock.automation.queries.standing import LastVerdict, last_verdicts
from ownstock.automation.rules.autonomy import AutonomyState
from ownstock.automation.rules.standing import ORDERS_COMPARED, Case, Coverage, RuleTerms, VerdictOutcome
from ownstock.base.text import plain
from ownstock.catalog.models import Supplier
from ownstock.catalog.queries import rate_on
from ownstock.catalog.queries.register import Listed, records
from ownstock.catalog.rules import QualificationState
from ownstock.catalog.rules import objections as register
from ownstock.catalog.rules.objections import SupplierRecord
from ownstock.catalog.rules.qualification import deciding
from ownstock.journal.queries import open_alerts
from ownstock.planning.inputs.columns import array_of
from ownstock.planning.models import Proposal, ProposalEdit
from ownstock.planning.rules import ProposalState
from ownstock.planning.rules.exceptions import MENDED_BY_ORDERING

# The quantities of the last sent orders of items at sites, newest first.
EARLIER = """
    SELECT item_id, site_id, quantity FROM (
        SELECT l.item_id, o.site_id, l.quantity,
            row_number() OVER (PARTITION BY l.item_id, o.site_id ORDER BY o.id DESC, l.line DESC) AS place
        FROM purchasing_order_line l
        JOIN purchasing_order_revision r ON r.id = l.revision_id
        JOIN purchasing_purchase_order o ON o.id = r.purchase_order_id AND o.sent_revision = r.number
        WHERE l.item_id = ANY (%s::bigint[]) AND o.state <> 'cancelled'
    ) AS sent WHERE place <= %s ORDER BY item_id, site_id, place
"""
COLUMNS = (
    "pk", "item_site_id", "item_site__item_id", "item_site__site_id", "item_site__item__sku", "item_site__site__code",
    "item_site__item__category", "supplier_id", "supplier__code", "quantity", "price", "position_after", "input_hash",
    "item_site__kpi__abc_class", "item_site__kpi__xyz_class", "reason__terms__currency",
    "reason__forecast__mean_per_day", "reason__inputs__review_period_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with what is needed to act on it: the ids behind it, what its proposal rested on, and what was said last."""

    case: Case
    supplier_id: int
    site_id: int
    input_hash: bytes
    before: LastVerdict | None = None


def cases(rules: Sequence[RuleTerms], *, on: date, now: datetime) -> list[Judged]:
    """Every pending proposal that a rule may cover, in a number of questions that does not depend on how many they are."""
    rows = _rows([rule.coverage for rule in rules])
    known = _Known(rows, on, now)
    return [known.judged(row) for row in rows]


def _rows(coverages: Iterable[Coverage]) -> list[dict[str, Any]]:
    wanted = [_where(coverage) for coverage in coverages]
    if not wanted:
        return []
    found = Proposal.objects.filter(reduce(or_, wanted), state=ProposalState.PENDING).order_by("pk")
    return list(found.values(*COLUMNS))


def _where(coverage: Coverage) -> Q:
    """What of a coverage the database can tell apart by itself."""
    asked = {
        "supplier__code__in": coverage.suppliers, "item_site__site__code__in": coverage.sites,
        "item_site__item__category__in": coverage.categories, "item_site__kpi__abc_class__in": coverage.abc_classes,
        "item_site__kpi__xyz_class__in": coverage.xyz_classes,
    }  # fmt: skip
    return Q(pk__gt=0, **{name: list(values) for name, values in asked.items() if values})


class _Known:
    """What is known of many proposals at once."""

    def __init__(self, rows: Sequence[dict[str, Any]], on: date, now: datetime) -> None:
        self.on = on
        skus = {row["item_site__item__sku"] for row in rows}
        self.records = records(Supplier.objects.filter(pk__in={row["supplier_id"] for row in rows}))
        self.rates = {currency: rate_on(currency, on) for currency in {_currency(row) for row in rows}}
        self.earlier = earlier_quantities({row["item_site__item_id"] for row in rows})
        certified = Autonomy.objects.filter(state=AutonomyState.CERTIFIED)
        self.certified = set(certified.values_list("item_site_id", flat=True))
        self.alerts = open_exceptions(skus)
        self.paused = paused(now)
        self.before = last_verdicts([row["pk"] for row in rows])
        self.edited = _edited()

    def judged(self, row: dict[str, Any]) -> Judged:
        sku, category, code = row["item_site__item__sku"], row["item_site__item__category"], row["supplier__code"]
        record, listed, currency = self.records[row["supplier_id"]], Listed(sku, category), _currency(row)
        decision = deciding(record.decisions, sku=sku, category=category, on=self.on)
        a_day = Decimal(str(row["reason__forecast__mean_per_day"] or 0))
        rate, quantity = self.rates[currency], row["quantity"]
        case = Case(
            row["pk"], sku, row["item_site__site__code"], code, currency, quantity,
            None if rate is None else quantity * row["price"] * rate, category,
            str(decision.source_class or "") if decision else "",
            row["item_site__kpi__abc_class"] or "", row["item_site__kpi__xyz_class"] or "",
            earlier=self.earlier.get((row["item_site__item_id"], row["item_site__site_id"]), ()),
            usual=a_day * (row["reason__inputs__review_period_days"] or 1) or None,
            cover_days=row["position_after"] / a_day if a_day else None,
            is_qualified=decision is not None and decision.state is QualificationState.APPROVED,
            is_certified=row["item_site_id"] in self.certified,
            against=tuple(self._against(row, record, listed)),
        )  # fmt: skip
        basis, before = bytes(row["input_hash"]), self.before.get(row["pk"])
        return Judged(case, row["supplier_id"], row["item_site__site_id"], basis, before)

    def _against(self, row: dict[str, Any], record: SupplierRecord, listed: Listed) -> Iterable[str]:
        code = row["supplier__code"]
        if code in self.paused:
            yield self.paused[code]
        for objection in register.objections(record, [listed], on=self.on, is_automatic=True):
            yield objection.sentence
        yield from (f"It has an open exception: {told}" for told in self.alerts.get(listed.sku, ())[:1])
        before, edited = self.before.get(row["pk"]), self.edited.get(row["pk"])
        # What a person took back stays the last word until the proposal moves.
        if before is not None and before.outcome == VerdictOutcome.UNDONE and before.input_hash == row["input_hash"]:
            yield before.sentence
        if edited is not None and edited[0] == row["input_hash"]:
            yield edited[1]


def _currency(row: dict[str, Any]) -> str:
    return str(row["reason__terms__currency"] or "")


def earlier_quantities(items: Collection[int]) -> dict[tuple[int, int], tuple[Decimal, ...]]:
    """The quantities of the last orders that were sent, newest first, keyed by (item id, site id)."""
    found: dict[tuple[int, int], list[Decimal]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(EARLIER, [array_of(list(items)), ORDERS_COMPARED])
        for item_id, site_id, quantity in cursor.fetchall():
            found[item_id, site_id].append(quantity)
    return {place: tuple(quantities) for place, quantities in found.items()}


def open_exceptions(skus: Collection[str]) -> dict[str, list[str]]:
    """The open alerts that name an item, newest first, by its code."""
    found: dict[str, list[str]] = defaultdict(list)
    told = open_alerts().filter(facts__has_key="sku").exclude(kind__in=MENDED_BY_ORDERING)
    for facts, sentence in told.values_list("facts", "sentence"):
        if facts["sku"] in skus:
            found[facts["sku"]].append(sentence)
    return found


def _edited() -> dict[int, tuple[bytes, str]]:
    """Of pending proposals whose quantity a person set, theirs to approve: what each rested on then, and a sentence."""
    rows = ProposalEdit.objects.filter(proposal__state=ProposalState.PENDING)
    return {
        row.proposal_id: (
            bytes(row.input_hash),
            f"{row.actor} set {plain(row.quantity)} where {plain(row.proposed_quantity)} was proposed",
        )
        for row in rows.order_by("proposal_id", "-id").distinct("proposal_id")
    }


def total_value(judged: Iterable[Judged]) -> Decimal | None:
    """What some cases are worth together in the company's currency; None where one cannot be told."""
    values = [one.case.line_value for one in judged]
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(values) else None


def quantity_in_words(case: Case) -> str:
    """A case as a line of a list."""
    return f"{plain(case.quantity)} of {case.sku} at {case.site} from {case.supplier}"
