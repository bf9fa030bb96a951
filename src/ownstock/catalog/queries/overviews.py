"""Reading suppliers for people: the list of all, and everything of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ownstock.base.errors import Refused
from ownstock.catalog.models import (
    Agreement,
    Certificate,
    CertificateRequirement,
    Closure,
    Item,
    PriceBreak,
    Qualification,
    Supplier,
    SupplyTerm,
    VolumeCommitment,
)
from ownstock.catalog.queries.agreements import agreement, next_order_day, terms_of


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """A certificate with the days it still holds (None without end, below zero where it has ended); is its document here?"""

    certificate: Certificate
    days_left: int | None
    has_document: bool


@dataclass(frozen=True, slots=True)
class PricedTerm:
    """A supply term with its price breaks that hold, the least quantity first."""

    term: SupplyTerm
    price_breaks: Sequence[PriceBreak]


@dataclass(frozen=True, slots=True)
class SupplierOverview:
    """Everything of one supplier, as it is on a day; decisions are the newest first."""

    supplier: Supplier
    as_of: date
    next_order_day: date | None
    decisions: Sequence[Qualification]
    certificates: Sequence[HeldCertificate]
    needs: Sequence[CertificateRequirement]
    agreement: Agreement | None
    closures: Sequence[Closure]
    volume_commitments: Sequence[VolumeCommitment]
    terms: Sequence[PricedTerm]


def suppliers(on: date) -> QuerySet[Supplier]:
    """Every supplier by code, with `state` (of the newest decision in force), `agreement_code` and `item_count` on a day."""
    holds = Q(valid_to=None) | Q(valid_to__gte=on)
    decided = Qualification.objects.filter(holds, supplier=OuterRef("pk"), valid_from__lte=on).order_by("-id")
    agreed = Agreement.objects.filter(holds, supplier=OuterRef("pk"), valid_from__lte=on)
    sold = SupplyTerm.objects.filter(holds, supplier=OuterRef("pk"), valid_from__lte=on).order_by()
    counted = sold.values("supplier").annotate(n=Count("item", distinct=True)).values("n")
    return Supplier.objects.annotate(
        state=Subquery(decided.values("state")[:1]),
        agreement_code=Subquery(agreed.values("code")[:1]),
        item_count=Coalesce(Subquery(counted), 0),
    ).order_by("code")


def supplier_overview(found: Supplier, on: date) -> SupplierOverview:
    """Everything of a supplier on a day."""
    holds = Q(valid_to=None) | Q(valid_to__gte=on)
    commitments = found.volume_commitments.filter(valid_to__gte=on).select_related("item").order_by("valid_from", "id")
    needs = CertificateRequirement.objects.filter(Q(supplier=None) | Q(supplier=found)).select_related("item")
    return SupplierOverview(
        found, on, next_order_day(found, on),
        decisions=list(found.qualifications.order_by("-id")),
        certificates=[_held(row, on) for row in _certificates(found)],
        needs=list(needs.order_by("kind", "id")),
        agreement=agreement(found, on),
        closures=list(found.closures.filter(ends_on__gte=on).order_by("begins_on")),
        volume_commitments=list(commitments),
        terms=[_priced(term, on) for term in terms_of(found).filter(holds)],
    )  # fmt: skip


def _certificates(found: Supplier) -> QuerySet[Certificate]:
    """Without their documents, which may be large."""
    rows = found.certificates.defer("document").annotate(has_document=Q(document__isnull=False))
    return rows.order_by("kind", "-valid_from")


def _held(row: Any, on: date) -> HeldCertificate:
    return HeldCertificate(row, None if row.valid_to is None else (row.valid_to - on).days, row.has_document)


def _priced(term: SupplyTerm, on: date) -> PricedTerm:
    """The breaks of the newest list in force, and those that begin later."""
    held = [one for one in term.price_breaks.all() if one.valid_to is None or one.valid_to >= on]
    newest = max((one.valid_from for one in held if one.valid_from <= on), default=None)
    shown = [one for one in held if one.valid_from == newest or one.valid_from > on]
    return PricedTerm(term, sorted(shown, key=lambda one: (one.valid_from, one.from_quantity)))


def certificate_needs() -> QuerySet[CertificateRequirement]:
    """Which kinds of certificates are needed, of whom and for what."""
    return CertificateRequirement.objects.select_related("supplier", "item").order_by("kind", "id")


def items_by_sku(skus: Sequence[str]) -> list[Item]:
    """Items by their codes.

    Raises:
        Refused: there is none of one of the codes.
    """
    found = list(Item.objects.filter(sku__in=skus).order_by("sku"))
    if unknown := sorted(set(skus) - {item.sku for item in found}):
        raise Refused(f"There is no item {unknown[0]}; import it first.", code="unknown_item", unknown=unknown)
    return found
