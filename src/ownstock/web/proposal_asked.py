"""What a request says of proposals: which ones it means, and which quantities are to be judged or set."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest
from django.utils.formats import get_format
from django.utils.translation import gettext as _

from ownstock.base.errors import Refused
from ownstock.planning.queries import business_day
from ownstock.planning.queries.proposal_lists import (
    MOST_AT_ONCE,
    PROPOSAL_FILTERS,
    ids_that_fit,
    search_proposals,
    since,
)
from ownstock.web.grids import MAX_FILTER_LENGTH
from ownstock.web.requests import actor_of

MOST_CHANGES, MOST_BYTES = 1_000, 262_144
MOST_DIGITS = 20
IN_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")
GROUPED = re.compile(r"-?\d{1,3}(\.\d{3})+")


@dataclass(frozen=True, slots=True)
class AskedQuantity:
    """A quantity that somebody typed or pasted; `quantity` is None where it is no number."""

    proposal: int
    text: str
    quantity: Decimal | None
    version: str | None


def filters_of(request: HttpRequest) -> dict[str, str]:
    """The filters of the address: those of the grid (`filter.site=`), and those of the form above it (`supplier=`)."""
    return filters_in(request.GET.items())


def filters_in(pairs: Any) -> dict[str, str]:
    """The filters among the parts of an address."""
    asked = {name.removeprefix("filter."): str(text).strip()[:MAX_FILTER_LENGTH] for name, text in pairs}
    return {name: text for name, text in asked.items() if name in PROPOSAL_FILTERS and text}


def ticked_of(request: HttpRequest) -> list[int]:
    """The proposals that are ticked: by their numbers, or all that fit the filters where `every` says so.

    Raises:
        Refused: none is ticked, or too many; of all that fit, it is not known which were seen.
    """
    if "every" in request.POST:
        seen, by = request.POST.get("seen", ""), actor_of(request)
        ids = ids_that_fit(_fitting(request), on=business_day(), seen=seen, by=by)
        if not ids:
            raise Refused(
                _("Of those that you saw none waits any more. Show the proposals anew."), code="nothing_ticked"
            )
    else:
        ids = [int(pk) for pk in request.POST.get("ids", "").split(",") if _is_id(pk)]
        ids += [int(pk) for pk in request.POST.getlist("proposal") if _is_id(pk)]
    if not ids:
        raise Refused("Tick at least one proposal first.", code="nothing_ticked")
    if len(ids) > MOST_AT_ONCE:
        raise Refused(f"At most {MOST_AT_ONCE:,} proposals are decided at once.", code="too_many")
    return ids


def unseen_by(request: HttpRequest) -> int:
    """How many proposals that fit the filters came or changed since they were looked at; `ticked_of` leaves them out."""
    if "every" not in request.POST:
        return 0
    later = since(request.POST.get("seen", ""), by=actor_of(request))
    return search_proposals(_fitting(request), on=business_day()).filter(later).count()


def _fitting(request: HttpRequest) -> dict[str, str]:
    return filters_in(parse_qsl(request.POST.get("fitting", "")))


def quantities_of(request: HttpRequest) -> tuple[list[AskedQuantity], dict[str, Any]]:
    """The quantities that a grid sends as JSON, and what else it says.

    Raises:
        Refused: it is none of that, or too much.
    """
    if len(request.body) > MOST_BYTES:
        raise Refused(_("This is too much to take in at once."), code="too_many")
    try:
        told = json.loads(request.body)
        changes = [
            AskedQuantity(int(one["id"]), str(one["value"])[:60], number_of(str(one["value"])), one.get("version"))
            for one in told["changes"]
        ]
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise Refused(_("This says no quantities of proposals."), code="not_readable") from fault
    if len(changes) > MOST_CHANGES:
        raise Refused(_("At most 1,000 quantities are set at once."), code="too_many")
    return changes, told


def number_of(text: str) -> Decimal | None:
    """A number as people and spreadsheets write it in their language; None: it is none, or may mean two.

    English: 1200, 1,200, 1 200, 1'200, 12.5. German: 1200, 1.200,0, 12,5; 1.200 may mean both.
    """
    bare = "".join(sign for sign in text if sign not in " \u00a0\u202f\u2019'")
    if get_format("DECIMAL_SEPARATOR") == ",":
        bare = _with_a_point(bare)
    elif IN_THOUSANDS.fullmatch(bare):
        bare = bare.replace(",", "")
    try:
        number = Decimal(bare)
    except InvalidOperation:
        return None
    return number if number.is_finite() and len(bare) <= MOST_DIGITS else None


def _with_a_point(text: str) -> str:
    whole, comma, part = text.partition(",")
    is_grouped = GROUPED.fullmatch(whole) is not None
    if comma:
        return f"{whole.replace('.', '') if is_grouped else whole}.{part}"
    if not is_grouped:
        return text
    return text.replace(".", "") if text.count(".") > 1 else ""


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def unread(changes: Sequence[AskedQuantity]) -> list[dict[str, Any]]:
    """The refusals of what is no number."""
    return [
        {"id": one.proposal, "field": "quantity", "sentence": _("“%(text)s” is no number.") % {"text": one.text}}
        for one in changes
        if one.quantity is None
    ]
