"""Letting people of a supplier sign in, and ending it."""

from __future__ import annotations

from django.db import transaction

from ownstock.access.actions import change_roles
from ownstock.access.models import User
from ownstock.access.rules import Role
from ownstock.base.errors import Refused
from ownstock.catalog.models import SupplierContact
from ownstock.catalog.queries.supplier_codes import supplier as find_supplier
from ownstock.journal import actions as journal


@transaction.atomic
def add_contact(supplier: str, user: User, *, actor: str) -> SupplierContact:
    """Let a person act for a supplier, and make the account one that sees nothing else; the same again changes nothing.

    Raises:
        Refused: there is no such supplier, or the person acts for another, or is one of ours.
    """
    found = find_supplier(supplier)
    change_roles(user.username, add=[Role.SUPPLIER], actor=actor)
    contact, is_new = SupplierContact.objects.select_related("supplier").get_or_create(
        user=user, defaults={"supplier": found}
    )
    if contact.supplier_id != found.pk:
        raise Refused(
            f"{user.username} acts for {contact.supplier.code} already; one person acts for one supplier.",
            code="contact_of_another",
            user=user.username,
            supplier=contact.supplier.code,
        )
    if is_new:
        journal.record(
            actor=actor, verb="catalog.contact_added", subject=f"supplier:{supplier}", new={"user": user.username}
        )
    return contact


@transaction.atomic
def remove_contact(user: User, *, actor: str, reason: str) -> None:
    """End that a person acts for a supplier.

    Raises:
        Refused: the person acts for none.
    """
    contact = (
        SupplierContact.objects.select_for_update(of=["self"]).select_related("supplier").filter(user=user).first()
    )
    if contact is None:
        raise Refused(f"{user.username} acts for no supplier.", code="no_contact", user=user.username)
    subject, old = f"supplier:{contact.supplier.code}", {"user": user.username}
    contact.delete()
    journal.record(actor=actor, verb="catalog.contact_removed", subject=subject, old=old, reason=reason)
