"""Reading items by what people type of them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from ownstock.catalog.models import Item


def search_items(text: str) -> QuerySet[Item]:
    """Items with a text in their code or description, by code; none without a text."""
    if not text:
        return Item.objects.none()
    return Item.objects.filter(Q(sku__icontains=text) | Q(description__icontains=text)).order_by("sku")
