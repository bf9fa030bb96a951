"""The autopilot is killed at each step, and the next run goes on: a proposal becomes one line, an order leaves once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from django.db import connections

from ownstock.automation.models import AutomaticOrder, AutomationRun, Verdict
from ownstock.automation.rules.standing import Coverage
from ownstock.catalog.models import Item
from ownstock.journal.models import AuditEvent, OutboxRow
from ownstock.planning.models import Proposal
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import OrderState
from ownstock.site.embedded.databases import Credentials
from tests.automation_cases import automatic_shop, rule, run
from tests.factories import TODAY

pytestmark = pytest.mark.slow

# A step is about to write to a table: then the process is gone, as if the machine were. One program forks for each step.
KILLED = """
import os, signal, sys
import django; django.setup()
from datetime import datetime
from django.db import connection
from ownstock.automation.actions import autopilot

def die_at(table, skipped):
    seen = 0
    def kill(execute, sql, params, many, context):
        nonlocal seen
        seen += sql.startswith(f'INSERT INTO "{table}"')
        if seen > skipped:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)
    with connection.execute_wrapper(kill):
        autopilot(datetime.fromisoformat(sys.argv[1]))

for step in sys.argv[2:]:
    table, _, skipped = step.partition(":")
    child = os.fork()
    if child == 0:
        die_at(table, int(skipped))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(step, os.WIFSIGNALED(status) and os.WTERMSIG(status))
"""
# In the first draft, between the two drafts, where they become one, where it is sent.
STEPS = ["purchasing_order_line:0", "automation_order:1", "purchasing_order_revision:1", "journal_outbox:0"]


def test_killed_anywhere_the_next_run_goes_on_and_nothing_is_doubled(committed_db: Credentials) -> None:
    automatic_shop()
    # Two rules: two drafts, which become one order.
    Item.objects.filter(sku="CUP").update(category="cups")
    rule("cups", coverage=Coverage(categories=frozenset({"cups"})))
    rule("rest")
    connections.close_all()
    command = [sys.executable, "-c", KILLED, f"{TODAY}T14:00:00+00:00", *STEPS]
    done = subprocess.run(command, env={**os.environ}, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines() == [f"{step} {signal.SIGKILL.value}" for step in STEPS], done.stderr
    assert run().ended_at is not None
    assert set(Proposal.objects.values_list("state", flat=True)) == {"approved"}
    [placed] = PurchaseOrder.objects.filter(state=OrderState.PLACED)
    assert PurchaseOrder.objects.exclude(state__in=[OrderState.PLACED, OrderState.CANCELLED]).count() == 0
    assert placed.revisions.latest("number").lines.count() == 2
    assert OutboxRow.objects.filter(topic="purchase_order.placed").count() == 1
    assert AuditEvent.objects.filter(verb="automation.placed").count() == 1
    assert Verdict.objects.filter(outcome="approved").count() == 2
    assert not AutomaticOrder.objects.filter(is_settled=False).exists()
    assert AutomationRun.objects.filter(ended_at=None).exists()
