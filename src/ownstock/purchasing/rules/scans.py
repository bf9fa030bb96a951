"""What a scan of a packing says: a GS1 element string, the same as people read it, a GS1 Digital Link, or a bare GTIN.

The form of what is scanned is read by the library biip; GS1 General Specifications, section 3, says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.rules.gtins import FORM, gtin_of

if TYPE_CHECKING:
    from biip.gs1_element_strings import GS1ElementString

MAX_SCAN_LENGTH = 500
# The mark between elements of no fixed length, and what scanners are told to type instead of it.
FNC1 = "\x1d"
INSTEAD_OF_FNC1 = ("<GS>", "{GS}", "|", "~")
BEFORE_A_SCAN = ("]C1", "]e0", "]d1", "]d2", "]Q1", "]Q3", "]J1")
PACKAGE = re.compile(r"(?:\(00\)|\]C100|00)?(\d{18})")
ITEM, CONTENT, LOT, EXPIRY, SERIAL, COUNTS = "01", "02", "10", "17", "21", ("30", "37")
AGAIN = "Scan it again, or fill in the line by hand."


@dataclass(frozen=True, slots=True)
class Scan:
    """What stands on a packing: which item, of which lot, until when, which piece, how many; what is not said is empty."""

    gtin: str
    lot: str = ""
    expires_on: date | None = None
    serial: str = ""
    quantity: Decimal | None = None

    @property
    def piece(self) -> str:
        """The one piece that it is of, where it says so."""
        return f"{self.gtin}/{self.serial}" if self.serial else ""


def read_scan(text: str) -> Scan:
    """Read what a scanner typed.

    Raises:
        Refused: it is none of the forms that are read, its GTIN is missing or wrong, or its count says nothing.
    """
    typed = text.strip(" \r\n\t")
    if not typed or len(typed) > MAX_SCAN_LENGTH:
        raise Refused(f"A scan has 1 to {MAX_SCAN_LENGTH} characters, this one {len(typed)}. {AGAIN}", code="bad_scan")
    if FORM.fullmatch(typed):
        return Scan(gtin_of(typed))
    return _meant({element.ai.ai: element for element in _elements(typed)}, typed)


def package_of(text: str) -> str:
    """The serial shipping container code (SSCC) of a pallet or carton that a scanner typed; empty: it is none."""
    found = PACKAGE.fullmatch(text.strip())
    return found.group(1) if found else ""


def _elements(typed: str) -> Iterable[GS1ElementString]:
    # As in the rules of GTINs: only who scans waits for the library.
    from biip import ParseConfig, ParseError
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI
    from biip.gs1_messages import GS1Message

    config = ParseConfig(separator_chars=[FNC1])
    try:
        if typed.lower().startswith(("http://", "https://")):
            return GS1DigitalLinkURI.parse(typed, config=config).element_strings
        if typed.startswith("("):
            return GS1Message.parse_hri(typed, config=config).element_strings
        return GS1Message.parse(_marked(typed), config=config).element_strings
    except ParseError as error:
        raise Refused(f"{_shown(typed)} is no GS1 code that can be read: {error} {AGAIN}", code="bad_scan") from error


def _marked(typed: str) -> str:
    """Without what scanners put before a code, and with the mark that they were told to type another way."""
    for before in BEFORE_A_SCAN:
        typed = typed.removeprefix(before)
    for instead in INSTEAD_OF_FNC1:
        typed = typed.replace(instead, FNC1)
    return typed.strip(FNC1)


def _meant(elements: dict[str, GS1ElementString], typed: str) -> Scan:
    item = elements.get(ITEM) or elements.get(CONTENT)
    if item is None:
        raise Refused(f"{_shown(typed)} names no item: it has no GTIN (01). {AGAIN}", code="bad_scan")
    expiry = elements.get(EXPIRY)
    return Scan(
        gtin_of(item.value), _value(elements, LOT), expiry.date if expiry else None, _value(elements, SERIAL),
        _count(elements),
    )  # fmt: skip


def _value(elements: dict[str, GS1ElementString], identifier: str) -> str:
    return elements[identifier].value if identifier in elements else ""


def _count(elements: dict[str, GS1ElementString]) -> Decimal | None:
    found = next((elements[identifier] for identifier in COUNTS if identifier in elements), None)
    if found is None:
        return None
    if not int(found.value):
        raise Refused(f"The scan says that there are {found.value} of it. {AGAIN}", code="bad_scan")
    return Decimal(found.value)


def _shown(typed: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in typed[:60])


def check_expiry(called: str, scan: Scan, *, on: date) -> None:
    """Refuse goods that may not be used any more on the day on which they came.

    Raises:
        Refused: the lot has expired.
    """
    if scan.expires_on is not None and scan.expires_on <= on:
        lot = f" lot {scan.lot}" if scan.lot else ""
        raise Refused(
            f"{called}{lot} expired on {scan.expires_on}: it is not received as sound. Send it back, or enter it by hand as "
            "damaged.",
            code="expired_lot", expires_on=str(scan.expires_on),
        )  # fmt: skip


def told(scan: Scan, sku: str, quantity: Decimal) -> str:
    """What a scan came to, in words."""
    parts = [f"{plain(quantity)} {sku}"]
    parts += [f"lot {scan.lot}"] if scan.lot else []
    parts += [f"serial number {scan.serial}"] if scan.serial else []
    parts += [f"expires on {scan.expires_on}"] if scan.expires_on else []
    return ", ".join(parts)
