"""Papers and people of suppliers over HTTP: documents of certificates, which are needed, who may sign in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Query, Router, Schema, Status
from ninja.files import UploadedFile

from ownstock.access.queries import user
from ownstock.access.rules import Scope
from ownstock.api.description import BYTES
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.suppliers import CertificateOut, Code, Name, Reason
from ownstock.catalog import actions, queries
from ownstock.catalog.models import CertificateRequirement, SupplierContact
from ownstock.catalog.rules.documents import MAX_DOCUMENT_BYTES, document_name
from ownstock.catalog.rules.duties import SCOPES, Duty
from ownstock.planning.queries import business_day

router = Router()
READS = KeyHolder(Scope.SUPPLIERS_READ)
DECIDES, AGREES, ADMITS = (KeyHolder(SCOPES[duty]) for duty in (Duty.DECIDE, Duty.AGREE, Duty.ADMIT))
Kind = Annotated[str, Query(description="Of which sort: `ISO 9001`.", min_length=1, max_length=60)]
Number = Annotated[str, Query(description="The number its issuer gave it.", min_length=1, max_length=100)]


class NeedOut(Schema):
    """That a kind of certificate is needed on the day of an order."""

    kind: str
    supplier: str | None = Field(None, alias="supplier.code", description="Null: of all suppliers.")
    category: str = Field(description="Empty: items of any category.")
    sku: str | None = Field(None, alias="item.sku", description="Null: any item.")


class NeedIn(Schema):
    """A kind of certificate, of a supplier or of all, for an item, for a category or for everything."""

    kind: Name
    supplier: str = Field("", max_length=60, description="Empty: of all suppliers.")
    category: str = Field("", max_length=60, description="Empty: items of any category.")
    sku: str = Field("", max_length=60, description="Empty: any item.")
    reason: Reason


class WithdrawIn(Schema):
    """A certificate that was taken back."""

    kind: Name
    number: str = Field(min_length=1, max_length=100)
    on: date | None = Field(None, description="The first day on which it no longer counts; null: today.")
    reason: Reason


class ReopenIn(Schema):
    """A closure that is taken back."""

    begins_on: date
    reason: Reason


class ContactOut(Schema):
    """Somebody who may sign in for a supplier."""

    username: str = Field(alias="user.username")
    added_at: datetime


class ContactIn(Schema):
    """A supplier's account."""

    username: str = Field(min_length=1, max_length=150)


class ContactEndIn(ContactIn):
    """A supplier's account that is to act for it no longer."""

    reason: Reason


class Done(Schema):
    """That it was done."""

    done: bool = True


@router.get("/suppliers/certificate-needs", auth=READS, response=list[NeedOut], summary="Which certificates are needed")
def list_needs(request: HttpRequest) -> Any:
    """Every kind that is needed, of whom and for what."""
    return queries.certificate_needs()


@router.post(
    "/suppliers/certificate-needs", auth=DECIDES, response={201: NeedOut}, summary="Have a certificate be needed"
)
def require(request: HttpRequest, body: NeedIn) -> Status[CertificateRequirement]:
    """Have orders need a kind of certificate on their day; the same again changes nothing."""
    kept = actions.require_certificate(
        body.kind, supplier=body.supplier, category=body.category, sku=body.sku, reason=body.reason,
        actor=actor_of(request),
    )  # fmt: skip
    return Status(201, kept)


@router.post("/suppliers/certificate-needs/waive", auth=DECIDES, response=Done, summary="Waive a certificate")
def waive(request: HttpRequest, body: NeedIn) -> Any:
    """End that a kind of certificate is needed, of exactly the scope that is named."""
    actions.waive_certificate(
        body.kind, supplier=body.supplier, category=body.category, sku=body.sku, reason=body.reason,
        actor=actor_of(request),
    )  # fmt: skip
    return Done()


@router.get(
    "/suppliers/{code}/certificates/document", auth=READS, response={200: None}, summary="A certificate's document",
    openapi_extra=BYTES,
)  # fmt: skip
def get_document(request: HttpRequest, code: Code, kind: Kind, number: Number) -> HttpResponse:
    """The document as it was brought, to be kept as a file."""
    name, content = queries.document_of(code, kind, number)
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@router.post(
    "/suppliers/{code}/certificates/document", auth=DECIDES, response=CertificateOut, summary="Bring a document"
)
def bring_document(
    request: HttpRequest,
    code: Code,
    kind: Kind,
    number: Number,
    file: Annotated[UploadedFile, File(description="PDF, PNG or JPEG of 5 MiB at most.")],
) -> Any:
    """Keep the document of a certificate under a name of ours; another takes the place of the one before."""
    held, content = queries.certificate(code, kind, number), file.read(MAX_DOCUMENT_BYTES + 1)
    document = actions.Document(document_name(code, kind, number, content), content)
    return actions.add_certificate(
        code, kind, number, issuer=held.issuer, valid_from=held.valid_from, valid_to=held.valid_to, document=document,
        actor=actor_of(request),
    )  # fmt: skip


@router.post(
    "/suppliers/{code}/certificates/withdraw", auth=DECIDES, response=CertificateOut, summary="Withdraw a certificate"
)
def withdraw(request: HttpRequest, code: Code, body: WithdrawIn) -> Any:
    """Have a certificate no longer count from a day on."""
    on = body.on or business_day()
    return actions.withdraw_certificate(
        code, body.kind, body.number, on=on, reason=body.reason, actor=actor_of(request)
    )


@router.post("/suppliers/{code}/closures/reopen", auth=AGREES, response=Done, summary="Take a closure back")
def reopen(request: HttpRequest, code: Code, body: ReopenIn) -> Any:
    """Take back the closure that begins on a day."""
    actions.reopen_supplier(code, body.begins_on, reason=body.reason, actor=actor_of(request))
    return Done()


@router.get("/suppliers/{code}/contacts", auth=READS, response=list[ContactOut], summary="Who may sign in")
def list_contacts(request: HttpRequest, code: Code) -> Any:
    """The people who may sign in for a supplier."""
    return queries.contacts(queries.supplier(code))


@router.post("/suppliers/{code}/contacts", auth=ADMITS, response={201: ContactOut}, summary="Let somebody sign in")
def add_contact(request: HttpRequest, code: Code, body: ContactIn) -> Status[SupplierContact]:
    """Let the holder of a supplier's account act for this supplier; no account of ours is made into one."""
    return Status(201, actions.link_contact(code, body.username, actor=actor_of(request)))


@router.post("/suppliers/{code}/contacts/remove", auth=ADMITS, response=Done, summary="End that somebody signs in")
def remove_contact(request: HttpRequest, code: Code, body: ContactEndIn) -> Any:
    """End that somebody acts for this supplier."""
    actions.remove_contact(user(body.username), supplier=code, actor=actor_of(request), reason=body.reason)
    return Done()
