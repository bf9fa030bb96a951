"""Closing a period: what moved before it can no longer be posted, and what was on hand at its end is kept.

No posting takes a lock for it. The closing is announced first, and refused from then on is what moved too early; then it
waits until everybody who was at work at that moment has ended; only then are the balances added up.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime
from datetime import time as clock
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from ownstock.base.errors import Refused, Unavailable
from ownstock.catalog.models import Location
from ownstock.catalog.rules import LocationKind
from ownstock.journal import actions as journal
from ownstock.ledger.actions.valuation import value
from ownstock.ledger.clock import database_now
from ownstock.ledger.models import Closing
from ownstock.ledger.queries.closings import BEGINNING, KEEP_BALANCES, are_older_writers_at_work, closed_until

PATIENCE_SECONDS = 60
LOOK_SECONDS = 0.05


def close(until_on: date, *, actor: str, patience_seconds: float = PATIENCE_SECONDS) -> list[Closing]:
    """Close the past of every site until its midnight before a day; returns the closings, one a site and one for the rest.

    Closing again what is closed changes nothing. Interrupted, it is closed for postings already, and the same call goes on.

    Raises:
        Refused: the day is yet to come somewhere, or lies before what is closed already.
        Unavailable: somebody has been at work for longer than `patience_seconds`; the same call later goes on.
    """
    closings, announced = _announce(until_on, actor)
    open_ones = [closing for closing in closings if closing.closed_at is None]
    if not open_ones:
        return closings
    _wait_for_older_writers(announced, patience_seconds)
    value(patience_seconds=patience_seconds)
    _keep(open_ones, until_on, actor)
    return closings


@transaction.atomic
def _announce(until_on: date, actor: str) -> tuple[list[Closing], str]:
    sites = [*Location.objects.filter(kind=LocationKind.SITE).order_by("code"), None]
    closings = [_announced(site, until_on, actor) for site in sites]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::xid::text")
        return closings, str(cursor.fetchone()[0])


def _announced(site: Location | None, until_on: date, actor: str) -> Closing:
    until_at = datetime.combine(until_on, clock(), ZoneInfo(site.time_zone) if site else UTC)
    where = f"at {site.code}" if site else "outside the sites"
    if until_at > database_now():
        raise Refused(f"{until_on} has not begun {where}; only the past can be closed.", code="not_past")
    latest = Closing.objects.filter(site=site).order_by("-until_on").first()
    if latest is not None and latest.until_on > until_on:
        raise Refused(
            f"The past {where} is closed until {latest.until_on} already.",
            code="closed_further",
            until_on=latest.until_on,
        )
    closing, _ = Closing.objects.get_or_create(
        site=site, until_on=until_on, defaults={"until_at": until_at, "actor": actor}
    )
    return closing


def _wait_for_older_writers(announced: str, patience_seconds: float) -> None:
    deadline = time.monotonic() + patience_seconds
    while are_older_writers_at_work(announced):
        if time.monotonic() > deadline:
            raise Unavailable(
                "Somebody has been at work in the database since before the closing was announced; close again later.",
                code="closing_waits",
            )
        time.sleep(LOOK_SECONDS)


@transaction.atomic
def _keep(closings: Iterable[Closing], until_on: date, actor: str) -> None:
    for closing in closings:
        with connection.cursor() as cursor:
            asked = {
                "closing": closing.pk, "site": closing.site_id, "until": closing.until_at,
                "since": closed_until(closing.site_id) or BEGINNING,
            }  # fmt: skip
            cursor.execute(KEEP_BALANCES, asked)
        closing.closed_at = database_now()
        closing.save(update_fields=["closed_at"])
    journal.record(actor=actor, verb="ledger.closed", subject=f"closing:{until_on}", new={"until_on": str(until_on)})
