"""A small shop as its pages show it, and somebody who is signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from html.parser import HTMLParser

import pytest
from django.test import Client

from ownstock.access.actions import create_user
from ownstock.planning import actions as planning
from ownstock.planning.models import Proposal
from ownstock.planning.rules import ProposalState
from ownstock.purchasing.models import PurchaseOrder
from tests.factories import ACTOR, TODAY, Business, opening, sell_every_week, small_business

NAME, PASSWORD = "anna", "correct horse battery staple"
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


def planned_shop() -> Business:
    """Two items that sell, little on hand, planned for TODAY: each has a pending proposal; CUP sells four times as well."""
    shop = small_business()
    sell_every_week("CUP", [4 * sold for sold in WEEKLY])
    sell_every_week("PLATE", WEEKLY)
    opening("CUP", 4)
    opening("PLATE", 4)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    return shop


@pytest.fixture(scope="module")
def kept_shop(lasting: Callable[[], AbstractContextManager[None]]) -> Iterator[Business]:
    """The shop, planned once for all tests of a file."""
    with lasting():
        yield planned_shop()


def signed_in(*, enforce_csrf_checks: bool = False) -> Client:
    """A browser in which Anna is signed in."""
    client = Client(enforce_csrf_checks=enforce_csrf_checks)
    client.force_login(create_user(NAME, PASSWORD, actor=ACTOR))
    return client


def pending(sku: str) -> Proposal:
    """The item's proposal that waits for a decision."""
    return Proposal.objects.get(state=ProposalState.PENDING, item_site__item__sku=sku)


def approved_order(sku: str = "CUP") -> PurchaseOrder:
    """A draft order for an item, of one line."""
    [order] = planning.approve([pending(sku).pk], actor=ACTOR)
    return order


class Elements(HTMLParser):
    """The elements of a page: (tag, attributes) of each, in order, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data

    def with_name(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of each box of a form with a name."""
        return [attributes for _, attributes in self.found if attributes.get("name") == name]


def read(response: object) -> Elements:
    """A page that the test client got."""
    return Elements(response.content.decode())  # type: ignore[attr-defined]
