"""What a customer can be promised: from what is available now, and from what suppliers are still to deliver."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, ItemSite, Location
from ownstock.catalog.rules import LocationKind
from ownstock.demand import queries as demand
from ownstock.demand.rules import Promise, Supply
from ownstock.demand.rules import promise as promise_from
from ownstock.demand.rules.lines import quantity_fault
from ownstock.planning.inputs.lead_times import safe_arrival_in_days
from ownstock.planning.inputs.quarantine import in_quarantine
from ownstock.planning.inputs.transfers import transfers_on
from ownstock.planning.rules import release_in_days
from ownstock.purchasing.queries import OpenDelivery, open_deliveries
from ownstock.purchasing.rules import is_past_limit


def promise(
    sku: str, site: str, quantity: Decimal, *, wanted_on: date, today: date, customer: str = "", life_days: int = 0
) -> Promise:
    """What can be promised of a quantity of an item from a site by a day, and when all of it (see `demand.rules.promises`).

    Counted is what is free on the shelves, every open delivery on the day by which nine in ten such deliveries come, but for
    those late past their limit, what transfers are to bring from other sites, and goods in quarantine from the day on which
    they are expected to be released; against it stands all that is owed to customers and has no goods yet, and what is to
    leave for other sites. A `customer` asks for the life that is noted for them, or for `life_days` where that is more.

    Raises:
        Refused: there is no such item, site or customer, or the quantity is malformed.
    """
    if fault := quantity_fault(quantity):
        raise Refused(fault[0].upper() + fault[1:], code="bad_quantity")
    item_id, site_id = _place(sku, site)
    if customer:
        life_days = max(life_days, demand.customer(customer).minimum_remaining_life_days)
    found = demand.goods([(item_id, site_id)])[item_id, site_id]
    supplies = [Supply(s.on_hand, today, s.expires_on, s.retest_on) for s in found.free()]
    wait = timedelta(days=Item.objects.get(pk=item_id).usable_after_days)
    supplies += _coming(open_deliveries(item_site=(item_id, site_id)), today, wait)
    supplies += _releases(item_id, site_id, today)
    moving = transfers_on(today, item_site=(item_id, site_id))
    supplies += moving.supplies((item_id, site_id))
    owed = demand.commitments(item_id, site_id, today, found) + moving.commitments((item_id, site_id))
    return promise_from(supplies, owed, quantity, wanted_on=max(wanted_on, today), life_days=life_days)


def _place(sku: str, site: str) -> tuple[int, int]:
    item_id = Item.objects.filter(sku=sku).values_list("id", flat=True).first()
    if item_id is None:
        raise Refused(f"There is no item {sku}.", code="unknown_item", unknown=[sku])
    site_id = Location.objects.filter(code=site, kind=LocationKind.SITE).values_list("id", flat=True).first()
    if site_id is None:
        raise Refused(f"There is no site {site}.", code="unknown_site", unknown=[site])
    return item_id, site_id


def _coming(deliveries: Iterable[OpenDelivery], today: date, wait: timedelta) -> list[Supply]:
    """Open deliveries, each from the day on which its goods may be used: `wait` after they surely come."""
    counted = [d for d in deliveries if not is_past_limit(d.expected_on, today)]
    days = safe_arrival_in_days(counted, today)
    return [Supply(d.quantity, today + timedelta(days=day) + wait) for d, day in zip(counted, days, strict=True)]


def _releases(item_id: int, site_id: int, today: date) -> list[Supply]:
    """Goods in quarantine, from the day on which they are expected to be released."""
    item_sites = list(ItemSite.objects.filter(item_id=item_id, site_id=site_id).values_list("pk", flat=True))
    return [
        Supply(g.quantity, today + timedelta(days=release_in_days(g.expected_on, today)), g.expires_on, g.retest_on)
        for goods in in_quarantine(item_sites).values()
        for g in goods
    ]
