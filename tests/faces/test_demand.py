"""What programs and people ask of demand, from an entered line to a shipment and back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from django.test import Client
from django.utils import timezone

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.demand import actions, queries
from ownstock.demand.models import Customer, DemandLine
from ownstock.ledger import queries as stock
from tests.demand_cases import allocate, entered, goods_in, goods_lost, promised
from tests.faces.test_cli import answer, run
from tests.factories import ACTOR, small_business

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business()
    actions.set_customer("ANNA", "Anna's", actor=ACTOR)
    goods_in(10)


@pytest.fixture
def program() -> Client:
    token = access.create_api_key("the shop", scopes=Scope, actor=ACTOR)
    return Client(headers={"Authorization": f"Bearer {token}"})


def post(program: Client, path: str, body: object, *, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return program.post(f"/api/{path}", body, content_type="application/json", headers=headers)


def line(key: str = "o1/1", quantity: str = "6") -> dict[str, str]:
    wanted_on = timezone.localdate().isoformat()
    return {"key": key, "customer": "ANNA", "sku": "CUP", "site": "SHOP", "quantity": quantity, "wanted_on": wanted_on}


def of(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_program_enters_allocates_ships_and_takes_back(program: Client) -> None:
    [made] = post(program, "demand-lines", {"lines": [line()]}).json()
    number = made["number"]
    [allocated] = post(program, "allocations", {"numbers": [number]}).json()
    assert (allocated["state"], allocated["allocated_quantity"]) == ("open", "6.0000")
    body = {"lines": [{"number": number, "quantity": "4"}]}
    for _ in range(2):
        [after] = post(program, "shipments", body, key="note 1").json()
        assert (after["state"], after["shipped_quantity"], after["open_quantity"]) == (
            "part_shipped",
            "4.0000",
            "2.0000",
        )
    shown = program.get(f"/api/demand-lines/{number}").json()
    assert shown["promised"] == [{"location": "SHOP", "lot": None, "quantity": "2.0000"}]
    assert post(program, "reversals/note 1", {"reason": "never left"}, key="back").json()["is_new"]
    assert program.get("/api/demand-lines?sku=CUP").json()["rows"][0]["open_quantity"] == "6.0000"


def test_a_program_that_asks_again_cuts_and_releases_once(program: Client) -> None:
    [made] = post(program, "demand-lines", {"lines": [line()]}).json()
    post(program, "allocations", {"numbers": [made["number"]]})
    for _ in range(2):
        cut = post(program, f"demand-lines/{made['number']}/cuts", {"quantity": "2", "reason": "less"}, key="c1").json()
        assert (cut["open_quantity"], cut["allocated_quantity"]) == ("4.0000", "4.0000")
    for _ in range(2):
        left = post(program, f"demand-lines/{made['number']}/releases", {"quantity": "1"}, key="r1").json()
        assert left["allocated_quantity"] == "3.0000"


def test_a_program_is_told_what_can_be_promised(program: Client) -> None:
    today = timezone.localdate().isoformat()
    found = program.get(f"/api/promises?sku=CUP&site=SHOP&quantity=12&wanted_on={today}").json()
    assert (found["promised_quantity"], found["in_full_on"]) == ("10.0000", None)


def test_refusals_come_as_problems(program: Client) -> None:
    assert program.get("/api/demand-lines/DL-9").status_code == 404
    other = entered("k1", 8)
    allocate(other)
    mine = entered("k2", 8)
    refused = post(program, "shipments", {"lines": [{"number": mine.number, "quantity": "8"}]}, key="n").json()
    assert (refused["status"], refused["code"]) == (422, "promised_to_others")
    assert refused["facts"]["promised_to"] == {other.number: "8.0000"}


def test_the_commands_take_a_line_from_its_entry_to_its_end() -> None:
    answer("demand", "customer", "BERT", "Bert's", "--remaining-life", 30)
    today = timezone.localdate()
    words = ("--site", "SHOP", "--wanted-on", today, "--key", "o1/1", "--reference", "o1")
    number = of(answer("demand", "enter", "BERT", "CUP", 8, *words, "--json"))["number"]
    assert of(answer("demand", "allocate", number, "--json"))[0]["allocated"] == "8"
    answer("demand", "allocate", "--all")
    assert "has 5 allocated" in answer("demand", "release", number, "--quantity", 3).stdout
    shipped = of(answer("demand", "ship", "--line", number, "--quantity", 6, "--key", "n1", "--json"))
    assert (shipped[0]["open"], stock.on_hand("CUP", "SHOP")) == ("2", 4)
    assert "is shipped; 0 is open" in answer("demand", "cut", number, "--reason", "wanted less").stdout
    answer("reverse", "n1", "--reason", "never left")
    assert "open" in answer("demand", "list", "--customer", "BERT").stdout
    assert "taken_back" in answer("demand", "show", number).stdout
    assert answer("demand", "verify").stdout == "Every total is the sum of its entries.\n"


def test_the_command_tells_what_can_be_promised() -> None:
    today = timezone.localdate()
    told = answer("demand", "promise", "CUP", 12, "--site", "SHOP").stdout
    assert told == f"10 of 12 CUP on {today}; in full on no day that is known.\n"


def test_the_command_names_promises_whose_goods_are_gone_and_ends_with_1() -> None:
    wanted = entered("k1", 8)
    allocate(wanted)
    assert answer("demand", "short").stdout == "Everything that is promised is there.\n"
    goods_lost(5)
    result = run("demand", "short", "--json")
    assert (result.exit_code, of(result)[0]["short"]) == (1, "3")
    answer("demand", "allocate", wanted.number)
    assert promised(wanted) == {"SHOP": 5}


def test_totals_changed_behind_the_entries_are_named_and_mended() -> None:
    entered("k1", 8)
    DemandLine.objects.update(shipped_quantity=1)
    assert run("demand", "verify").exit_code == 1
    assert "shipped" in answer("demand", "verify", "--rebuild").stdout
    answer("demand", "verify")


def test_customers_and_demand_lines_are_imported_all_or_none_and_once(tmp_path: Path) -> None:
    customers, lines = tmp_path / "customers.csv", tmp_path / "lines.csv"
    customers.write_text("code,name,minimum_remaining_life_days\nANNA,Anna & Co,\nCARL,Carl,20\n")
    lines.write_text(
        "key,customer,sku,site,quantity,wanted_on,reference\n"
        "a/1,CARL,CUP,SHOP,5,2026-03-09,a\na/2,CARL,PLATE,SHOP,2.5,2026-03-09,a\n"
    )
    assert "1 created, 1 updated, 0 unchanged" in answer("import", "customers", customers).stdout
    assert Customer.objects.get(code="CARL").minimum_remaining_life_days == 20
    assert "2 created" in answer("import", "demand-lines", lines, "--dry-run").stdout
    assert not DemandLine.objects.exists()
    answer("import", "demand-lines", lines)
    assert "0 created, 0 updated, 2 unchanged" in answer("import", "demand-lines", lines).stdout
    assert [row.quantity for row in queries.demand_lines(customer_code="CARL")] == [5, 2.5]


def test_every_fault_of_a_file_of_demand_lines_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(
        "key,customer,sku,site,quantity,wanted_on\na,DORA,CUP,SHOP,1,2026-03-09\na,ANNA,FORK,SHOP,-1,soon\n"
    )
    refused = run("import", "demand-lines", path, "--json")
    facts = json.loads(refused.stderr)["facts"]
    found = [(fault["row"], fault["field"]) for fault in facts["faults"]]
    assert sorted(found) == [(2, "customer"), (3, "key"), (3, "quantity"), (3, "sku"), (3, "wanted_on")]
    assert not DemandLine.objects.exists()


def test_a_day_is_needed_to_enter_and_lines_to_allocate() -> None:
    assert run("demand", "enter", "ANNA", "CUP", 8, "--site", "SHOP", "--key", "k").exit_code == 2
    assert run("demand", "allocate").exit_code == 2
    number = entered("k1", 3).number
    assert run("demand", "ship", "--line", number, "--key", "n").exit_code == 2
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert answer("demand", "allocate", number, "--on", tomorrow).exit_code == 0
