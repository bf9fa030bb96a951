"""ALPHA is blocked: cups and plates are ordered from it, BETA and GAMMA sell cups too, nobody else plates."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from ownstock.catalog import actions as catalog
from ownstock.catalog.models import Item, Location, Supplier, SupplyTerm
from ownstock.catalog.rules import QualificationState
from ownstock.planning import actions as planning
from ownstock.planning.queries.switching import SwitchOptions, switch_options
from ownstock.purchasing import actions
from ownstock.purchasing.actions import DraftLine
from ownstock.purchasing.models import PurchaseOrder
from tests.factories import ACTOR, TODAY, Business, opening, sell_every_week, small_business
from tests.web_cases import WEEKLY

__all__ = ["alpha_sells_all", "block", "options", "ordered"]


def alpha_sells_all() -> Business:
    """Cups and plates, planned for TODAY; both come from ALPHA, cups from BETA (2.70) and GAMMA (3.00) too."""
    shop = small_business()
    SupplyTerm.objects.update(supplier=shop.suppliers[0])
    gamma = Supplier.objects.create(code="GAMMA", name="Gamma", email="o@gamma.example", currency="EUR")
    for priority, (supplier, price, days) in enumerate([(shop.suppliers[1], "2.70", 21), (gamma, "3.00", 7)], start=2):
        SupplyTerm.objects.create(
            supplier=supplier, item=shop.items[0], moq=30, order_multiple=10, price=Decimal(price), currency="EUR",
            lead_time_days=days, priority=priority, valid_from=date(2020, 1, 1),
        )  # fmt: skip
    for sku in ("CUP", "PLATE"):
        sell_every_week(sku, WEEKLY)
        opening(sku, 12)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    return shop


def ordered(*skus: str, quantity: int = 24, is_placed: bool = True) -> PurchaseOrder:
    """So many of each item from ALPHA, wanted in a week."""
    terms = [
        SupplyTerm.objects.select_related("item", "supplier").get(supplier__code="ALPHA", item__sku=s) for s in skus
    ]
    lines = [DraftLine(term, Decimal(quantity), TODAY + timedelta(days=7)) for term in terms]
    site = Location.objects.get(code="SHOP")
    order = actions.draft(supplier=terms[0].supplier, site=site, lines=lines, ordered_on=TODAY, actor=ACTOR)
    return actions.place(order.number, actor=ACTOR) if is_placed else order


def block(code: str = "ALPHA", *skus: str) -> None:
    """Decide that nothing (of these items, or at all) may be ordered from a supplier."""
    assert Item.objects.exists()
    catalog.qualify(
        code,
        QualificationState.BLOCKED,
        valid_from=TODAY - timedelta(days=9),
        reason="Insolvent.",
        skus=skus,
        actor=ACTOR,
    )


def options(code: str = "ALPHA") -> SwitchOptions:
    """What hangs on a supplier now."""
    return switch_options(Supplier.objects.get(code=code), TODAY)
