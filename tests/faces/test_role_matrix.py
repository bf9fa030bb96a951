"""Every page as every role asks for it: refused or allowed exactly as docs/reference/roles.md says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import transaction
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from ownstock.access.models import User
from ownstock.access.rules import HOLDS, ONLY_BY_A_ROLE, Role, Scope, lacking_sentence, roles_with, scopes_of
from ownstock.api.urls import api
from ownstock.automation.actions import RuleDraft, autopilot, propose_rule
from ownstock.automation.rules.standing import RuleAction, RuleLimits
from ownstock.catalog.models import Supplier, SupplierContact
from ownstock.demand.actions.calendar import enter_events
from ownstock.demand.rules.calendar import EventEntry
from ownstock.exchange.models import Subscription
from ownstock.exchange.subscriptions.actions import set_subscription
from ownstock.exchange.subscriptions.rules import SubscriptionDraft
from ownstock.journal.models import Alert, AuditEvent, JobRun
from ownstock.planning import actions as planning
from ownstock.planning.actions.overrides import OverrideEntry, override
from ownstock.planning.models import Proposal
from ownstock.planning.rules.overrides import OverrideKind, ReasonCode
from ownstock.purchasing import actions as purchasing
from ownstock.site.entry import cli
from ownstock.web.security import AUDIENCE, NEEDS, OURS, each_to_their_own, needed_by
from tests.docs.sources import ROOT
from tests.faces.test_api_scopes import NEEDED
from tests.factories import ACTOR, TODAY
from tests.purchasing_cases import invoiced
from tests.transfer_cases import drafted, site
from tests.web_cases import Elements, approved_order, planned_shop

EVERYBODY = "whoever is signed in"
# Beside the roles: who works for another supplier, an account of before there were roles, and nobody at all.
OF_BEFORE, NOBODY, ELSEWHERE = "", "nobody", "supplier of another"
WHO = [*map(str, Role), ELSEWHERE, OF_BEFORE, NOBODY]
# The order that is asked for is one of ALPHA.
SUPPLIER_OF = {str(Role.SUPPLIER): "ALPHA", ELSEWHERE: "BETA"}
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


def things() -> dict[str, dict[str, object]]:
    """Something that is there for the addresses of a folder, by the names of their parts; "" says what else is."""
    planned_shop()
    order = purchasing.place(approved_order().number, actor=ACTOR)
    proposal = Proposal.objects.exclude(order_line__revision__purchase_order=order).get()
    site("DEPOT")
    days = TODAY, TODAY + timedelta(days=6)
    [event] = enter_events([EventEntry("School", *days)], actor=ACTOR)
    said = OverrideEntry(
        "CUP", "SHOP", OverrideKind.DEMAND_TIMES, Decimal(2), *days, ReasonCode.SEASON, "School"
    )  # fmt: skip
    [told] = override([said], actor=ACTOR)
    rule = propose_rule(RuleDraft("basics", RuleAction.APPROVE, RuleLimits(Decimal(100))), actor="key:4f2a")
    planning.measure(TODAY)
    job = JobRun.objects.create(job="plan", state="done", started_at=timezone.now(), beat_at=timezone.now())
    return {
        "": {"number": order.number, "kind": "csv", "code": "ALPHA", "figure": "fill_rate", "pk": proposal.pk},
        "/automation/rules/": {"pk": rule.pk},
        "/automation/runs/": {"pk": autopilot(timezone.now()).pk},
        "/calendar/": {"number": event.number},
        "/invoices/": {"pk": invoiced(order, (1, "2.40")).pk, "number": order.number},
        "/item-sites/": {"pk": proposal.item_site_id},
        "/automation/items/": {"pk": proposal.item_site_id},
        "/jobs/": {"pk": job.pk},
        "/overrides/": {"number": told.number},
        "/people/subscriptions/": {"name": subscribed().name, "deed": "resume"},
        "/subscriptions/": {"name": "erp"},
        "/people/": {"pk": User.objects.create(username="zoe", roles=[Role.VIEWER]).pk, "prefix": "0"},
        "/stock-health/": {"name": "fill_rate"},
        "/today/": {"pk": Alert.objects.earliest("id").pk},
        "/alerts/": {"pk": Alert.objects.earliest("id").pk},
        "/transfers/": {"number": drafted().number},
    }


def subscribed() -> Subscription:
    """A program that is told of events, at an address that nobody is asked for."""
    draft = SubscriptionDraft("erp", "https://erp.example/events", ["purchasing.*"])
    return set_subscription(draft, actor=ACTOR).subscription


# Of these nothing is there: a second factor, the token of a mail, a message, a file on its way, a certificate, a paper.
NOT_THERE = re.compile(
    "/(account|answer|messages|discrepancies|set-up/files)/|/orders/<str:number>/conformity/|/suppliers/<str:code>/document"
)


def filled(address: str, there: dict[str, dict[str, object]]) -> str:
    """The address with things that are there, where there are some."""
    known = {**there[""], **next((some for folder, some in there.items() if folder and address.startswith(folder)), {})}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(known.get(found[1], 1)), address)


def asks(who: str) -> Client:
    """A browser in which somebody of this role is signed in, as a supplier's for ALPHA; ELSEWHERE for BETA."""
    client = Client()
    if who != NOBODY:
        client.force_login(person(who))
    return client


def person(who: str) -> User:
    """An account of this role, made where there is none yet."""
    is_of_one = who in SUPPLIER_OF
    roles = [Role.SUPPLIER if is_of_one else who] if who else []
    user, is_new = User.objects.get_or_create(username=who or "before", defaults={"roles": roles})
    if is_new and is_of_one and (supplier := Supplier.objects.filter(code=SUPPLIER_OF[who]).first()):
        SupplierContact.objects.create(supplier=supplier, user=user)
    return user


def expected(who: str, address: str, scopes: list[str], audience: str) -> str:
    """What the reference says that becomes of somebody's asking: they are let in, refused, find nothing, or must sign in."""
    if who == ELSEWHERE and address.startswith("/portal/orders/<"):
        return "nothing"
    if audience == "anybody" or (who != NOBODY and may(Role.SUPPLIER if who in SUPPLIER_OF else who, scopes, audience)):
        return "in"
    if who == NOBODY:
        return "sign in"
    return "nothing" if who in SUPPLIER_OF or audience == "supplier" else "refused"


@pytest.mark.django_db
def test_every_page_lets_in_whom_the_reference_names_and_nobody_else() -> None:
    there = things()
    clients, people, wrong = {who: asks(who) for who in WHO}, {who: person(who) for who in WHO if who != NOBODY}, []
    for turn, (method, address, scopes, audience) in enumerate(rows()):
        if address in OF_THEIR_OWN:
            continue
        here, seen = filled(address, there), set()
        # Each outcome is asked for once in full, by another role each time; of the rest, what guards our pages is asked.
        for who in [*WHO[turn % len(WHO) :], *WHO[: turn % len(WHO)]]:
            wanted = expected(who, address, scopes, audience)
            is_in_portal = audience == "supplier" and who in SUPPLIER_OF
            if wanted in seen and who != NOBODY and not is_in_portal:
                found = guarded(people[who], method, here)
            else:
                found = outcome(asked(clients[who], method, here))
                seen.add(wanted)
                if wanted == "in" and found == "nothing" and NOT_THERE.match(address):
                    found = guarded(people[who], method, here) if who != NOBODY else wanted
            if audience == "anybody" and found == "sign in":
                # Where one signs in, one is sent back to the beginning.
                found = wanted
            if found != wanted:
                wrong.append(f"{method} {here} for {who or 'an account of before'}: {found} instead of {wanted}")
    assert wrong == []


def outcome(response: Any) -> str:
    """What became of somebody's asking, in the words of `expected`."""
    if response.status_code == 302 and response.headers["Location"].startswith("/sign-in"):
        return "sign in"
    return {403: "refused", 404: "nothing"}.get(response.status_code, "in")


def guarded(user: User, method: str, address: str) -> str:
    """What the guard of our pages says of somebody, without the page."""
    view = resolve(address).func
    if not user.is_supplier and not needed_by(view, method) <= user.scopes:
        return "refused"
    request = RequestFactory().generic(method, address)
    request.user = user
    guard: Any = each_to_their_own(lambda _: HttpResponse())
    try:
        return "in" if guard.process_view(request, view, (), {}) is None else "refused"
    except Http404:
        return "nothing"


def asked(client: Client, method: str, address: str) -> Any:
    """What is answered; what it did is undone."""
    sent = {"content_type": "application/json"} if address.startswith("/api/") else {}
    if method == "GET":
        return client.get(address)
    with transaction.atomic():
        response = getattr(client, method.lower())(address, **sent)
        transaction.set_rollback(True)
    return response


def calls() -> list[tuple[str, str, list[str]]]:
    """(method, address, roles) of every call of the API that takes a key or a session, as the reference tells it."""
    text = (ROOT / "docs" / "reference" / "roles.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| `([A-Z]+) (/api/[^`]*)` \| `[^|]+` \| ([^|]+) \|$", text, re.MULTILINE)
    return [(method, path, roles.split(", ")) for method, path, roles in found]


@pytest.mark.django_db
def test_every_call_lets_in_the_signed_in_people_whom_the_reference_names() -> None:
    who_asks = [who for who in WHO if who not in (OF_BEFORE, ELSEWHERE)]
    clients, wrong = {who: asks(who) for who in who_asks}, []
    for turn, (method, path, roles) in enumerate(calls()):
        address, seen = re.sub(r"\{\w+\}", "1", path), set()
        # Each answer is asked for once in full, by another role each time; of the rest it is asked what the call needs.
        for who in [*who_asks[turn % len(who_asks) :], *who_asks[: turn % len(who_asks)]]:
            wanted = "sign in" if who == NOBODY else "in" if who in roles else "refused"
            if wanted in seen:
                found = "in" if scopes_of([who]).issuperset(NEEDED[method.lower(), path]) else "refused"
            else:
                found = {401: "sign in", 403: "refused"}.get(asked(clients[who], method, address).status_code, "in")
                seen.add(wanted)
            if found != wanted:
                wrong.append(f"{method} {path} for {who}: {found} instead of {wanted}")
    assert wrong == []
    assert len(calls()) > 100


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
    assert "ownstock user" not in told
    assert set(Proposal.objects.values_list("state", flat=True)) == {"pending"}


@pytest.mark.django_db
def test_where_nobody_gives_roles_a_refusal_says_how_somebody_comes_to_give_them() -> None:
    told = Elements(asks(Role.VIEWER).post("/proposals/approve").content.decode()).text
    assert "No account here has the role admin" in told
    command = re.search(r"ownstock (user role NAME --add admin)", told)
    assert command
    words = command[1].replace("NAME", str(Role.VIEWER)).split()
    assert CliRunner(catch_exceptions=False).invoke(cli, words, obj=nullcontext).exit_code == 0
    told = Elements(asks(Role.PLANNER).post("/people").content.decode()).text
    assert f"Ask {Role.VIEWER} for the role; they give roles." in told


@pytest.mark.django_db
def test_what_somebody_may_not_do_is_not_shown_as_a_button() -> None:
    planned_shop()
    number = approved_order().number
    for role, shown in ((Role.VIEWER, False), (Role.BUYER, True), (Role.PLANNER, False)):
        page = asks(role).get(f"/orders/{number}").content.decode()
        assert ("Place the order" in page) is shown
        assert (f"/orders/{number}/cancel" in page) is shown
        assert ("Say something" in asks(role).get("/suppliers/ALPHA/scorecard").content.decode()) is shown
        rules = asks(role).get("/automation/rules").content.decode()
        assert ("/automation/rules/new" in rules) is (role == Role.PLANNER)
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
