"""Every page as every role asks for it: refused or allowed exactly as docs/reference/roles.md says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from ownstock.access.models import User
from ownstock.access.rules import HOLDS, ONLY_BY_A_ROLE, Role, Scope, lacking_sentence, roles_with, scopes_of
from ownstock.api.urls import api
from ownstock.journal.models import AuditEvent
from ownstock.planning.models import Proposal
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import PurchaseOrder
from ownstock.web.security import AUDIENCE, NEEDS, OURS, each_to_their_own
from tests.docs.sources import ROOT
from tests.factories import ACTOR
from tests.web_cases import Elements, approved_order, planned_shop

EVERYBODY = "whoever is signed in"
# One column of the page beside the roles: an account of before there were roles, and nobody at all.
OF_BEFORE, NOBODY = "", "nobody"
WHO = [*map(str, Role), OF_BEFORE, NOBODY]
# The one signs out, so that the next page would be asked by nobody; the other asks programs for their key.
OF_THEIR_OWN = ("/sign-out", "/metrics")


def rows() -> list[tuple[str, str, list[str], str]]:
    """(method, address, scopes, who) of every page, as the reference tells it."""
    text = (ROOT / "docs" / "reference" / "roles.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| (GET|POST|GET, POST) \| `(/[^`]*)` \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    return [
        (method, address, re.findall(r"[a-z]+:[a-z]+", scopes), who)
        for methods, address, scopes, who in found
        for method in methods.split(", ")
    ]


def may(role: str, scopes: list[str], who: str) -> bool:
    """Whether the reference says that a role may."""
    if who in ("anybody", EVERYBODY):
        return True
    if role == OF_BEFORE:
        return who != "supplier" and not set(scopes) & ONLY_BY_A_ROLE
    return role in who.split(", ")


def patterns(resolver: URLResolver, route: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, here)
        elif isinstance(pattern, URLPattern) and not here.startswith("/api/"):
            yield here, pattern.callback


def filled(address: str, order: PurchaseOrder, proposal: Proposal) -> str:
    """The address with things that are there, where there are some."""
    known = {"number": order.number, "kind": "csv", "code": "ALPHA", "figure": "fill_rate", "pk": str(proposal.pk)}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known.get(found[1], "1"), address)


def asks(who: str) -> Client:
    """A browser in which somebody of this role is signed in."""
    client = Client()
    if who != NOBODY:
        client.force_login(User.objects.create(username=who or "before", roles=[who] if who else []))
    return client


@pytest.mark.django_db
def test_every_page_lets_in_whom_the_reference_names_and_nobody_else() -> None:
    planned_shop()
    order = purchasing.place(approved_order().number, actor=ACTOR)
    proposal = Proposal.objects.exclude(order_line__revision__purchase_order=order).first()
    assert proposal is not None
    clients, wrong = {who: asks(who) for who in WHO}, []
    people = {user.username: user for user in User.objects.all()}
    for method, address, scopes, who in rows():
        if address in OF_THEIR_OWN:
            continue
        here, is_shown = filled(address, order, proposal), False
        for role, client in clients.items():
            if is_shown and role != NOBODY and may(role, scopes, who):
                # Once is enough to see the page: of the others it is asked whether they may.
                if not lets_in(people[role or "before"], method, here):
                    wrong.append((role or "of before", method, address, 403))
                continue
            response = asked(client, method, here)
            if role == NOBODY:
                as_told = who == "anybody" or response.headers.get("Location", "").startswith("/sign-in")
            elif may(role, scopes, who):
                as_told = response.status_code != 403 or is_portal_of_nobody(role, response)
                is_shown = True
            else:
                is_hidden = role == Role.SUPPLIER or who == "supplier"
                as_told = response.status_code == (404 if is_hidden else 403)
            if not as_told:
                wrong.append((role or "of before", method, address, response.status_code))
    assert wrong == []


def lets_in(user: User, method: str, address: str) -> bool:
    """Whether what guards our pages lets somebody through to the page."""
    request = RequestFactory().generic(method, address)
    request.user = user
    guard: Any = each_to_their_own(lambda _: HttpResponse())
    return guard.process_view(request, resolve(address).func, (), {}) is None


def asked(client: Client, method: str, address: str) -> Any:
    """What is answered; what it did is undone."""
    if method == "GET":
        return client.get(address)
    with transaction.atomic():
        response = client.post(address)
        transaction.set_rollback(True)
    return response


def is_portal_of_nobody(role: str, response: Any) -> bool:
    """A supplier's account that acts for no supplier yet is told so."""
    return role == Role.SUPPLIER and b"no supplier" in response.content.lower()


def calls() -> list[tuple[str, str, list[str]]]:
    """(method, address, roles) of every call of the API that takes a key or a session, as the reference tells it."""
    text = (ROOT / "docs" / "reference" / "roles.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| `([A-Z]+) (/api/[^`]*)` \| `[^|]+` \| ([^|]+) \|$", text, re.MULTILINE)
    return [(method, re.sub(r"\{\w+\}", "1", path), roles.split(", ")) for method, path, roles in found]


@pytest.mark.django_db
def test_every_call_lets_in_the_signed_in_people_whom_the_reference_names() -> None:
    clients, wrong = {who: asks(who) for who in WHO if who != OF_BEFORE}, []
    for method, address, roles in calls():
        for role, client in clients.items():
            with transaction.atomic():
                status = client.generic(method, address, content_type="application/json").status_code
                transaction.set_rollback(True)
            refused = 401 if role == NOBODY else 403
            if (status == refused) is (role in roles) or status == 401 != refused:
                wrong.append((role, method, address, status))
    assert wrong == []
    assert len(calls()) > 60


@pytest.mark.django_db
def test_a_browser_writes_by_the_api_only_from_our_own_pages_and_in_its_persons_name() -> None:
    planned_shop()
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create(username="mia", roles=[Role.BUYER]))
    number = approved_order().number
    address = f"/api/purchase-orders/{number}/placements"
    refused = client.post(address, {}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "sent_from_elsewhere")
    client.get("/")
    token = client.cookies["csrftoken"].value
    sent = client.post(address, {}, content_type="application/json", headers={"X-CSRFToken": token})
    assert sent.status_code == 200, sent.content
    assert AuditEvent.objects.get(verb="purchasing.placed").actor == "user:mia"
    User.objects.update(is_active=False)
    assert client.get("/api/balances").status_code == 401


def test_the_description_names_both_ways_in_and_both_refusals() -> None:
    schema = api.get_openapi_schema()
    assert {"KeyHolder", "SessionHolder"} <= set(schema["components"]["securitySchemes"])
    for operations in schema["paths"].values():
        for operation in operations.values():
            is_signed = operation["security"] == [{"Signature": []}]
            assert ({"401"} if is_signed else {"401", "403"}) <= {str(status) for status in operation["responses"]}


def test_every_page_stands_in_the_reference_and_states_what_it_needs() -> None:
    site = dict(patterns(get_resolver()))
    assert set(site) == {address for _, address, _, _ in rows()}
    silent = [
        address
        for address, view in site.items()
        if getattr(view, "login_required", True) and getattr(view, AUDIENCE, OURS) == OURS and not hasattr(view, NEEDS)
    ]
    assert silent == []


@pytest.mark.django_db
def test_a_refusal_says_what_somebody_is_which_role_it_takes_and_whom_to_ask() -> None:
    planned_shop()
    User.objects.create(username="boss", roles=[Role.ADMIN])
    response = asks(Role.VIEWER).post("/proposals/approve", {"proposal": Proposal.objects.values_list("pk", flat=True)})
    told = Elements(response.content.decode()).text
    assert response.status_code == 403
    assert "Your role is viewer; this needs planner or buyer." in told
    assert "Ask boss for the role" in told
    assert set(Proposal.objects.values_list("state", flat=True)) == {"pending"}


@pytest.mark.django_db
def test_what_somebody_may_not_do_is_not_shown_as_a_button() -> None:
    planned_shop()
    number = approved_order().number
    for role, shown in ((Role.VIEWER, False), (Role.BUYER, True), (Role.PLANNER, False)):
        page = asks(role).get(f"/orders/{number}").content.decode()
        assert ("Place the order" in page) is shown
        assert (f"/orders/{number}/cancel" in page) is shown
    assert "Approve ticked" not in Client().get("/").content.decode()


def test_the_table_gives_each_role_what_it_is_here_for() -> None:
    assert all(scope.value.endswith(":read") for scope in HOLDS[Role.VIEWER])
    assert HOLDS[Role.SUPPLIER] == frozenset()
    assert roles_with(Scope.PEOPLE_WRITE) == [Role.ADMIN]
    assert roles_with(Scope.INVOICES_APPROVE) == [Role.FINANCE]
    # Who orders neither takes the goods in nor approves what is paid.
    assert not HOLDS[Role.BUYER] & {Scope.RECEIPTS_WRITE, Scope.INVOICES_APPROVE, Scope.QUALITY_WRITE}
    assert all(roles_with(scope) for scope in Scope)
    assert scopes_of([Role.BUYER, Role.FINANCE]) == HOLDS[Role.BUYER] | HOLDS[Role.FINANCE]
    assert scopes_of([]) == set(Scope) - ONLY_BY_A_ROLE


def test_a_sentence_names_the_roles_that_hold_what_is_lacking() -> None:
    told = lacking_sentence([Role.VIEWER, Role.FINANCE], [Scope.ORDERS_PLACE])
    assert told == "Your roles are viewer and finance; this needs buyer."
    assert "this needs receiver or controller, and finance." in lacking_sentence(
        [Role.VIEWER], [Scope.RECEIPTS_WRITE, Scope.INVOICES_APPROVE]
    )
