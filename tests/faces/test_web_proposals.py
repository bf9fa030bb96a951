"""The proposals on their pages: seen, explained, approved, turned down."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ownstock.catalog.models import Agreement, Item, ItemSite, SupplyTerm
from ownstock.demand import actions as demand
from ownstock.journal.models import Alert
from ownstock.ledger import actions as ledger
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning import actions as planning
from ownstock.planning.models import Proposal
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import LineAnswer
from tests.demand_cases import entered
from tests.factories import ACTOR, TODAY, opening
from tests.web_cases import approved_order, kept_shop, pending, read, signed_in

__all__ = ["kept_shop"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_shop")]
LIST, ROWS, QUANTITIES, APPROVE, REJECT = (
    reverse(f"web:{name}") for name in ("proposals", "proposal-rows", "proposal-quantities", "approve", "reject")
)


@pytest.fixture
def client() -> Client:
    return signed_in()


def test_the_most_valuable_proposal_comes_first_with_its_reason(client: Client) -> None:
    text = read(client.get(LIST)).text
    assert text.index("CUP") < text.index("PLATE")
    assert pending("CUP").reason["sentence"] in text
    assert "As of 2 Mar 2026" in text


@pytest.mark.parametrize("query", [{"supplier": "ALPHA"}, {"text": "cup"}, {"supplier": "ALPHA", "text": "CU"}])
def test_the_list_is_narrowed_by_supplier_and_text(client: Client, query: dict[str, str]) -> None:
    page = read(client.get(LIST, query))
    assert len(page.with_name("proposal")) == 1
    assert "Plate" not in page.text


def test_a_filter_that_fits_nothing_says_so(client: Client) -> None:
    assert "No pending proposal fits" in read(client.get(LIST, {"text": "teapot"})).text


def test_a_long_list_comes_in_pages_of_fifty_at_few_questions_to_the_database(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    first = pending("CUP")
    items = Item.objects.bulk_create(Item(sku=f"MUG-{n}", description="Mug", unit_cost=1) for n in range(60))
    rows = [
        ItemSite(item=i, site=first.item_site.site, holding_rate=1, shortage_cost=1, unserved_demand="lost")
        for i in items
    ]
    for row in ItemSite.objects.bulk_create(rows):
        Proposal.objects.create(
            **{
                f.attname: getattr(first, f.attname) for f in Proposal._meta.fields if f.name not in ("id", "item_site")
            },
            item_site=row,
        )
    with django_assert_max_num_queries(20):
        pages = [read(client.get(LIST, {"page": number, "supplier": "ALPHA"})) for number in (1, 2)]
    assert [len(page.with_name("proposal")) for page in pages] == [50, 11]
    assert "51 to 61 of 61" in pages[1].text
    links = [a.get("href") or "" for tag, a in pages[0].found if a.get("rel") == "next"]
    assert ["supplier=ALPHA" in link for link in links] == [True]


def test_everything_on_the_page_can_be_ticked_without_script(client: Client) -> None:
    boxes = read(client.get(LIST, {"ticked": "all"})).with_name("proposal")
    assert ["checked" in box for box in boxes] == [True, True]


def test_the_numbers_of_a_proposal_add_up_on_its_page(client: Client) -> None:
    proposal = pending("CUP")
    page = read(client.get(reverse("web:proposal", args=[proposal.pk])))
    decision, steps = proposal.reason["decision"], [step["units"] for step in proposal.reason["steps"]]
    assert decision["order_up_to_level"] - decision["inventory_position"] == steps[0]
    assert sum(steps) == decision["quantity"] == proposal.quantity
    level, position = decision["order_up_to_level"], decision["inventory_position"]
    assert f"Order-up-to level {level}" in page.text
    assert f"less inventory position {position}" in page.text
    assert f"Need {steps[0]}" in page.text
    cost = round(decision["expected_cost_of_zero"], 2) - round(decision["expected_cost"], 2)
    assert f"+{cost:,.2f}" in page.text
    assert f"{proposal.reason['forecast']['buckets_seen']} of the last 52" in page.text
    assert "Ordered" not in page.text


def test_approving_ticked_proposals_writes_one_draft_order_for_each_supplier(client: Client) -> None:
    proposals = [pending("CUP"), pending("PLATE")]
    response = client.post(APPROVE, {"proposal": [p.pk for p in proposals]}, follow=True)
    assert set(PurchaseOrder.objects.values_list("supplier__code", "state")) == {("ALPHA", "draft"), ("BETA", "draft")}
    assert response.redirect_chain[0][0] == f"{reverse('web:orders')}?state=draft"
    assert "Draft orders written: PO-" in read(response).text
    assert set(Proposal.objects.values_list("state", "decided_by")) == {("approved", "user:anna")}


def test_approving_one_leads_to_its_order(client: Client) -> None:
    response = client.post(APPROVE, {"proposal": pending("CUP").pk})
    assert response["Location"] == reverse("web:order", args=[PurchaseOrder.objects.get().number])


def test_what_somebody_else_decided_meanwhile_is_refused_with_its_sentence_and_the_ticks_stay(client: Client) -> None:
    cup, plate = pending("CUP"), pending("PLATE")
    planning.approve([cup.pk], actor=ACTOR)
    response = client.post(APPROVE, {"proposal": [cup.pk, plate.pk]})
    page = read(response)
    assert response.status_code == 409
    assert f"Proposal {cup.pk} (CUP) is already approved." in page.text
    assert ["checked" in box for box in page.with_name("proposal")] == [True]
    plate.refresh_from_db()
    assert plate.state == "pending"


@pytest.mark.parametrize("address", [APPROVE, REJECT])
@pytest.mark.parametrize("ticked", [[], ["nonsense"]])
def test_without_a_tick_nothing_happens(client: Client, address: str, ticked: list[str]) -> None:
    response = client.post(address, {"proposal": ticked})
    assert response.status_code == 422
    assert "Tick at least one proposal first." in read(response).text


def test_turning_down_asks_why_and_keeps_the_reason(client: Client) -> None:
    proposal = pending("CUP")
    asked = read(client.post(REJECT, {"proposal": proposal.pk}))
    assert [box["value"] for box in asked.with_name("ids")] == [str(proposal.pk)]
    response = client.post(REJECT, {"proposal": proposal.pk, "because": "The range ends."}, follow=True)
    assert "Turned down: 1 proposal." in read(response).text
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_because) == ("rejected", "The range ends.")
    told = read(client.get(reverse("web:proposal", args=[proposal.pk]))).text
    assert "Rejected by anna" in told
    assert "The range ends." in told


def test_turning_down_without_a_reason_is_refused(client: Client) -> None:
    proposal = pending("CUP")
    response = client.post(REJECT, {"proposal": proposal.pk, "because": " "})
    assert response.status_code == 422
    assert "Say why the proposal is turned down." in read(response).text
    assert read(response).with_name("ids")[0]["value"] == str(proposal.pk)


def test_what_could_not_be_planned_is_listed_with_what_to_do(client: Client) -> None:
    ItemSite.objects.filter(item__sku="PLATE").update(holding_rate=0)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert "Its holding rate is zero" in read(client.get(LIST)).text


def test_a_description_with_markup_is_shown_as_it_is_written(client: Client) -> None:
    Item.objects.filter(sku="CUP").update(description="<script>alert(1)</script>")
    proposal = pending("CUP")
    for address in (
        LIST,
        reverse("web:proposal", args=[proposal.pk]),
        reverse("web:item-site", args=[proposal.item_site_id]),
    ):
        page = read(client.get(address))
        assert "<script>alert(1)</script>" in page.text
        assert "alert(1)" not in "".join(tag for tag, _ in page.found)
        assert not [tag for tag, given in page.found if tag == "script" and not {"src", "type"} & set(given)]


def test_a_proposal_that_does_not_exist_is_not_found(client: Client) -> None:
    response = client.get(reverse("web:proposal", args=[999_999]))
    assert response.status_code == 404
    assert "There is no proposal 999999." in read(response).text


def test_what_customers_ordered_and_what_waits_for_its_release_stand_on_the_page(client: Client) -> None:
    demand.set_customer("ANNA", "Anna's", actor=ACTOR)
    entered("k1", 400, days=16)
    Item.objects.filter(sku="CUP").update(release_days=5)
    at = datetime.combine(TODAY - timedelta(days=9), time(9), UTC)
    goods = Line("CUP", "SUPPLIERS", "SHOP", Decimal(7), target_status="quarantine", moved_at=at)
    ledger.post([PostingRequest("r1", Kind.RECEIPT, [goods])], actor=ACTOR)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    text = read(client.get(reverse("web:proposal", args=[pending("CUP").pk]))).text
    assert "400 in 16 days" in text
    assert "beyond the forecast, ordered already" in text
    assert "7 in 1 day, from quarantine" in text
    assert "7, expected release on 26 Feb 2026: late, counted on from tomorrow" in text


def test_a_rejected_line_is_told_until_a_plan_proposes_nothing_of_it(client: Client) -> None:
    order = purchasing.place(approved_order().number, actor=ACTOR)
    purchasing.acknowledge(order.number, [LineAnswer(1, ())], message_key="m1", actor="supplier:ALPHA")
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert pending("CUP")
    assert Alert.objects.get(kind="line_rejected").cleared_at is None
    opening("CUP", 500, key="found")
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert Alert.objects.get(kind="line_rejected").cleared_because == "nothing of it is proposed any more"


def rows_of(client: Client, **asked: str) -> list[dict[str, Any]]:
    return list(client.get(ROWS, asked).json()["rows"])


def set_to(client: Client, *changes: dict[str, Any], **why: str) -> Any:
    return client.post(QUANTITIES, json.dumps({"changes": changes, **why}), content_type="application/json")


def test_the_grid_tells_of_each_proposal_when_it_runs_out_what_it_costs_and_what_it_saves(client: Client) -> None:
    cup, plate = rows_of(client)
    proposal = pending("CUP")
    assert (cup["id"], cup["sku"], plate["sku"]) == (proposal.pk, "CUP", "PLATE")
    assert cup["need"] == cup["quantity"] == float(proposal.quantity)
    assert cup["amount"] == float(proposal.quantity * proposal.price)
    assert cup["stock_out_on"] >= "2026-03-02"
    assert cup["order_by_on"] <= cup["stock_out_on"] < cup["lasts_until"]
    assert (cup["state_of_edit"], cup["edit_words"], cup["cost_difference"]) == ("proposed", "", None)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"filter.supplier": "beta"}, ["PLATE"]), ({"filter.sku": "cu"}, ["CUP"]), ({"text": "teapot"}, []),
        ({"sort": "-sku"}, ["PLATE", "CUP"]), ({"sort": "order_by_on,sku"}, ["CUP", "PLATE"]),
        ({"due": "now"}, ["CUP", "PLATE"]),
        ({"filter.state_of_edit": "edited"}, []), ({"filter.abc_class": "A"}, []), ({"site": "shop"}, ["CUP", "PLATE"]),
    ],
)  # fmt: skip
def test_the_grid_is_filtered_and_sorted(client: Client, asked: dict[str, str], found: list[str]) -> None:
    assert [row["sku"] for row in rows_of(client, **asked)] == found


def test_a_quantity_is_judged_without_a_reason_and_set_with_one(client: Client) -> None:
    [cup, _] = rows_of(client)
    more = cup["quantity"] + 60
    wanted = {"id": cup["id"], "value": str(int(more)), "version": cup["version"]}
    [judged] = set_to(client, wanted).json()["meanings"]
    assert judged["quantity"] == more
    assert judged["lasts_until"] > cup["lasts_until"]
    assert judged["cost_difference"] > 0
    assert pending("CUP").quantity == cup["need"]
    answer = set_to(client, wanted, reason_code="more_demand", reason="Fair in town").json()
    [row] = answer["rows"]
    assert (answer["refusals"], row["quantity"], row["need"]) == ([], more, cup["need"])
    assert row["edit_words"] == "More will be wanted: Fair in town"
    assert row["lasts_until"] == judged["lasts_until"]
    assert pending("CUP").quantity == Decimal(more)


def test_of_pasted_quantities_what_is_no_number_or_was_changed_meanwhile_is_refused_and_the_rest_is_set(
    client: Client,
) -> None:
    cup, plate = rows_of(client)
    planning.change_quantity(
        [planning.QuantityChange(cup["id"], Decimal(cup["quantity"]) + 12)], reason_code="price", actor="user:ben"
    )
    answer = set_to(
        client, {"id": cup["id"], "value": cup["quantity"] + 24, "version": cup["version"]},
        {"id": plate["id"], "value": plate["quantity"] + 12, "version": plate["version"]},
        {"id": plate["id"], "value": "many"}, {"id": 10**12, "value": 5}, reason_code="more_demand",
    ).json()  # fmt: skip
    told = {one["id"]: one for one in answer["refusals"] if one.get("is_conflict")}
    assert f"now {cup['quantity'] + 12:.0f}" in told[cup["id"]]["sentence"]
    assert "by ben" in told[cup["id"]]["sentence"]
    assert {"“many” is no number.", "Somebody decided this proposal meanwhile; it waits no more."} <= {
        one["sentence"] for one in answer["refusals"]
    }
    assert pending("PLATE").quantity == Decimal(plate["quantity"]) + 12
    assert pending("CUP").quantity == Decimal(cup["quantity"]) + 12
    again = {"id": cup["id"], "value": cup["quantity"] + 24, "version": told[cup["id"]]["version"]}
    assert set_to(client, again, reason_code="more_demand").json()["refusals"] == []


def test_all_that_fit_the_filter_are_approved_and_what_is_refused_is_named(client: Client) -> None:
    SupplyTerm.objects.filter(supplier__code="BETA").update(valid_to=TODAY - timedelta(days=1))
    form = every(client, fitting="filter.site=SHOP")
    refused = client.post(APPROVE, form)
    assert refused.status_code == 409
    assert PurchaseOrder.objects.count() == 0
    response = client.post(APPROVE, form | {"each": "on"}, follow=True)
    text = read(response).text
    assert "BETA for SHOP: PLATE" in text
    assert "Approved. Draft order written: PO-" in text
    assert [order.supplier.code for order in PurchaseOrder.objects.all()] == ["ALPHA"]


def test_what_is_ticked_is_told_as_orders_and_filled_up_to_a_minimum_with_one_click(client: Client) -> None:
    cup = pending("CUP")
    amount = cup.quantity * cup.price
    Agreement.objects.create(
        supplier=cup.supplier, valid_from=TODAY - timedelta(days=9), currency=cup.supplier.currency,
        minimum_order_value=amount + 40,
    )  # fmt: skip
    told = client.post(reverse("web:proposals-ticked"), {"ids": str(cup.pk)}).content.decode()
    assert "Fill up the cheapest way" in told
    filled = client.post(reverse("web:proposals-fill-up"), {"ids": str(cup.pk), "supplier": "ALPHA", "site": "SHOP"})
    assert "every minimum is met" in read(filled).text
    cup.refresh_from_db()
    assert cup.quantity * cup.price >= amount + 40
    assert cup.edits.get().reason_code == "minimum"


def test_the_panel_and_the_page_say_why_with_a_sum_and_the_page_takes_another_quantity(client: Client) -> None:
    cup = pending("CUP")
    panel = read(
        client.get(reverse("web:proposal-panel", args=[cup.pk]), {"quantity": str(int(cup.quantity) + 12)})
    ).text
    assert f"{cup.quantity + 12:.0f} \u00d7 CUP" in panel
    assert "Set by a person +12" in panel
    address = reverse("web:proposal-quantity", args=[cup.pk])
    assert client.post(address, {"quantity": "plenty", "reason_code": "price"}).status_code == 422
    more = str(int(cup.quantity) + 24)
    text = read(client.post(address, {"quantity": more, "reason_code": "price", "reason": "Rebate"}, follow=True)).text
    assert f"{more} where {cup.quantity:.0f} was proposed, by anna" in text
    assert "price, Rebate" in text
    stale = client.post(address, {"quantity": "99", "reason_code": "price", "version": "run0-edit0-units1"})
    assert stale.status_code == 409


def test_the_file_has_what_the_grid_shows_and_no_formula(client: Client) -> None:
    Item.objects.filter(sku="CUP").update(description="=1+1")
    address = reverse("web:proposal-file", args=["csv"])
    text = client.get(address, {"filter.supplier": "ALPHA"}).getvalue().decode()
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["sku"], row["description"], row["quantity"]) == ("CUP", "'=1+1", str(float(pending("CUP").quantity)))
    assert client.get(reverse("web:proposal-file", args=["xlsx"])).content[:2] == b"PK"


def seen_by(client: Client) -> str:
    """What the grid says that it shows."""
    return str(client.get(ROWS).json()["seen"])


def every(client: Client, **said: str) -> dict[str, str]:
    """The form with all that fit the filter, as the grid sends it."""
    return {"every": "on", "fitting": "", "seen": seen_by(client)} | said


def test_of_all_that_fit_the_filter_what_came_after_one_looked_is_left_out_and_told(client: Client) -> None:
    plate = pending("PLATE")
    Proposal.objects.filter(pk=plate.pk).update(state="withdrawn")
    form = every(client)
    late = Proposal.objects.get(pk=plate.pk)
    late.pk, late.state = None, "pending"
    late.save(force_insert=True)
    text = read(client.post(APPROVE, form, follow=True)).text
    assert "1 proposal came or was changed since you looked: it was left out and still waits." in text
    assert list(Proposal.objects.filter(state="pending")) == [late]
    # Looked at anew it is one of all.
    assert "left out" not in read(client.post(APPROVE, every(client), follow=True)).text
    assert not Proposal.objects.filter(state="pending").exists()


def test_sent_twice_all_that_fit_approves_nothing_that_came_between(client: Client) -> None:
    form = every(client)
    client.post(APPROVE, form)
    planning.plan(planned_on=TODAY + timedelta(days=60), actor=ACTOR)
    waits = set(Proposal.objects.filter(state="pending").values_list("pk", flat=True))
    assert waits
    again = client.post(APPROVE, form)
    assert again.status_code == 422
    assert "Of those that you saw none waits any more" in read(again).text
    assert set(Proposal.objects.filter(state="pending").values_list("pk", flat=True)) == waits


def test_what_somebody_else_changed_since_is_left_out_and_ones_own_edit_is_not(client: Client) -> None:
    cup, plate = pending("CUP"), pending("PLATE")
    form = every(client)
    for one, who in ((cup, "user:ben"), (plate, "user:anna")):
        planning.change_quantity([planning.QuantityChange(one.pk, one.quantity + 12)], reason_code="price", actor=who)
    summary = read(client.post(reverse("web:proposals-ticked"), form)).text
    assert summary.startswith("1 ticked")
    text = read(client.post(REJECT, form | {"because": "no"}, follow=True)).text
    assert "Turned down: 1 proposal." in text
    assert [row.pk for row in Proposal.objects.filter(state="pending")] == [cup.pk]


@pytest.mark.parametrize("seen", ["", "1.2", "1.2.x", "9" * 30 + ".1.1"])
def test_without_what_was_seen_nothing_of_all_that_fit_is_decided(client: Client, seen: str) -> None:
    response = client.post(APPROVE, every(client, seen=seen))
    assert response.status_code == 422
    assert "Show the proposals anew" in read(response).text
    assert PurchaseOrder.objects.count() == 0
