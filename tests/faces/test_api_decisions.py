"""What programs decide: they approve and turn down proposals, and see to what somebody must look at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ownstock.access import actions as access
from ownstock.access.models import User
from ownstock.access.rules import Role, Scope
from ownstock.journal.actions import raise_alert
from ownstock.journal.models import Alert, AuditEvent
from ownstock.planning.models import Proposal
from ownstock.planning.queries import business_day
from tests.factories import ACTOR
from tests.web_cases import approved_order, planned_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Client:
    """A program with a live key, in a shop that was planned."""
    planned_shop()
    token = access.create_api_key("the portal", scopes=Scope, actor=ACTOR)
    return Client(headers={"Authorization": f"Bearer {token}"})


def send(program: Client, path: str, status: int = 200, /, *, method: str = "post", **body: Any) -> Any:
    """What is answered with this status."""
    response = getattr(program, method)(f"/api/{path}", body, content_type="application/json")
    assert response.status_code == status, response.content
    return response.json()


def test_approved_proposals_become_draft_orders_which_the_list_of_orders_shows(program: Client) -> None:
    ids = list(Proposal.objects.values_list("pk", flat=True))
    drafts = send(program, "proposals/approvals", proposals=ids)
    assert {draft["state"] for draft in drafts} == {"draft"}
    assert set(Proposal.objects.values_list("state", flat=True)) == {"approved"}
    listed = program.get("/api/purchase-orders", {"state": "draft"}).json()["rows"]
    assert {row["number"] for row in listed} == {draft["number"] for draft in drafts}
    supplier = drafts[0]["supplier"]
    assert {row["supplier"] for row in program.get("/api/purchase-orders", {"supplier": supplier}).json()["rows"]} == {
        supplier
    }
    assert program.get("/api/purchase-orders", {"site": "NOWHERE"}).json() == {"rows": [], "next": None}
    assert send(program, "proposals/approvals", 422, proposals=ids)["code"] == "not_pending"
    assert send(program, "proposals/approvals", 404, proposals=[10**12])["code"] == "no_proposal"


def test_proposals_are_turned_down_with_the_reason_or_none_of_them(program: Client) -> None:
    ids = list(Proposal.objects.values_list("pk", flat=True))
    assert (
        send(program, "proposals/rejections", 404, proposals=[*ids, 10**12], reason="no room")["code"] == "no_proposal"
    )
    assert send(program, "proposals/rejections", 422, proposals=ids, reason=" ")["code"] == "no_reason"
    assert set(Proposal.objects.values_list("state", flat=True)) == {"pending"}
    assert send(program, "proposals/rejections", proposals=ids, reason="no room") == {"count": len(ids)}
    assert set(Proposal.objects.values_list("state", "decided_because")) == {("rejected", "no room")}


def test_an_alert_is_taken_commented_put_off_and_closed_and_the_trail_tells_it(program: Client) -> None:
    User.objects.create(username="mia", roles=[Role.BUYER])
    raise_alert("told:1", kind="told", sentence="A pallet is broken.", facts={}, is_closable=True)
    number = Alert.objects.get(key="told:1").pk
    found = program.get("/api/alerts", {"kind": "told"}).json()
    assert [row["number"] for row in found["rows"]] == [number]
    assert found["count"] == 1
    assert send(program, f"alerts/{number}/owner", 422, method="put", owner="nobody")["code"] == "no_user"
    assert send(program, f"alerts/{number}/owner", method="put", owner="mia")["owner"] == "mia"
    assert program.get("/api/alerts", {"owner": "mia"}).json()["count"] == 1
    send(program, f"alerts/{number}/comments", text="The carrier knows.")
    until = business_day() + timedelta(days=3)
    assert send(program, f"alerts/{number}/snooze", until=until, reason="waits")["snoozed_until"] == until.isoformat()
    assert program.get("/api/alerts", {"kind": "told"}).json()["count"] == 0
    send(program, f"alerts/{number}/wake")
    assert program.get("/api/alerts", {"kind": "told"}).json()["count"] == 1
    assert send(program, f"alerts/{number}/close", reason="replaced")["cleared_at"]
    assert program.get(f"/api/alerts/{number}").json()["cleared_because"].endswith("replaced")
    trail = program.get("/api/audit", {"subject": "alert:told:1"}).json()["rows"]
    assert [event["verb"].removeprefix("journal.alert_") for event in trail][:2] == ["closed", "woken"]
    assert len(trail) == 5
    assert program.get("/api/alerts/999999").json()["code"] == "no_alert"


def test_the_trail_is_read_in_parts_and_by_who_and_what(program: Client) -> None:
    approved_order()
    first: dict[str, Any] = program.get("/api/audit", {"limit": "1", "actor": ACTOR}).json()
    assert len(first["rows"]) == 1
    rest = program.get("/api/audit", {"actor": ACTOR, "after": str(first["next"])}).json()
    assert len(rest["rows"]) == min(AuditEvent.objects.filter(actor=ACTOR).count() - 1, 100)
    assert program.get("/api/audit", {"verb": "planning.nothing"}).json() == {"rows": [], "next": None}
    far = program.get("/api/audit?since_on=0001-01-01&until_on=9999-12-31")
    assert far.status_code == 200
