"""Which documents are kept, told by their first bytes and never by their names, and what we call them."""

from __future__ import annotations

import re

from ownstock.base.errors import Refused

MAX_DOCUMENT_BYTES = 5 * 1024 * 1024
FIRST_BYTES = {b"%PDF-": ".pdf", b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg"}
MOST_OF_A_NAME = 100


def check_document(name: str, content: bytes) -> None:
    """Refuse a document that is too large, or neither PDF, PNG nor JPEG.

    Raises:
        Refused: as said.
    """
    if len(content) > MAX_DOCUMENT_BYTES:
        raise Refused(
            f"{name} has more than {MAX_DOCUMENT_BYTES // 1024**2} MiB; scan it smaller, or keep its name alone.",
            code="document_too_large",
        )
    if content and not ending_of(content):
        raise Refused(f"{name} is neither PDF, PNG nor JPEG; save it as one of them.", code="unknown_document")


def ending_of(content: bytes) -> str:
    """How the name of such a document ends; empty where it is of no kind that is kept."""
    return next((ending for first, ending in FIRST_BYTES.items() if content.startswith(first)), "")


def document_name(supplier: str, kind: str, number: str, content: bytes) -> str:
    """The name we give a document when it leaves: letters, digits, points and dashes alone."""
    words = re.sub(r"[^A-Za-z0-9.]+", "-", f"{supplier} {kind} {number}").strip("-.")
    return (words[:MOST_OF_A_NAME] or "certificate") + (ending_of(content) or ".bin")
