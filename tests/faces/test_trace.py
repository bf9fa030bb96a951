"""Recall by command and by program."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.site.entry import cli
from tests.evidence_cases import bakery, busy_week
from tests.factories import ACTOR

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def week(db: None) -> tuple[str, str]:
    return busy_week(bakery())


def run(*words: object) -> Result:
    return CliRunner(catch_exceptions=False).invoke(cli, ["trace", *map(str, words)], obj=nullcontext)


def answer(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def asked_by_program(path: str, *scopes: Scope) -> Any:
    token = access.create_api_key("quality", scopes=scopes, actor=ACTOR)
    return Client(headers={"Authorization": f"Bearer {token}"}).get(f"/api/trace/{path}")


def test_the_answer_shows_the_tree_of_lots_and_who_has_what(week: tuple[str, str]) -> None:
    shown = answer("FLOUR", "F1")
    assert "FLOUR lot F1: 122 in = 23.8457 out + 98.1543 left" in shown
    assert "  -> CAKE lot C1: 6 in = 3 out + 3 left" in shown
    for told in (week[0], "ALPHA", "INV 1001", "on_hold", "TRUCK", "Every lot adds up."):
        assert told in shown
    assert answer("lot", "FLOUR", "F1") == shown


def test_a_question_begins_with_a_lot_an_order_or_a_document(week: tuple[str, str]) -> None:
    for words, lots in ((("order", week[1]), ["E1", "C1"]), (("document", "INV 1001"), ["C1", "E1", "F1"])):
        told = json.loads(answer(*words, "--json"))
        assert sorted(row["lot"] for row in told["lots"]) == sorted(lots)


def test_long_lists_are_cut_for_people_and_whole_for_programs() -> None:
    assert "the first 1; --limit shows more" in answer("FLOUR", "F1", "--limit", 1)
    assert len(json.loads(answer("FLOUR", "F1", "--limit", 1, "--json"))["customers"]) == 4


def test_a_lot_nobody_knows_is_refused_with_a_sentence() -> None:
    result = run("FLOUR", "F9")
    assert (result.exit_code, "no lot F9" in result.output) == (1, True)


def test_the_pack_is_written_checked_and_an_altered_one_is_named(tmp_path: Path) -> None:
    told = json.loads(answer("FLOUR", "F1", "--out", tmp_path, "--actor", "user:anna", "--json"))
    assert "It was made by user:anna" in answer("check", told["pack"])
    altered = tmp_path / "altered.zip"
    altered.write_bytes(Path(told["pack"]).read_bytes() + b"\0")
    result = run("check", altered)
    assert (result.exit_code, "knows no pack with this hash" in result.output) == (1, True)


def test_a_drill_is_recorded_and_listed() -> None:
    told = answer("drill", "FLOUR", "F1", "--minutes", 12, "--result", "All called.", "--actor", "user:anna")
    assert told == "The drill of FLOUR lot F1 is recorded: 12 minutes, in time; it adds up.\n"
    assert "All called." in answer("drills")


def test_a_program_reads_the_trace_in_parts() -> None:
    told = asked_by_program("FLOUR/F1?limit=1", Scope.LEDGER_READ, Scope.ORDERS_READ).json()
    assert (told["adds_up"], told["limits"]) == (True, [])
    assert (told["customers"]["count"], len(told["customers"]["rows"])) == (4, 1)
    assert told["lots"]["rows"][0]["on_hand"] == "98.1543"


def test_a_program_needs_both_scopes_and_a_lot_that_there_is() -> None:
    assert asked_by_program("FLOUR/F1", Scope.LEDGER_READ).status_code == 403
    both = (Scope.LEDGER_READ, Scope.ORDERS_READ)
    assert asked_by_program("FLOUR/F9", *both).status_code == 404
    assert asked_by_program("FLOUR/F1?at=2026-01-05", *both).status_code == 422
