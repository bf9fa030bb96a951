"""Transfers as planning and promising see them: on order at their target until they come, owed by their source before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from ownstock.demand import queries as demand
from ownstock.demand.rules import Commitment, Supply, fefo
from ownstock.purchasing.actions import transfers
from ownstock.purchasing.actions.transfers import ShippedPart
from ownstock.purchasing.models import TransferOrder
from ownstock.purchasing.queries.transfers import OpenTransfer, open_transfers, transfer_lines
from ownstock.purchasing.rules.lateness import is_past_limit
from ownstock.purchasing.rules.transfers import transfer_arrival_in_days

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class OpenTransfers:
    """What is open of all transfers on a day, by the (item id, site id) of each end."""

    today: date
    coming: Mapping[Place, Sequence[OpenTransfer]]
    leaving: Mapping[Place, Sequence[OpenTransfer]]

    def arrivals(self, place: Place) -> Iterator[tuple[int, Decimal]]:
        """What is counted on at a target: (in so many days, stock units).

        Goods late past their limit are not, nor those that can no longer be used when they come.
        """
        for part in self.coming.get(place, ()):
            days = self._in_days(part)
            if self._is_counted(part, days):
                yield days, part.quantity

    def _in_days(self, part: OpenTransfer) -> int:
        return transfer_arrival_in_days(
            part.expected_on, self.today, transit_days=part.transit_days, is_shipped=part.is_shipped
        )

    def _is_counted(self, part: OpenTransfer, days: int) -> bool:
        return not is_past_limit(part.expected_on, self.today) and part.is_fit(self.today + timedelta(days=days))

    def owed(self, place: Place) -> Decimal:
        """What should have left a source by the day and has not."""
        late = (part.quantity for part in self.leaving.get(place, ()) if self._leaves_in_days(part) <= 0)
        return sum(late, Decimal(0))

    def known(self, place: Place) -> Iterator[tuple[int, int]]:
        """What is to leave a source on days to come: (in so many days, stock units; a part of one is a whole one)."""
        for part in self.leaving.get(place, ()):
            if (days := self._leaves_in_days(part)) > 0:
                yield days, ceil(part.quantity)

    def _leaves_in_days(self, part: OpenTransfer) -> int:
        assert part.leaves_on is not None, "what has left is no longer leaving"
        return (part.leaves_on - self.today).days

    def told(self, place: Place) -> dict[str, list[dict[str, Any]]]:
        """The transfers that a decision rests on, by their numbers, for its reason."""
        coming = [
            {**_named(part), "from": part.source, "expected_on": part.expected_on.isoformat(),
             "is_counted": self._is_counted(part, self._in_days(part))}
            for part in self.coming.get(place, ())
        ]  # fmt: skip
        leaving = [
            {**_named(part), "to": part.target, "leaves_on": part.leaves_on and part.leaves_on.isoformat()}
            for part in self.leaving.get(place, ())
        ]
        return {"coming": coming, "leaving": leaving}

    def supplies(self, place: Place) -> list[Supply]:
        """What can be promised of goods that are to come."""
        return [
            Supply(part.quantity, self.today + timedelta(days=days), part.expires_on, part.retest_on)
            for part in self.coming.get(place, ())
            for days in [self._in_days(part)]
            if self._is_counted(part, days)
        ]

    def commitments(self, place: Place) -> list[Commitment]:
        """What a source has still to send, each on its day and fit until it arrives."""
        return [
            Commitment(
                part.quantity, self.today + timedelta(days=max(self._leaves_in_days(part), 0)), part.transit_days
            )
            for part in self.leaving.get(place, ())
        ]


def _named(part: OpenTransfer) -> dict[str, Any]:
    return {"transfer": part.number, "line": part.line, "quantity": str(part.quantity)}


def transfers_on(today: date, *, item_site: Place | None = None, items: Collection[int] | None = None) -> OpenTransfers:
    """Everything that is open of transfers: of all item-sites, of one (item id, site id), or of some items."""
    coming: dict[Place, list[OpenTransfer]] = defaultdict(list)
    leaving: dict[Place, list[OpenTransfer]] = defaultdict(list)
    for part in open_transfers(item_site=item_site, items=items):
        coming[part.item_id, part.target_id].append(part)
        if not part.is_shipped:
            leaving[part.item_id, part.source_id].append(part)
    return OpenTransfers(today, coming, leaving)


@dataclass(frozen=True, slots=True)
class Suggested:
    """What is to be taken for a line: so much of a lot (no lot is an empty code) from a place, until when it may be used."""

    line: int
    sku: str
    description: str
    unit: str
    location: str
    lot: str
    expires_on: date | None
    quantity: Decimal


def suggested(order: TransferOrder, *, today: date) -> list[Suggested]:
    """What shipping all that is still to leave would take, line by line: what nobody was promised, first expired first out.

    Where not enough is there, less; nothing is promised by it.
    """
    lines = [line for line in transfer_lines(order) if line.totals.to_ship > 0]
    found = demand.goods([(line.item_id, order.source_id) for line in lines])
    return [
        Suggested(
            line.line, line.item.sku, line.item.description, line.item.unit, pick.shelf.location, pick.shelf.lot,
            pick.shelf.expires_on, pick.quantity,
        )
        for line in lines
        for pick in fefo(
            found[line.item_id, order.source_id].free(), line.totals.to_ship, on=today, life_days=order.transit_days
        )
    ]  # fmt: skip


def ship(
    number: str,
    parts: Sequence[ShippedPart],
    *,
    key: str,
    actor: str,
    moved_at: datetime | None = None,
    reason: str = "",
) -> TransferOrder:
    """Ship parts of a transfer, never what is promised to customers (`purchasing.actions.transfers.ship`)."""
    return transfers.ship(
        number, parts, key=key, promised=demand.promised, actor=actor, moved_at=moved_at, reason=reason
    )
