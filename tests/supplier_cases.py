"""A small business whose supplier ALPHA has something of everything in the register."""

from __future__ import annotations

from datetime import timedelta

from ownstock.catalog import actions
from ownstock.catalog.models import Item, PriceBreak, SupplyTerm, VolumeCommitment
from ownstock.catalog.rules import QualificationState
from ownstock.planning.queries import business_day
from tests.factories import ACTOR, Business, small_business


def full_register() -> Business:
    """ALPHA: approved until in ten days, a certificate, an agreement, a closure, a commitment, a price list; BETA blocked."""
    made = small_business()
    Item.objects.update(category="china")
    on = business_day()
    actions.qualify(
        "ALPHA", QualificationState.APPROVED, valid_from=on, valid_to=on + timedelta(days=10), categories=["china"],
        reason="Audit of 2026.", actor=ACTOR,
    )  # fmt: skip
    actions.qualify("BETA", QualificationState.BLOCKED, valid_from=on, reason="Insolvent.", actor=ACTOR)
    actions.add_certificate("ALPHA", "ISO 9001", "Q-1", valid_from=on, valid_to=on + timedelta(days=400), actor=ACTOR)
    actions.require_certificate("ISO 9001", category="china", reason="Policy.", actor=ACTOR)
    terms = {
        "valid_from": on, "net_days": 60, "order_weekdays": [1, 4], "minimum_order_value": 500, "incoterm": "DAP",
        "incoterm_place": "Manchester", "lead_time_days": 14, "otif_target_percent": 95, "answer_time_hours": 48,
        "rebate_tiers": [[10_000, 1], [50_000, "2.5"]],
    }  # fmt: skip
    actions.keep_agreement("ALPHA", "F-1", terms, actor=ACTOR)
    actions.close_supplier("ALPHA", on + timedelta(days=20), on + timedelta(days=30), reason="Summer.", actor=ACTOR)
    VolumeCommitment.objects.create(
        supplier=made.suppliers[0], item=made.items[0], quantity=5_000, valid_from=on, valid_to=on + timedelta(days=300)
    )
    term = SupplyTerm.objects.get(item__sku="CUP")
    PriceBreak.objects.create(term=term, from_quantity=100, price=2, valid_from=on)
    return made
