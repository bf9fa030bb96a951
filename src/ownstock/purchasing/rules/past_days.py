"""Days as other systems write them in files of deliveries: with the month by name, or the year in two digits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMED = re.compile(r"(\d{1,2})[-/ .]([A-Za-z]{3})[a-z]*[-/ .,]+(\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
NUMBERED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4}|\d{2})")
# A year in two digits is of the hundred years until this one.
LAST_SHORT_YEAR = 2068


def read_days(texts: Iterable[str], said: str = "") -> tuple[dict[str, date | None], str]:
    """Of each text the day, None where it is none or may be two; and the order of day and month, as said or as proved.

    Where all is in numbers, one value above 12 proves the order for the column; without it the order must be said (`dmy`,
    `mdy`). Points between numbers are taken for day before month.
    """
    distinct = set(texts)
    order = said or _proved(distinct)
    return {text: _day(text.strip(), order) for text in distinct}, order


def _proved(texts: Iterable[str]) -> str:
    found = [m for m in (NUMBERED.fullmatch(text.strip()) for text in texts) if m]
    first, second = (sum(int(m[place]) > 12 for m in found) for place in (1, 3))
    if first == second:
        return ""
    return "dmy" if first > second else "mdy"


def _day(text: str, order: str) -> date | None:
    if m := YEAR_FIRST.fullmatch(text):
        return _date(int(m[1]), int(m[2]), int(m[3]))
    if m := NAMED.fullmatch(text):
        month = m[2].lower()
        return _date(_year(m[3]), MONTHS.index(month) + 1, int(m[1])) if month in MONTHS else None
    if m := NUMBERED.fullmatch(text):
        first, second = int(m[1]), int(m[3])
        asked = "dmy" if m[2] == "." else order
        if not asked and first != second:
            return None
        day, month = (second, first) if asked == "mdy" else (first, second)
        return _date(_year(m[4]), month, day)
    return None


def _year(digits: str) -> int:
    short = int(digits)
    if len(digits) == 4:
        return short
    return 2000 + short if 2000 + short <= LAST_SHORT_YEAR else 1900 + short


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def unscrambled(text: str) -> str:
    """UTF-8 that was once read as Latin-1 and written again, as it was; anything else as it is."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
