"""Which periods are closed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from ownstock.ledger.models import Closing


def closed_until(site_id: int | None) -> datetime | None:
    """Until when a site's past is closed, its balances kept; None where nothing is."""
    closed = Closing.objects.filter(site_id=site_id, closed_at__isnull=False)
    return closed.aggregate(latest=Max("until_at"))["latest"]
