"""The proposals on their pages: seen, explained, approved, turned down."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ownstock.catalog.models import Item, ItemSite
from ownstock.demand import actions as demand
from ownstock.journal import actions as journal
from ownstock.journal.models import Alert
from ownstock.journal.queries import open_alerts, trail
from ownstock.ledger import actions as ledger
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning import actions as planning
from ownstock.planning.models import Proposal
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import LineAnswer
from tests.demand_cases import entered
from tests.factories import ACTOR, TODAY, opening
from tests.web_cases import approved_order, pending, planned_shop, read, signed_in

pytestmark = pytest.mark.django_db
LIST, APPROVE, REJECT = (reverse(f"web:{name}") for name in ("proposals", "approve", "reject"))


@pytest.fixture
def client() -> Client:
    planned_shop()
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
    assert [box["value"] for box in asked.with_name("proposal")] == [str(proposal.pk)]
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
    assert read(response).with_name("proposal")


def test_what_people_must_look_at_stands_above_the_proposals(client: Client) -> None:
    journal.raise_alert("late:1", kind="late_delivery", sentence="PO-7, line 1 is 20 days late.", facts={})
    text = read(client.get(LIST)).text
    assert text.index("PO-7, line 1 is 20 days late.") < text.index("CUP")


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
        assert "script" not in [tag for tag, _ in page.found]


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


def test_what_somebody_has_seen_to_is_done_with_what_was_done(client: Client) -> None:
    for key, is_closable in (("happened:1", True), ("lasts:1", False)):
        journal.raise_alert(key, kind="test", sentence=f"{key} is odd.", facts={}, is_closable=is_closable)
    happened, lasts = open_alerts().get(key="happened:1"), open_alerts().get(key="lasts:1")
    page = read(client.get(LIST))
    assert len(page.with_name("reason")) == 1
    close = reverse("web:alert-close", args=[happened.pk])
    assert client.post(close, {"reason": " "}).status_code == 422
    done = read(client.post(close, {"reason": "Asked them."}, follow=True))
    assert "Done: happened:1 is odd." in done.text
    assert [alert.key for alert in open_alerts()] == ["lasts:1"]
    assert trail("alert:happened:1").get().actor == "user:anna"
    refused = client.post(reverse("web:alert-close", args=[lasts.pk]), {"reason": "Enough."})
    assert "ends by itself" in read(refused).text
    assert client.post(reverse("web:alert-close", args=[lasts.pk + 1]), {"reason": "Enough."}).status_code == 404


def test_a_rejected_line_is_told_until_a_plan_proposes_nothing_of_it(client: Client) -> None:
    order = purchasing.place(approved_order().number, actor=ACTOR)
    purchasing.acknowledge(order.number, [LineAnswer(1, ())], message_key="m1", actor="supplier:ALPHA")
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert pending("CUP")
    assert "will not deliver CUP" in read(client.get(LIST)).text
    opening("CUP", 500, key="found")
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert "will not deliver CUP" not in read(client.get(LIST)).text
    assert Alert.objects.get(kind="line_rejected").cleared_because == "nothing of it is proposed any more"
