"""The report of automation as a page and as a command: the days asked for, and what is refused."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from click.testing import CliRunner
from django.test import Client

from ownstock.access.models import User
from ownstock.automation.queries.reports import report
from ownstock.base.errors import Refused
from ownstock.purchasing.models import PurchaseOrder
from ownstock.site.entry import cli
from tests.automation_cases import automatic_shop, rule, run
from tests.factories import TODAY

pytestmark = pytest.mark.django_db


def command(*words: str) -> str:
    """What `ownstock automation` says."""
    result = CliRunner(catch_exceptions=False).invoke(cli, ["automation", *words], obj=nullcontext)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def anna() -> Client:
    automatic_shop()
    client = Client()
    client.force_login(User.objects.get(username="anna"))
    return client


def test_the_page_tells_what_a_rule_sent_and_leads_to_the_orders_of_the_supplier(anna: Client) -> None:
    rule()
    run()
    page = anna.get("/automation/report").content.decode()
    value = report(TODAY, TODAY).total.automatic_value
    assert PurchaseOrder.objects.filter(state="placed").count() == 1
    assert f"{value:,.2f}" in page
    assert "/orders?supplier=ALPHA" in page


def test_the_command_tells_the_same(anna: Client) -> None:
    rule()
    run()
    told = command("report", "--since", str(TODAY), "--until", str(TODAY))
    assert f"1 order sent by rules ({report(TODAY, TODAY).total.automatic_value:,.2f} EUR), 0 by people" in told
    assert "Stock of an unknown value" in told


def test_days_before_anything_was_sent_have_an_empty_report(anna: Client) -> None:
    rule()
    run()
    page = anna.get("/automation/report", {"since": "2025-01-01", "until": "2025-01-31"}).content.decode()
    assert "No order was sent in these days." in page


def test_a_period_that_ends_before_it_begins_is_refused_in_a_sentence(anna: Client) -> None:
    answer = anna.get("/automation/report", {"since": "2026-02-01", "until": "2026-01-01"})
    assert answer.status_code == 422
    assert "not before 2026-02-01" in answer.content.decode()
    with pytest.raises(Refused, match="at most 366 days"):
        report(TODAY.replace(year=2020), TODAY)
