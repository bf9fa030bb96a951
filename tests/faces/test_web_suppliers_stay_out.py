"""Every address of the site as a supplier's account asks for it: what is not marked for suppliers is not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from ownstock.access.actions import create_user
from ownstock.access.rules import Role
from ownstock.web.security import ALL, AUDIENCE, SUPPLIERS
from tests.factories import ACTOR
from tests.web_cases import approved_order, planned_shop, signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
# It says what programs may ask, to anybody, and nothing of the business.
DESCRIPTION_OF_THE_API = "api/openapi.json"


def every_pattern(resolver: URLResolver, route: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(route, pattern) of every address of the site, pages and API."""
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from every_pattern(pattern, here)
        else:
            yield here, pattern


def address_of(route: str, pattern: URLPattern, number: str) -> str:
    """An address that the pattern matches, with things that are there where it asks for some."""
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        some = number if name == "number" else "1" if kind == "int" else "some"
        for written in (f"<{kind}:{name}>", f"<{name}>"):
            route = route.replace(written, some)
    return f"/{route}"


def supplier_signed_in() -> Client:
    client = Client()
    client.force_login(create_user("bob", PASSWORD, roles=[Role.SUPPLIER], actor=ACTOR))
    return client


def test_a_suppliers_account_finds_none_of_our_pages_and_no_endpoint() -> None:
    planned_shop()
    number = approved_order().number
    client = supplier_signed_in()
    asked = 0
    for route, pattern in every_pattern(get_resolver()):
        is_marked = getattr(pattern.callback, AUDIENCE, "") in (SUPPLIERS, ALL)
        is_of_programs = route.startswith("api/")
        asks_who = is_of_programs or getattr(pattern.callback, "login_required", True)
        if is_marked or route == DESCRIPTION_OF_THE_API or not asks_who:
            continue
        address = address_of(route, pattern, number)
        for response in (client.get(address), client.post(address)):
            refused = (401, 403, 404, 405) if is_of_programs else (404,)
            assert response.status_code in refused, (address, response.status_code)
            asked += 1
    assert asked > 60


def test_what_asks_for_no_sign_in_is_known() -> None:
    open_to_all = {
        route
        for route, pattern in every_pattern(get_resolver())
        if not route.startswith("api/") and not getattr(pattern.callback, "login_required", True)
    }
    passages = {"sign-in", "sign-in/passkey", "sign-in/second"}
    assert open_to_all == passages | {"language", "health", "metrics", "answer/<str:token>"}


def test_our_own_accounts_find_no_page_of_suppliers() -> None:
    client = signed_in()
    of_suppliers = [
        (route, pattern)
        for route, pattern in every_pattern(get_resolver())
        if getattr(pattern.callback, AUDIENCE, "") == SUPPLIERS
    ]
    for route, pattern in of_suppliers:
        assert client.get(address_of(route, pattern, "PO-000001")).status_code == 404, route


def test_a_supplier_can_sign_out() -> None:
    client = supplier_signed_in()
    assert client.post("/sign-out").status_code == 302
    assert "_auth_user_id" not in client.session
