"""What must hold after each round of test_ledger_killed.py, looked at in a process of its own."""

from __future__ import annotations

import multiprocessing.connection
from datetime import timedelta
from decimal import Decimal

import django

django.setup()

from django.db import connections  # noqa: E402
from django.db.models import Sum  # noqa: E402
from django.utils import timezone  # noqa: E402

from ownstock.access.actions import create_api_key  # noqa: E402
from ownstock.access.rules import Scope  # noqa: E402
from ownstock.catalog.models import Item, Location  # noqa: E402
from ownstock.journal.queries import open_alerts  # noqa: E402
from ownstock.ledger import actions, queries  # noqa: E402
from ownstock.ledger.models import Balance, Posting, Valuation, ValuationEntry, ValuationMark  # noqa: E402
from tests.faults.ledger_plans import CUSTOMER, HELD, HOT, SUPPLIER, Model, answered, own_items  # noqa: E402
from tests.faults.ledger_writers import Way, reach  # noqa: E402
from tests.seal_cases import findings, seal_all  # noqa: E402

PATIENCE_SECONDS = 60.0
METHODS = ("moving_average", "fifo", "standard")


def found_company(way: Way, writers: int, answer: multiprocessing.connection.Connection) -> None:
    """Make the catalogue and a key for programs; answers the key."""
    reach(way)
    for code, kind, zone in (("NORTH", "site", "Europe/London"), ("SOUTH", "site", "Asia/Tokyo")):
        site = Location.objects.create(code=code, name=code, kind=kind, time_zone=zone)
        Location.objects.filter(pk=site.pk).update(site=site)
    north = Location.objects.get(code="NORTH")
    Location.objects.create(code="NORTH-1", name="Shelf", kind="bin", parent=north, site=north)
    Location.objects.create(code=SUPPLIER, name=SUPPLIER, kind="supplier")
    Location.objects.create(code=CUSTOMER, name=CUSTOMER, kind="customer")
    for number, sku in enumerate((*HOT, *(own_items(writer)[0] for writer in range(writers)))):
        Item.objects.create(
            sku=sku, description=sku, unit_cost=Decimal("2.3457"), valuation_method=METHODS[number % len(METHODS)]
        )
    for writer in range(writers):
        sku = own_items(writer)[1]
        Item.objects.create(
            sku=sku, description=sku, unit_cost=Decimal(7), tracking="lot", receiving_status="quarantine"
        )
    answer.send(create_api_key("writers", scopes=[Scope.LEDGER_POST], actor="test", expires_in_days=30))
    connections.close_all()


def look(way: Way, writers: int, answer: multiprocessing.connection.Connection) -> None:
    """Everything that does not hold, as sentences; answers them."""
    reach(way)
    model = Model()
    for writer in range(writers):
        for request, told, attempts in answered(way.journal(writer).read_text()):
            model.follow(request, told, attempts)
    answer.send([*model.faults, *_posting_faults(model), *_balance_faults(model), *_value_faults(), *_seal_faults()])
    connections.close_all()


def _posting_faults(model: Model) -> list[str]:
    there = dict(Posting.objects.values_list("key", "line_hashes"))
    found = [finding.sentence for finding in queries.verify()]
    found += [f"{key} was answered posted and is not there" for key in model.posted.keys() - there.keys()]
    found += [f"{key} is there and was never answered posted" for key in there.keys() - model.posted.keys()]
    both = model.posted.keys() & there.keys()
    return found + [f"{key} has other lines" for key in both if len(there[key]) != 32 * model.posted[key].lines]


def _balance_faults(model: Model) -> list[str]:
    columns = ("item__sku", "location__code", "lot__code", "status", "on_hand")
    rows = Balance.objects.exclude(on_hand=0).values_list(*columns)
    there = {(sku, place, lot or "", status): on_hand for sku, place, lot, status, on_hand in rows}
    due = model.kept()
    found = [f"{place}: {there.get(place)} on hand, {due.get(place)} due" for place in there.keys() | due.keys()
             if there.get(place) != due.get(place)]  # fmt: skip
    later = timezone.now() + timedelta(days=2)
    past = {(row.sku, row.location, row.lot, row.status): row.on_hand for row in queries.as_of(later)}
    found += [] if past == there else ["what is on hand is not what all movements add up to as of now"]
    found += [f"{place} is below zero" for place, on_hand in there.items() if on_hand < 0]
    return found + [f"{place} is no place" for _, place, _, _ in there if place not in HELD]


def _value_faults() -> list[str]:
    """The valuation brought up to now, and whether a replay from scratch finds anything to enter."""
    actions.value(patience_seconds=PATIENCE_SECONDS)
    sums = ValuationEntry.objects.values_list("item__sku").annotate(Sum("amount")).order_by()
    before = dict(sums)
    Valuation.objects.all().delete()
    ValuationMark.objects.update(watermark=0)
    entered = actions.value(patience_seconds=PATIENCE_SECONDS)
    on_hand = set(Balance.objects.filter(on_hand__gt=0).values_list("item__sku", flat=True))
    found = [f"{sku} has none on hand and is worth {amount}" for sku, amount in before.items()
             if amount and sku not in on_hand and _is_exact(sku)]  # fmt: skip
    return found + ([f"A replay from scratch entered {entered} more"] if entered or dict(sums.all()) != before else [])


def _is_exact(sku: str) -> bool:
    return Item.objects.get(sku=sku).valuation_method != "standard"


def _seal_faults() -> list[str]:
    seal_all()
    return findings() + [alert.sentence for alert in open_alerts() if alert.kind == "ledger_altered"]
