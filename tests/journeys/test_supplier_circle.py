"""One shop, four suppliers, one circle: from a plan's proposals to goods that are on the shelf, paid and rightly valued.

ALPHA answers a mail by its link, BETA speaks X12 over SFTP, GAMMA posts signed webhooks, DELTA's people use the portal. Every
server is real and on this machine, people sit in a real browser, and the worker is a process of its own. In the end all of it
is delivered once more, and nothing happens twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, Sum
from playwright.sync_api import Browser, Page, Request, ViewportSize, expect, sync_playwright

from ownstock.exchange.channels.rules import Content
from ownstock.exchange.models import InboundMessage, OutboundMessage
from ownstock.journal.models import Alert
from ownstock.journal.queries import open_alerts
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Balance, Posting
from ownstock.ledger.queries import value_at
from ownstock.planning import actions as planning
from ownstock.planning.models import Proposal
from ownstock.planning.rules.exceptions import KINDS as PLANNING_KINDS
from ownstock.purchasing.models import Acknowledgement, Delivery, Discrepancy, Invoice, PurchaseOrder, ShippingNotice
from ownstock.purchasing.queries import on_order
from ownstock.purchasing.queries.variances import Asked, Grouping, variance_sums
from tests.browser import launch
from tests.circle_cases import (
    DEARER,
    Circle,
    gammas_answer,
    gammas_channel,
    gammas_invoice,
    gammas_notice,
    whole_circle,
)
from tests.faces.test_web_answer_in_browser import window
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, photograph
from tests.factories import ACTOR
from tests.page_checks import go_to
from tests.web_cases import PASSWORD

__all__ = ["address"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
DAMAGED = 2
# What a form answers that was sent before: as then, or in words why not. A 403 would say that nobody looked at it.
TAKEN_OR_REFUSED = (200, 302, 303, 409, 422)
SAID_OF_A_FORM = ("content-type", "referer", "origin")
SEATS = {
    "anna": (DESK, "light"), "carl": (DESK, "dark"), "alpha": (PHONE, "light"), "bob": (DESK, "dark"),
    "receiver": (PHONE, "light"),
}  # fmt: skip


@pytest.fixture
def circle(beside_browser: None, address: str, settings: Any, tmp_path: Path) -> Iterator[Circle]:
    with whole_circle(address, settings, tmp_path) as whole:
        yield whole


class Seat:
    """Somebody at a window of the browser; what their forms posted can be posted once more."""

    def __init__(self, browser: Browser, visit: Visit, size: ViewportSize, scheme: str) -> None:
        self.page = window(browser, visit, size, scheme)
        self.address = visit.address
        self.posts: list[Request] = []
        self.page.on("request", lambda request: self.posts.append(request) if request.method == "POST" else None)

    def sign_in(self, name: str) -> Page:
        self.page.goto(f"{self.address}/sign-in")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        self.posts.clear()
        return self.page

    def post_all_again(self) -> None:
        for request in list(self.posts):
            head = {name: said for name, said in request.headers.items() if name in SAID_OF_A_FORM}
            again = self.page.request.post(request.url, data=request.post_data_buffer, headers=head, max_redirects=0)
            assert again.status in TAKEN_OR_REFUSED, f"{again.status} of {request.url}"


def looked_at(page: Page, folder: Path, name: str) -> None:
    """Photograph a page by day, by night and on a phone; it fits into every window."""
    size = page.viewport_size
    for scheme, its_size, when in (("light", DESK, "light"), ("dark", DESK, "dark"), ("light", PHONE, "phone")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(its_size)
        photograph(page, folder, f"{name}-{when}")
    page.set_viewport_size(size)  # type: ignore[arg-type]


def test_four_suppliers_each_in_their_own_way_once_around(circle: Circle, tmp_path: Path) -> None:
    value_before = _value()
    visit = Visit(circle.address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        seats = {name: Seat(browser, visit, *how) for name, how in SEATS.items()}
        anna = seats["anna"].sign_in("anna")
        _a_plans_proposals_become_orders(circle, anna, seats["carl"].sign_in("carl"))
        _each_order_left_in_its_suppliers_own_way(circle)
        _alpha_answers_by_the_link(circle, seats["alpha"].page, tmp_path)
        circle.talk_with_beta()
        _gamma_answers_announces_and_invoices(circle)
        _delta_answers_ships_and_invoices_on_the_portal(circle, seats["bob"].sign_in("bob"), tmp_path)
        _the_planner_is_told(circle)
        _what_was_set_aside_is_replayed(circle, anna, tmp_path)
        _the_rejected_line_is_seen_to(anna, tmp_path)
        circle.partner.pass_time()
        circle.talk_with_beta()
        _beta_and_we_have_understood_each_other(circle)
        _goods_are_received(circle, seats["receiver"].sign_in("anna"), tmp_path)
        _invoices_are_matched(circle, anna)
        _all_is_right(circle, value_before)
        _the_log_holds_every_byte(circle, anna)
        before = _facts(circle)
        _everything_comes_once_more(circle, seats)
        assert _facts(circle) == before
        browser.close()
    # Anna was told, by a 422, that somebody else approves her order.
    assert ([told for told in visit.complaints if "422" not in told], visit.strangers) == ([], [])
    planning.plan(planned_on=circle.today, actor=ACTOR)
    pending = Proposal.objects.filter(state="pending").values_list("item_site__item__sku", flat=True)
    assert list(pending) == ["PLATE"], "What ALPHA will not deliver is to be bought elsewhere, and nothing else."


def _value() -> Decimal:
    ledger.value(patience_seconds=20)
    return value_at()


def _a_plans_proposals_become_orders(circle: Circle, anna: Page, carl: Page) -> None:
    """Anna approves all and places what she may alone; what BETA is to send is more, and Carl approves it."""
    anna.goto(f"{circle.address}/proposals")
    expect(anna.get_by_role("grid").get_by_role("link", name="CUP", exact=True)).to_be_visible()
    anna.locator("[data-grid] .tabulator-header").get_by_role("checkbox").first.check()
    expect(anna.locator("#ticked")).to_contain_text("ticked")
    anna.get_by_role("button", name="Approve ticked").click()
    expect(anna.get_by_role("status")).to_contain_text("Draft orders written")
    for supplier in ("ALPHA", "GAMMA", "DELTA"):
        anna.goto(f"{circle.address}/orders/{circle.order_of(supplier).number}")
        anna.get_by_role("button", name="Place the order").click()
        expect(anna.get_by_role("status")).to_contain_text("is placed")
    beta = f"{circle.address}/orders/{circle.order_of('BETA').number}"
    anna.goto(beta)
    anna.get_by_role("button", name="Approve").click()
    expect(anna.get_by_text("somebody else approves it")).to_be_visible()
    carl.goto(beta)
    carl.get_by_role("button", name="Approve").click()
    anna.goto(beta)
    expect(anna.get_by_text("Approved by carl").first).to_be_visible()
    anna.get_by_role("button", name="Place the order").click()
    expect(anna.get_by_role("status")).to_contain_text("is placed")


def _each_order_left_in_its_suppliers_own_way(circle: Circle) -> None:
    circle.all_leaves()
    [mail] = circle.mail.received
    kinds = {part.get_content_type() for part in message_from_bytes(mail).walk()}
    assert (circle.mail.recipients, {"application/pdf", "text/csv"} <= kinds) == (["orders@alpha.example"], True)
    [(_, interchange)] = circle.there.written
    assert b"ST*850" in interchange
    [posted] = circle.receiver.received
    assert json.loads(posted.content)["document"]["number"] == circle.order_of("GAMMA").number
    assert set(PurchaseOrder.objects.values_list("state", flat=True)) == {"placed"}


def _alpha_answers_by_the_link(circle: Circle, page: Page, folder: Path) -> None:
    """Opening the link says nothing, however often; the answer splits the cups, puts off the bowls, rejects the plates."""
    cups, bowls = (circle.lines_of("ALPHA")[sku] for sku in ("CUP", "BOWL"))
    for _ in range(2):
        page.goto(circle.link())
    assert not Acknowledgement.objects.exists()
    cases, later = int(cups.quantity / 6), cups.requested_on + timedelta(days=10)
    page.get_by_text("Answer line by line").click()
    line = page.locator("fieldset").filter(has_text="CUP-S")
    line.get_by_label("Otherwise").check()
    line.get_by_role("button", name="Another delivery").click()
    line.get_by_label("Delivery 1: case").fill(str(cases - 2))
    line.get_by_label("Delivery 2: case").fill("2")
    line.get_by_label("on day, line", exact=False).last.fill(later.isoformat())
    line = page.locator("fieldset").filter(has_text="BOWL-S")
    line.get_by_label("Otherwise").check()
    line.get_by_label("on day, line", exact=False).fill(later.isoformat())
    line = page.locator("fieldset").filter(has_text="PLATE-S")
    line.get_by_label("Not at all").check()
    line.get_by_label("Reason").select_option(label="We do not sell it any more.")
    looked_at(page, folder, "answer-lines")
    page.get_by_role("button", name="Send this answer").last.click()
    expect(page.get_by_role("status").first).to_contain_text("Your answer was taken down")
    looked_at(page, folder, "answer-taken")
    parts = Delivery.objects.filter(line=cups).order_by("number").values_list("quantity", "latest_promised_on")
    assert list(parts) == [(cups.quantity - 12, cups.requested_on), (12, later)]
    assert Delivery.objects.get(line=bowls).latest_promised_on == later


def _gamma_answers_announces_and_invoices(circle: Circle) -> None:
    order, line = circle.order_of("GAMMA"), circle.lines_of("GAMMA")["TRAY"]
    circle.gamma_says(gammas_answer(line, order.number, line.requested_on), "G-1")
    circle.gamma_says(gammas_notice(line, order.number, circle.today), "G-2")
    circle.gamma_says(gammas_invoice(line, order.number, circle.today), "G-3")


def _delta_answers_ships_and_invoices_on_the_portal(circle: Circle, bob: Page, folder: Path) -> None:
    order, line = circle.order_of("DELTA"), circle.lines_of("DELTA")["JUG"]
    bob.get_by_role("link", name=order.number).click()
    bob.get_by_role("button", name="Confirm all as asked").click()
    expect(bob.get_by_role("status").first).to_contain_text("Your answer was taken down")
    looked_at(bob, folder, "portal-order")
    bob.get_by_role("link", name="Announce a shipment").click()
    bob.get_by_label("Your number").fill("D-ASN")
    for box in ("Shipped on", "Arrives on"):
        bob.get_by_label(box).fill(circle.today.isoformat())
    bob.get_by_label("line 1, lot 1").first.fill(str(int(line.quantity)))
    bob.get_by_role("button", name="Announce").click()
    expect(bob.get_by_role("status")).to_contain_text("D-ASN is taken down")
    bob.get_by_role("link", name=order.number).first.click()
    bob.get_by_role("link", name="Send an invoice").click()
    bob.get_by_label("Your number").fill("D-INV")
    bob.get_by_label("Date of the invoice").fill(circle.today.isoformat())
    bob.get_by_label("Total").fill(f"{line.quantity * line.price:.2f}")
    bob.get_by_label("line 1").first.fill(str(int(line.quantity)))
    bob.get_by_role("button", name="Send").click()
    expect(bob.get_by_role("status")).to_contain_text("D-INV is taken down")


def _alerts() -> set[str]:
    # Whether a job is late depends on the machine, what waits too long on the hour, what runs out on the plan.
    besides = ["silent_job", "seal_late", *PLANNING_KINDS]
    return set(open_alerts().exclude(kind__in=besides).values_list("kind", flat=True))


def _the_planner_is_told(circle: Circle) -> None:
    """Of the plates, of GAMMA's price, and of its notice: nobody had said that notices come by its channel."""
    assert set(PurchaseOrder.objects.values_list("state", flat=True)) <= {"acknowledged", "shipped"}
    assert _alerts() == {"line_rejected", "inbound_quarantined", "invoice_disputed"}
    sentences = " ".join(open_alerts().values_list("sentence", flat=True))
    assert "ALPHA will not deliver PLATE" in sentences
    assert "The channel gamma-webhook carries no notices" in sentences


def _what_was_set_aside_is_replayed(circle: Circle, anna: Page, folder: Path) -> None:
    gammas_channel(circle.receiver, *Content)
    anna.get_by_role("navigation", name="Main").get_by_role("link", name="Messages").click()
    looked_at(anna, folder, "messages")
    anna.get_by_role("row", name="quarantined").get_by_role("link").click()
    anna.get_by_role("button", name="Replay it").click()
    expect(anna.get_by_role("status")).to_contain_text("is applied")
    assert ShippingNotice.objects.filter(number="G-ASN").exists()
    assert "inbound_quarantined" not in _alerts()


def _the_rejected_line_is_seen_to(anna: Page, folder: Path) -> None:
    """Nobody else sells plates, so Anna says what was done of them."""
    go_to(anna, "Today")
    looked_at(anna, folder, "alerts")
    anna.get_by_role("listitem").get_by_role("link", name="ALPHA will not deliver PLATE").click()
    anna.get_by_label("What was done").fill("The last plates are sold off.")
    anna.get_by_role("button", name="Done", exact=True).click()
    expect(anna.get_by_role("status")).to_contain_text("Done:")
    closed = Alert.objects.get(kind="line_rejected")
    assert closed.cleared_because == "closed by user:anna: The last plates are sold off."


def _beta_and_we_have_understood_each_other(circle: Circle) -> None:
    """It read our order and answered, announced and invoiced it; it knows that we read each of these."""
    came = InboundMessage.objects.filter(supplier__code="BETA").order_by("id")
    said = ["syntax_answer", "acknowledgement", "shipping_notice", "invoice"]
    assert list(came.values_list("kinds", "state")) == [(kind, "applied") for kind in said]
    assert circle.partner.unanswered == []
    assert _invoices()[_betas()] == "waiting"


def _goods_are_received(circle: Circle, receiver: Page, folder: Path) -> None:
    """All as announced but two cups, which are crushed."""
    cups = circle.lines_of("ALPHA")["CUP"]
    for supplier in ("BETA", "GAMMA", "DELTA"):
        notice = ShippingNotice.objects.get(supplier__code=supplier)
        receiver.goto(f"{circle.address}/orders/{circle.order_of(supplier).number}/receive?notice={notice.number}")
        receiver.get_by_role("button", name="Receive").dblclick()
        expect(receiver.get_by_role("heading", level=1)).to_contain_text(circle.order_of(supplier).number)
    receiver.goto(f"{circle.address}/orders/{circle.order_of('ALPHA').number}/receive?fill=open")
    line = receiver.locator("fieldset").filter(has_text="CUP")
    line.get_by_label("Came sound").fill(str(int(cups.quantity) - DAMAGED))
    line.get_by_text("Expiry, damage").click()
    line.get_by_label("Damaged").fill(str(DAMAGED))
    line.get_by_label("What is wrong with it").fill("crushed")
    looked_at(receiver, folder, "receive")
    receiver.get_by_role("button", name="Receive").click()
    expect(receiver.get_by_role("heading", level=1)).to_contain_text("received")
    looked_at(receiver, folder, "order")
    assert Discrepancy.objects.get().kind == "damaged"


def _invoices_are_matched(circle: Circle, anna: Page) -> None:
    """ALPHA's is disputed until somebody takes the crushed cups all the same, GAMMA's until its price is accepted."""
    _enter_alphas_invoice(circle)
    assert _invoices() == {"A-INV": "disputed", "G-INV": "disputed", "D-INV": "matched", _betas(): "matched"}
    main = anna.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Invoices").click()
    anna.get_by_role("link", name="Not as ordered").click()
    anna.get_by_label("It is").select_option("accepted")
    anna.get_by_label("Why").fill("only the box")
    anna.get_by_role("button", name="Settle").click()
    expect(anna.get_by_text("Nothing is to be settled.")).to_be_visible()
    main.get_by_role("link", name="Invoices").click()
    anna.get_by_role("link", name="G-INV").click()
    anna.get_by_label("The dispute ends as").select_option("price_accepted")
    anna.get_by_label("Why").first.fill("new price list")
    anna.get_by_role("button", name="End the dispute").click()
    expect(anna.get_by_role("heading", level=1)).to_contain_text("matched")
    assert set(_invoices().values()) == {"matched"}


def _enter_alphas_invoice(circle: Circle) -> None:
    """It came on paper; the bookkeeping's own program posts it."""
    lines = [row for sku, row in circle.lines_of("ALPHA").items() if sku != "PLATE"]
    number, total = circle.order_of("ALPHA").number, sum(row.quantity * row.price for row in lines)
    said = {
        "supplier": "ALPHA", "number": "A-INV", "invoiced_on": circle.today.isoformat(), "currency": "EUR",
        "total": f"{total:.2f}",
        "lines": [
            {"quantity": str(row.quantity), "price": str(row.price), "order_number": number, "line": row.line}
            for row in lines
        ],
    }  # fmt: skip
    head = {"Authorization": f"Bearer {circle.key}", "Idempotency-Key": "paper-1"}
    assert circle.post("invoices", json.dumps(said).encode(), head) == 200


def _invoices() -> dict[str, str]:
    return dict(Invoice.objects.values_list("number", "state"))


def _betas() -> str:
    return Invoice.objects.get(supplier__code="BETA").number


def _on_hand() -> dict[str, Decimal]:
    rows = Balance.objects.filter(location__kind="site").values_list("item__sku").annotate(Sum("on_hand"))
    return {sku: on_hand for sku, on_hand in rows if on_hand}


def _bought(circle: Circle) -> dict[str, Any]:
    lines = {sku: row for code in ("ALPHA", "BETA", "GAMMA", "DELTA") for sku, row in circle.lines_of(code).items()}
    del lines["PLATE"]
    return lines


def _all_is_right(circle: Circle, value_before: Decimal) -> None:
    """Every order is closed, nothing is on order, what was ordered came once, at what the suppliers were paid for it."""
    bought = _bought(circle)
    assert set(PurchaseOrder.objects.values_list("state", flat=True)) == {"closed"}
    assert sum(on_order([item.pk for item in circle.shop.items]).values()) == 0
    assert _on_hand() == {"PLATE": 4} | {sku: 4 + row.quantity for sku, row in bought.items()}
    assert Posting.objects.filter(kind="receipt").count() == 4
    variance = bought["TRAY"].quantity * DEARER
    assert [(v.name, v.variance) for v in variance_sums(Asked(), Grouping.ITEM) if v.variance] == [("TRAY", variance)]
    assert _value() - value_before == sum(row.quantity * row.price for row in bought.values()) + variance
    assert sum(Invoice.objects.values_list("total", flat=True)) == _value() - value_before
    assert _alerts() == set()


def _the_log_holds_every_byte(circle: Circle, anna: Page) -> None:
    """What the log gives to keep is what the other side's server had, out and in."""
    went, came = OutboundMessage.objects.get(supplier__code="ALPHA"), InboundMessage.objects.filter(format="x12")
    mailed, fetched = circle.mail.received[0], circle.there.lies_in("out/done")
    assert len(came) == len(fetched) >= 4
    keys = {f"out-{went.pk}": mailed} | {f"in-{one.pk}": fetched[one.name] for one in came}
    for key, raw in keys.items():
        assert anna.request.get(f"{circle.address}/messages/{key}/content").body() == raw


def _facts(circle: Circle) -> dict[str, Any]:
    """All that could happen twice."""
    kinds = (Acknowledgement, ShippingNotice, Invoice, Posting, Delivery, Discrepancy, PurchaseOrder, Proposal)
    states = PurchaseOrder.objects.order_by("number").values_list("number", "state", "sent_revision")
    return {kind.__name__: kind.objects.count() for kind in kinds} | {
        "on_hand": _on_hand(), "value": _value(), "invoices": _invoices(), "alerts": _alerts(), "states": list(states),
        "proposals": dict(Proposal.objects.values_list("state").annotate(Count("pk"))),
    }  # fmt: skip


def _everything_comes_once_more(circle: Circle, seats: dict[str, Seat]) -> None:
    """All our messages, with the same bytes; all files and webhooks of the suppliers; every form and every invoice."""
    mails, posts, files = circle.mail.received[:], circle.receiver.received[:], circle.there.written[:]
    circle.all_leaves_again()
    assert circle.mail.received == 2 * mails
    assert [p.content for p in circle.receiver.received] == [p.content for p in 2 * posts]
    assert {p.message_id for p in circle.receiver.received} == {posts[0].message_id}
    assert sorted(circle.there.written) == sorted(2 * files)
    for name, raw in circle.there.lies_in("out/done").items():
        (circle.there.folder / "out" / name).write_bytes(raw)
    circle.look_into_beta()
    _gamma_answers_announces_and_invoices(circle)
    for seat in seats.values():
        seat.post_all_again()
    _enter_alphas_invoice(circle)
