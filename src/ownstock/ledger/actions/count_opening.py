"""Opening a sheet: what is most overdue at a site, or what somebody names, line by line in walking order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import Location
from ownstock.catalog.rules import LocationKind
from ownstock.journal import actions as journal
from ownstock.ledger.clock import database_now
from ownstock.ledger.models import Balance, Classification, CountLine, CycleCount
from ownstock.ledger.names import items_named
from ownstock.ledger.queries import counts as queries
from ownstock.ledger.rules.counting import MAX_LINES_OF_A_SHEET, AbcClass
from ownstock.ledger.rules.posting import Status

DEFAULT_LINES = 50
ONCE = "count_line_on_one_open_sheet"


@dataclass(frozen=True, slots=True)
class Place:
    """What one line of a sheet counts, by ids."""

    item_id: int
    location_id: int
    lot_id: int | None = None
    status: str = Status.RELEASED


def open_count(
    site: str, *, line_count: int = DEFAULT_LINES, skus: Sequence[str] = (), locations: Sequence[str] = (), actor: str
) -> CycleCount:
    """Open a sheet at a site: of what is most overdue, whole items up to about so many lines; or of items or locations.

    Each line is one item at one location, of one lot in one status. An item of which nothing is on hand has one line, too:
    that nothing is there must be seen.

    Raises:
        Refused: no such site, item or location in it, nothing to count, too many lines, or one is on an open sheet already.
    """
    try:
        with transaction.atomic():
            return _opened(_site(site), line_count, skus, locations, actor)
    except IntegrityError as error:
        if ONCE not in str(error):
            raise
        raise Refused("Some of it was just put on another sheet; open again.", code="being_counted") from error


def _opened(site: Location, line_count: int, skus: Sequence[str], locations: Sequence[str], actor: str) -> CycleCount:
    places = _chosen(site, skus, locations) if skus or locations else _due(site, line_count)
    if not places:
        raise Refused(f"There is nothing to count at {site.code}.", code="nothing_to_count", site=site.code)
    if len(places) > MAX_LINES_OF_A_SHEET:
        raise Refused(
            f"That is {len(places):,} lines; a sheet has {MAX_LINES_OF_A_SHEET:,} at most. Name fewer.",
            code="too_many_lines",
        )
    refuse_busy(places)
    sheet = CycleCount.objects.create(number=_next_number(), site=site, opened_by=actor, opened_at=timezone.now())
    classes, whole = classes_of(site, places), _whole(site, places)
    CountLine.objects.bulk_create(
        CountLine(
            cycle_count=sheet, line=number, item_id=p.item_id, location_id=p.location_id, lot_id=p.lot_id, status=p.status,
            abc_class=classes.get(p.item_id, AbcClass.C), is_whole=p.item_id in whole,
        )
        for number, p in enumerate(places, start=1)
    )  # fmt: skip
    # Not before the lines are there: whoever ended another sheet of the same goods has committed then, and its posting is
    # older.
    sheet.opened_at = database_now()
    sheet.save(update_fields=["opened_at"])
    journal.record(
        actor=actor, verb="ledger.count_opened", subject=subject(sheet), new={"site": site.code, "lines": len(places)}
    )
    return sheet


def _site(code: str) -> Location:
    site = Location.objects.filter(code=code, kind=LocationKind.SITE).first()
    if site is None:
        raise Refused(f"There is no site {code}.", code="unknown_site", unknown=[code])
    return site


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_cycle_count_number')")
        return f"CC-{cursor.fetchone()[0]:06d}"


def _due(site: Location, line_count: int) -> list[Place]:
    """The places of the items most overdue, item by item until there are so many."""
    if not 0 < line_count <= MAX_LINES_OF_A_SHEET:
        raise Refused(f"A sheet has 1 to {MAX_LINES_OF_A_SHEET:,} lines.", code="bad_line_count")
    items = [row.item_id for row in queries.due(database_now().date(), site=site.code, limit=line_count)]
    rows = _places(Balance.objects.filter(item_id__in=items, location__site=site))
    chosen: list[Place] = []
    for item in items:
        chosen += [p for p in rows if p.item_id == item] or [Place(item, site.pk)]
        if len(chosen) >= line_count:
            break
    return _in_walking_order(chosen)


def _chosen(site: Location, skus: Sequence[str], codes: Sequence[str]) -> list[Place]:
    items = [facts.id for facts in items_named(set(skus)).values()]
    locations = [within(site, code).pk for code in codes]
    rows = Balance.objects.filter(location__site=site)
    rows = rows.filter(item_id__in=items) if skus else rows
    rows = rows.filter(location_id__in=locations) if codes else rows
    chosen = _places(rows)
    nowhere = set(items) - {p.item_id for p in chosen}
    return _in_walking_order([*chosen, *(Place(item, locations[0] if codes else site.pk) for item in nowhere)])


def within(site: Location, code: str) -> Location:
    """A location of a site, by its code. Raises Refused where the site has none."""
    found = Location.objects.filter(code=code, site=site).first()
    if found is None:
        raise Refused(f"There is no location {code} in {site.code}.", code="unknown_location", unknown=[code])
    return found


def _places(rows: QuerySet[Balance]) -> list[Place]:
    return [place_of(balance) for balance in rows.filter(on_hand__gt=0)]


def place_of(row: Balance | CountLine) -> Place:
    """What a balance or a line of a sheet is of."""
    return Place(row.item_id, row.location_id, row.lot_id, row.status)


def _in_walking_order(places: Iterable[Place]) -> list[Place]:
    """By location, as one walks, then by item, lot and status."""
    found = list(places)
    codes = dict(Location.objects.filter(pk__in={p.location_id for p in found}).values_list("pk", "code"))
    return sorted(found, key=lambda p: (codes[p.location_id], p.item_id, p.lot_id or 0, p.status))


def classes_of(site: Location, places: Sequence[Place]) -> dict[int, str]:
    """The ABC classes of items at a site, by item id; what is not classified yet is missing."""
    known = Classification.objects.filter(site=site, item_id__in={p.item_id for p in places})
    return dict(known.values_list("item_id", "abc_class"))


def _whole(site: Location, places: Sequence[Place]) -> set[int]:
    """The items all of whose goods at the site are on the sheet."""
    items = {p.item_id for p in places}
    there = _places(Balance.objects.filter(location__site=site, item_id__in=items))
    return items - {p.item_id for p in set(there) - set(places)}


def refuse_busy(places: Sequence[Place]) -> None:
    """Refuse places that are being counted on an open sheet, naming it."""
    wanted = set(places)
    busy = CountLine.objects.filter(is_open=True, item_id__in={p.item_id for p in places})
    for line in busy.select_related("cycle_count", "item", "location"):
        if place_of(line) in wanted:
            raise Refused(
                f"{line.item.sku} at {line.location.code} is being counted on {line.cycle_count.number}.",
                code="being_counted",
                number=line.cycle_count.number,
            )


def subject(sheet: CycleCount) -> str:
    """By which the journal names a sheet."""
    return f"cycle_count:{sheet.number}"
