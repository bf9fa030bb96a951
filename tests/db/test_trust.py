"""What the page of trust asks of the ledger, where no other file shows it: each test is named after its line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item
from ownstock.journal.models import AuditEvent
from ownstock.journal.queries import trail
from ownstock.ledger import actions, queries
from ownstock.ledger.models import Closing, Movement, Posting
from ownstock.ledger.queries.verification import verify
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR, opening, sale, small_business

DAY = timedelta(days=1)
LONDON = ZoneInfo("Europe/London")


@pytest.fixture(autouse=True)
def _business(committed_db: Credentials) -> None:
    small_business()
    Item.objects.filter(sku="PLATE").update(tracking="lot")


def receive_plates(lot: str, *, expires_on: date | None = None) -> None:
    line = Line("PLATE", "SUPPLIERS", "SHOP", Decimal(10), lot=lot)
    actions.post([PostingRequest(f"r:{lot}", Kind.RECEIPT, [line])], actor=ACTOR)
    actions.describe_lot("PLATE", lot, expires_on=expires_on, actor=ACTOR)


def set_clock(monkeypatch: pytest.MonkeyPatch, wrong_by: timedelta) -> None:
    """Have this program's clock, not the database's, be wrong."""
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + wrong_by)


def test_trust_1_a_change_and_its_event_stand_or_fall_together() -> None:
    receive_plates("A", expires_on=date(2030, 1, 1))
    with transaction.atomic():
        actions.describe_lot("PLATE", "A", expires_on=date(2031, 1, 1), reason="assay", actor="quinn")
        transaction.set_rollback(True)
    assert trail("lot:PLATE/A").count() == 1
    before = datetime.now(UTC)
    actions.describe_lot("PLATE", "A", expires_on=date(2031, 1, 1), reason="assay", actor="quinn")
    event = trail("lot:PLATE/A").latest("id")
    assert (event.actor, event.reason) == ("quinn", "assay")
    assert (event.old["expires_on"], event.new["expires_on"]) == ("2030-01-01", "2031-01-01")
    assert event.recorded_at.utcoffset() == timedelta(0)
    assert before - DAY / 24 < event.recorded_at < datetime.now(UTC) + DAY / 24


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal_audit_event SET actor = 'nobody'",
        "DELETE FROM journal_audit_event",
        "TRUNCATE journal_audit_event",
        "ALTER TABLE journal_audit_event DISABLE TRIGGER ALL",
        "DROP TABLE journal_audit_event",
    ],
)
def test_trust_2_the_application_can_neither_edit_nor_delete_the_trail(change: str) -> None:
    receive_plates("A", expires_on=date(2030, 1, 1))
    kept = list(AuditEvent.objects.values_list())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert kept
    assert list(AuditEvent.objects.values_list()) == kept


def test_trust_11_expired_is_never_picked() -> None:
    today = datetime.now(LONDON).date()
    receive_plates("GONE", expires_on=today)
    receive_plates("LAST", expires_on=today + DAY)
    _, picks = actions.pick("PLATE", "SHOP", Decimal(10), target="CUSTOMERS", key="p1", actor=ACTOR)
    assert [(pick.lot, pick.quantity) for pick in picks] == [("LAST", 10)]
    for lot, reason in (("", ""), ("GONE", "the customer does not mind")):
        with pytest.raises(Refused, match="may be used; 1 was wanted"):
            actions.pick("PLATE", "SHOP", Decimal(1), target="CUSTOMERS", key="p2", lot=lot, reason=reason, actor=ACTOR)
    issue = Line("PLATE", "SHOP", "CUSTOMERS", Decimal(1), lot="GONE")
    with pytest.raises(Refused, match="lot GONE expired on"):
        actions.post([PostingRequest("p3", Kind.ISSUE, [issue])], actor=ACTOR)
    assert queries.on_hand("PLATE", "SHOP") == 10


def test_trust_24_postings_of_clocks_a_day_wrong_are_each_there_once_and_in_order() -> None:
    opening("CUP", 100)
    almost = DAY - timedelta(minutes=5)

    def sell(worker: int) -> None:
        wrong_by = almost if worker else -almost
        for number in range(10):
            moved_at = datetime.now(UTC) + wrong_by
            for _ in range(2):
                actions.post([sale("CUP", 1, key=f"{worker}:{number}", moved_at=moved_at)], actor=f"worker {worker}")
        connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(sell, range(2)))
    assert queries.on_hand("CUP", "SHOP") == 80
    assert verify() == []
    by_id = list(Posting.objects.order_by("recorded_at", "id").values_list("actor", flat=True))
    assert (by_id[0], sorted(by_id[1:])) == (ACTOR, ["worker 0"] * 10 + ["worker 1"] * 10)
    told = Posting.objects.values_list("recorded_at", flat=True)
    assert all(abs(moment - datetime.now(UTC)) < timedelta(minutes=10) for moment in told)
    assert Movement.objects.filter(moved_at__gt=datetime.now(UTC) + DAY / 2).count() == 10


def test_trust_24_a_movement_more_than_a_day_ahead_is_refused() -> None:
    opening("CUP", 10)
    with pytest.raises(Refused, match="yet to come"):
        actions.post([sale("CUP", 1, key="s", moved_at=datetime.now(UTC) + DAY * 1.01)], actor=ACTOR)


@pytest.mark.parametrize("wrong_by", [DAY, -DAY])
def test_trust_24_a_clock_a_day_ahead_closes_no_day_that_is_not_over(
    wrong_by: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(LONDON).date()
    set_clock(monkeypatch, wrong_by)
    with pytest.raises(Refused, match="has not begun"):
        actions.close(today + DAY, actor=ACTOR)
    actions.close(today - DAY, actor=ACTOR)
    closed_at = Closing.objects.latest("id").closed_at
    assert closed_at is not None
    assert abs(closed_at - datetime.now(UTC)) < timedelta(minutes=10)
    opening("CUP", 10)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2025, 10, 26), 25)])
def test_trust_24_days_of_23_and_25_hours_end_at_the_sites_midnight(day: date, hours: int) -> None:
    begins = datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)
    ends = begins + timedelta(hours=hours)
    assert ends.astimezone(LONDON).date() == day + DAY
    moments = [begins, begins + timedelta(hours=1, minutes=30), begins + timedelta(hours=2, minutes=30)]
    for number, moment in enumerate([*moments, ends - timedelta(microseconds=1), ends]):
        opening("CUP", 1, key=f"o{number}", moved_at=moment)
    actions.close(day + DAY, actor=ACTOR)
    with pytest.raises(Refused, match=f"closed until {day + DAY}"):
        opening("CUP", 1, key="late", moved_at=ends - timedelta(microseconds=1))
    opening("CUP", 1, key="open", moved_at=ends)

    def there(moment: datetime) -> Decimal:
        return sum((row.on_hand for row in queries.as_of(moment)), Decimal(0))

    found = [there(moment) for moment in (begins - timedelta(seconds=1), *moments, ends)]
    assert found == [0, 1, 2, 3, 6]


def test_trust_24_a_lot_that_expires_on_a_leap_day_may_be_used_until_the_day_before() -> None:
    receive_plates("LEAP", expires_on=date(2024, 2, 29))
    opening_line = Line(
        "PLATE", "DIFFERENCES", "SHOP", Decimal(5), lot="LEAP", moved_at=datetime(2024, 2, 1, tzinfo=UTC)
    )
    actions.post([PostingRequest("o", Kind.ADJUSTMENT, [opening_line])], actor=ACTOR)

    def ship(moment: datetime) -> None:
        line = Line("PLATE", "SHOP", "CUSTOMERS", Decimal(1), lot="LEAP", moved_at=moment)
        actions.post([PostingRequest(f"s{moment}", Kind.ISSUE, [line])], actor=ACTOR)

    ship(datetime(2024, 2, 28, 23, 59, 59, tzinfo=LONDON))
    with pytest.raises(Refused, match="lot LEAP expired on 2024-02-29"):
        ship(datetime(2024, 2, 29, tzinfo=LONDON))
    actions.close(date(2024, 2, 29), actor=ACTOR)
    with pytest.raises(Refused, match="closed until 2024-02-29"):
        ship(datetime(2024, 2, 28, 12, tzinfo=LONDON))
