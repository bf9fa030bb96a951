"""Proposals as a list of any length: searched, sorted, and each with what its quantity means as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import DateField, DecimalField, ExpressionWrapper, F, Func, Max, Q, QuerySet
from django.db.models.functions import Greatest

from ownstock.base.errors import Refused
from ownstock.planning.models import PlanningRun, Proposal, ProposalEdit
from ownstock.planning.queries.reprojections import Reprojection, reproject_many
from ownstock.planning.rules import ProposalState
from ownstock.planning.rules.edits import version_of

MOST_AT_ONCE = 20_000
AMOUNT = DecimalField(max_digits=28, decimal_places=8)
PLAN = "item_site__planned__"
PROPOSAL_SORTS: Mapping[str, str] = {
    "sku": "item_site__item__sku", "description": "item_site__item__description", "supplier": "supplier__code",
    "site": "item_site__site__code", "stock_out_on": f"{PLAN}stock_out_on", "order_by_on": "order_by_on",
    "quantity": "quantity", "amount": "amount", "value": "value", "requested_on": "requested_on",
    "abc_class": "item_site__kpi__abc_class",
}  # fmt: skip
PROPOSAL_FILTERS: Sequence[str] = (
    "sku",
    "description",
    "supplier",
    "site",
    "abc_class",
    "state_of_edit",
    "text",
    "due",
)
EDITED, AS_PROPOSED = "edited", "proposed"
DUE_NOW, DUE_IN_A_WEEK = "now", "week"


class _DaysBefore(Func):
    """A day, so many days before another."""

    template, arg_joiner, output_field = "(%(expressions)s)", " - ", DateField()


@dataclass(frozen=True, slots=True)
class ListedProposal:
    """A proposal with what its quantity means, when it is to be ordered, and whether a person set it.

    `stock_out_on` is the day on which expected demand empties the stock, nothing ordered; `version` goes back with an edit.
    """

    proposal: Proposal
    meaning: Reprojection
    stock_out_on: date | None
    order_by_on: date | None
    abc_class: str
    edit: ProposalEdit | None
    version: str

    @property
    def is_edited(self) -> bool:
        """Whether the quantity is a person's, not the plan's."""
        return self.proposal.quantity != self.meaning.proposed_quantity

    @property
    def amount(self) -> Decimal:
        """What is proposed, at the proposal's price, in the supplier's currency."""
        return self.proposal.quantity * self.proposal.price


def search_proposals(
    filters: Mapping[str, str] | None = None, sorts: Sequence[str] = (), *, on: date | None = None
) -> QuerySet[Proposal]:
    """Pending proposals that fit the filters (`PROPOSAL_FILTERS`), the most valuable first unless sorted otherwise.

    `due` is `now` or `week`: to be ordered until the day `on`, or within seven days from it, else stock runs out.
    """
    rows = Proposal.objects.filter(state=ProposalState.PENDING)
    for name, text in (filters or {}).items():
        rows = _narrowed(rows, name, text, on)
    if sorts:
        rows = _with_order_by(rows) if any("order_by_on" in sort for sort in sorts) else rows
        rows = rows.annotate(amount=ExpressionWrapper(F("quantity") * F("price"), AMOUNT))
    return rows.order_by(*(_placed(sort) for sort in sorts), *([] if sorts else ["-value"]), "-id")


def listed_proposals(rows: Iterable[Proposal] | QuerySet[Proposal]) -> list[ListedProposal]:
    """Some proposals, some hundred at most, each with what its quantity means."""
    ids = [row.pk for row in rows]
    found = Proposal.objects.filter(pk__in=ids).defer("reason").select_related(
        "run", "supplier", "item_site__item", "item_site__site", "item_site__planned", "item_site__kpi"
    )  # fmt: skip
    by_id = {row.pk: row for row in found}
    wanted = [by_id[pk] for pk in ids if pk in by_id]
    newest = ProposalEdit.objects.filter(proposal_id__in=ids).order_by("proposal_id", "-id").distinct("proposal_id")
    edits = {edit.proposal_id: edit for edit in newest}
    meanings = reproject_many([(row.pk, row.quantity) for row in wanted])
    return [_listed(row, meaning, edits.get(row.pk)) for row, meaning in zip(wanted, meanings, strict=True)]


def sight() -> str:
    """Names what there is to see now: the newest proposal, run and edit. Taken before the rows are read that it goes with."""
    newest = [model.objects.aggregate(last=Max("pk"))["last"] or 0 for model in (Proposal, PlanningRun, ProposalEdit)]
    return ".".join(map(str, newest))


def since(seen: str, *, by: str) -> Q:
    """Which proposals came, or were changed by a plan or by somebody else than `by`, after a sight that `sight` named.

    Raises:
        Refused: it names none.
    """
    parts = seen.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
        raise Refused("Show the proposals anew: it is not known which of them you saw.", code="not_seen")
    proposal, run, edit = map(int, parts)
    edited = ProposalEdit.objects.filter(pk__gt=edit).exclude(actor=by).values("proposal")
    return Q(pk__gt=proposal) | Q(run__gt=run) | Q(pk__in=edited)


def ids_that_fit(filters: Mapping[str, str], *, on: date, seen: str, by: str) -> list[int]:
    """The numbers of all proposals that fit the filters and that `by` saw; what came or changed since is left out.

    Raises:
        Refused: they are more than can be decided at once, or it is not known what was seen.
    """
    found = search_proposals(filters, on=on).exclude(since(seen, by=by)).order_by()
    ids = list(found.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE:
        raise Refused(
            f"{found.count():,} proposals fit; at most {MOST_AT_ONCE:,} are decided at once. Narrow the filter, by supplier "
            "or site for example.", code="too_many",
        )  # fmt: skip
    return ids


def _narrowed(rows: QuerySet[Proposal], name: str, text: str, on: date | None) -> QuerySet[Proposal]:
    item = "item_site__item__"
    if name == "text":
        return rows.filter(Q(**{f"{item}sku__icontains": text}) | Q(**{f"{item}description__icontains": text}))
    if name in ("sku", "description"):
        return rows.filter(**{f"{item}{name}__icontains": text})
    if name == "supplier":
        return rows.filter(Q(supplier__code__iexact=text) | Q(supplier__name__icontains=text))
    if name == "site":
        return rows.filter(item_site__site__code__iexact=text)
    if name == "abc_class":
        return rows.filter(item_site__kpi__abc_class=text.upper())
    if name == "due" and on is not None:
        last = on + timedelta(days=7 if text == DUE_IN_A_WEEK else 0)
        return _with_order_by(rows).filter(order_by_on__lte=last)  # type: ignore[misc]
    if name == "state_of_edit":
        edited = ProposalEdit.objects.values("proposal")
        return rows.filter(pk__in=edited) if text == EDITED else rows.exclude(pk__in=edited)
    return rows


def _with_order_by(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    before = _DaysBefore(F(f"{PLAN}stock_out_on"), F(f"{PLAN}lead_time_days"))
    return rows.annotate(order_by_on=Greatest(before, F("run__planned_on"), output_field=DateField()))


def _placed(sort: str) -> Any:
    """Rows without a day, or a class, come last either way."""
    name = F(sort.lstrip("-"))
    return name.desc(nulls_last=True) if sort.startswith("-") else name.asc(nulls_last=True)


def _listed(row: Proposal, meaning: Reprojection, edit: ProposalEdit | None) -> ListedProposal:
    plan, kpi = getattr(row.item_site, "planned", None), getattr(row.item_site, "kpi", None)
    out = plan.stock_out_on if plan else None
    by = (
        None if out is None or plan is None else max(out - timedelta(days=plan.lead_time_days or 0), row.run.planned_on)
    )
    version = version_of(row.run_id, edit.pk if edit else None, row.quantity)
    return ListedProposal(row, meaning, out, by, kpi.abc_class if kpi else "", edit, version)
