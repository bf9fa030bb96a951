"""The number that GS1 gives an item: of 8, 12, 13 or 14 digits, kept as 14, the last of them a check digit."""

from __future__ import annotations

import re

from ownstock.base.errors import Refused

DIGITS = 14
FORM = re.compile(r"[0-9]{8}|[0-9]{12,14}")


def gtin_of(text: str) -> str:
    """A GTIN as 14 digits, whatever its length on the packing.

    Raises:
        Refused: another number of digits, or a check digit that is wrong.
    """
    if not FORM.fullmatch(text):
        raise Refused(f"{text[:40]} is no GTIN: it has 8, 12, 13 or 14 digits.", code="bad_gtin", gtin=text)
    # The library brings the prefixes of the world's companies: too much for programs that read no GTIN.
    from biip.checksums import gs1_standard_check_digit

    wanted = gs1_standard_check_digit(text[:-1])
    if int(text[-1]) != wanted:
        raise Refused(
            f"The GTIN {text} has a wrong check digit: its last digit is {text[-1]}, {wanted} belongs there.",
            code="bad_gtin", gtin=text,
        )  # fmt: skip
    return text.zfill(DIGITS)
