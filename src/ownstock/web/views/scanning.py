"""The goods-in: every scan is sent by the page as it comes, received once, and taken back by one press."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError, Refused
from ownstock.planning import actions as planning
from ownstock.planning.queries import business_day
from ownstock.purchasing import queries
from ownstock.purchasing.actions.scanned import check_scanned, receive_scan
from ownstock.purchasing.queries.order_lists import coming_orders
from ownstock.web.refusals import shows_refusals, status_of
from ownstock.web.requests import actor_of
from ownstock.web.security import needs

MAX_COUNT = Decimal(10_000_000)


@needs(Scope.RECEIPTS_WRITE)
@require_safe
@shows_refusals
def receiving(request: HttpRequest) -> HttpResponse:
    """Receive by scan: the order first, or at once what came; orders that are expected stand below."""
    number = request.GET.get("order", "")
    today = timezone.localdate()
    context = {
        "order": queries.order(number) if number else None,
        "expected": coming_orders(now=timezone.now(), today=business_day()),
        "today": today,
        "planned_on": business_day(),
        "words": _words(),
    }
    return render(request, "web/receiving.html", context)


def _words() -> dict[str, str]:
    """What the page says by itself, in its language."""
    return {
        "sent": _("Received"), "undone": _("Taken back"), "undo": _("Undo"), "remove": _("Remove"),
        "refused": _("Not received"),
        "leave": _("Leave it out"), "broken": _("It is damaged"), "waiting": _("Not sent yet"), "chosen": _("Order"),
        "asked": _("To be decided"), "signIn": _("Sign in again in another tab; your scans are kept."),
        "failed": _("The server could not take it. It is tried again."),
        "one": _("1 scan not sent yet. It is kept on this device and sent when the network is back."),
        "many": _("{count} scans not sent yet. They are kept on this device and sent when the network is back."),
        "noOrder": _("No order chosen: scan one, or at once what came."),
    }  # fmt: skip


@needs(Scope.RECEIPTS_WRITE)
@require_POST
def scanned(request: HttpRequest) -> JsonResponse:
    """What a scan came to: received, a question with its choices, or a sentence why not."""

    def receive(said: dict[str, Any]) -> dict[str, Any]:
        day, moved_at = _day(said)
        found = receive_scan(
            _text(said, "scan"), key=str(_key(said)), order=_text(said, "order"), count=_count(said),
            choice=_text(said, "choice"), received_on=day, moved_at=moved_at, actor=actor_of(request),
        )  # fmt: skip
        return asdict(found)

    return _told(request, receive)


@needs(Scope.RECEIPTS_WRITE)
@require_POST
def scan_taken_back(request: HttpRequest) -> JsonResponse:
    """Take back what a scan received; once, however often it is asked."""

    def take_back(said: dict[str, Any]) -> dict[str, Any]:
        key = _text(said, "key")
        check_scanned(key)
        planning.take_back(key, new_key=f"back:{key}"[:200], actor=actor_of(request), reason="undone while scanning")
        return {"key": key}

    return _told(request, take_back)


def _told(request: HttpRequest, deed: Any) -> JsonResponse:
    try:
        said = json.loads(request.body)
        if not isinstance(said, dict):
            raise Refused("A scan is sent as a JSON object.", code="bad_scan")
        return JsonResponse(deed(said))
    except ValueError:
        return JsonResponse({"refused": "What was sent is no JSON."}, status=400)
    except OwnstockError as error:
        return JsonResponse({"refused": error.sentence}, status=status_of(error))


def _text(said: dict[str, Any], name: str) -> str:
    return str(said.get(name) or "")[:500]


def _key(said: dict[str, Any]) -> UUID:
    try:
        return UUID(_text(said, "key"))
    except ValueError as error:
        raise Refused("A scan needs a key of its own, a UUID.", code="bad_scan") from error


def _count(said: dict[str, Any]) -> Decimal | None:
    typed = _text(said, "count")
    if not typed:
        return None
    try:
        count = Decimal(typed)
    except InvalidOperation as error:
        raise Refused(f"{typed} is no number of pieces.", code="bad_quantity") from error
    if not count.is_finite() or not 0 < count <= MAX_COUNT:
        raise Refused(f"{typed} is no number of pieces.", code="bad_quantity")
    return count


def _day(said: dict[str, Any]) -> tuple[date, datetime | None]:
    """The day on which the goods came, and for an earlier day than today its noon."""
    today = timezone.localdate()
    try:
        day = date.fromisoformat(_text(said, "received_on") or today.isoformat())
    except ValueError as error:
        raise Refused("Say on which day the goods came, then scan again.", code="bad_day") from error
    if day > today:
        raise Refused("Goods cannot be received on a day to come.", code="bad_day")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(timezone.get_current_timezone_name()))
    return day, None if day == today else noon
