"""What a scanner types into the page of a receipt: a row is filled in, and nothing is posted by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from ownstock.purchasing.queries.scans import ScannedGoods, scanned_goods
from ownstock.web.receipt_forms import ReceiptForm

Boxes = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filled:
    """The boxes of a receipt after a scan, and what it came to in words or why it came to nothing."""

    boxes: Boxes
    sentence: str = ""
    refusal: str = ""


def filled_by_scan(order: PurchaseOrder, lines: Sequence[OrderLine], typed: Mapping[str, Any]) -> Filled:
    """The boxes as they were typed, with the goods of the scan in a row of their lot."""
    boxes = {name: value for name, value in typed.items() if name not in ("scan", "csrfmiddlewaretoken")}
    boxes["is_wrong_kept"] = "is_wrong_kept" in typed
    try:
        goods = scanned_goods(order.number, lines, str(typed["scan"]), on=_day(typed))
        pieces = _words(boxes, "pieces")
        if goods.piece in pieces:
            raise Refused(f"{goods.sentence}: it was scanned before; scan each piece once.", code="scanned_twice")
    except Refused as refusal:
        return Filled(boxes, refusal=refusal.sentence)
    instead = _fill(boxes, goods)
    boxes["pieces"] = " ".join([*pieces, goods.piece]).strip()
    told = _("Filled in: %(goods)s.")
    if instead:
        told = _("Filled in: %(goods)s instead of the %(before)s that stood there.")
    told %= {"goods": goods.sentence, "before": instead}
    return Filled(boxes, sentence=f"{told} {_('Press Receive when all is scanned.')}")


def _day(typed: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(str(typed.get("received_on", "")))
    except ValueError as error:
        raise Refused("Say on which day the goods came, then scan again.", code="bad_day") from error


def _fill(boxes: Boxes, goods: ScannedGoods) -> str:
    """Count goods in the row of their line and lot; returns the quantity they stand instead of, empty where there is none.

    What stood in a row before its first scan was announced or typed: the scan begins to count anew.
    """
    names = [name for name in _words(boxes, "rows") if name.partition("_")[0] == str(goods.line)]
    counted = _words(boxes, "counted")
    name = next((name for name in names if boxes.get(f"lot_{name}", "") == goods.lot), None)
    name = name or next((name for name in names if name not in counted and _is_free(boxes, name)), None)
    name = name or _next(names, goods.line)
    before = _quantity(boxes, name)
    is_counted = name in counted
    boxes["rows"] = " ".join(dict.fromkeys([*_words(boxes, "rows"), name]))
    boxes["counted"] = " ".join(dict.fromkeys([*counted, name]))
    boxes[f"quantity_{name}"] = plain(goods.quantity + (before if is_counted else 0))
    boxes[f"lot_{name}"] = goods.lot
    if goods.expires_on is not None:
        boxes[f"expires_on_{name}"] = goods.expires_on.isoformat()
    return plain(before) if before and not is_counted else ""


def _words(boxes: Boxes, name: str) -> list[str]:
    return str(boxes.get(name, "")).split()


def _is_free(boxes: Boxes, name: str) -> bool:
    """Whether a row names no lot yet."""
    return not any(boxes.get(f"{box}_{name}") for box in ("lot", "expires_on", "damaged"))


def _next(names: Sequence[str], line: int) -> str:
    """The name of one more row of a line."""
    taken = [int(number) for name in names if (number := name.partition("_")[2] or "1").isdigit()]
    return f"{line}_{max(taken) + 1}" if taken else str(line)


def _quantity(boxes: Boxes, name: str) -> Decimal:
    try:
        return Decimal(str(boxes.get(f"quantity_{name}") or 0))
    except InvalidOperation:
        return Decimal(0)


def form_with(filled: Filled, lines: Sequence[OrderLine], time_zone: str) -> ReceiptForm:
    """The form with these boxes, not yet checked: it is when it is received."""
    return ReceiptForm(lines, time_zone=time_zone, initial=filled.boxes)
