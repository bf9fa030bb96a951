"""Entering certificates of suppliers, and saying which are needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.catalog.actions.changes import record_change, values_of
from ownstock.catalog.models import Certificate, CertificateRequirement, Item, Supplier
from ownstock.catalog.queries.duties import check_duty
from ownstock.catalog.queries.supplier_codes import supplier as find_supplier
from ownstock.catalog.rules.documents import check_document
from ownstock.catalog.rules.duties import Duty
from ownstock.journal import actions as journal

FIELDS = ("issuer", "valid_from", "valid_to", "document_name", "document_hash")


@dataclass(frozen=True, slots=True)
class Document:
    """The paper behind a certificate: its name, and its bytes where it is to be kept here."""

    name: str
    content: bytes = b""


@transaction.atomic
def add_certificate(
    supplier: str, kind: str, number: str, *, valid_from: date, actor: str, valid_to: date | None = None,
    issuer: str = "", document: Document | None = None, reason: str = "",
) -> Certificate:  # fmt: skip
    """Enter a certificate, or correct the one of this kind and number; the same again changes nothing.

    Raises:
        Refused: the actor has no role for it, there is no such supplier, it ends before it begins, or its
            document is too large or not of a kept kind.
    """
    check_duty(actor, Duty.DECIDE)
    if valid_to is not None and valid_to < valid_from:
        raise Refused(f"It would end on {valid_to}, before it begins on {valid_from}.", code="ends_before_start")
    if document is not None:
        check_document(document.name, document.content)
    found = find_supplier(supplier)
    Supplier.objects.select_for_update().get(pk=found.pk)
    row = Certificate.objects.filter(supplier=found, kind=kind, number=number).first()
    old = None if row is None else values_of(row, FIELDS)
    row = row or Certificate(supplier=found, kind=kind, number=number)
    row.issuer, row.valid_from, row.valid_to = issuer, valid_from, valid_to
    if document is not None:
        row.document_name, row.document = document.name, document.content or None
        row.document_hash = sha256(document.content).hexdigest() if document.content else ""
    subject = f"certificate:{supplier}/{kind}/{number}"
    if record_change(
        actor=actor,
        verb="catalog.certificate_kept",
        subject=subject,
        old=old,
        new=values_of(row, FIELDS),
        reason=reason,
    ):
        row.save()
    return row


@transaction.atomic
def withdraw_certificate(supplier: str, kind: str, number: str, *, on: date, actor: str, reason: str) -> Certificate:
    """Have a certificate end the day before a day, because its issuer or the supplier took it back.

    Raises:
        Refused: the actor has no role for it, there is no such certificate, or it does not hold on that day.
    """
    check_duty(actor, Duty.DECIDE)
    row = Certificate.objects.select_for_update().filter(supplier__code=supplier, kind=kind, number=number).first()
    if row is None:
        raise Refused(f"{supplier} has no certificate {kind} {number}.", code="no_certificate", supplier=supplier)
    last = date.fromordinal(on.toordinal() - 1)
    if last < row.valid_from or (row.valid_to is not None and row.valid_to <= last):
        raise Refused(f"{kind} {number} of {supplier} does not hold on {on}.", code="not_in_force", supplier=supplier)
    old, row.valid_to = values_of(row, ["valid_to"]), last
    row.save(update_fields=["valid_to"])
    subject = f"certificate:{supplier}/{kind}/{number}"
    record_change(
        actor=actor, verb="catalog.certificate_withdrawn", subject=subject, old=old,
        new=values_of(row, ["valid_to"]), reason=reason,
    )  # fmt: skip
    return row


@transaction.atomic
def require_certificate(
    kind: str, *, actor: str, reason: str, supplier: str = "", category: str = "", sku: str = ""
) -> CertificateRequirement:
    """Have orders need a kind of certificate: of one supplier or of all, for an item, for a category or for everything.

    Raises:
        Refused: the actor has no role for it, there is no such supplier or item, or both a category and an
            item are named.
    """
    check_duty(actor, Duty.DECIDE)
    if category and sku:
        raise Refused("Name a category or an item, not both.", code="two_scopes")
    row, is_new = CertificateRequirement.objects.get_or_create(
        kind=kind,
        supplier=find_supplier(supplier) if supplier else None,
        category=category,
        item=_item(sku) if sku else None,
    )
    if is_new:
        new = {"supplier": supplier, "category": category, "sku": sku}
        journal.record(
            actor=actor, verb="catalog.certificate_required", subject=f"certificate:{kind}", new=new, reason=reason
        )
    return row


@transaction.atomic
def waive_certificate(
    kind: str, *, actor: str, reason: str, supplier: str = "", category: str = "", sku: str = ""
) -> None:
    """End that a kind of certificate is needed, of exactly the scope that was named.

    Raises:
        Refused: the actor has no role for it, it is not needed there.
    """
    check_duty(actor, Duty.DECIDE)
    rows = CertificateRequirement.objects.filter(kind=kind, category=category)
    rows = rows.filter(supplier__code=supplier) if supplier else rows.filter(supplier=None)
    rows = rows.filter(item__sku=sku) if sku else rows.filter(item=None)
    if not rows.delete()[0]:
        raise Refused(f"{kind} is not needed there; ownstock supplier needs lists what is.", code="not_required")
    old = {"supplier": supplier, "category": category, "sku": sku}
    journal.record(
        actor=actor, verb="catalog.certificate_waived", subject=f"certificate:{kind}", old=old, reason=reason
    )


def _item(sku: str) -> Item:
    found = Item.objects.filter(sku=sku).first()
    if found is None:
        raise Refused(f"There is no item {sku}; import it first.", code="unknown_item", unknown=[sku])
    return found
