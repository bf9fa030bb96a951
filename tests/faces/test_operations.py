"""What who operates Ownstock sees: figures for Prometheus, lines in the log, both without secrets."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.journal import actions as journal
from ownstock.journal.running import running
from ownstock.site.logs import logging_settings
from tests.factories import ACTOR, opening, small_business


def program(*scopes: Scope) -> Client:
    token = access.create_api_key("a program", scopes=scopes, actor=ACTOR)
    return Client(headers={"Authorization": f"Bearer {token}"})


def figures(prometheus: Client) -> dict[tuple[str, ...], float]:
    text = prometheus.get("/metrics").content.decode()
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_figures_are_for_the_holder_of_a_key_with_their_scope(db: None) -> None:
    stranger, other = Client().get("/metrics"), program(Scope.LEDGER_READ).get("/metrics")
    assert (stranger.status_code, stranger.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (other.status_code, other.json()["code"]) == (403, "missing_scope")
    answer = program(Scope.METRICS_READ).get("/metrics")
    assert (answer.status_code, answer.headers["Content-Type"][:10]) == (200, "text/plain")


def test_figures_tell_of_requests_jobs_the_outbox_and_the_ledger(db: None) -> None:
    prometheus = program(Scope.METRICS_READ)
    before = figures(prometheus)
    small_business()
    opening("CUP", 10)
    journal.enqueue("x:1", topic="x", payload={})
    journal.beat("ticker", expected_every_seconds=5)
    with running("plan"):
        pass
    Client().get("/health")
    Client().get("/answer/a-secret-token")
    now = figures(prometheus)
    asked = ("ownstock_requests_total", "health", "200")
    assert now[asked] == before.get(asked, 0) + 1
    assert now["ownstock_request_duration_seconds_count", "health"] >= 1
    assert now["ownstock_outbox_rows", "waiting"] == before["ownstock_outbox_rows", "waiting"] + 1
    assert now["ownstock_jobs_total", "plan", "done"] == 1
    assert now["ownstock_job_expected_seconds", "ticker"] == 5
    assert now["ownstock_job_silent_seconds", "ticker"] < 5
    assert now["ownstock_plan_duration_seconds",] < 5
    assert now["ownstock_ledger_movements_total",] > before["ownstock_ledger_movements_total",]
    assert now["ownstock_database_up",] == 1
    assert {("ownstock_live_streams",), ("ownstock_seal_lag_seconds",), ("ownstock_alerts_open",)} <= now.keys()
    assert not any("a-secret-token" in word for name in now for word in name)


def test_every_answer_has_a_number_and_one_that_was_given_is_kept(db: None) -> None:
    assert len(Client().get("/health").headers["X-Request-ID"]) == 32
    given = Client().get("/health", headers={"X-Request-ID": "proxy-12345678"})
    assert given.headers["X-Request-ID"] == "proxy-12345678"
    forged = Client().get("/health", headers={"X-Request-ID": 'a"} {"b'})
    assert len(forged.headers["X-Request-ID"]) == 32


@pytest.fixture
def json_log() -> Any:
    """Logs as objects, until the test ends; the lines that were said."""
    root, said = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    settings = logging_settings("json")
    settings["handlers"]["json"]["stream"] = said
    logging.config.dictConfig(settings)
    yield lambda: [json.loads(line) for line in said.getvalue().splitlines()]
    root.handlers[:], root.level = before[0], before[1]
    for name in ("ownstock", "django"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_lines_of_the_log_are_objects_that_say_in_which_request_or_job(db: None, json_log: Any) -> None:
    reader = program(Scope.LEDGER_READ)
    reader.get("/api/balances", headers={"X-Request-ID": "number-of-mine"})
    Client().get("/answer/a-secret-token")
    with running("plan"):
        logging.getLogger("ownstock.test").warning("See /answer/a-secret-token now.")
    lines = json_log()
    asked = next(line for line in lines if line.get("route") == "api/balances")
    assert (asked["request_id"], asked["status"], asked["method"]) == ("number-of-mine", 200, "GET")
    assert asked["actor"].startswith("key:")
    assert asked["duration_ms"] > 0
    assert {"at", "level", "logger", "message"} <= asked.keys()
    said = next(line for line in lines if line["logger"] == "ownstock.test")
    assert (said["job_name"], said["message"]) == ("plan", "See /answer/… now.")
    assert "a-secret-token" not in json.dumps(lines)
