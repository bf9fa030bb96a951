"""Numbers as people of all countries write them: the convention of a whole column is proved by its values, or must be said.

`1.234,56` and `1,234.56` prove which mark is the decimal one; `1.234` alone proves nothing and is never guessed at.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

SPACES = " \u00a0\u2009\u202f'\u2019"
OTHER = {"point": "comma", "comma": "point"}
MARK = {"point": r"\.", "comma": ","}
PLAIN = r"^-?\d+(\.\d+)?$"
CURRENCY = r"[$€£¥₹₽₩₺]|zł|\bkr\b|^[A-Z]{3} ?[\d(+-]|\d ?[A-Z]{3}$"
UNCLEAR = r"^[1-9]\d{0,2}[.,]\d{3}$"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers in plain form (`-1234.56`; null where a value is none), and how it was read.

    convention: `point` or `comma`, empty where the values do not show it. is_unclear: they can mean two things.
    """

    plain: pl.Series
    convention: str
    is_unclear: bool
    is_proved: bool


def read_numbers(text: pl.Series, is_exact: pl.Series | None, said: str) -> Numbers:
    """Read a column. `text` is stripped, null where empty; `is_exact` marks values that were numbers in the file.

    A minus may stand before or after the number, or be told by brackets; groups of three may be parted by the other mark, by
    spaces or by apostrophes.
    """
    written = text if is_exact is None else text.set(is_exact, None)
    unsigned, is_negative = _unsigned(written)
    proofs = {name: _matches(unsigned, _proof(name)) for name in OTHER}
    convention = said or _stronger(proofs)
    is_unclear = not convention and _matches(unsigned, UNCLEAR) > 0
    plain = _plain(unsigned, is_negative, convention or "point")
    if is_unclear:
        plain = plain.set(unsigned.str.contains(UNCLEAR).fill_null(value=False), None)
    if is_exact is not None:
        plain = text.set(~text.str.contains(PLAIN).fill_null(value=False), None).zip_with(is_exact, plain)
    return Numbers(plain, convention, is_unclear, is_proved=bool(convention) and not said)


def _stronger(proofs: dict[str, int]) -> str:
    if not any(proofs.values()):
        return ""
    return "point" if proofs["point"] >= proofs["comma"] else "comma"


def _unsigned(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Without its sign, and whether that was a minus; a number with two signs keeps one and so is none."""
    signed = text.str.replace("^[\u2212\u2013]", "-")
    is_negative = signed.str.contains(r"^-|-$|^\(.*\)$").fill_null(value=False)
    bare = signed.str.replace(r"^\((.*)\)$", "$1")
    bare = bare.zip_with(signed.str.contains(r"^\(").fill_null(value=False), signed.str.replace(r"^[+-]", ""))
    is_after = bare.str.contains(r"^[^-]*-$").fill_null(value=False) & signed.str.contains(r"^[^+(-]").fill_null(
        value=False
    )
    return bare.str.strip_suffix("-").zip_with(is_after, bare).str.strip_chars(), is_negative


def _matches(text: pl.Series, pattern: str) -> int:
    return int(text.str.contains(pattern).sum() or 0)


def _proof(convention: str) -> str:
    """What only a number with this decimal mark looks like."""
    mark, group = MARK[convention], MARK[OTHER[convention]]
    spaced = f"[{SPACES}]"
    return "|".join(
        (
            rf"^\d*{mark}(\d{{1,2}}|\d{{4,}})$",
            rf"^(0\d*|\d{{4,}}|){mark}\d+$",
            rf"^\d{{1,3}}({group}\d{{3}})+{mark}\d+$",
            rf"^\d{{1,3}}({spaced}\d{{3}})+{mark}\d+$",
            rf"^\d{{1,3}}({group}\d{{3}}){{2,}}$",
        )
    )


def _plain(unsigned: pl.Series, is_negative: pl.Series, convention: str) -> pl.Series:
    mark, group = MARK[convention], MARK[OTHER[convention]]
    grouped = rf"^(\d+|\d{{1,3}}({group}\d{{3}})+|\d{{1,3}}([{SPACES}]\d{{3}})+)?({mark}\d+)?$"
    is_number = (unsigned.str.contains(grouped) & (unsigned != "")).fill_null(value=False)
    digits = unsigned.set(~is_number, None).str.replace_all(rf"{group}|[{SPACES}]", "")
    plain = digits.str.replace(mark, ".").str.replace(r"^\.", "0.")
    return ("-" + plain).zip_with(is_negative, plain)


def has_currency(text: pl.Series) -> pl.Series:
    """Which values bear the sign or the code of a currency."""
    return text.str.contains(CURRENCY).fill_null(value=False)


def written_otherwise(text: pl.Series, convention: str) -> pl.Series:
    """Which values prove the other decimal mark."""
    unsigned, _ = _unsigned(text)
    return unsigned.str.contains(_proof(OTHER[convention])).fill_null(value=False)
