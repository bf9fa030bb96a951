"""Reading items by what people type of them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from ownstock.catalog.models import Item


def search_items(text: str) -> QuerySet[Item]:
    """Items with a text in their code, GTIN or description, by code; without a text all of them."""
    named = Q(sku__icontains=text) | Q(description__icontains=text) | Q(gtin__contains=text)
    return (Item.objects.filter(named) if text else Item.objects.all()).order_by("sku")
