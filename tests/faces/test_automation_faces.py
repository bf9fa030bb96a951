"""Automation by command and by program: the same verbs, and a program never is the second person."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.automation.actions import approve_rule
from ownstock.planning.models import Proposal
from ownstock.purchasing.models import PurchaseOrder
from ownstock.site.entry import cli
from tests.automation_cases import ANNA, DORA, automatic_shop, run
from tests.factories import ACTOR
from tests.web_cases import pending

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop() -> None:
    automatic_shop()


def say(*words: str, by: str = ANNA, ends_with: int = 0) -> Any:
    """What a command answers as JSON, or on standard error."""
    acts = words[0] in ("run", "pause", "resume", "undo", "rule", "set")
    options = ["--json", *(["--actor", by] if acts else [])]
    result = CliRunner(catch_exceptions=False).invoke(cli, ["automation", *words, *options], obj=nullcontext)
    assert result.exit_code == ends_with, result.output
    return json.loads(result.stderr if ends_with else result.stdout)


class Program:
    """A program with a key of automation."""

    def __init__(self, *scopes: Scope) -> None:
        self.token = access.create_api_key("automation", scopes=scopes, actor=ACTOR)

    def ask(self, verb: str, path: str, body: Any = None, status: int = 200) -> Any:
        token = f"Bearer {self.token}"
        ask = getattr(Client(headers={"authorization": token}), verb)
        sent = {"data": json.dumps(body or {}), "content_type": "application/json"} if verb == "post" else {}
        response = ask(f"/api/{path}", **sent)
        assert response.status_code == status, response.content
        return response.json() if response.content else None


def test_a_rule_goes_from_proposal_to_drafts_and_back_by_command() -> None:
    proposed = say(
        "rule", "propose", "basics", "--order-value", "1000", "--line-value", "500", "--reason", "small things"
    )
    number = str(proposed["rule"])
    assert say("rules")[0]["state"] == "proposed"
    assert "somebody else has to approve it" in say("rule", "approve", number, ends_with=1)["sentence"]
    say("rule", "approve", number, by=DORA)
    assert (say("rules")[0]["state"], say("status")["rules"]) == ("in force", 1)
    run()
    order = PurchaseOrder.objects.get()
    last = say("runs")[0]
    assert (last["approved"], last["drafted"], last["placed"]) == (2, [order.number], [])
    assert "of 500.00 allowed" in say("verdicts", str(Proposal.objects.latest("id").pk))[0]["sentence"]
    assert len(say("undo", order.number, "--reason", "a fair")["proposals"]) == 2
    assert say("items")[0]["state"] == "watched"
    say("rule", "end", number, "--reason", "enough")
    assert say("rules")[0]["state"] == "ended"


def test_a_pause_and_the_policy_by_command() -> None:
    say("pause", "--reason", "stock-take", "--supplier", "ALPHA")
    assert say("status")["pauses"] == ["Orders to ALPHA are paused by user:anna until somebody resumes: stock-take."]
    say("resume", "--supplier", "ALPHA")
    assert say("status")["pauses"] == []
    assert say("set", "cycles_to_certify=3", "nightly_plan_at_hour=2")["cycles_to_certify"] == 3
    assert "Known:" in say("set", "cycles=3", ends_with=1)["sentence"]
    assert "plan first" in say("run")["sentence"]


def test_a_program_proposes_ends_pauses_and_takes_back_and_is_never_the_second_person() -> None:
    program = Program(Scope.AUTOMATION_READ, Scope.AUTOMATION_WRITE, Scope.AUTOMATION_DECIDE)
    body = {"name": "basics", "action": "approve", "order_value_at_most": "1000", "sites": ["SHOP"]}
    made = program.ask("post", "automation/rules", body, 201)
    assert (made["state"], made["sites"]) == ("proposed", ["SHOP"])
    refused = program.ask("post", f"automation/rules/{made['id']}/approve", status=422)
    assert "proposed R" in refused["detail"]
    approve_rule(made["id"], actor=DORA)
    run()
    order = PurchaseOrder.objects.get().number
    stands = program.ask("get", "automation")
    assert (stands["rules_in_force"], stands["waiting_orders"]) == (1, [order])
    assert stands["autonomy"] == {"watched": 2, "certified": 0, "lost": 0}
    assert program.ask("get", "automation/runs")["rows"][0]["drafted"] == [order]
    undone = program.ask("post", f"automation/orders/{order}/undo", {"reason": "a fair"})
    assert len(undone["proposals"]) == 2
    said = program.ask("get", f"proposals/{pending('CUP').pk}/verdicts")["rows"]
    assert [row["outcome"] for row in said] == ["undone", "approved"]
    assert said[1]["checks"][0]["is_met"]
    assert {row["sku"] for row in program.ask("get", "automation/items")["rows"]} == {"CUP", "PLATE"}
    program.ask("post", "automation/pause", {"reason": "stock-take"}, 201)
    assert "paused" in program.ask("post", "automation/runs", status=201)["sentence"]
    program.ask("post", "automation/resume", status=204)
    assert program.ask("post", f"automation/rules/{made['id']}/end", {"reason": "enough"})["state"] == "ended"


def test_a_program_that_may_only_look_changes_nothing() -> None:
    program = Program(Scope.AUTOMATION_READ)
    for path in ("automation/rules", "automation/runs", "automation/pause", "automation/orders/PO-1/undo"):
        program.ask("post", path, {"reason": "x"}, 403)
