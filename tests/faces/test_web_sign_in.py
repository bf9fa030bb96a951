"""Who sees the pages, and what a browser may do with them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.web_cases import NAME, PASSWORD, approved_order, pending, planned_shop, read, signed_in

pytestmark = pytest.mark.django_db
SOME = {
    "key": "1",
    "line": 1,
    "pk": 1,
    "number": "PO-000001",
    "token": "unknown",
    "code": "ALPHA",
    "figure": "fill_rate",
    "kind": "csv",
}
OPEN = {
    "sign-in": {200}, "account_login": {200}, "answer-page": {404}, "language": {302}, "mfa_login_webauthn": {302, 422},
    "mfa_authenticate": {302},
}  # fmt: skip
# The API asks for a key of its own, and has its own tests.
OTHER_DOORS = ("api/", "health", "metrics")


def addresses(resolver: URLResolver, route: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """(name, address) of every page there is, with some number where one is asked."""
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, here, f"{pattern.namespace}:" if pattern.namespace else "")
        elif isinstance(pattern, URLPattern) and not here.startswith(OTHER_DOORS):
            asked = {name: SOME.get(name, 1) for name in pattern.pattern.converters}
            yield str(pattern.name), reverse(f"{space}{pattern.name}", kwargs=asked)


def test_every_page_but_the_sign_in_asks_for_it() -> None:
    found = dict(addresses(get_resolver()))
    assert {
        "proposals",
        "proposal",
        "approve",
        "item-sites",
        "item-site",
        "orders",
        "order",
        "place",
        "receive",
    } <= set(found)
    for name, address in found.items():
        for response in (Client().get(address), Client().post(address)):
            # A link opens its order without a sign-in, and to whoever has none nothing at all.
            is_open = name in OPEN
            assert response.status_code in OPEN.get(name, {302}), address
            assert is_open or response["Location"].startswith(reverse("web:sign-in")), address


def test_whoever_signs_in_lands_on_today(slow_passwords: None) -> None:
    planned_shop()
    signed_in()
    response = Client().post(reverse("web:sign-in"), {"username": NAME, "password": PASSWORD}, follow=True)
    assert response.redirect_chain == [(reverse("web:today"), 302)]
    assert "Today" in read(response).text


def test_a_wrong_password_is_told_without_saying_whether_the_name_exists() -> None:
    signed_in()
    told = [
        read(Client().post(reverse("web:sign-in"), {"username": name, "password": "wrong"})).text
        for name in (NAME, "nobody")
    ]
    assert "do not belong together" in told[0]
    assert told[0] == told[1]


def test_signing_out_ends_the_session() -> None:
    client = signed_in()
    client.post(reverse("web:sign-out"))
    assert client.get(reverse("web:proposals")).status_code == 302


def test_signing_in_does_not_lead_to_another_site() -> None:
    signed_in()
    form = {"username": NAME, "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert Client().post(reverse("web:sign-in"), form)["Location"] == reverse("web:today")


@pytest.mark.parametrize("name", ["approve", "reject"])
def test_a_form_from_elsewhere_is_refused(name: str) -> None:
    planned_shop()
    proposal = pending("CUP")
    form = {"proposal": proposal.pk, "because": "because"}
    response = signed_in(enforce_csrf_checks=True).post(reverse(f"web:{name}"), form)
    assert response.status_code == 403
    assert "nothing was done" in read(response).text
    proposal.refresh_from_db()
    assert proposal.state == "pending"


def test_no_page_holds_scripts_styles_or_anything_from_elsewhere() -> None:
    planned_shop()
    proposal = pending("PLATE")
    order = approved_order("CUP")
    client = signed_in()
    client.post(reverse("web:place", args=[order.number]))
    pages: dict[str, list[object]] = {name: [] for name in ("sign-in", "proposals", "item-sites", "orders")}
    pages |= {"proposal": [proposal.pk], "item-site": [proposal.item_site_id]}
    pages |= {name: [order.number] for name in ("order", "answer", "receive")}
    for name, numbers in pages.items():
        response = (Client() if name == "sign-in" else client).get(reverse(f"web:{name}", args=numbers))
        assert response.status_code == 200, name
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        for tag, attributes in read(response).found:
            assert tag != "style", name
            is_inert = attributes.get("type") == "application/json"
            assert tag != "script" or is_inert or (attributes.get("src") or "").startswith("/static/"), name
            assert not [a for a in attributes if a == "style" or a.startswith("on")], (name, tag)
            for link in (attributes.get("src"), attributes.get("href"), attributes.get("action")):
                assert not (link or "").startswith(("http:", "https:", "//")), (name, link)


def test_every_box_of_every_form_has_a_label() -> None:
    planned_shop()
    order = approved_order("CUP")
    client = signed_in()
    client.post(reverse("web:place", args=[order.number]))
    pages = [Client().get(reverse("web:sign-in")), client.get(reverse("web:proposals"))]
    pages += [client.get(reverse(f"web:{name}", args=[order.number])) for name in ("answer", "receive")]
    for page in map(read, pages):
        labelled = {attributes.get("for") for tag, attributes in page.found if tag == "label"}
        boxes = [a for tag, a in page.found if tag in ("input", "select") and a.get("type") != "hidden"]
        assert boxes
        assert [box for box in boxes if box.get("id") not in labelled] == []


def test_an_address_that_leads_nowhere_says_so() -> None:
    response = signed_in().get("/no/such/page")
    assert response.status_code == 404
    assert "no page at this address" in read(response).text


def test_the_room_that_a_page_lies_in_is_marked() -> None:
    planned_shop()
    order, client = approved_order(), signed_in()
    rooms = {
        "/": ["Today"],
        "/orders": ["Orders"],
        f"/orders/{order.number}/conformity": ["Orders"],
        "/invoices/variances": ["Invoices"],
        "/discrepancies": ["Invoices"],
        "/suppliers/ALPHA/scorecard": ["Suppliers"],
        "/nowhere": [],
    }
    pages = {address: client.get(address).content.decode().split("</header>")[0] for address in rooms}
    assert {
        address: re.findall(r'aria-current="page"[^>]*>(.*?)</a>', page) for address, page in pages.items()
    } == rooms
