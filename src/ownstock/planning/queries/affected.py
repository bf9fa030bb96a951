"""The item-sites that an alert is about."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from ownstock.journal.models import Alert
from ownstock.planning.models import ItemSitePlan
from ownstock.purchasing.models import OrderLine, PurchaseOrder

SORTS = {
    "sku": "item_site__item__sku", "usable": "usable", "on_order": "on_order", "stock_out_on": "stock_out_on",
    "money_at_stake": "money_at_stake", "surplus": "surplus",
}  # fmt: skip
USUAL = ("-money_at_stake", "item_site_id")


def of_alert(alert: Alert, *, text: str = "") -> QuerySet[ItemSitePlan]:
    """What the last plan says of the item-sites that an alert is about; with a text, those whose code has it."""
    facts, rows = alert.facts, ItemSitePlan.objects.select_related("item_site__item", "item_site__site")
    if text:
        rows = rows.filter(item_site__item__sku__icontains=text)
    if facts.get("item_site"):
        return rows.filter(item_site=facts["item_site"])
    if alert.kind == "unplanned":
        return rows.filter(fault=facts.get("fault", ""))
    planned = rows.filter(fault="")
    if alert.kind in ("stocked_out", "will_stock_out"):
        short = planned.filter(supplier__code=facts.get("supplier"), demand_a_day__gt=0, short_in_lead_time__gt=0)
        return short.filter(usable__lte=0) if alert.kind == "stocked_out" else short.filter(usable__gt=0)
    if alert.kind == "surplus_on_order":
        return planned.filter(supplier__code=facts.get("supplier"), surplus_on_order__gt=0)
    if alert.kind == "excess":
        return planned.filter(item_site__site__code=facts.get("site"), usable__gt=F("order_up_to_level"))
    if alert.kind == "new_items":
        return planned.filter(is_new=True)
    if facts.get("line") and facts.get("number"):
        order = PurchaseOrder.objects.filter(number=facts["number"])
        lines = OrderLine.objects.filter(revision__purchase_order__in=order, line=facts["line"])
        return rows.filter(item_site__item__in=lines.values("item_id"), item_site__site__in=order.values("site_id"))
    if alert.kind in ("supplier_blocked", "lapse") and facts.get("supplier"):
        return rows.filter(supplier__code=facts["supplier"])
    return rows.none()


def row_of(plan: ItemSitePlan) -> dict[str, Any]:
    """An item-site as a row of a grid."""
    figures = ("usable", "on_order", "money_at_stake", "surplus")
    return {
        "id": plan.item_site_id, "sku": plan.item_site.item.sku, "description": plan.item_site.item.description,
        "site": plan.item_site.site.code, "stock_out_on": plan.stock_out_on and plan.stock_out_on.isoformat(),
        **{name: None if (value := getattr(plan, name)) is None else float(value) for name in figures},
    }  # fmt: skip
