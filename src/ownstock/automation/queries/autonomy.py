"""Which item-sites have earned that they are ordered by themselves, and what there is to judge them by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from ownstock.automation.models import Autonomy, AutonomyEvent
from ownstock.automation.rules.autonomy import AutonomyState
from ownstock.catalog.models import ItemSite
from ownstock.catalog.queries import terms_to_order_by
from ownstock.planning.models import Proposal
from ownstock.planning.rules import ProposalState
from ownstock.purchasing.models import OrderLine
from ownstock.purchasing.rules import UNSENT_STATES, OrderState

# Older decisions tell nothing any more.
DAYS_LOOKED_BACK = 120
# What left item-sites for customers, by their own weeks from Monday on.
USED = """
    SELECT k.id, date_trunc('week', m.moved_at AT TIME ZONE nullif(z.time_zone, ''))::date AS week, sum(m.quantity)
    FROM catalog_item_site k
    JOIN catalog_location z ON z.id = k.site_id
    JOIN ledger_movement m ON m.item_id = k.item_id AND m.moved_at >= %s AND m.moved_at < %s
    JOIN ledger_place s ON s.id = m.source_id AND s.site_id = k.site_id
    JOIN catalog_location t ON t.id = m.target_id AND t.kind = 'customer'
    WHERE k.id = ANY (%s)
    GROUP BY 1, 2
"""


def autonomy_counts() -> dict[str, int]:
    """How many item-sites are in each state; those of which nothing is known yet count as watched."""
    counts = dict(Autonomy.objects.values_list("state").annotate(Count("pk")).order_by())
    known = sum(counts.values())
    watched = counts.get(AutonomyState.WATCHED, 0) + ItemSite.objects.count() - known
    return {str(state): counts.get(state, 0) for state in AutonomyState} | {str(AutonomyState.WATCHED): watched}


def autonomies(state: str = "") -> QuerySet[Autonomy]:
    """Item-sites of which something is known, in a state or all, by item-site."""
    rows = Autonomy.objects.select_related("item_site__item", "item_site__site").order_by("item_site_id")
    return rows.filter(state=state) if state else rows


AUTONOMY_SORTS = {
    "sku": "item_site__item__sku", "site": "item_site__site__code", "state": "state", "cycles": "cycles",
    "since": "since_at",
}  # fmt: skip
AUTONOMY_FILTERS = ("sku", "site", "state")


def search_autonomies(filters: Mapping[str, str], sorts: Sequence[str] = ()) -> QuerySet[Autonomy]:
    """Item-sites of which something is known, with a text in each column that is filtered; what changed last first."""
    rows = autonomies().filter(**{f"{AUTONOMY_SORTS[name]}__icontains": wanted for name, wanted in filters.items()})
    return rows.order_by(*dict.fromkeys([*(sorts or ["-since_at"]), "item_site_id"]))


def autonomy_events(item_site: ItemSite) -> QuerySet[AutonomyEvent]:
    """What spoke for and against an item-site, newest first."""
    return item_site.autonomy_events.order_by("-id")


def undecided_cycles(today: date) -> QuerySet[Proposal]:
    """Proposals that a person decided and that have not spoken yet, oldest decision first.

    `proposed` is what the engine proposed, whatever a person set instead before it was approved.
    """
    spoken = AutonomyEvent.objects.filter(proposal=OuterRef("pk"))
    rows = Proposal.objects.filter(
        ~Exists(spoken), ~Q(decided_by__startswith="rule:"), ~Q(decided_by__startswith="job:"),
        state__in=[ProposalState.APPROVED, ProposalState.REJECTED],
        decided_at__date__gte=today - timedelta(days=DAYS_LOOKED_BACK),
    )  # fmt: skip
    related = ("item_site__item", "item_site__site", "supplier", "order_line__revision__purchase_order")
    proposed = rows.annotate(proposed=F("reason__decision__quantity"))
    return proposed.select_related(*related).defer("reason").order_by("decided_at", "pk")


@dataclass(frozen=True, slots=True)
class Ordered:
    """What became of the line of a proposal: how much was sent in the end; None: it waits to be sent."""

    quantity: Decimal | None
    is_received: bool = False


def ordered(proposals: Collection[Proposal]) -> dict[int, Ordered]:
    """What people made of approved proposals, by the proposals' ids. A draft that was cancelled ordered nothing."""
    lines = [p.order_line for p in proposals if p.order_line is not None]
    orders = {line.revision.purchase_order_id for line in lines}
    sent = {
        (line.revision.purchase_order_id, line.line): line
        for line in OrderLine.objects.filter(revision__purchase_order__in=orders).select_related(
            "revision__purchase_order"
        )
        if line.revision.number == line.revision.purchase_order.sent_revision
    }
    brought = _brought([line.pk for line in lines])
    return {p.pk: _ordered(p, sent, brought) for p in proposals if p.order_line is not None}


def _brought(lines: Collection[int]) -> dict[int, Decimal]:
    """What all proposals of each line brought together."""
    rows = Proposal.objects.filter(order_line__in=lines).values_list("order_line")
    return dict(rows.annotate(Sum("quantity")).order_by())


def _ordered(proposal: Proposal, sent: dict[tuple[int, int], OrderLine], brought: dict[int, Decimal]) -> Ordered:
    line = proposal.order_line
    assert line is not None
    order = line.revision.purchase_order
    if order.state in UNSENT_STATES:
        return Ordered(None)
    as_sent = sent.get((order.pk, line.line))
    if as_sent is None or order.state == OrderState.CANCELLED:
        return Ordered(Decimal(0), is_received=True)
    # A line that others raised, too, is this proposal's as far as they did not bring it.
    own = as_sent.quantity - (brought[line.pk] - proposal.quantity)
    return Ordered(max(own, Decimal(0)), order.state in (OrderState.RECEIVED, OrderState.CLOSED))


def terms_now(rows: Collection[ItemSite], on: date) -> dict[int, dict[str, str]]:
    """The terms of the source of item-sites on a day, as they are compared later; those without a source are left out."""
    found = terms_to_order_by(rows, on=on)
    return {
        pk: {
            "supplier": term.supplier.code, "price": f"{term.price.normalize():f}", "currency": term.currency,
            "lead_time_days": str(term.lead_time_days), "moq": str(term.moq), "order_multiple": str(term.order_multiple),
        }
        for pk, term in found.items()
        if term is not None
    }  # fmt: skip


def used_by_week(item_sites: Collection[int], first_on: date, last_on: date) -> dict[int, dict[date, Decimal]]:
    """What customers took of item-sites in each week, from one day up to another, by item-site and Monday."""
    found: dict[int, dict[date, Decimal]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(USED, [first_on, last_on, list(item_sites)])
        for item_site, week, quantity in cursor.fetchall():
            found[item_site][week] = quantity
    return found


def forecasts_of(item_sites: Collection[int], *, weeks: int, today: date) -> Iterator[tuple[int, date, list[Decimal]]]:
    """For item-sites the forecast that was made some whole weeks ago: the day, and what it expected of each week since.

    It is that of the last proposal before those weeks, or of the first one in them; weeks are alike, as its average.
    """
    monday = today - timedelta(days=today.weekday())
    begin_on = monday - timedelta(weeks=weeks)
    names = ("item_site_id", "run__planned_on", "reason__forecast__mean_per_day")
    rows = Proposal.objects.filter(item_site_id__in=item_sites, run__planned_on__lt=monday)
    before = rows.filter(run__planned_on__lte=begin_on).order_by("item_site_id", "-id").distinct("item_site_id")
    chosen = {row[0]: row[1:] for row in before.values_list(*names)}
    within = rows.filter(run__planned_on__gt=begin_on).exclude(item_site_id__in=chosen)
    first = within.order_by("item_site_id", "id").distinct("item_site_id")
    for item_site, planned_on, a_day in [*first.values_list(*names), *((k, *v) for k, v in chosen.items())]:
        whole_week_on = max(planned_on + timedelta(days=-planned_on.weekday() % 7), begin_on)
        count = max((monday - whole_week_on).days // 7, 0)
        yield item_site, whole_week_on, [7 * Decimal(str(a_day or 0))] * count
