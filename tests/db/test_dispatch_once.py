"""The worker, asked to work until nothing waits: for a demo, a cron job, a person in a hurry."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from ownstock.catalog.models import SupplyTerm
from ownstock.journal import actions as journal
from ownstock.journal.models import OutboxRow
from ownstock.purchasing import actions as purchasing
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR, TODAY, small_business

RUN = "import django; django.setup(); from ownstock.site.worker import run_worker; run_worker(once=True)"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OWNSTOCK_HOME", str(tmp_path))
    monkeypatch.delenv("OWNSTOCK_OUTBOX", raising=False)
    monkeypatch.delenv("OWNSTOCK_SMTP_URL", raising=False)


def work_once() -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, timeout=60, check=False)


def place_orders(count: int) -> None:
    business = small_business()
    term = SupplyTerm.objects.get(item=business.items[0])
    line = purchasing.DraftLine(term, Decimal(12), TODAY + timedelta(days=14))
    for _ in range(count):
        order = purchasing.draft(
            supplier=term.supplier, site=business.site, lines=[line], ordered_on=TODAY, actor=ACTOR
        )
        purchasing.place(order.number, actor=ACTOR)


def test_all_that_waits_leaves_and_the_worker_ends(committed_db: Credentials, tmp_path: Path) -> None:
    place_orders(3)
    lost = journal.claim(lease_seconds=0)
    assert lost is not None
    done = work_once()
    assert done.returncode == 0
    assert not OutboxRow.objects.exclude(state="done").exists()
    assert sorted(file.name for file in (tmp_path / "outbox").iterdir()) == [f"PO-00000{n}-1.eml" for n in (1, 2, 3)]
    assert not ProcrastinateJob.objects.filter(task_name=journal.DISPATCH).exists()
    assert [line.count("sent to") for line in done.stderr.splitlines()] == [1, 1, 1]


def test_without_a_database_it_says_so_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    done = work_once()
    assert done.returncode == 1
    assert "ownstock.base.errors.Unavailable: The database does not answer" in done.stderr


def test_a_wrong_setting_is_refused_before_any_order_is_touched(
    committed_db: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_orders(1)
    monkeypatch.setenv("OWNSTOCK_SMTP_URL", "mail.example")
    done = work_once()
    assert "OWNSTOCK_SMTP_URL must look like" in done.stderr
    assert OutboxRow.objects.get().attempts == 0
