"""Plans by the clock: once a night, once before a cut-off, and what waits is tried again while orders may leave."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from ownstock.automation.actions import pause, resume, run_due, set_policy
from ownstock.automation.models import AutomationRun
from ownstock.automation.rules.schedule import is_nightly_due
from ownstock.base.errors import Refused
from ownstock.journal.models import Heartbeat
from ownstock.purchasing.models import PurchaseOrder
from tests.automation_cases import ANNA, automatic_shop, rule
from tests.factories import TODAY

pytestmark = pytest.mark.django_db


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    return datetime.combine(TODAY + timedelta(days=days), time(hour, minute), UTC)


def test_nothing_is_planned_where_nobody_asked_for_it_and_the_job_lives() -> None:
    automatic_shop()
    assert run_due(at(14)) is None
    assert AutomationRun.objects.count() == 0
    assert Heartbeat.objects.filter(job="automation").exists()


def test_a_day_of_quarters_makes_one_nightly_plan_and_one_before_the_cut_off_that_sends() -> None:
    automatic_shop()
    rule()
    set_policy({"nightly_plan_at_hour": "2"}, actor=ANNA)
    runs = [(hour, minute, run_due(at(hour, minute))) for hour in (1, 2, 3, 12, 13, 14, 15) for minute in (0, 45)]
    ran = [(hour, minute, found.occasion, len(found.placed)) for hour, minute, found in runs if found]
    assert ran == [(2, 0, "nightly", 0), (13, 0, "order day", 1)]
    assert PurchaseOrder.objects.get().state == "placed"
    nightly = run_due(at(2, days=1))
    assert nightly is not None
    assert nightly.run is not None
    assert nightly.run.planned_on == TODAY + timedelta(days=1)


def test_what_a_pause_held_back_leaves_in_the_quarter_after_it_ends() -> None:
    automatic_shop()
    rule()
    pause(actor=ANNA, reason="stock-take")
    paused = run_due(at(13))
    assert paused is not None
    assert "paused by user:anna" in paused.sentence
    assert run_due(at(13, 15)) is None
    resume(actor=ANNA)
    from ownstock.automation.models import Pause

    Pause.objects.update(resumed_at=at(13, 20))
    resumed = run_due(at(13, 30))
    assert resumed is not None
    assert len(resumed.placed) == 1


def test_the_night_of_a_company_goes_by_its_own_clock_and_comes_once_where_clocks_go_back() -> None:
    zone = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, for the first time
    assert is_nightly_due(first, zone, 2, None)
    assert not is_nightly_due(first + timedelta(hours=1), zone, 2, first)
    assert not is_nightly_due(first - timedelta(hours=1), zone, 2, None)
    assert is_nightly_due(first + timedelta(days=1, hours=1), zone, 2, first)
    assert not is_nightly_due(first, zone, None, None)


def test_a_policy_that_is_none_is_refused() -> None:
    for said in ({"nightly_plan_at_hour": "24"}, {"time_zone": "Mars/Base"}, {"order_cut_off": "noon"}, {"hour": "3"}):
        with pytest.raises(Refused):
            set_policy(dict(said), actor=ANNA)
