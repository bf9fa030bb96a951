"""What a page has not yet is asked of the worker by a button there, and shown as soon as it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from ownstock.journal import jobs
from ownstock.planning.actions.kpis import day_to_measure
from ownstock.planning.queries.kpis import measured_on
from ownstock.planning.tasks import look_ahead_of_the_plan, measure_everything
from tests.factories import TODAY
from tests.web_cases import planned_shop, read, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop() -> None:
    planned_shop()


def taken_up(task: str) -> None:
    """The worker takes what was asked of it out of the queue."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = %s", [task])
        assert cursor.rowcount == 1, "Asked twice, it stands in the queue once."


def test_a_page_without_figures_has_them_measured_and_shows_them_when_they_are() -> None:
    client = signed_in()
    for address in ("/monitoring", "/stock-health"):
        told = client.get(address).content.decode()
        assert "Measure now" in told
        assert "ownstock health" not in told
    for address in ("/monitoring", "/stock-health"):
        assert client.post("/monitoring/measure", {"next": address})["Location"] == address
    asked = read(client.get("/stock-health")).text
    assert "It waits for the worker." in asked
    assert "Measure now" not in asked
    taken_up("ownstock.measure")
    run = jobs.begin("measure", task="ownstock.measure")
    told = client.get("/stock-health").content.decode()
    assert "The worker measures" in told
    assert "HX-Refresh" not in client.get("/monitoring/measuring?reload=1").headers
    jobs.finish(run)
    measure_everything(0)
    last = measured_on()
    assert last == day_to_measure(timezone.now().date(), TODAY)
    assert day_to_measure(TODAY + timedelta(days=31), TODAY) == TODAY + timedelta(days=31)
    assert day_to_measure(TODAY + timedelta(days=32), TODAY) == TODAY, "As its pages, which speak of its last plan."
    assert client.get("/monitoring/measuring?reload=1").headers["HX-Refresh"] == "true"
    assert "Nothing was measured" not in read(client.get("/monitoring")).text


def test_the_forecast_for_a_supplier_is_looked_ahead_for_on_its_page() -> None:
    client, address = signed_in(), "/suppliers/ALPHA/forecast"
    told = client.get(address).content.decode()
    assert "Nobody has looked ahead since the last plan." in told
    assert f'<input type="hidden" name="next" value="{address}">' in told
    assert client.post("/cash/look-ahead", {"next": address})["Location"] == address
    assert client.post("/cash/look-ahead", {"next": "https://elsewhere.example"})["Location"] == "/cash"
    taken_up("ownstock.look_ahead")
    look_ahead_of_the_plan(0)
    assert client.get("/cash/progress?reload=1").headers["HX-Refresh"] == "true"
    told = read(client.get(address)).text
    assert "Look ahead now" not in told
    assert "Week of" in told
