"""Drafts that wait for an order day: they leave as orders of that day, and what is proposed meanwhile raises their lines."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from ownstock.access.models import User
from ownstock.automation.actions import pause, resume, undo
from ownstock.automation.models import AutomaticOrder, Verdict
from ownstock.base.errors import Refused
from ownstock.catalog.actions import keep_agreement
from ownstock.catalog.models import PriceBreak, SupplyTerm
from ownstock.journal import actions as journal
from ownstock.journal.models import OutboxRow
from ownstock.journal.queries import open_alerts, trail
from ownstock.planning import actions as planning
from ownstock.planning.models import Proposal
from ownstock.planning.queries.origins import origins
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Delivery, OrderLine, OrderRevision, PurchaseOrder
from ownstock.purchasing.queries import open_deliveries
from ownstock.purchasing.rules import LineChange
from tests.automation_cases import ANNA, DORA, DUE, EARLY, automatic_shop, rule, run
from tests.factories import ACTOR, TODAY

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _shop() -> None:
    automatic_shop()


def lines(number: str) -> list[OrderLine]:
    revision = PurchaseOrder.objects.get(number=number).revisions.latest("number")
    return list(revision.lines.select_related("item").order_by("line"))


def days(number: str) -> dict[str, date]:
    return {line.item.sku: line.requested_on for line in lines(number)}


def lead_time() -> timedelta:
    return timedelta(days=SupplyTerm.objects.get(item__sku="CUP").lead_time_days)


def test_a_draft_that_leaves_a_week_later_is_wanted_a_week_later_and_says_so() -> None:
    rule()
    [number] = run(EARLY).drafted
    assert days(number) == dict.fromkeys(("CUP", "PLATE"), TODAY + lead_time())
    pause(actor=ANNA, reason="its price is disputed", supplier="ALPHA")
    run()
    resume(actor=DORA, supplier="ALPHA")
    planning.plan(planned_on=TODAY + WEEK, actor=ACTOR)
    assert run(DUE + WEEK).placed == [number]
    assert days(number) == dict.fromkeys(("CUP", "PLATE"), TODAY + WEEK + lead_time())
    coming = Delivery.objects.filter(line__in=lines(number)).values_list("requested_on", flat=True)
    assert set(coming) == {TODAY + WEEK + lead_time()}
    order = PurchaseOrder.objects.get(number=number)
    assert order.ordered_on == TODAY + WEEK, "the supplier counts its lead time from the day on which it is told"
    [told] = [event for event in trail(f"purchase_order:{number}") if event.verb == "purchasing.postponed"]
    assert told.reason == f"It leaves on {TODAY + WEEK}, and ALPHA takes {lead_time().days} days from then."
    assert told.old["lines"][0]["requested_on"] == (TODAY + lead_time()).isoformat()
    purchasing.watch_orders(DUE + WEEK, today=TODAY + WEEK + lead_time())
    assert not open_alerts().filter(kind="late_delivery").exists(), "what leaves on its day is not late on it"


def test_a_day_that_a_person_typed_stays_and_what_has_time_stays_too() -> None:
    rule()
    [number] = run(EARLY).drafted
    soon = TODAY + timedelta(days=9)
    purchasing.change(number, [LineChange(1, requested_on=soon)], reason="a fair", actor=ANNA)
    purchasing.change(number, [LineChange(1, Decimal(30)), LineChange(2, Decimal(30))], reason="more", actor=ANNA)
    purchasing.place(number, actor=ANNA, on=TODAY + timedelta(days=2))
    assert days(number) == {"CUP": soon, "PLATE": TODAY + timedelta(days=2) + lead_time()}
    purchasing.change(number, [LineChange(1, Decimal(36))], reason="more", actor=ANNA)
    assert purchasing.place(number, actor=ANNA, on=TODAY + 2 * WEEK).ordered_on == TODAY + timedelta(days=2)
    assert days(number)["PLATE"] == TODAY + timedelta(days=2) + lead_time()


def drafted_twice(more: int = 6) -> tuple[str, Proposal, Proposal]:
    """A waiting draft, and more of its cups that a later plan proposes and a rule approves."""
    [number] = run(EARLY).drafted
    first = Proposal.objects.get(item_site__item__sku="CUP")
    again = Proposal.objects.get(pk=first.pk)
    again.pk, again.state, again.quantity, again.order_line = None, "pending", Decimal(more), None
    again.decided_at, again.decided_by = None, ""
    again.save()
    run(EARLY)
    again.refresh_from_db()
    return number, first, again


def test_more_of_an_item_raises_its_line_in_the_waiting_draft_and_both_proposals_lead_to_it() -> None:
    rule()
    number, first, again = drafted_twice()
    cups, plates = lines(number)
    assert (cups.item.sku, cups.quantity, plates.item.sku) == ("CUP", first.quantity + 6, "PLATE")
    assert list(origins(cups.revision.purchase_order).filter(order_line=cups)) == [first, again]
    coming = [d for d in open_deliveries() if d.sku == "CUP"]
    assert [(d.number, d.line, d.quantity) for d in coming] == [(number, 1, cups.quantity)]
    assert f"CUP {first.quantity:.0f} + 6 = {cups.quantity:.0f}" in cups.revision.reason
    assert run(DUE).placed == [number]
    [asked] = OutboxRow.objects.filter(topic="purchase_order.placed")
    assert OrderRevision.objects.get(pk=asked.payload["order_revision"]).lines.count() == 2


def test_a_raised_line_has_the_price_of_its_break_and_a_typed_day_keeps_its_line_apart() -> None:
    rule()
    first = Proposal.objects.get(item_site__item__sku="CUP").quantity
    term = SupplyTerm.objects.get(item__sku="CUP")
    PriceBreak.objects.create(term=term, from_quantity=first + 6, price=Decimal(2), valid_from=TODAY)
    number, *_ = drafted_twice()
    assert lines(number)[0].price == 2
    other = purchasing.draft(
        supplier=term.supplier, site=PurchaseOrder.objects.get(number=number).site, ordered_on=TODAY, actor=ANNA,
        lines=[purchasing.DraftLine(term, Decimal(300), TODAY + timedelta(days=3))],
    )  # fmt: skip
    planning.merge_orders([number, other.number], actor=ANNA)
    assert [(line.item.sku, line.requested_on) for line in lines(number)][2] == ("CUP", TODAY + timedelta(days=3))


def test_taking_one_proposal_back_lowers_its_line_again_and_the_rest_leaves() -> None:
    rule()
    number, first, again = drafted_twice()
    with pytest.raises(Refused, match=f"is not in {number}"):
        undo(number, actor=ANNA, reason="too much", only=[10**9])
    anna = Client()
    anna.force_login(User.objects.get(username="anna"))
    page = anna.get(f"/orders/{number}").content.decode()
    assert all(f'<a href="/proposals/{each.pk}">' in page for each in (first, again))
    anna.post(f"/automation/orders/{number}/undo", {"proposal": again.pk, "reason": "too much"})
    assert {line.item.sku: line.quantity for line in lines(number)}["CUP"] == first.quantity
    assert [d.quantity for d in open_deliveries() if d.sku == "CUP"] == [first.quantity]
    assert run(DUE).placed == [number], "Anna decided on six cups alone"
    again.refresh_from_db()
    assert (again.state, again.order_line) == ("pending", None)
    assert (
        Verdict.objects.filter(proposal=again).latest("id").sentence == f"{ANNA} took it back from {number}: too much."
    )


def test_a_draft_with_a_raised_line_is_taken_back_whole_and_its_newest_proposal_waits() -> None:
    rule()
    number, first, again = drafted_twice()
    assert {each.pk for each in undo(number, actor=ANNA, reason="a fair")} >= {again.pk}
    first.refresh_from_db()
    assert (first.state, PurchaseOrder.objects.get(number=number).state) == ("withdrawn", "cancelled")
    assert not open_deliveries()


def excepted(sku: str) -> None:
    journal.raise_alert(f"demand_jump:{sku}", kind="demand_jump", sentence=f"{sku} jumped.", facts={"sku": sku})


def test_an_open_exception_holds_its_item_back_and_the_others_leave_on_their_day() -> None:
    rule()
    [number] = run(EARLY).drafted
    excepted("CUP")
    found = run(DUE)
    assert found.placed == [number]
    assert [line.item.sku for line in lines(number)] == ["PLATE"]
    held = AutomaticOrder.objects.get(is_settled=False)
    other = held.purchase_order
    assert [line.item.sku for line in lines(other.number)] == ["CUP"]
    assert found.left == [f"{other.number}: Held back from {number}. CUP has an open exception: CUP jumped."]
    told = trail(f"purchase_order:{number}").filter(verb="automation.placed").get()
    assert told.reason.endswith(f"{other.number} was held back: CUP has an open exception: CUP jumped.")
    assert [each.item_site.item.sku for each in origins(other)] == ["CUP"]
    assert {(d.number, d.sku) for d in open_deliveries()} == {(number, "PLATE"), (other.number, "CUP")}
    assert run(DUE + timedelta(minutes=15)).placed == []
    run(DUE + timedelta(hours=2))
    [missed] = open_alerts().filter(kind="order_day_missed")
    assert "CUP has an open exception: CUP jumped." in missed.sentence
    journal.clear_alert("demand_jump:CUP", because="it was one event")
    planning.plan(planned_on=TODAY + WEEK, actor=ACTOR)
    assert other.number in run(DUE + WEEK).placed


def test_where_the_minimum_needs_what_would_be_held_back_all_of_it_waits_and_says_so() -> None:
    rule()
    [number] = run(EARLY).drafted
    cups, plates = lines(number)
    least = plates.quantity * plates.price + 1
    keep_agreement("ALPHA", "A1", {"minimum_order_value": round(least, 2), "currency": "EUR"}, actor=ACTOR)
    excepted("CUP")
    found = run(DUE)
    assert (found.placed, PurchaseOrder.objects.count()) == ([], 1)
    assert [line.quantity for line in lines(number)] == [cups.quantity, plates.quantity]
    note = AutomaticOrder.objects.get().note
    assert note.startswith("CUP has an open exception: CUP jumped. Without CUP it cannot leave: ")
    assert "The order lacks" in note


def test_a_draft_whose_every_item_has_an_exception_waits_whole() -> None:
    rule()
    [number] = run(EARLY).drafted
    excepted("CUP")
    excepted("PLATE")
    assert run(DUE).placed == []
    assert len(lines(number)) == 2
    assert AutomaticOrder.objects.get().note.startswith("CUP has an open exception: CUP jumped. PLATE has")
