"""Orders for tests of their life: two items of one supplier, drafted, placed, answered, received."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from ownstock.access.actions import create_user
from ownstock.access.rules import Role
from ownstock.catalog.models import Location, SupplyTerm
from ownstock.purchasing import actions, queries
from ownstock.purchasing.actions import DraftLine, ReceiptLine
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import LineAnswer, Promise
from tests.factories import ACTOR, TODAY, small_business

WANTED = TODAY + timedelta(days=14)
SUPPLIER = "supplier:ALPHA"


def one_supplier() -> None:
    """Cups and plates, both from ALPHA at 2.40, and bowls that nobody has ordered yet."""
    business = small_business(skus=["CUP", "PLATE", "BOWL"])
    SupplyTerm.objects.update(supplier=business.suppliers[0])


def term(sku: str) -> SupplyTerm:
    """On which terms ALPHA sells an item."""
    return SupplyTerm.objects.select_related("supplier").get(item__sku=sku)


def line(sku: str, quantity: int, wanted_on: date = WANTED) -> DraftLine:
    """So many of an item, for a day."""
    return DraftLine(term(sku), Decimal(quantity), wanted_on)


def drafted(*lines: DraftLine, actor: str = ACTOR) -> PurchaseOrder:
    """A draft of 24 cups and 12 plates, or of the lines given."""
    some = lines or (line("CUP", 24), line("PLATE", 12))
    return actions.draft(
        supplier=some[0].term.supplier,
        site=Location.objects.get(code="SHOP"),
        lines=some,
        ordered_on=TODAY,
        actor=actor,
    )


def placed(*lines: DraftLine, actor: str = ACTOR) -> PurchaseOrder:
    """A draft, sent."""
    return actions.place(drafted(*lines, actor=actor).number, actor=actor)


def answer(order: PurchaseOrder, number: int, *promises: tuple[int, int], key: str = "m1") -> PurchaseOrder:
    """Promise quantities of a line, each some days after they were wanted."""
    promised = tuple(Promise(Decimal(quantity), WANTED + timedelta(days=days)) for quantity, days in promises)
    return actions.acknowledge(order.number, [LineAnswer(number, promised)], message_key=key, actor=SUPPLIER)


def receive(order: PurchaseOrder, number: int, quantity: int, *, key: str) -> PurchaseOrder:
    """Put goods for a line on the shelf."""
    goods = [ReceiptLine(number, Decimal(quantity))]
    return actions.receive(order.number, goods, key=key, received_on=WANTED, actor=ACTOR)


def open_by_line(order: PurchaseOrder) -> dict[int, int]:
    """What is open of each line; lines of which nothing is are left out."""
    found: dict[int, int] = {}
    for delivery in queries.open_deliveries():
        if delivery.number == order.number:
            found[delivery.line] = found.get(delivery.line, 0) + int(delivery.quantity)
    return found


def people_with_limits() -> None:
    """Anna and Ben buy (100 alone), Carl controls (approves 200), Dora is of finance (1,000), Eve administers."""
    roles = {"anna": Role.BUYER, "ben": Role.BUYER, "carl": Role.CONTROLLER, "dora": Role.FINANCE, "eve": Role.ADMIN}
    for name, role in roles.items():
        create_user(name, "correct horse battery staple", actor=ACTOR, roles=[role])
    limits = {Role.BUYER: (None, 100), Role.CONTROLLER: (200, 100), Role.FINANCE: (1000, 100)}
    for role, (approves, alone) in limits.items():
        amount = None if approves is None else Decimal(approves)
        actions.set_limit(role, approves_up_to=amount, places_alone_up_to=Decimal(alone), actor="user:dora")
        actions.confirm_limit(role, actor="user:eve")
