"""What went to suppliers and came from them: the log, one message, its bytes, replaying and discarding."""

from __future__ import annotations

from django.contrib import messages as told
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.exchange.inbox import actions
from ownstock.exchange.inbox.rules import InboundState
from ownstock.exchange.message_log import message as find_message
from ownstock.exchange.message_log import messages as find_messages
from ownstock.exchange.message_log import suppliers_of_messages
from ownstock.exchange.rules import Direction, OutboundState
from ownstock.planning.queries import business_day
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs
from ownstock.web.templatetags.figures import words

SHOWN_BYTES = 20_000
STATES = sorted({*map(str, InboundState), *map(str, OutboundState)})


@needs(Scope.MESSAGES_READ)
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """What went and came, newest first; of a supplier, in a state, one way, or all."""
    asked = {name: request.GET.get(name, "") for name in ("supplier", "state", "direction")}
    context = {
        "page": page_of(request, find_messages(**asked)),
        "states": STATES,
        "directions": list(Direction),
        "suppliers": suppliers_of_messages(),
        "as_of": business_day(),
        **asked,
    }
    return render(request, "web/messages.html", context)


@needs(Scope.MESSAGES_READ)
@require_safe
@shows_refusals
def message(request: HttpRequest, key: str) -> HttpResponse:
    """One message: how far it got, every attempt, what it did, its bytes as text that is never rendered."""
    found = find_message(key)
    raw = found.content[:SHOWN_BYTES].decode("utf-8", "replace")
    context = {
        "message": found,
        # Most sentences name the place themselves.
        "place": "" if found.fault_place in found.fault else found.fault_place,
        "raw": raw,
        "is_cut": len(found.content) > SHOWN_BYTES,
        "as_of": business_day(),
    }
    return render(request, "web/message.html", context)


@needs(Scope.MESSAGES_READ)
@require_safe
@shows_refusals
def message_content(request: HttpRequest, key: str) -> HttpResponse:
    """The bytes as they left or came, to keep; no browser is to show them."""
    response = HttpResponse(find_message(key).content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{key}"'
    return response


@needs(Scope.MESSAGES_WRITE)
@require_POST
@shows_refusals
def replay(request: HttpRequest, key: str) -> HttpResponse:
    """Read a message that was set aside once more."""
    done = actions.replay(_number(key), actor=actor_of(request))
    told.success(request, _("%(key)s is %(state)s.") % {"key": key, "state": words(done.state)})
    return redirect("web:message", key)


@needs(Scope.MESSAGES_WRITE)
@require_POST
@shows_refusals
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Lay a message that was set aside to rest, with the reason."""
    actions.discard(_number(key), actor=actor_of(request), reason=request.POST.get("reason", ""))
    told.success(request, _("%(key)s is discarded; its bytes stay.") % {"key": key})
    return redirect("web:message", key)


def _number(key: str) -> int:
    """The number of a message that came; of one that went there is nothing to be replayed."""
    found = find_message(key)
    return int(key.partition("-")[2]) if found.direction is Direction.IN else 0
