"""How an item-site stands: what is there, what is on its way, what is owed; now, or at the close of a past day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Sum

from ownstock.catalog.models import ItemSite, Location
from ownstock.demand.models import DemandEvent, LifecycleStep
from ownstock.demand.queries import backordered
from ownstock.demand.queries.calendar import events, lifecycle
from ownstock.journal.models import AuditEvent
from ownstock.ledger import queries as ledger
from ownstock.planning.inputs.said import is_about, overrides
from ownstock.planning.inputs.transfers import transfers_on
from ownstock.planning.models import Override, OverrideValue, Proposal
from ownstock.planning.queries.proposals import latest_proposal
from ownstock.planning.rules import ProposalState
from ownstock.purchasing.queries import on_order

NOTHING = Decimal(0)
COMMENTED = "planning.item_site_commented"


@dataclass(frozen=True, slots=True)
class ItemSitePosition:
    """Stock units usable, on order (transfers among it) and owed, on a day; the last proposal, whatever became of it."""

    on: date
    usable: Decimal
    on_order: Decimal
    owed: Decimal
    proposal: Proposal | None

    @property
    def inventory_position(self) -> Decimal:
        """What planning decides from: usable and on order less what is owed."""
        return self.usable + self.on_order - self.owed

    @property
    def is_proposed(self) -> bool:
        """Whether a proposal waits for a decision."""
        return self.proposal is not None and self.proposal.state == ProposalState.PENDING

    @property
    def stamp(self) -> str:
        """A word that differs as soon as any of it does: by it a page knows whether it is out of date."""
        last = self.proposal and (self.proposal.pk, self.proposal.run_id, self.proposal.state, self.proposal.quantity)
        told = repr((self.on, self.usable.normalize(), self.on_order.normalize(), self.owed.normalize(), last))
        return sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class PastBalance:
    """What was on hand in a place, lot and status at the close of a past day."""

    location: str
    lot: str
    status: str
    on_hand: Decimal


def position_of(row: ItemSite, on: date) -> ItemSitePosition:
    """How an item-site stands on a day that is planned for."""
    key = (row.item_id, row.site_id)
    moving = transfers_on(on, item_site=key)
    coming = sum((quantity for _, quantity in moving.arrivals(key)), NOTHING) if key in moving.coming else NOTHING
    leaving = moving.owed(key) if key in moving.leaving else NOTHING
    return ItemSitePosition(
        on,
        usable=ledger.usable([row.item_id], on=on).get(key, NOTHING),
        on_order=on_order([row.item_id]).get(key, NOTHING) + coming,
        owed=backordered([row.item_id], on=on).get(key, NOTHING) + leaving,
        proposal=latest_proposal(row),
    )


def close_of(row: ItemSite, day: date) -> datetime:
    """The last moment of a day on the clock of the item-site's place."""
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=ZoneInfo(row.site.time_zone or "UTC"))
    return end - timedelta(microseconds=1)


def stock_at_close(row: ItemSite, day: date) -> list[PastBalance]:
    """What was on hand of an item-site at the close of a past day, as it is known now; none that is zero."""
    places = set(Location.objects.filter(site_id=row.site_id).values_list("code", flat=True))
    found = ledger.as_of(close_of(row, day), sku=row.item.sku)
    return [PastBalance(b.location, b.lot, b.status, b.on_hand) for b in found if b.location in places]


def overrides_of(row: ItemSite) -> list[tuple[Override, Decimal | None]]:
    """Every override of an item-site, the newest first, each with what it saved so far in money, where that is known."""
    values = OverrideValue.objects.filter(effect__override__item_site=row).order_by()
    sums = values.values_list("effect__override__number").annotate(Sum("value"))
    known: dict[str, Decimal] = dict(sums)
    return [(one, known.get(one.number)) for one in overrides().filter(item_site=row)]


def events_of(row: ItemSite, since: date) -> list[DemandEvent]:
    """The events that are about an item-site, of those that end on a day or later."""
    return [event for event in events(since=since) if is_about(event, row)]


def lifecycle_of(row: ItemSite) -> QuerySet[LifecycleStep]:
    """What becomes of the item of an item-site, there or everywhere, and what it takes the place of."""
    named = Q(item_id=row.item_id) | Q(other_item_id=row.item_id)
    return lifecycle().filter(named, Q(site=None) | Q(site_id=row.site_id))


def comments_on(row: ItemSite) -> QuerySet[AuditEvent]:
    """What people said of an item-site, the newest first."""
    return AuditEvent.objects.filter(subject=comments_subject(row.pk), verb=COMMENTED).order_by("-id")


def comments_subject(pk: int) -> str:
    """Under which word the comments on an item-site stand in the journal."""
    return f"item_site_comment:{pk}"


def trail_of(row: ItemSite, limit: int = 100) -> list[AuditEvent]:
    """What people did to how an item-site is planned: settings and overrides, the newest first."""
    numbers = Override.objects.filter(item_site=row).values_list("number", flat=True).distinct()
    subjects = [f"item_site:{row.pk}", *(f"override:{number}" for number in numbers)]
    return list(AuditEvent.objects.filter(subject__in=subjects).order_by("-id")[:limit])
