"""Entering certificates of conformity, and taking out one that no longer counts."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.rules import ReleaseNeeds, Tracking
from ownstock.catalog.rules.documents import check_document, document_name
from ownstock.journal import actions as journal
from ownstock.ledger.models import Lot
from ownstock.ledger.queries.lots import released_of
from ownstock.ledger.release_checks import lock_releases
from ownstock.purchasing.models import ConformityCertificate, ConformityWithdrawal, OrderLine
from ownstock.purchasing.order_rows import lines_of, locked, subject_of
from ownstock.purchasing.queries.conformity import conformity_certificate, counting, covered_of


@transaction.atomic
def certify(
    order_number: str, line: int, number: str, *, quantity: Decimal, document: bytes, actor: str, lot: str = ""
) -> ConformityCertificate:
    """Enter a certificate of conformity for goods of a line of an order, of one lot; it may come before the goods.

    The same again changes nothing.

    Raises:
        Refused: the order was never placed or has no such line, the item is told apart by lots and none is named, the
            quantity is not positive, the document is missing, too large or of no kept kind, or the number came before for
            this line and lot with other content.
    """
    order = locked(order_number)
    row = lines_of(order, [line])[line]
    if order.placed_at is None:
        raise Refused(f"{order_number} is {order.state}; nothing can come for it.", code="not_placed")
    _check(row, number, lot, quantity, document)
    hash_ = sha256(document).hexdigest()
    lock_releases(row.item_id, lot)
    same = counting().filter(purchase_order=order, line=line, lot=lot, number=number).first()
    if same is not None:
        if (same.quantity, same.document_hash) == (quantity, hash_):
            return same
        raise Refused(
            f"The certificate {number} for line {line} of {order_number} came before with other content; withdraw that one "
            "first.",
            code="number_reused",
        )  # fmt: skip
    found = ConformityCertificate.objects.create(
        purchase_order=order, line=line, item=row.item, lot=lot, quantity=quantity, number=number, document=document,
        document_name=document_name(order.supplier.code, "conformity", number, document), document_hash=hash_, actor=actor,
    )  # fmt: skip
    journal.record(
        actor=actor, verb="purchasing.conformity_certified", subject=subject_of(order),
        new={"certificate": number, "line": line, "lot": lot, "quantity": str(quantity), "sha256": hash_},
    )  # fmt: skip
    _tell_uncovered(found)
    return found


def _check(row: OrderLine, number: str, lot: str, quantity: Decimal, document: bytes) -> None:
    if not 0 < len(number.strip()) <= 100:
        raise Refused("A certificate of conformity needs a number of 1 to 100 characters.", code="bad_number")
    if row.item.tracking != Tracking.NONE and not lot:
        raise Refused(
            f"Line {row.line} ({row.item.sku}): its goods are told apart by lot; name the lot it is for.", code="no_lot"
        )
    if not quantity.is_finite() or quantity <= 0:
        raise Refused(f"Line {row.line}: {plain(quantity)} is no quantity to certify.", code="bad_quantity")
    if not document:
        raise Refused(f"The certificate {number} has no document; choose its file.", code="no_file")
    check_document(f"The certificate {number}", document)


@transaction.atomic
def withdraw_conformity(pk: int, *, reason: str, actor: str) -> ConformityWithdrawal:
    """Have a certificate of conformity no longer count. Goods that were released by it stay so, and people are told.

    Withdrawing it again changes nothing.

    Raises:
        Refused: there is no such certificate, or no reason is given.
    """
    found = conformity_certificate(pk)
    if not reason.strip():
        raise Refused(f"Say why the certificate {found.number} is withdrawn.", code="no_reason")
    order = locked(found.purchase_order.number)
    lock_releases(found.item_id, found.lot)
    row, is_new = ConformityWithdrawal.objects.get_or_create(
        certificate=found, defaults={"actor": actor, "reason": reason}
    )
    if is_new:
        journal.record(
            actor=actor, verb="purchasing.conformity_withdrawn", subject=subject_of(order), reason=reason,
            old={"certificate": found.number, "line": found.line, "lot": found.lot, "quantity": str(found.quantity)},
        )  # fmt: skip
        _tell_uncovered(found)
    return row


def _tell_uncovered(found: ConformityCertificate) -> None:
    """Tell people of goods that are released and not covered any more, or that they are again."""
    key, called = f"conformity:{found.item.sku}/{found.lot}", f"{found.item.sku}{f' lot {found.lot}' * bool(found.lot)}"
    lot = Lot.objects.filter(item_id=found.item_id, code=found.lot).first() if found.lot else None
    is_known = lot is not None or not found.lot
    released = released_of(found.item_id, lot) if is_known else Decimal(0)
    known = covered_of(found.item_id, found.lot)
    if found.item.release_needs != ReleaseNeeds.CONFORMITY or released <= known:
        journal.clear_alert(key, because="certificates cover what is released")
        return
    journal.raise_alert(
        key, kind="conformity_missing",
        sentence=f"{called}: {plain(released)} are released, and certificates of conformity cover {plain(known)}. Put the "
        "rest on hold, or get a certificate.",
        facts={"sku": found.item.sku, "lot": found.lot, "number": found.purchase_order.number},
    )  # fmt: skip
