"""Reading who the suppliers are."""

from __future__ import annotations

from django.db.models import QuerySet

from ownstock.base.errors import Refused
from ownstock.catalog.models import Supplier, SupplierContact


def supplier(code: str) -> Supplier:
    """One supplier by its code.

    Raises:
        Refused: there is none of this code.
    """
    found = Supplier.objects.filter(code=code).first()
    if found is None:
        raise Refused(f"There is no supplier {code}; import it first.", code="no_supplier", supplier=code)
    return found


def supplier_of(user_id: int) -> Supplier | None:
    """The supplier that a person who signed in acts for; None for our own people."""
    return Supplier.objects.filter(contacts__user_id=user_id).first()


def contacts(found: Supplier) -> QuerySet[SupplierContact]:
    """The people who may sign in for a supplier, by name."""
    return found.contacts.select_related("user").order_by("user__username")
