"""What is agreed with a partner who speaks X12: who the two are in envelopes, in which version, and what their words mean.

It is kept as the settings of a channel, name and value; `profile_of` reads them and tells all that is wrong at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ownstock.base.errors import Refused
from ownstock.exchange.x12.problems import Strictness
from ownstock.exchange.x12.syntax import Delimiters, can_divide

MAX_TRANSIT_DAYS = 365
DEFAULT_DELIMITERS = Delimiters()
UNIT_CODE = re.compile(r"[A-Z0-9]{2}")
GROUP_CODE = re.compile(r"[A-Za-z0-9 ._-]{2,15}")
# How units are called in X12; the settings of a partner add to them and go before them.
UNIT_CODES = {
    "bag": ("BG",), "bottle": ("BO",), "box": ("BX",), "carton": ("CT",), "case": ("CA", "CS"), "dozen": ("DZ",),
    "drum": ("DR",), "each": ("EA",), "g": ("GR",), "gal": ("GA",), "kg": ("KG",), "l": ("LT",), "lb": ("LB",),
    "m": ("MR",), "oz": ("OZ",), "pack": ("PK",), "pair": ("PR",), "pallet": ("PL",), "pcs": ("EA", "PC"),
    "piece": ("EA", "PC"), "roll": ("RL",), "set": ("ST",), "unit": ("EA",),
}  # fmt: skip


class Version(StrEnum):
    """In which version of X12 we write; what comes in says its own."""

    V4010 = "4010"
    V5010 = "5010"


class LineNumbers(StrEnum):
    """Whose numbers stand on the lines of a supplier's messages: ours, or its own."""

    OURS = "ours"
    THEIRS = "theirs"


class Days(StrEnum):
    """Which days partners speak of when they ask and promise: of arrival, or of leaving the supplier."""

    DELIVERY = "delivery"
    SHIPPING = "shipping"


@dataclass(frozen=True, slots=True)
class Side:
    """Who somebody is in envelopes: kind of id and id, and the code in groups where it is another."""

    kind: str
    id: str
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """What a partner's words mean, whatever the format.

    `units` gives of a unit of ours the codes it goes by, the first being the one we write. `transit_days` lie between
    shipping and arrival; None: nobody said how many. One who answers changes as orders does not say which of them it means.
    """

    line_numbers: LineNumbers = LineNumbers.OURS
    days: Days = Days.DELIVERY
    transit_days: int | None = None
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers_changes_as_orders: bool = False

    def codes_of(self, unit: str) -> tuple[str, ...]:
        """By which codes a unit of ours goes; a unit that is a code itself goes by itself; none where nobody said."""
        known = self.units.get(unit) or UNIT_CODES.get(unit.lower())
        if known:
            return known
        return (unit.upper(),) if UNIT_CODE.fullmatch(unit.upper()) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerProfile:
    """How X12 is spoken with a partner. `item_codes` are the kinds of code by which we name items, in their order."""

    ours: Side
    theirs: Side
    version: Version = Version.V4010
    delimiters: Delimiters = DEFAULT_DELIMITERS
    is_test: bool = False
    strictness: Strictness = Strictness.TOLERANT
    item_codes: tuple[str, ...] = ("sku", "supplier_sku")
    sends_answers: bool = True
    asks_for_envelope_answers: bool = False
    cancels_by_order: bool = False
    replaces_delimiters: bool = False
    conventions: Conventions = Conventions()


@dataclass(frozen=True, slots=True)
class ProfileSetting:
    """One thing that may be set of a partner. `read` raises ValueError with what the value has to be."""

    name: str
    meaning: str
    read: Callable[[str], Any]
    default: str = ""
    is_needed: bool = False


def _side(text: str) -> Side:
    kind, _, code = text.partition(":")
    fits = re.fullmatch(r"[A-Z0-9]{2}", kind) and 2 <= len(code) <= 15 and code.isascii() and code.isprintable()
    if not fits or code != code.strip():
        raise ValueError("has to be two characters, a colon and 2 to 15 characters, such as ZZ:OURCOMPANY")
    return Side(kind, code)


def _group(text: str) -> str:
    if text and not GROUP_CODE.fullmatch(text):
        raise ValueError("has to be 2 to 15 letters, digits, blanks, points, dashes")
    return text


def _one_of(words: Iterable[str]) -> Callable[[str], str]:
    known = tuple(words)

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"is one of: {', '.join(known)}")
        return text

    return read


def _yes(text: str) -> bool:
    return _one_of(("yes", "no"))(text) == "yes"


def _transit_days(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and int(text) <= MAX_TRANSIT_DAYS):
        raise ValueError(f"has to be a number of days from 0 to {MAX_TRANSIT_DAYS}")
    return int(text) if text else None


def _delimiters(text: str) -> Delimiters:
    three = len(text) == 3 and len(set(text)) == 3 and all(can_divide(c) and c.isascii() for c in text)
    if not three:
        raise ValueError("has to be three different signs, for elements, components and ends of segments, such as *>~")
    return Delimiters(text[0], text[1], "", text[2])


def _units(text: str) -> dict[str, tuple[str, ...]]:
    units = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        unit, _, codes = (piece.strip() for piece in part.partition("="))
        listed = tuple(codes.split("/"))
        if not unit or not all(UNIT_CODE.fullmatch(code) for code in listed):
            raise ValueError("has to look like piece=EA/PC, box=CA: of a unit the codes of two characters it goes by")
        units[unit] = listed
    return units


def _item_codes(text: str) -> tuple[str, ...]:
    listed = tuple(part.strip() for part in text.split(","))
    if not set(listed) <= {"sku", "supplier_sku"} or len(set(listed)) != len(listed):
        raise ValueError("has to list sku, supplier_sku or both")
    return listed


SETTINGS = (
    ProfileSetting("our_id", "Who we are in envelopes: ZZ:OURCOMPANY.", _side, is_needed=True),
    ProfileSetting("their_id", "Who the supplier is in envelopes.", _side, is_needed=True),
    ProfileSetting("our_group", "Who we are in groups (GS02), where it is not the id.", _group),
    ProfileSetting("their_group", "Who the supplier is in groups (GS03), where it is not the id.", _group),
    ProfileSetting("version", "In which version we write: 4010 or 5010.", _one_of(Version), Version.V4010),
    ProfileSetting("delimiters", "The signs for elements, components and ends of segments.", _delimiters, "*>~"),
    ProfileSetting("profile", "How exactly messages are taken: strict or tolerant.", _one_of(Strictness), "tolerant"),
    ProfileSetting("test", "Whether envelopes are marked as tests, and only such are taken.", _yes, "no"),
    ProfileSetting(
        "line_numbers", "Whose numbers stand on their lines: ours or theirs.", _one_of(LineNumbers), LineNumbers.OURS
    ),
    ProfileSetting("units", "By which codes units go, beyond the usual: piece=EA/PC, box=CA.", _units),
    ProfileSetting("item_codes", "By which codes we name items.", _item_codes, "sku,supplier_sku"),
    ProfileSetting("days", "Which days are meant: of delivery or of shipping.", _one_of(Days), Days.DELIVERY),
    ProfileSetting("transit_days", "Days from shipping to arrival, where only the first is told.", _transit_days),
    ProfileSetting("sends_answers", "Whether we answer theirs by 997.", _yes, "yes"),
    ProfileSetting("asks_for_ta1", "Whether we ask for TA1, the answer to an envelope.", _yes, "no"),
    ProfileSetting("change_answers", "By what changes are answered: 865 or 855.", _one_of(("865", "855")), "865"),
    ProfileSetting("cancels_by", "By what an order is cancelled: 860 or 850.", _one_of(("860", "850")), "860"),
    ProfileSetting(
        "replaces_delimiters", "Whether signs that divide become blanks in texts; else they are refused.", _yes, "no"
    ),
)


def profile_of(settings: Mapping[str, object]) -> PartnerProfile:
    """The profile that settings say; true and false stand for yes and no, and what is not here is of the channel's way.

    Raises:
        Refused: a setting is missing or wrong; all that is wrong is told at once.
    """
    values, faults = _read_all(settings)
    if faults:
        raise Refused(f"The partner cannot be set so. {'; '.join(faults)}.", code="bad_partner", faults=faults)
    repetition = "^" if values["version"] == Version.V5010 else ""
    delimiters: Delimiters = values["delimiters"]
    return PartnerProfile(
        ours=replace(values["our_id"], group=values["our_group"]),
        theirs=replace(values["their_id"], group=values["their_group"]),
        version=Version(values["version"]),
        delimiters=Delimiters(delimiters.element, delimiters.component, repetition, delimiters.terminator),
        is_test=values["test"],
        strictness=Strictness(values["profile"]),
        item_codes=values["item_codes"],
        sends_answers=values["sends_answers"],
        asks_for_envelope_answers=values["asks_for_ta1"],
        cancels_by_order=values["cancels_by"] == "850",
        replaces_delimiters=values["replaces_delimiters"],
        conventions=Conventions(
            line_numbers=LineNumbers(values["line_numbers"]),
            days=Days(values["days"]),
            transit_days=values["transit_days"],
            units=values["units"],
            answers_changes_as_orders=values["change_answers"] == "855",
        ),
    )


def _read_all(settings: Mapping[str, object]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    faults = []
    for setting in SETTINGS:
        text = _text(settings.get(setting.name))
        if not text and setting.is_needed:
            faults.append(f"{setting.name} is missing: {setting.meaning}")
            continue
        try:
            values[setting.name] = setting.read(text or setting.default)
        except ValueError as fault:
            faults.append(f"{setting.name} {fault}")
    if not faults and values["version"] == Version.V5010 and "^" in values["delimiters"].characters:
        faults.append("delimiters cannot have ^ in version 5010, where it divides repetitions")
    return values, faults


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).strip()
