"""What lots, places and documents are called outside: by GS1 keys where the company has a prefix, else by URIs of its own."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from urllib.parse import quote

from ownstock.base.errors import Refused

GTIN = re.compile(r"\d{8}|\d{12,14}")
GS1_PREFIX = re.compile(r"\d{6,12}")
# The letters that a lot or serial number of GS1 may have (GS1 General Specifications, figure 7.11-1), at most 20 of them.
GS1_LETTERS = re.compile(r"[A-Za-z0-9!\"%&'()*+,\-./:;<=>?_]{1,20}")
# Those of them that stand for themselves in a URN (EPC Tag Data Standard, table A).
UNQUOTED = "!'()*+,-.:;=_"


@dataclass(frozen=True, slots=True)
class Naming:
    """How one company names things: `base` is a web address of its own, without a slash at its end."""

    base: str
    gs1_prefix: str = ""

    def lot(self, sku: str, code: str) -> str:
        """All pieces of a lot: an LGTIN where the SKU is a GTIN under the company's prefix."""
        gtin = self._gtin(sku)
        if gtin and GS1_LETTERS.fullmatch(code):
            return f"urn:epc:class:lgtin:{gtin}.{quote(code, safe=UNQUOTED)}"
        return self._own("lot", sku, code) if code else self._own("item", sku)

    def serial(self, sku: str, code: str) -> str:
        """One piece: an SGTIN where the SKU is a GTIN under the company's prefix."""
        gtin = self._gtin(sku)
        if gtin and GS1_LETTERS.fullmatch(code):
            return f"urn:epc:id:sgtin:{gtin}.{quote(code, safe=UNQUOTED)}"
        return self._own("serial", sku, code)

    def place(self, code: str) -> str:
        """A location."""
        return self._own("location", code)

    def supplier(self, code: str) -> str:
        """A supplier."""
        return self._own("supplier", code)

    def order(self, number: str) -> str:
        """A purchase order."""
        return self._own("purchase-order", number)

    def document(self, reference: str) -> str:
        """A document of which only the reference is known."""
        return self._own("document", reference)

    def posting(self, key: str) -> str:
        """A posting as a whole."""
        return self._own("posting", key)

    def event(self, key: str, line: int) -> str:
        """What happened in one line of a posting: the same in every document that tells of it."""
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{self.posting(key)}/{line}')}"

    @property
    def terms(self) -> str:
        """The vocabulary of what EPCIS has no words for."""
        return f"{self.base}/epcis#"

    def _own(self, *parts: str) -> str:
        return "/".join([self.base, *(quote(part, safe="") for part in parts)])

    def _gtin(self, sku: str) -> str:
        """Company prefix, indicator and item reference of a GTIN, as EPCs write them; empty where it is none of ours."""
        if not self.gs1_prefix or not GTIN.fullmatch(sku) or not has_check_digit(sku):
            return ""
        indicator, digits = sku.zfill(14)[0], sku.zfill(14)[1:13]
        if not digits.startswith(self.gs1_prefix):
            return ""
        return f"{self.gs1_prefix}.{indicator}{digits[len(self.gs1_prefix) :]}"


def naming(company: str, *, base: str = "", gs1_prefix: str = "") -> Naming:
    """How a company names things; without a web address, under a name that no address on the web can have (RFC 2606).

    Raises:
        Refused: the address is none, or the prefix is no GS1 company prefix.
    """
    if gs1_prefix and not GS1_PREFIX.fullmatch(gs1_prefix):
        raise Refused(f"{gs1_prefix!r} is no GS1 company prefix: 6 to 12 digits.", code="bad_gs1_prefix")
    if base and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/-]*)?", base):
        raise Refused(f"{base!r} is no web address such as https://id.example.com.", code="bad_address")
    slug = re.sub(r"[^a-z0-9]+", "-", company.lower()).strip("-")[:60].strip("-") or "company"
    return Naming(base.rstrip("/") or f"https://{slug}.invalid", gs1_prefix)


def has_check_digit(digits: str) -> bool:
    """Whether the last digit is what the others ask for: weights 3 and 1 from the right, modulo 10 (GS1, section 7.9)."""
    weighted = sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(digits[:-1])))
    return (weighted + int(digits[-1])) % 10 == 0
