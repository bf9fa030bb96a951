"""What happened since a look at the ledger and the journal that a plan of single item-sites must answer."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from ownstock.catalog.models import ItemSite
from ownstock.demand.queries import backordered
from ownstock.journal.models import AuditEvent
from ownstock.planning.inputs.flows import changes, released
from ownstock.planning.inputs.weeks import UNIT
from ownstock.planning.models import ItemSitePlan, Override, Proposal
from ownstock.planning.queries.runs import business_day
from ownstock.planning.rules import ProposalState
from ownstock.purchasing.models import OrderLine
from ownstock.purchasing.queries import open_deliveries

# What people and suppliers do, told by the journal, that moves what is on order or how an item-site is planned.
ORDER, OVERRIDE, SETTINGS = "purchase_order:", "override:", "item_site:"


def moved_item_sites(since: int, until: int) -> set[int]:
    """Item-sites that movements reached, between two watermarks."""
    return set(changes(since, until).item_site.tolist())


def spoken_of(since: int, until: int) -> set[int]:
    """Item-sites whose orders suppliers or people changed, or of which people said something, between two watermarks."""
    events = AuditEvent.objects.filter(transaction_id__gte=since, transaction_id__lt=until)
    named = [Q(subject__startswith=prefix) for prefix in (ORDER, OVERRIDE, SETTINGS)]
    subjects = set(events.filter(named[0] | named[1] | named[2]).values_list("subject", flat=True))
    orders = {subject.removeprefix(ORDER) for subject in subjects if subject.startswith(ORDER)}
    numbers = {subject.removeprefix(OVERRIDE) for subject in subjects if subject.startswith(OVERRIDE)}
    found = {int(key) for s in subjects if s.startswith(SETTINGS) and (key := s.removeprefix(SETTINGS)).isdecimal()}
    found |= set(Override.objects.filter(number__in=numbers).values_list("item_site_id", flat=True))
    return found | _of_orders(orders)


def _of_orders(numbers: Collection[str]) -> set[int]:
    lines = OrderLine.objects.filter(revision__purchase_order__number__in=numbers)
    places = set(lines.values_list("item_id", "revision__purchase_order__site_id"))
    rows = ItemSite.objects.filter(item_id__in={item for item, _ in places}).values_list("pk", "item_id", "site_id")
    return {pk for pk, item, site in rows if (item, site) in places}


def at_reorder_point(item_sites: Collection[int]) -> set[int]:
    """Of these, the item-sites whose inventory position is at or below the reorder point that is known of them.

    Where none is known (it was never planned, or its proposal waits), the item-site is among them: only a plan can tell.
    """
    points = reorder_points(item_sites)
    known = [pk for pk in item_sites if pk in points]
    positions = inventory_positions(known)
    return {pk for pk in item_sites if pk not in points or positions[pk] <= points[pk]}


def reorder_points(item_sites: Collection[int]) -> dict[int, Decimal]:
    """The position at which something is needed, by what the last plan says: one unit below the order-up-to level.

    Where a proposal waits there is none: whatever moves its item-site changes it, so that it is planned again.
    """
    waits = Proposal.objects.filter(item_site=OuterRef("pk"), state=ProposalState.PENDING)
    plans = ItemSitePlan.objects.filter(~Exists(waits), pk__in=list(item_sites), fault="")
    return {pk: level - 1 for pk, level in plans.values_list("pk", "order_up_to_level") if level is not None}


def inventory_positions(item_sites: Collection[int]) -> dict[int, Decimal]:
    """Usable on hand + on order - backordered of some item-sites, by id."""
    places = ItemSite.objects.filter(pk__in=list(item_sites)).values_list("pk", "item_id", "site_id")
    rows = {(item, site): pk for pk, item, site in places}
    items = {item for item, _ in rows}
    positions = dict.fromkeys(item_sites, Decimal(0))
    if not rows:
        return positions
    today = business_day()
    for pk, usable in released(today, list(item_sites)).select("item_site", "usable").iter_rows():
        positions[pk] += Decimal(usable) / UNIT
    for delivery in open_deliveries(items=items):
        if (pk := rows.get((delivery.item_id, delivery.site_id))) is not None:
            positions[pk] += delivery.quantity
    for place, owed in backordered(items, on=today).items():
        if (pk := rows.get(place)) is not None:
            positions[pk] -= owed
    return positions
