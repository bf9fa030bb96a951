"""What a person says of a file: how it is to be read where it does not say so itself, and what a system's exports mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import available_timezones

from ownstock.base.errors import Refused

NUMBERS = ("point", "comma")
DATES = ("dmy", "mdy", "ymd")
ALL_OTHERS = "*"


@dataclass(frozen=True, slots=True)
class Directions:
    """How a file is to be read; what is left empty is found out from the file, or refused where it can mean two things.

    sheet: of a workbook, by name. encoding: of a text file. headings: their heading → our field. ignored: headings that are
    left out (`*`: all that are not known). values: field → the value of every row that has none. places: what the file
    calls a location, or a kind of location → its code. numbers: `point` or `comma`. dates: the order of day, month and
    year. time_zone: of moments that name none. preset: the system that wrote the file.
    """

    sheet: str = ""
    encoding: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    numbers: str = ""
    dates: str = ""
    time_zone: str = ""
    preset: str = ""

    def __post_init__(self) -> None:
        _refuse_unknown("numbers", self.numbers, NUMBERS)
        _refuse_unknown("dates", self.dates, DATES)
        if self.time_zone and self.time_zone not in available_timezones():
            raise Refused(
                f"{self.time_zone!r} is no time zone; give its IANA name, such as Europe/Berlin.", code="no_time_zone"
            )


def _refuse_unknown(what: str, said: str, known: Sequence[str]) -> None:
    if said and said not in known:
        raise Refused(f"{what} are {said!r}, but must be one of {', '.join(known)}.", code="unknown_direction")


AS_IT_IS = Directions()


@dataclass(frozen=True, slots=True)
class Shape:
    """What one kind of export of another system looks like, told as data.

    headings: field → their headings, the first that is filled in a row counts. joined: field → headings whose values are
    put together with a space. values: their heading → their value → ours. constants: field → value. filled_down: heading →
    heading within which it stands in the first row only. counts_if: a row counts where one of these is filled. aliases:
    what they call a place → the kind of location it is. unpaired: the kind of a transfer's line that has no other end.
    """

    headings: Mapping[str, Sequence[str]]
    joined: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    filled_down: Mapping[str, str] = field(default_factory=dict)
    counts_if: Sequence[str] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    unpaired: str = ""
    numbers: str = ""
    dates: str = ""
    time_zone: str = ""
