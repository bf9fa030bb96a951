"""Cycle counts by command, by file and by program: blind all along the way."""

from __future__ import annotations

import csv
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.base.errors import Refused
from ownstock.catalog.models import Item
from ownstock.exchange.papers import count_sheet_csv, count_sheet_pdf
from ownstock.ledger import queries
from ownstock.ledger.actions.count_opening import open_count
from ownstock.ledger.models import CycleCount
from ownstock.ledger.queries import counts as count_queries
from ownstock.ledger.rules.counting import Counted
from ownstock.site.entry import cli
from tests.factories import ACTOR, opening, small_business

pytestmark = pytest.mark.django_db
ANN, BOB, CAT = ("--actor", "user:ann"), ("--actor", "user:bob"), ("--actor", "user:cat")
# What is on hand: a number that stands nowhere else, so that it is noticed wherever it is told.
SECRET = 7919


@pytest.fixture(autouse=True)
def _business(db: None) -> None:
    small_business()
    opening("CUP", SECRET)


def run(*words: object) -> Result:
    return CliRunner(catch_exceptions=False).invoke(cli, [str(word) for word in words], obj=nullcontext)


def answer(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def program(*scopes: Scope) -> Client:
    token = access.create_api_key("a program", scopes=scopes, actor=ACTOR)
    return Client(headers={"Authorization": f"Bearer {token}"})


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(f"/api{path}", json.dumps(body), content_type="application/json", headers=headers)


def test_a_count_goes_its_way_by_command() -> None:
    assert "CUP" in answer("count", "due")
    assert answer("count", "open", "SHOP", "--sku", "CUP").startswith("CC-")
    number = CycleCount.objects.get().number
    entered = answer("count", "enter", number, "--line", 1, "--quantity", 7000, *ANN)
    assert entered == f"1 count entered on {number}; 1 line still to count.\n"
    assert "user:ann" in answer("count", "show", number, "--needs-another")
    assert "another person's" in run("count", "second", number, "--line", 1, "--quantity", 7000, *ANN).output
    answer("count", "second", number, "--line", 1, "--quantity", 7000, *BOB)
    assert "only somebody who did not" in run("count", "differences", number, *ANN).output
    assert "-919" in answer("count", "differences", number, *CAT)
    assert "say why line 1" in run("count", "approve", number, *CAT).output
    approved = answer("count", "approve", number, "--line-reason", 1, "a pallet is missing", *CAT)
    assert approved == f"{number} is approved: 1 line differed; posted as count:{number}.\n"
    assert "done before" in answer("count", "approve", number, *CAT)
    assert queries.on_hand("CUP", "SHOP") == 7000
    assert number in answer("count", "list", "--state", "approved")
    [row] = json.loads(answer("count", "accuracy", "--json"))
    assert (row["lines"], row["within_tolerance"], row["net_amount"]) == (1, "0", "-2297.5")


def test_a_line_is_rejected_or_left_out_and_a_sheet_cancelled_by_command() -> None:
    answer("count", "open", "SHOP")
    number = CycleCount.objects.get().number
    answer("count", "enter", number, "--line", 1, "--quantity", 1, *ANN)
    assert "counted anew" in answer("count", "reject", number, 1, "--reason", "unclear", *CAT)
    assert "left out" in answer("count", "leave-out", number, 1, "--reason", "blocked", *CAT)
    assert "cancelled" in answer("count", "cancel", number, "--reason", "tomorrow", *CAT)
    assert "--line and --quantity" in run("count", "enter", number, *ANN).output


def test_policies_and_classes_are_set_and_shown_by_command() -> None:
    answer("count", "set-policy", "A", "--every-days", 7, "--reason", "thefts")
    assert json.loads(answer("count", "policies", "--json"))[0]["every_days"] == 7
    assert answer("count", "classify") == "A: 0, B: 0, C: 2.\n"


def test_nothing_of_an_open_sheet_tells_what_is_expected(tmp_path: Path) -> None:
    answer("count", "open", "SHOP")
    number = CycleCount.objects.get().number
    files = tmp_path / "sheet.csv", tmp_path / "sheet.pdf"
    told = answer("count", "show", number) + answer("count", "show", number, "--json")
    told += answer("count", "enter", number, "--line", 1, "--quantity", 5, *ANN)
    told += answer("count", "show", number, "--csv", files[0], "--pdf", files[1])
    by_program = program(Scope.COUNTS_WRITE).get(f"/api/cycle-counts/{number}")
    told += by_program.content.decode() + files[0].read_text()
    assert by_program.status_code == 200
    assert "CUP" in told
    assert str(SECRET) not in told
    assert files[1].read_bytes().startswith(b"%PDF")


def test_a_sheet_is_filled_in_as_csv_and_read_back(tmp_path: Path) -> None:
    number = open_count("SHOP", skus=["CUP"], actor=ACTOR).number
    path = tmp_path / "sheet.csv"
    answer("count", "show", number, "--csv", path)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["quantity"] = str(SECRET)
    rows.append({"sku": "PLATE", "location": "SHOP", "quantity": "0"})
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, count_sheet_csv.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    assert answer("count", "enter", number, path, *ANN).startswith("2 counts entered")


def test_rows_that_are_not_filled_in_are_not_counted_and_faults_are_named(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("line,sku,quantity\n1,CUP,\n2,PLATE,4\n")
    assert count_sheet_csv.read(path) == [Counted(4, 2, "PLATE")]  # type: ignore[arg-type]
    path.write_text("line,sku,quantity\n1,CUP,-4\n2,PLATE,many\n")
    with pytest.raises(Refused, match="2 faults in 2 rows"):
        count_sheet_csv.read(path)


def test_codes_that_a_spreadsheet_would_take_for_a_formula_come_back_as_they_were(tmp_path: Path) -> None:
    Item.objects.filter(sku="PLATE").update(sku="=PLATE")
    sheet = open_count("SHOP", skus=["=PLATE"], actor=ACTOR)
    path = tmp_path / "sheet.csv"
    written = count_sheet_csv.render(count_queries.sheet_lines(sheet)).decode()
    assert ",'=PLATE," in written
    path.write_text(written.replace(",each,,", ",each,3,"))
    assert [c.sku for c in count_sheet_csv.read(path)] == ["=PLATE"]
    answer("count", "enter", sheet.number, path, *ANN)


def test_a_printed_sheet_is_the_same_bytes_each_time() -> None:
    sheet = open_count("SHOP", actor=ACTOR)
    lines = count_queries.sheet_lines(sheet)
    assert count_sheet_pdf.render(sheet, lines) == count_sheet_pdf.render(sheet, lines)


def test_a_count_goes_its_way_by_program() -> None:
    ann, bob, cat = program(Scope.COUNTS_WRITE), program(Scope.COUNTS_WRITE), program(Scope.COUNTS_APPROVE)
    assert [row["sku"] for row in ann.get("/api/due-counts").json()] == ["CUP", "PLATE"]
    sheet = post(ann, "/cycle-counts", {"site": "SHOP", "skus": ["CUP"]}, **{"Idempotency-Key": "k"}).json()
    again = post(ann, "/cycle-counts", {"site": "SHOP", "skus": ["CUP"]}, **{"Idempotency-Key": "k"}).json()
    assert again["number"] == sheet["number"]
    path = f"/cycle-counts/{sheet['number']}"
    counted = {"counts": [{"line": 1, "quantity": "7000"}]}
    assert post(ann, f"{path}/counts", counted).json()["lines"][0]["verdict"] == "needs_another"
    refused = post(ann, f"{path}/counts", {**counted, "is_second": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "same_counter")
    assert post(bob, f"{path}/counts", {**counted, "is_second": True}).json()["lines"][0]["verdict"] == "settled"
    [row] = cat.get(f"/api{path}/differences").json()
    assert (row["expected_quantity"], row["difference"]) == (f"{SECRET}.0000", "-919.0000")
    done = post(cat, f"{path}/approval", {"reasons": {"1": "missing"}}).json()
    assert (done["posting"], done["is_new"]) == (f"count:{sheet['number']}", True)
    assert post(cat, f"{path}/approval", {}).json()["is_new"] is False
    assert len(cat.get("/api/count-accuracy?since=2020-01-01").json()) == 1
    assert queries.on_hand("CUP", "SHOP") == 7000


def test_a_program_that_counts_cannot_look_or_approve() -> None:
    number = open_count("SHOP", actor=ACTOR).number
    ann = program(Scope.COUNTS_WRITE)
    assert ann.get(f"/api/cycle-counts/{number}/differences").status_code == 403
    assert post(ann, f"/cycle-counts/{number}/approval", {}).status_code == 403
    cat = program(Scope.COUNTS_APPROVE)
    assert cat.get("/api/cycle-counts/CC-9/differences").status_code == 404
    rejected = post(cat, f"/cycle-counts/{number}/lines/1/rejection", {"reason": "unclear"})
    assert "nobody counted it yet" in rejected.json()["detail"]
    cancelled = post(cat, f"/cycle-counts/{number}/cancellation", {"reason": "tomorrow"})
    assert cancelled.json()["state"] == "cancelled"
