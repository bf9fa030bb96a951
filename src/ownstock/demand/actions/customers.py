"""Customers: who they are, and how long goods must still be good when they get them."""

from __future__ import annotations

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.demand.models import Customer
from ownstock.journal import actions as journal

MAX_DAYS = 36_500


@transaction.atomic
def set_customer(code: str, name: str, *, minimum_remaining_life_days: int = 0, actor: str) -> Customer:
    """Make a customer, or change what is known of one; nothing is written where nothing differs.

    Raises:
        Refused: no code, or a number of days below zero or above a century.
    """
    if not code.strip():
        raise Refused("A customer needs a code.", code="bad_code")
    if not 0 <= minimum_remaining_life_days <= MAX_DAYS:
        raise Refused(f"The remaining life must be 0 to {MAX_DAYS} days.", code="bad_days")
    new = {"name": name, "minimum_remaining_life_days": minimum_remaining_life_days}
    customer, is_new = Customer.objects.select_for_update().get_or_create(code=code, defaults=new)
    old = (
        None if is_new else {"name": customer.name, "minimum_remaining_life_days": customer.minimum_remaining_life_days}
    )
    if old == new:
        return customer
    customer.name, customer.minimum_remaining_life_days = name, minimum_remaining_life_days
    customer.save(update_fields=list(new))
    journal.record(actor=actor, verb="demand.customer_set", subject=f"customer:{code}", old=old, new=new)
    return customer
