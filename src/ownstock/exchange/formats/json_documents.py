"""Documents as JSON: the fields of `documents`, by their names, in an envelope with kind and identity.

    {"schema": "ownstock.document/1", "kind": "acknowledgement", "message_id": "A-17", "document": {…}}

Numbers are texts or numbers, read exactly; days are 2026-03-31. What is not there has its default. A field that we do not
know is a fault: it may be the one that mattered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.exchange import documents

SCHEMA = "ownstock.document/1"
MAX_DEPTH = 12
MAX_DIGITS = 30
# A text, closed or not, is taken whole and never given back: linear for whatever bytes.
TEXT_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
KINDS: Mapping[str, type[Any]] = {
    "order": documents.OrderDocument,
    "order_change": documents.OrderChangeDocument,
    "acknowledgement": documents.AcknowledgementDocument,
    "shipping_notice": documents.ShippingNoticeDocument,
    "invoice": documents.InvoiceDocument,
}
# Of our own reading, not of what is said.
NOT_WRITTEN = frozenset({"place"})


def kind_of(document: object) -> str:
    """The name of a document's kind."""
    return next(kind for kind, its in KINDS.items() if type(document) is its)


def write(document: object, *, message_id: str) -> bytes:
    """A document as JSON; what has its default is left out."""
    body = {"schema": SCHEMA, "kind": kind_of(document), "message_id": message_id, "document": _plain(document)}
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        said = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in NOT_WRITTEN}
        defaults = {f.name: f.default for f in fields(value)}
        return {name: _plain(its) for name, its in said.items() if its != defaults[name]}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def read(raw: bytes) -> tuple[str, str, Any]:
    """(kind, message_id, document) of JSON.

    Raises:
        Refused: it is no such JSON; the place in it stands in the facts as `place`.
    """
    body = _parsed(raw)
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        raise _fault("schema", f"it has to say {SCHEMA!r}")
    unknown = sorted(set(body) - {"schema", "kind", "message_id", "document"})
    if unknown:
        raise _fault(unknown[0], "no such field is known")
    kind, message_id = body.get("kind"), body.get("message_id")
    if not isinstance(kind, str) or kind not in KINDS:
        raise _fault("kind", f"it has to be one of {', '.join(KINDS)}")
    if not isinstance(message_id, str) or not 0 < len(message_id) <= 200 or not message_id.isprintable():
        raise _fault("message_id", "it has to be a text of 1 to 200 printable characters")
    return kind, message_id, _read(KINDS[kind], body.get("document"), "document")


def identity_of(raw: bytes) -> str:
    """The message_id that JSON says; empty where it says none that can be read."""
    try:
        body = _parsed(raw)
    except Refused:
        return ""
    said = body.get("message_id") if isinstance(body, dict) else None
    return said if isinstance(said, str) and len(said) <= 200 and said.isprintable() else ""


def _parsed(raw: bytes) -> Any:
    try:
        text = raw.decode("utf-8-sig")
        if _depth(text) > MAX_DEPTH:
            raise _fault("", f"it is nested deeper than {MAX_DEPTH} levels")
        return json.loads(
            text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=_once, parse_constant=_no_number
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _fault("", f"it is no JSON in UTF-8 ({error})") from None


def _depth(text: str) -> int:
    """How deep brackets nest, at most; those within texts do not count."""
    deepest = depth = 0
    for found in TEXT_OR_BRACKET.finditer(text):
        match found.group()[0]:
            case "[" | "{":
                depth += 1
                deepest = max(deepest, depth)
            case "]" | "}":
                depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _fault("", "a field stands twice in one object")
    return found


def _no_number(name: str) -> None:
    raise _fault("", f"{name} is no number")


@cache
def _types_of(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(wanted: Any, value: Any, place: str) -> Any:
    """A value as the type that a field has."""
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, UnionType):
        return None if value is None else _read(next(t for t in inner if t is not NoneType), value, place)
    if origin is tuple:
        return _read_list(inner, value, place)
    if is_dataclass(wanted):
        return _read_object(wanted, value, place)
    return _read_single(wanted, value, place)


def _read_list(inner: tuple[Any, ...], value: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _fault(place, "it has to be a list")
    if inner[-1] is Ellipsis:
        return tuple(_read(inner[0], part, f"{place}[{n}]") for n, part in enumerate(value))
    if len(value) != len(inner):
        raise _fault(place, f"it has to be a list of {len(inner)}")
    return tuple(_read(kind, part, f"{place}[{n}]") for n, (kind, part) in enumerate(zip(inner, value, strict=True)))


def _read_object(wanted: Any, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        raise _fault(place, "it has to be an object")
    known = {f.name: f for f in fields(wanted) if f.name not in NOT_WRITTEN}
    unknown = sorted(set(value) - set(known))
    if unknown:
        raise _fault(f"{place}.{unknown[0]}", "no such field is known")
    types = _types_of(wanted)
    # A field without a default may be left out where it may be empty.
    bare = {name for name, f in known.items() if f.default is MISSING and not _may_be_empty(types[name])}
    missing = sorted(bare - set(value))
    if missing:
        raise _fault(f"{place}.{missing[0]}", "it is missing")
    absent = {name: None for name, f in known.items() if f.default is MISSING and name not in value}
    said = {name: _read(types[name], its, f"{place}.{name}") for name, its in value.items()}
    placed = {"place": place} if "place" in types else {}
    return wanted(**absent, **said, **placed)


def _may_be_empty(kind: Any) -> bool:
    return NoneType in get_args(kind)


def _read_single(wanted: Any, value: Any, place: str) -> Any:
    if wanted is Decimal:
        return _read_number(value, place)
    if wanted is int:
        number = _read_number(value, place)
        if number != number.to_integral_value():
            raise _fault(place, "it has to be a whole number")
        return int(number)
    if not isinstance(value, str):
        raise _fault(place, "it has to be a text")
    if wanted is date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _fault(place, f"{value[:40]!r} is no day such as 2026-03-31") from None
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        if value not in list(wanted):
            raise _fault(place, f"{value[:40]!r} is none of {', '.join(wanted)}")
        return wanted(value)
    if "\0" in value:
        raise _fault(place, "it has a character (NUL) that no text may have")
    return value


def _read_number(value: Any, place: str) -> Decimal:
    try:
        number = value if isinstance(value, Decimal) else Decimal(value if isinstance(value, str) else "NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS or len(number.as_tuple().digits) > MAX_DIGITS:
        raise _fault(place, "it has to be a number such as 12 or 2.5")
    return number


def _fault(place: str, rest: str) -> Refused:
    return Refused(f"{place or 'The file'}: {rest}.", code="bad_json", place=place)
