"""Certificates of conformity over HTTP: what suppliers say in writing of goods, with their documents."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Path, Query, Router, Schema, Status
from ninja.files import UploadedFile

from ownstock.access.rules import Scope
from ownstock.api.description import BYTES
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.orders import Number
from ownstock.base.errors import Refused
from ownstock.catalog.rules.documents import MAX_DOCUMENT_BYTES
from ownstock.purchasing import queries
from ownstock.purchasing.actions.conformity import certify, withdraw_conformity
from ownstock.purchasing.models import ConformityCertificate
from ownstock.purchasing.queries import conformity as certificates

router = Router()
READS, WRITES = KeyHolder(Scope.ORDERS_READ), KeyHolder(Scope.QUALITY_WRITE)
Certificate = Annotated[int, Path(description="The certificate's id.", ge=1, le=2**63 - 1)]
Line = Annotated[int, Query(description="The line of the order.", ge=1, le=2**31 - 1)]
Named = Annotated[str, Query(description="The number its issuer gave it.", min_length=1, max_length=100)]
Quantity = Annotated[
    Decimal, Query(description="So many stock units it covers.", gt=0, max_digits=18, decimal_places=4)
]
LotCode = Annotated[str, Query(description="The lot or serial number; empty: goods without lots.", max_length=60)]


class ConformityOut(Schema):
    """A certificate of conformity; one that was withdrawn no longer counts."""

    id: int
    number: str
    line: int
    sku: str = Field(alias="item.sku")
    lot: str
    quantity: Decimal = Field(description="Stock units.")
    document_name: str
    document_hash: str = Field(description="SHA-256 of the document, in hexadecimal.")
    actor: str
    recorded_at: datetime
    counts: bool
    withdrawn_because: str

    @staticmethod
    def resolve_counts(row: ConformityCertificate) -> bool:
        """Whether nobody withdrew it."""
        return not hasattr(row, "withdrawal")

    @staticmethod
    def resolve_withdrawn_because(row: ConformityCertificate) -> str:
        """Why it was withdrawn; empty where it counts."""
        return row.withdrawal.reason if hasattr(row, "withdrawal") else ""


class ConformityEndIn(Schema):
    """Why a certificate no longer counts."""

    reason: str = Field(min_length=1, max_length=1_000, description="Why, in words.")


@router.get(
    "/purchase-orders/{number}/conformity-certificates",
    auth=READS,
    response=list[ConformityOut],
    summary="An order's certificates of conformity",
)
def list_certificates(request: HttpRequest, number: Number) -> Any:
    """The certificates that were entered for an order, newest first, also those that were withdrawn."""
    return certificates.certificates_of(queries.order(number))


@router.post(
    "/purchase-orders/{number}/conformity-certificates",
    auth=WRITES,
    response={201: ConformityOut},
    summary="Enter a certificate of conformity",
)
def add_certificate(
    request: HttpRequest,
    number: Number,
    line: Line,
    certificate: Named,
    quantity: Quantity,
    file: Annotated[UploadedFile, File(description="PDF, PNG or JPEG of 5 MiB at most.")],
    lot: LotCode = "",
) -> Status[ConformityCertificate]:
    """Enter a certificate for goods of a line and lot, which may come before them; the same again changes nothing."""
    kept = certify(
        number, line, certificate, quantity=quantity, lot=lot, document=file.read(MAX_DOCUMENT_BYTES + 1),
        actor=actor_of(request),
    )  # fmt: skip
    return Status(201, kept)


@router.get(
    "/purchase-orders/{number}/conformity-certificates/{certificate}/document", auth=READS, response={200: None},
    summary="The document of a certificate of conformity", openapi_extra=BYTES,
)  # fmt: skip
def get_document(request: HttpRequest, number: Number, certificate: Certificate) -> HttpResponse:
    """The document as it was brought, to be kept as a file."""
    found = _of_order(number, certificate)
    response = HttpResponse(bytes(found.document), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.document_name}"'
    return response


@router.post(
    "/purchase-orders/{number}/conformity-certificates/{certificate}/withdraw", auth=WRITES, response=ConformityOut,
    summary="Withdraw a certificate of conformity",
)  # fmt: skip
def withdraw(request: HttpRequest, number: Number, certificate: Certificate, body: ConformityEndIn) -> Any:
    """Have a certificate no longer count; goods that were released by it stay so, and people are told."""
    found = _of_order(number, certificate)
    withdraw_conformity(found.pk, reason=body.reason, actor=actor_of(request))
    return certificates.conformity_certificate(found.pk)


def _of_order(number: str, certificate: int) -> ConformityCertificate:
    found = certificates.conformity_certificate(certificate)
    if found.purchase_order.number != number:
        sentence = f"{number} has no certificate of conformity {certificate}."
        raise Refused(sentence, code="no_certificate", certificate=certificate)
    return found
