"""Transfers by command, by program, on pages and on paper: each face does what the actions do, once."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client
from django.utils import timezone

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.catalog.models import Item, ItemSite
from ownstock.cli.reason import lines
from ownstock.demand import actions as demand
from ownstock.exchange.papers import transfer_note_pdf
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Posting
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning import actions as planning
from ownstock.planning.inputs.transfers import suggested
from ownstock.planning.models import Proposal
from ownstock.purchasing.models import TransferOrder
from ownstock.purchasing.queries.transfers import transfer, transfers_coming
from ownstock.site.entry import cli
from tests.demand_cases import allocate, entered, goods_in
from tests.factories import ACTOR, TODAY, keep
from tests.transfer_cases import DEPOT, SHOP, TwoSites, drafted, lose, placed, receive, ship, two_sites, where
from tests.web_cases import read, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sites() -> TwoSites:
    return two_sites(30)


def run(*words: str, ends_with: int = 0) -> Result:
    result = CliRunner(catch_exceptions=False).invoke(cli, ["transfer", *words], obj=nullcontext)
    assert result.exit_code == ends_with, result.output
    return result


def told(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


class TestByCommand:
    """The whole way of a transfer on the command line."""

    def test_from_draft_to_received(self) -> None:
        asked = [
            "--sku",
            "CUP",
            "--quantity",
            "10",
            "--requested-on",
            "2026-03-09",
            "--transit-days",
            "3",
            "--key",
            "d1",
        ]
        number = told("draft", DEPOT, SHOP, *asked)["number"]
        assert told("draft", DEPOT, SHOP, *asked)["number"] == number
        run("place", number)
        run("ship", number, "--line", "1", "--quantity", "4", "--key", "s1")
        run("ship", number, "--all-open", "--key", "s2")
        run("receive", number, "--line", "1", "--quantity", "5", "--damaged", "1", "--reason", "wet", "--key", "r1")
        run("lose", number, "1", "1", "--reason", "fell off", "--key", "l1")
        assert "3" in run("show", number).stdout
        run("receive", number, "--all-open", "--key", "r2")
        found = told("show", number)
        assert (found["state"], where()) == ("received", (20, 0, 9))
        assert [entry["kind"] for entry in found["entries"]].count("received") >= 3
        assert told("list", "--state", "received")[0]["number"] == number
        assert told("list", "--state", "draft") == []

    def test_what_is_not_shipped_is_cancelled(self) -> None:
        number = placed(10).number
        run("cancel", number, "--line", "1", "--quantity", "3", "--reason", "less", "--key", "c1")
        assert told("show", number)["lines"][0]["to_ship"] == "7"
        assert told("cancel", number, "--reason", "no more", "--key", "c2")["state"] == "cancelled"

    def test_a_posting_of_a_transfer_is_taken_back_like_any_other(self) -> None:
        order = placed(10)
        ship(order, 10)
        result = CliRunner().invoke(cli, ["reverse", "s1", "--reason", "a slip"], obj=nullcontext)
        assert (result.exit_code, where(), transfer(order.number).state) == (0, (30, 0, 0), "placed")

    def test_verify_ends_with_1_where_goods_in_transit_are_not_on_the_way(self) -> None:
        order = placed(10)
        ship(order, 10)
        assert "all goods in transit are on the way" in run("verify").stdout
        line = Line(sku="CUP", source="TRANSIT-SHOP", target="DIFFERENCES", quantity=Decimal(1))
        ledger.post([PostingRequest("beside", Kind.ADJUSTMENT, [line])], actor=ACTOR)
        assert "TRANSIT-SHOP" in run("verify", ends_with=1).stdout

    def test_what_is_half_said_is_refused(self) -> None:
        number = placed(10).number
        assert run("ship", number, "--key", "s", ends_with=2)
        assert run("ship", number, "--line", "1", "--key", "s", ends_with=2)
        assert run("receive", number, "--line", "1", "--quantity", "1", "--damaged", "1", "--damaged", "1",
                   "--key", "r", ends_with=2)  # fmt: skip
        assert run(
            "draft", DEPOT, SHOP, "--sku", "CUP", "--requested-on", "2026-03-09", "--transit-days", "3", ends_with=2
        )

    def test_notes_are_written_as_pdf(self, tmp_path: Path) -> None:
        order = placed(10)
        for words in (["--pdf", str(tmp_path / "pick.pdf")],):
            run("note", order.number, *words)
        ship(order, 10)
        run("note", order.number, "--shipment", "s1", "--pdf", str(tmp_path / "delivery.pdf"))
        assert {path.name for path in tmp_path.iterdir()} == {"pick.pdf", "delivery.pdf"}
        assert all(path.read_bytes().startswith(b"%PDF") for path in tmp_path.iterdir())


class TestByProgram:
    """The same over HTTP, each call with a key."""

    @pytest.fixture(autouse=True)
    def _program(self) -> None:
        token = access.create_api_key("vans", scopes=[Scope.TRANSFERS_READ, Scope.TRANSFERS_WRITE], actor=ACTOR)
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def post(self, path: str, body: dict[str, Any], key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(f"/api/transfer-orders{path}", body, content_type="application/json", headers=headers)

    def test_from_draft_to_received(self) -> None:
        body = {
            "source": DEPOT, "target": SHOP, "requested_on": "2026-03-09", "transit_days": 3,
            "lines": [{"sku": "CUP", "quantity": "10"}],
        }  # fmt: skip
        number = self.post("", body, "d1").json()["number"]
        assert self.post("", body, "d1").json()["number"] == number
        assert self.post(f"/{number}/placement", {}).json()["state"] == "placed"
        shipment = {"lines": [{"line": 1, "quantity": "6"}]}
        for _ in range(2):
            answer = self.post(f"/{number}/shipments", shipment, "s1").json()
        assert (answer["state"], answer["on_the_way"][0]["quantity"]) == ("part_shipped", "6.0000")
        arrival = {"lines": [{"line": 1, "quantity": "4", "damaged": "1"}], "reason": "wet"}
        assert self.post(f"/{number}/receipts", arrival, "r1").json()["lines"][0]["on_the_way"] == "1.0000"
        loss = {"lines": [{"line": 1, "quantity": "1"}], "reason": "fell off"}
        self.post(f"/{number}/losses", loss, "l1")
        ended = self.post(f"/{number}/cancellations", {"reason": "enough"}, "c1").json()
        assert (ended["state"], where()) == ("received", (24, 0, 5))
        [row] = self.client.get("/api/transfer-orders?state=received").json()["rows"]
        assert (row["number"], row["source"]) == (number, DEPOT)
        assert self.client.get(f"/api/transfer-orders/{number}").json()["lines"][0]["lost_quantity"] == "1.0000"

    def test_refusals_are_problems_with_a_status(self) -> None:
        assert self.client.get("/api/transfer-orders/TO-9").status_code == 404
        order = placed(10)
        ship(order, 4)
        answer = self.post(f"/{order.number}/shipments", {"lines": [{"line": 1, "quantity": "3"}]}, "s1")
        assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
        answer = self.post(f"/{order.number}/shipments", {"lines": [{"line": 1, "quantity": "7"}]}, "s2")
        assert (answer.status_code, answer.json()["code"]) == (422, "more_than_open")


class TestOnPages:
    """The same in the browser; what is sent twice is posted once."""

    def test_the_list_and_one_transfer(self) -> None:
        order = placed(10)
        client = signed_in()
        assert order.number in read(client.get("/transfers")).text
        assert "no transfer in this state" in read(client.get("/transfers?state=draft")).text
        ship(order, 4)
        lose(order, 1)
        text = read(client.get(f"/transfers/{order.number}")).text
        assert "3 of CUP, expected" in text
        assert "fell off the lorry" in text
        assert client.get("/transfers/TO-9").status_code == 404

    def test_a_draft_is_placed_shipped_and_received(self) -> None:
        order = drafted(10)
        client, address = signed_in(), f"/transfers/{order.number}"
        assert client.post(f"{address}/place").status_code == 302
        form = read(client.get(f"{address}/ship?fill=open"))
        [key], [box] = form.with_name("key"), form.with_name("quantity_1")
        assert box["value"] == "10"
        sent = {"key": key["value"], "quantity_1": "10", "lot_1": "", "reason": ""}
        for _ in range(2):
            assert client.post(f"{address}/ship", sent).status_code == 302
        form = read(client.get(f"{address}/receive?fill=open"))
        [key] = form.with_name("key")
        sent = {"key": key["value"], "came_0": "7", "damaged_0": "2", "reason": ""}
        refused = client.post(f"{address}/receive", sent)
        assert (refused.status_code, "Say why goods came damaged" in read(refused).text) == (422, True)
        for _ in range(2):
            client.post(f"{address}/receive", {**sent, "reason": "wet"})
        assert (where(), Posting.objects.filter(kind="transfer").count()) == ((20, 1, 9), 2)

    def test_empty_forms_and_steps_out_of_order_are_refused(self) -> None:
        order = placed(10)
        client, address = signed_in(), f"/transfers/{order.number}"
        [key] = read(client.get(f"{address}/ship")).with_name("key")
        empty = client.post(f"{address}/ship", {"key": key["value"]})
        assert (empty.status_code, "at least one line" in read(empty).text) == (422, True)
        assert "Nothing of this transfer is on the way" in read(client.get(f"{address}/receive")).text
        ship(order, 10)
        receive(order, 10)
        late = client.post(f"{address}/ship", {"key": key["value"], "quantity_1": "1"})
        assert late.status_code == 409

    def test_the_papers_are_pdf(self) -> None:
        order = placed(10)
        client = signed_in()
        assert client.get(f"/transfers/{order.number}/note").content.startswith(b"%PDF")
        ship(order, 10)
        assert client.get(f"/transfers/{order.number}/note?shipment=s1").content.startswith(b"%PDF")
        assert client.get(f"/transfers/{order.number}/note?shipment=s2").status_code == 422


def test_the_pages_of_items_know_transfers_at_both_ends(sites: TwoSites) -> None:
    keep(sites.cup, DEPOT)
    order = placed(10)
    ship(order, 4)
    client = signed_in()
    listed = read(client.get("/item-sites")).text
    assert "CUP" in listed
    shop, depot = (
        read(client.get(f"/item-sites/{ItemSite.objects.get(item=sites.cup, site__code=code).pk}")).text
        for code in (SHOP, DEPOT)
    )
    assert f"{order.number}, line 1: 4 from DEPOT, expected on" in shop.replace(" :", ":")
    assert f"{order.number}, line 1: 6 to leave for SHOP on" in depot.replace(" :", ":")
    assert transfers_coming([sites.cup.pk]) == {(sites.cup.pk, sites.business.site.pk): 10}


def test_the_reason_of_a_proposal_names_transfers_on_every_face(sites: TwoSites) -> None:
    keep(sites.cup, DEPOT)
    coming, leaving = placed(400, days=10), placed(2, source=SHOP, target=DEPOT)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    proposal = Proposal.objects.get(item_site__site__code=DEPOT)
    printed = "\n".join(lines(proposal))
    assert "Coming by transfers" in printed
    assert "To leave by transfers" in printed
    shown = read(signed_in().get(f"/proposals/{proposal.pk}")).text
    assert f"{leaving.number}, line 1: 2 from SHOP" in shown
    assert f"{coming.number}, line 1: 400 for SHOP" in shown


class TestNotes:
    """What stands on the papers."""

    @pytest.fixture
    def order(self) -> TransferOrder:
        Item.objects.filter(sku="CUP").update(description="Cup, blue 杯")
        for lot, days in (("B", 90), ("A", 30)):
            goods_in(4, lot=lot, expires_on=timezone.localdate() + timedelta(days=days), location="DEPOT-A1")
        return placed(10)

    def test_a_pick_note_suggests_what_expires_first_and_nobody_was_promised(self, order: TransferOrder) -> None:
        demand.set_customer("ANNA", "Anna's", actor=ACTOR)
        allocate(entered("k1", 3, site=DEPOT), today=timezone.localdate())
        picks = [(p.lot, p.location, p.quantity) for p in suggested(order, today=timezone.localdate())]
        assert picks == [("A", "DEPOT-A1", Decimal(1)), ("B", "DEPOT-A1", Decimal(4)), ("", DEPOT, Decimal(5))]

    def test_the_same_note_has_the_same_bytes(self, order: TransferOrder) -> None:
        picks = suggested(order, today=date(2026, 3, 2))
        assert transfer_note_pdf.pick_note(order, picks) == transfer_note_pdf.pick_note(order, picks)

    def test_what_lay_in_two_places_is_one_row_of_the_delivery_note(self, order: TransferOrder) -> None:
        goods_in(2, lot="A", location=DEPOT, key="more")
        Item.objects.filter(sku="CUP").update(tracking="none")
        ship(order, 10)
        assert transfer_note_pdf.delivery_note(order, "s1").startswith(b"%PDF")
