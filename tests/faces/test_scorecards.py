"""Scorecards and switches on the command line, over HTTP and on pages; a supplier sees and says its own alone."""

from __future__ import annotations

import csv
import json
from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.journal.models import Alert
from ownstock.planning.models import SupplierSwitch
from ownstock.purchasing.models import PurchaseOrder, SupplierComment
from ownstock.site.entry import cli
from ownstock.web.views import switching
from tests.faces.test_web_portal import someone_of
from tests.factories import ACTOR, TODAY
from tests.purchasing_cases import came
from tests.scorecard_cases import a_year_of_orders
from tests.switching_cases import alpha_sells_all, block, options, ordered
from tests.web_cases import read, signed_in

pytestmark = pytest.mark.django_db
KEPT = "otif_requested"


@pytest.fixture
def orders() -> list[PurchaseOrder]:
    """A year of orders from ALPHA: ten parts due, six kept, three late, one open."""
    alpha_sells_all()
    return a_year_of_orders()


@pytest.fixture
def blocked() -> PurchaseOrder:
    """An order of cups and plates from ALPHA, which is blocked since."""
    alpha_sells_all()
    order = ordered("CUP", "PLATE")
    block()
    return order


def file_of(response: Any) -> list[dict[str, str]]:
    """The rows of a CSV file that was sent."""
    return list(csv.DictReader(b"".join(response).decode().splitlines()))


def run(*words: object) -> Result:
    return CliRunner(catch_exceptions=False).invoke(cli, ["supplier", *map(str, words)], obj=nullcontext)


def answer(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: object) -> str:
    result = run(*words)
    assert result.exit_code != 0
    return " ".join(result.output.split())


def program(*scopes: Scope) -> Client:
    token = access.create_api_key("scorecards", scopes=scopes or [Scope.SUPPLIERS_READ], actor=ACTOR)
    return Client(headers={"Authorization": f"Bearer {token}"})


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/suppliers/{path}", json.dumps(body), content_type="application/json")


class TestOnTheCommandLine:
    def test_a_scorecard_tells_every_figure_with_its_formula(self, orders: list[PurchaseOrder]) -> None:
        told = answer("scorecard", "ALPHA")
        assert "60 %" in told
        assert "otif_requested: parts in full by the requested day / parts due by it" in told
        card = json.loads(answer("scorecard", "ALPHA", "--json"))
        figures = {one["figure"]: one for one in card["figures"]}
        assert [figures[KEPT][name] for name in ("value", "numerator", "denominator", "n")] == ["60", "6", "10", 10]
        assert figures["lead_time"]["facts"]["bins"][0] == {"first": 12, "last": 13, "count": 2}

    def test_the_rows_behind_a_figure_name_their_receipts(self, orders: list[PurchaseOrder]) -> None:
        rows = json.loads(answer("scorecard", "ALPHA", "--figure", KEPT, "--json"))
        assert (len(rows), [row["verdict"] for row in rows].count("late")) == (10, 3)
        assert rows[0]["receipts"].startswith("r0: 24 on ")
        assert "The first 1 of 10" in run("scorecard", "ALPHA", "--figure", KEPT, "--limit", "1").output

    def test_comments_are_kept_and_answered(self, orders: list[PurchaseOrder]) -> None:
        told = json.loads(answer("comment", "ALPHA", "They were closed.", "--figure", KEPT, "--json"))
        assert "is kept" in answer("comment", "ALPHA", "Not in May.", "--answers", told["comment"])
        [said] = json.loads(answer("scorecard", "ALPHA", "--json"))["comments"]
        assert (said["text"], [one["text"] for one in said["answers"]]) == ("They were closed.", ["Not in May."])

    def test_a_switch_is_weighed_and_then_done(self, blocked: PurchaseOrder) -> None:
        rows = json.loads(answer("switch", "ALPHA", "--dry-run", "--one-off-cost", "50", "--json"))
        assert [(row["sku"], row["source"], row["quantity"]) for row in rows] == [
            ("CUP", "BETA", "30"), ("CUP", "GAMMA", "30"), ("PLATE", "none", None),
        ]  # fmt: skip
        assert (rows[0]["breaks_even_on"], rows[0]["runs_out_on"][:8]) == (None, "2026-03-")
        assert not SupplierSwitch.objects.exists()
        told = answer("switch", "ALPHA", "--to", "CUP@SHOP=GAMMA", "--reason", "Insolvent.")
        assert told.startswith(f"Switched from ALPHA. Changed: {blocked.number}. Drafted: ")
        assert PurchaseOrder.objects.get(state="draft").supplier.code == "GAMMA"

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["scorecard", "NOBODY"], "NOBODY"),
            (["scorecard", "ALPHA", "--from", "2026-02-01", "--to", "2026-01-01"], "before it begins"),
            (["scorecard", "ALPHA", "--sku", "BOWL"], "There is no item BOWL."),
            (["scorecard", "ALPHA", "--agreement", "F-9"], "ALPHA has no agreement F-9."),
            (["scorecard", "ALPHA", "--figure", "otfi"], "'otfi' is not one of"),
            (["scorecard", "ALPHA", "--from", "1.2.2026"], "1.2.2026"),
            (["comment", "ALPHA", " "], "Say something."),
            (["comment", "ALPHA", "Yes.", "--answers", "99"], "There is no comment 99 to answer."),
            (["switch", "ALPHA"], "Say why."),
            (["switch", "ALPHA", "--to", "CUP=BETA", "--reason", "x"], "is not like CUP@SHOP=BETA"),
            (["switch", "ALPHA", "--to", "BOWL@SHOP=BETA", "--reason", "x"], "BOWL at SHOP does not hang on ALPHA."),
            (["switch", "ALPHA", "--to", "PLATE@SHOP=BETA", "--reason", "x"], "BETA cannot deliver PLATE to SHOP now"),
            (["switch", "ALPHA", "--one-off-cost", "-1", "--dry-run"], "less than nothing"),
        ],
    )
    def test_what_is_typed_wrong_is_told(self, blocked: PurchaseOrder, words: list[str], sentence: str) -> None:
        assert sentence in refused(*words)
        assert not SupplierSwitch.objects.exists()


class TestOverHttp:
    def test_a_scorecard_and_what_it_counted(self, orders: list[PurchaseOrder]) -> None:
        client = program()
        card = client.get("/api/suppliers/ALPHA/scorecard").json()
        kept = next(one for one in card["figures"] if one["name"] == KEPT)
        assert (kept["value"], kept["n"], kept["target"], kept["facts"]["late"]) == ("60.00", 10, "95.00", 3)
        counted = client.get(f"/api/suppliers/ALPHA/scorecard/{KEPT}?limit=2&offset=1").json()
        assert counted["count"] == 10
        assert [row["receipts"][0]["key"] for row in counted["rows"]] == ["r1", "r2"]
        one_item = client.get("/api/suppliers/ALPHA/scorecard?sku=PLATE").json()
        assert next(one for one in one_item["figures"] if one["name"] == KEPT)["value"] is None
        assert client.get("/api/suppliers/ALPHA/scorecard?sku=BOWL").status_code == 422
        assert client.get("/api/suppliers/ALPHA/scorecard/otfi").status_code == 422

    def test_comments_take_a_key_that_writes(self, orders: list[PurchaseOrder]) -> None:
        said = {"begins_on": "2026-01-01", "ends_on": "2026-02-28", "figure": KEPT, "text": "They were closed."}
        assert post(program(), "ALPHA/comments", said).status_code == 403
        client = program(Scope.SUPPLIERS_READ, Scope.SUPPLIERS_WRITE)
        first, again = (post(client, "ALPHA/comments", said) for _ in range(2))
        assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
        answered = post(client, f"ALPHA/comments/{first.json()['id']}/answers", {"text": "Not in May."})
        assert answered.status_code == 201
        [told] = client.get("/api/suppliers/ALPHA/scorecard").json()["comments"]
        assert [one["text"] for one in told["answers"]] == ["Not in May."]
        assert post(client, f"BETA/comments/{first.json()['id']}/answers", {"text": "No."}).status_code == 422

    def test_a_block_is_decided_weighed_and_acted_on(self) -> None:
        alpha_sells_all()
        order = ordered("CUP", "PLATE")
        decider = program(Scope.SUPPLIERS_READ, Scope.SUPPLIERS_DECIDE)
        told = {"state": "blocked", "valid_from": "2026-03-01", "reason": "Insolvent."}
        assert post(decider, "ALPHA/qualifications", told).status_code == 201
        assert Alert.objects.get(kind="supplier_blocked").facts["orders"] == [order.number]
        found = decider.get("/api/suppliers/ALPHA/switch?one_off_cost=50").json()
        cup, plate = found["items"]
        assert ([s["supplier"] for s in cup["sources"]], plate["sources"]) == (["BETA", "GAMMA"], [])
        assert (cup["lines"][0]["number"], cup["sources"][0]["breaks_even_on"]) == (order.number, None)
        wanted = {"inputs_hash": found["inputs_hash"], "reason": "Insolvent."}
        assert post(decider, "ALPHA/switch", wanted).status_code == 403
        mover = program(Scope.SUPPLIERS_READ, Scope.ORDERS_PLACE)
        stale = post(mover, "ALPHA/switch", {**wanted, "inputs_hash": "0" * 64})
        assert (stale.status_code, "Nothing was done" in stale.content.decode()) == (422, True)
        done, again = (post(mover, "ALPHA/switch", wanted) for _ in range(2))
        assert (done.status_code, done.json()) == (200, again.json())
        assert done.json()["changed"] == [order.number]
        assert PurchaseOrder.objects.filter(state="draft").count() == 1


class TestOnPages:
    def test_ours_read_a_scorecard_drill_down_and_answer(self, orders: list[PurchaseOrder]) -> None:
        client, address = signed_in(), "/suppliers/ALPHA/scorecard"
        assert "60.00 %" in read(client.get(address)).text
        rows = read(client.get(f"{address}/{KEPT}?begins_on=2025-01-01")).text
        assert f"{orders[0].number}, line 1" in rows
        assert "r0" in rows
        assert client.get(f"{address}/otfi").status_code == 404
        assert client.post(address, {"text": "They were closed.", "figure": KEPT}).status_code == 302
        [said] = SupplierComment.objects.all()
        assert client.post(address, {"text": "Not in May.", "answers": said.pk}).status_code == 302
        assert "Not in May." in read(client.get(address)).text
        assert client.post(address, {"text": ""}).status_code == 422

    def test_a_supplier_sees_and_says_its_own_alone(self, orders: list[PurchaseOrder]) -> None:
        ours, alpha, beta = signed_in(), someone_of("ALPHA", "bob"), someone_of("BETA", "eve")
        ours.post("/suppliers/ALPHA/scorecard", {"text": "You are late."})
        assert alpha.post("/portal/scorecard", {"text": "Your dock was closed."}).status_code == 302
        told = read(alpha.get("/portal/scorecard")).text
        assert all(words in told for words in ("60.00 %", "You are late.", "Your dock was closed."))
        rows = read(alpha.get(f"/portal/scorecard/{KEPT}")).text
        assert orders[0].number in rows
        assert "r0" not in rows
        theirs = read(beta.get("/portal/scorecard")).text + read(beta.get(f"/portal/scorecard/{KEPT}")).text
        assert not [words for words in ("60.00 %", "late.", "closed.", orders[0].number) if words in theirs]
        [said, _] = SupplierComment.objects.order_by("id")
        assert beta.post("/portal/scorecard", {"text": "No.", "answers": said.pk}).status_code == 422
        for client in (alpha, beta):
            assert client.get("/suppliers/ALPHA/scorecard").status_code == 404
            assert client.post("/suppliers/ALPHA/switch", {"reason": "x"}).status_code == 404

    def test_a_switch_that_was_decided_on_what_is_no_longer_so_is_refused(self, blocked: PurchaseOrder) -> None:
        client, address = signed_in(), "/suppliers/ALPHA/switch"
        known = options().inputs_hash
        came(blocked, 4, key="r1", on=TODAY)
        page = client.post(address, {"inputs_hash": known, "reason": "Insolvent."})
        assert (page.status_code, "moved meanwhile. Nothing was done" in read(page).text) == (422, True)
        assert "Say why." in read(client.post(address, {"inputs_hash": options().inputs_hash, "reason": ""})).text
        sent = {"inputs_hash": options().inputs_hash, "reason": "Insolvent."}
        assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302]
        assert PurchaseOrder.objects.filter(supplier__code="BETA").count() == 1
        assert "what is needed next is ordered from BETA" in read(client.get(address)).text

    def test_of_very_many_items_some_are_shown_and_all_are_moved(
        self, blocked: PurchaseOrder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(switching, "MOST_SHOWN", 0)
        client, address = signed_in(), "/suppliers/ALPHA/switch"
        page = read(client.get(f"{address}?one_off_cost=50"))
        assert "Not shown: 2 more." in page.text
        assert "the file lists all of them" in page.text
        assert "--dry-run" not in page.text
        [link, *_] = [each["href"] for tag, each in page.found if tag == "a" and "switch.csv" in str(each.get("href"))]
        assert [row["sku"] for row in file_of(client.get(str(link)))] == ["CUP", "CUP", "PLATE"]
        assert client.post(address, {"inputs_hash": options().inputs_hash, "reason": "Insolvent."}).status_code == 302
        assert PurchaseOrder.objects.filter(supplier__code="BETA", state="draft").count() == 1

    def test_a_file_has_every_source_of_everything_with_its_figures(self, blocked: PurchaseOrder) -> None:
        client = signed_in()
        [beta, gamma, plate] = file_of(client.get("/suppliers/ALPHA/switch.csv?one_off_cost=50"))
        [cup, _] = options().items
        for row, source in zip((beta, gamma), cup.sources, strict=True):
            assert row["source"] == source.term.supplier.code
            assert [Decimal(row[name]) for name in ("order_quantity", "price", "risk")] == [
                source.quantity, source.price, source.risk.money if source.risk else None,
            ]  # fmt: skip
            assert row["requested_on"] == source.requested_on.isoformat()
            assert (row["half_come_in_days"], row["nine_in_ten_come_in_days"]) == (
                str(source.expected_in_days), str(source.nine_in_ten_in_days),
            )  # fmt: skip
        assert (beta["choice"], gamma["choice"], beta["open_quantity"]) == ("1", "2", "24.0000")
        assert beta["runs_out_on"] == (cup.runs_out_on.isoformat() if cup.runs_out_on else "")
        assert (plate["open_quantity"], plate["source"], plate["risk"]) == ("24.0000", "", "")
        assert client.get("/suppliers/ALPHA/switch.xlsx").content.startswith(b"PK")
        assert client.get("/suppliers/NONE/switch.csv").status_code == 404
        assert "switch.csv" in client.get("/suppliers/ALPHA/switch").content.decode()

    def test_nothing_hangs_on_a_supplier_that_may_deliver(self) -> None:
        alpha_sells_all()
        ordered("CUP")
        assert "Nothing speaks against ordering from ALPHA" in read(signed_in().get("/suppliers/ALPHA/switch")).text
