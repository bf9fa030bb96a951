"""Letting people of a supplier sign in, and ending it."""

from __future__ import annotations

from django.db import transaction

from ownstock.access.actions import change_roles, create_user
from ownstock.access.models import User
from ownstock.access.queries import user as find_user
from ownstock.access.rules import Role
from ownstock.base.errors import Refused
from ownstock.catalog.models import SupplierContact
from ownstock.catalog.queries.duties import check_duty
from ownstock.catalog.queries.supplier_codes import supplier as find_supplier
from ownstock.catalog.rules.duties import Duty
from ownstock.journal import actions as journal


@transaction.atomic
def add_contact(supplier: str, user: User, *, actor: str) -> SupplierContact:
    """Let a person act for a supplier, and make the account one that sees nothing else; the same again changes nothing.

    Raises:
        Refused: the actor has no role for it, there is no such supplier, or the person acts for another, or is
            one of ours.
    """
    check_duty(actor, Duty.ADMIT)
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
def create_contact(supplier: str, username: str, password: str, *, actor: str, email: str = "") -> SupplierContact:
    """Make an account for a person of a supplier, who sees what is that supplier's and nothing else.

    Raises:
        Refused: see `create_user` and `add_contact`.
    """
    user = create_user(username, password, roles=[Role.SUPPLIER], email=email, actor=actor)
    return add_contact(supplier, user, actor=actor)


@transaction.atomic
def link_contact(supplier: str, username: str, *, actor: str) -> SupplierContact:
    """Let the holder of a supplier's account act for a supplier.

    Whoever is not at the command line makes no account of ours into a supplier's: that would shut its holder out.

    Raises:
        Refused: there is no such account, it is not one of a supplier, or see `add_contact`.
    """
    account = find_user(username)
    if not account.is_supplier:
        raise Refused(
            f"{username} is not a supplier's account: make one with the role supplier on the page People.",
            code="not_a_supplier_account",
            user=username,
        )
    return add_contact(supplier, account, actor=actor)


@transaction.atomic
def remove_contact(user: User, *, actor: str, reason: str, supplier: str = "") -> None:
    """End that a person acts for a supplier: for this one, where one is named.

    Raises:
        Refused: the actor has no role for it, the person acts for none, or for another.
    """
    check_duty(actor, Duty.ADMIT)
    contact = (
        SupplierContact.objects.select_for_update(of=["self"]).select_related("supplier").filter(user=user).first()
    )
    if contact is None or supplier not in ("", contact.supplier.code):
        raise Refused(
            f"{user.username} does not act for {supplier or 'any supplier'}.", code="no_contact", user=user.username
        )
    subject, old = f"supplier:{contact.supplier.code}", {"user": user.username}
    contact.delete()
    journal.record(actor=actor, verb="catalog.contact_removed", subject=subject, old=old, reason=reason)
