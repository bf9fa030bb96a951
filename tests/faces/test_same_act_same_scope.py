"""The same act asks the same scope, whether somebody does it on a page or a program, or a person, by the API."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import connections
from django.urls import get_resolver

from ownstock.access import actions as access
from ownstock.access.models import ApiKey
from ownstock.access.rules import Scope, roles_with
from ownstock.web.security import needed_by
from tests.faces.test_api_scopes import NEEDED
from tests.faces.test_role_matrix import patterns
from tests.factories import ACTOR

# What changes something by the API, by its address, and the page on which people do it.
ON_PAGES = {
    "alerts/{number}/close": "/alerts/<int:pk>/close",
    "alerts/{number}/comments": "/today/<int:pk>/comment",
    "alerts/{number}/owner": "/today/<int:pk>/assign",
    "alerts/{number}/snooze": "/today/<int:pk>/snooze",
    "alerts/{number}/wake": "/today/<int:pk>/snooze",
    "audit/verifications": "/audit/verify",
    "automation/orders/{number}/undo": "/automation/orders/<str:number>/undo",
    "automation/pause": "/automation/pause",
    "automation/resume": "/automation/resume",
    "automation/rules": "/automation/rules/new",
    "automation/rules/{number}/approve": "/automation/rules/<int:pk>/approve",
    "automation/rules/{number}/end": "/automation/rules/<int:pk>/end",
    "automation/runs": "/automation/run",
    "cash/budgets": "/cash/budget",
    "discrepancies/{pk}/settlement": "/discrepancies/<int:pk>/settle",
    "events": "/calendar",
    "events/{number}/cancellations": "/calendar/<str:number>",
    "imports/{kind}": "/set-up/files",
    "invoices": "/invoices/enter/<str:number>",
    "invoices/files": "/invoices/from-file",
    "invoices/{supplier}/{number}/approval": "/invoices/<int:pk>/approve",
    "invoices/{supplier}/{number}/cancellation": "/invoices/<int:pk>/cancel",
    "invoices/{supplier}/{number}/disputes": "/invoices/<int:pk>/dispute",
    "invoices/{supplier}/{number}/settlement": "/invoices/<int:pk>/settle",
    "jobs/runs/{number}/discard": "/jobs/<int:pk>/discard",
    "jobs/runs/{number}/retry": "/jobs/<int:pk>/retry",
    "lifecycle-steps": "/item-sites/<int:pk>/lifecycle",
    "lifecycle-steps/{number}/cancellations": "/item-sites/<int:pk>/lifecycle",
    "messages/{key}/discard": "/messages/<str:key>/discard",
    "messages/{key}/replay": "/messages/<str:key>/replay",
    "overrides": "/item-sites/<int:pk>/known",
    "overrides/{number}/ends": "/overrides/<str:number>/end",
    "policy-adoptions": "/item-sites/<int:pk>/policy",
    "proposals/approvals": "/proposals/approve",
    "proposals/quantities": "/proposals/quantities",
    "proposals/rejections": "/proposals/reject",
    "purchase-orders/{number}/acknowledgements": "/orders/<str:number>/answer",
    "purchase-orders/{number}/cancellations": "/orders/<str:number>/cancel",
    "purchase-orders/{number}/changes": "/orders/<str:number>/change",
    "purchase-orders/{number}/chases": "/orders/<str:number>/chase",
    "purchase-orders/{number}/conformity-certificates": "/orders/<str:number>/conformity",
    "purchase-orders/{number}/conformity-certificates/{certificate}/withdraw": (
        "/orders/<str:number>/conformity/<int:pk>/withdraw"
    ),
    "purchase-orders/{number}/placements": "/orders/<str:number>/place",
    "purchase-orders/{number}/receipts": "/orders/<str:number>/receive",
    "subscriptions/{name}": "/people/subscriptions",
    "subscriptions/{name}/again": "/people/subscriptions/<str:name>/<str:deed>",
    "subscriptions/{name}/pause": "/people/subscriptions/<str:name>/<str:deed>",
    "subscriptions/{name}/resume": "/people/subscriptions/<str:name>/<str:deed>",
    "subscriptions/{name}/secret": "/people/subscriptions/<str:name>/<str:deed>",
    "subscriptions/{name}/test": "/people/subscriptions/<str:name>/<str:deed>",
    "suppliers/certificate-needs": "/suppliers/<str:code>/require",
    "suppliers/certificate-needs/waive": "/suppliers/<str:code>/waive",
    "suppliers/{code}/agreements/{agreement}": "/suppliers/<str:code>/agree",
    "suppliers/{code}/certificates": "/suppliers/<str:code>/certificate",
    "suppliers/{code}/certificates/document": "/suppliers/<str:code>/certificate",
    "suppliers/{code}/certificates/withdraw": "/suppliers/<str:code>/withdraw",
    "suppliers/{code}/closures": "/suppliers/<str:code>/close",
    "suppliers/{code}/closures/reopen": "/suppliers/<str:code>/reopen",
    "suppliers/{code}/comments": "/suppliers/<str:code>/scorecard",
    "suppliers/{code}/comments/{comment}/answers": "/suppliers/<str:code>/scorecard",
    "suppliers/{code}/contacts": "/suppliers/<str:code>/admit",
    "suppliers/{code}/contacts/remove": "/suppliers/<str:code>/dismiss",
    "suppliers/{code}/qualifications": "/suppliers/<str:code>/decide",
    "suppliers/{code}/switch": "/suppliers/<str:code>/switch",
    "transfer-orders": "/transfers/new",
    "transfer-orders/{number}/cancellations": "/transfers/<str:number>/cancel",
    "transfer-orders/{number}/losses": "/transfers/<str:number>/lose",
    "transfer-orders/{number}/placement": "/transfers/<str:number>/place",
    "transfer-orders/{number}/receipts": "/transfers/<str:number>/receive",
    "transfer-orders/{number}/shipments": "/transfers/<str:number>/ship",
}
# No page does these: the folders of which all is by the API and by commands, and single calls.
WITHOUT_A_PAGE = (
    "allocations", "channels", "clauses", "cycle-counts", "demand-lines", "lots", "postings", "reversals", "shipments",
)  # fmt: skip
SINGLE = {
    "imports/{number}/undo", "override-previews", "policy-previews", "proposals/projections", "shipping-notices",
    "supplier-returns",
}  # fmt: skip


def changing() -> dict[str, set[Scope]]:
    """What every call that changes something, or may, needs beside looking, by its address."""
    return {
        path.removeprefix("/api/"): {scope for scope in scopes if not scope.endswith(":read")} or set(scopes)
        for (method, path), scopes in NEEDED.items()
        if method != "get"
    }


def test_an_act_asks_by_the_api_what_its_page_asks_so_that_the_same_people_may_do_it() -> None:
    pages, calls, wrong = dict(patterns(get_resolver())), changing(), []
    for call, page in ON_PAGES.items():
        asked = needed_by(pages[page], "POST")
        of_the_act = {scope for scope in asked if not scope.endswith(":read")} or set(asked)
        if calls[call] != of_the_act or roles_with(*calls[call]) != roles_with(*asked):
            wrong.append(f"{call} asks {', '.join(calls[call])}; {page} asks {', '.join(asked)}")
    assert wrong == []


def test_every_call_that_changes_something_is_compared_or_has_no_page() -> None:
    left = changing().keys() - ON_PAGES.keys() - SINGLE
    assert sorted(call for call in left if call.split("/")[0] not in WITHOUT_A_PAGE) == []


@pytest.mark.parametrize(
    ("held", "since"),
    [
        ([Scope.ORDERS_WRITE, Scope.LEDGER_READ], {Scope.RECEIPTS_WRITE}),
        ([Scope.INVOICES_WRITE], {Scope.INVOICES_APPROVE}),
        ([Scope.SUPPLIERS_WRITE, Scope.SUPPLIERS_ADMIT], {Scope.SUPPLIERS_DECIDE}),
        ([Scope.ORDERS_READ, Scope.ORDERS_PLACE], set()),
    ],
)
@pytest.mark.django_db
def test_a_key_of_before_keeps_what_it_could_do(held: list[Scope], since: set[Scope]) -> None:
    access.create_api_key("of before", scopes=held, actor=ACTOR)
    access.create_api_key("ended", scopes=held, actor=ACTOR)
    access.revoke_api_key(ApiKey.objects.get(label="ended").prefix, actor=ACTOR)
    migration: Any = import_module("ownstock.access.migrations.0006_same_act_same_scope").Migration
    with connections["default"].cursor() as cursor:
        for operation in migration.operations:
            cursor.execute(operation.sql)
    of_before = ApiKey.objects.get(label="of before").scopes
    assert (of_before[: len(held)], set(of_before[len(held) :])) == (held, since)
    assert ApiKey.objects.get(label="ended").scopes == held
