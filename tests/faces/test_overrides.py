"""Overrides and events by command, by file and by program: what is entered is told again, what is wrong is refused."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.base.errors import Refused
from ownstock.cli.overrides import override_noun
from ownstock.cli.policy import policy_noun
from ownstock.planning.actions import plan
from ownstock.planning.imports import import_overrides
from ownstock.planning.models import Override
from tests.factories import ACTOR, TODAY, sell_every_week, small_business

pytestmark = pytest.mark.django_db
HEAD = "sku,site,kind,value,from_on,until_on,reason_code,reason\n"


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "overrides.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_file_of_overrides_is_taken_once_and_a_faulty_one_is_refused_by_row(tmp_path: Path) -> None:
    small_business()
    good = "CUP,SHOP,demand_plus,40,2026-03-02,2026-03-22,project,School"
    assert import_overrides(written(tmp_path, good), actor=ACTOR).created == 1
    assert import_overrides(written(tmp_path, good), actor=ACTOR).created == 0
    bad = ("VASE,SHOP,demand_plus,1,2026-03-02,2026-03-22,project,x", "CUP,SHOP,fill_rate,2,2026-03-02,2026-03-22,,x")
    with pytest.raises(Refused) as refused:
        import_overrides(written(tmp_path, *bad), actor=ACTOR)
    told = str(refused.value.facts)
    assert "VASE is not planned at SHOP" in told
    assert "cannot be met" in told
    assert Override.objects.count() == 1


def test_by_command_an_override_is_added_listed_and_ended() -> None:
    small_business()
    plan(planned_on=TODAY, actor=ACTOR)

    def told(*words: str) -> str:
        return CliRunner().invoke(override_noun, words, obj=nullcontext, catch_exceptions=False).output

    span = ("--site", "SHOP", "--from", "2026-03-02", "--until", "2026-03-22", "--reason", "School", "--actor", "anna")
    assert "until 2026-03-22: +40 units of demand." in told("add", "CUP", "demand_plus", "40", *span)
    number = Override.objects.get().number
    assert number in told("list")
    assert "holds no longer from 2026-03-02 on" in told(
        "end", number, "--on", "2026-03-02", "--because", "Shut", "--actor", "ben"
    )
    assert number not in told("list")
    assert "No override is over" in told("values")


def test_a_program_enters_an_override_and_an_event_and_takes_both_back() -> None:
    small_business()
    plan(planned_on=TODAY, actor=ACTOR)
    token = access.create_api_key("the planner", scopes=[Scope.PLANNING_READ, Scope.PLANNING_WRITE], actor=ACTOR)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    span = {"from_on": "2026-03-02", "until_on": "2026-03-22", "reason": "School"}
    said = {"sku": "CUP", "site": "SHOP", "kind": "demand_times", "value": "2", **span}
    [made] = client.post("/api/overrides", {"overrides": [said]}, "application/json").json()
    assert client.get("/api/overrides").json()["rows"] == [made]
    ended = client.post(f"/api/overrides/{made['number']}/ends", {"reason": "Shut"}, "application/json").json()
    assert ended["ended_on"] == TODAY.isoformat()
    assert client.get("/api/overrides").json()["rows"] == []
    assert client.get("/api/override-values?by=person").json() == []
    refused = client.post("/api/overrides", {"overrides": [said | {"sku": "VASE"}]}, "application/json")
    assert (refused.status_code, "VASE is not planned at SHOP" in refused.json()["detail"]) == (422, True)

    event = client.post("/api/events", {"name": "Fair", "factor": "2", **span}, "application/json").json()
    assert [one["number"] for one in client.get("/api/events").json()["rows"]] == [event["number"]]
    client.post(f"/api/events/{event['number']}/cancellations", {"reason": "Rain"}, "application/json")
    assert client.get("/api/events").json()["rows"] == []


def test_by_command_a_policy_is_previewed_and_adopted() -> None:
    small_business()
    sell_every_week("CUP", [10, 12, 9, 11])
    plan(planned_on=TODAY, actor=ACTOR)

    def told(*words: str) -> str:
        return CliRunner().invoke(policy_noun, words, obj=nullcontext, catch_exceptions=False).output

    shown = told("preview", "CUP", "--site", "SHOP", "--shortage-cost", "90")
    assert [line.split()[0] for line in shown.splitlines()][-2:] == ["now", "then"]
    adopt = ("adopt", "CUP", "--site", "SHOP", "--shortage-cost", "90", "--reason", "Service", "--actor", "anna")
    assert "is planned anew" in told(*adopt)
    assert "is planned as it was" in told(*adopt)
