"""Reading the documents of certificates."""

from __future__ import annotations

from typing import NamedTuple

from ownstock.base.errors import Refused
from ownstock.catalog.models import Certificate
from ownstock.catalog.rules.documents import document_name


class KeptDocument(NamedTuple):
    """A document as it is kept, under the name that we give it."""

    name: str
    content: bytes


def certificate(supplier: str, kind: str, number: str) -> Certificate:
    """One certificate of a supplier.

    Raises:
        Refused: it has none of this kind and number.
    """
    found = Certificate.objects.filter(supplier__code=supplier, kind=kind, number=number).first()
    if found is None:
        raise Refused(f"{supplier} has no certificate {kind} {number}.", code="no_certificate", supplier=supplier)
    return found


def document_of(supplier: str, kind: str, number: str) -> KeptDocument:
    """The document of a certificate.

    Raises:
        Refused: there is no such certificate, or its document is not kept here.
    """
    found = certificate(supplier, kind, number)
    if found.document is None:
        raise Refused(f"The document of {kind} {number} of {supplier} is not kept here.", code="no_document")
    content = bytes(found.document)
    return KeptDocument(document_name(supplier, kind, number, content), content)
