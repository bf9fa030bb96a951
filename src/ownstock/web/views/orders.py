"""One purchase order: its page, placing it, the supplier's answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.automation.queries.orders import waiting_orders
from ownstock.base.text import plain
from ownstock.exchange import queries as exchange
from ownstock.journal import queries as journal
from ownstock.planning.queries import business_day
from ownstock.planning.queries.origins import origins
from ownstock.purchasing import actions, queries
from ownstock.purchasing.models import OrderLine
from ownstock.purchasing.queries.answers import answers
from ownstock.purchasing.queries.revisions import revision_stories
from ownstock.purchasing.queries.timers import chases, overdue_of
from ownstock.purchasing.rules import ANSWERABLE_STATES, OPEN_STATES, OrderState
from ownstock.web.forms import AnswerForm, carry_out, open_of
from ownstock.web.order_waits import price_questions, waits_of
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, after
from ownstock.web.security import needs

CAN_RECEIVE = ANSWERABLE_STATES | {OrderState.RECEIVED, OrderState.CLOSED}


@needs(Scope.ORDERS_READ)
@require_safe
@shows_refusals
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order: its lines and deliveries, what it waits for, its revisions and answers, what was sent, what happened."""
    found = queries.order(number)
    lines = queries.lines(found)
    stories = revision_stories(found)
    newest = stories[0].revision
    today = business_day(found.site.time_zone)
    context = {
        "order": found,
        "lines": lines,
        "newest": newest,
        "amount": sum(line.quantity * line.price for line in lines if line.revision_id == newest.pk),
        "can_receive": found.state in CAN_RECEIVE,
        "can_answer": found.state in ANSWERABLE_STATES,
        "is_open": found.state in OPEN_STATES,
        "waits": waits_of(found, newest.number),
        "overdue": overdue_of([found], now=timezone.now(), today=today).get(number, []),
        "prices": price_questions(found, lines),
        "stories": stories,
        "answers": list(answers(found))[::-1],
        "reminders": list(chases(found))[::-1],
        "sending": queries.sending(found),
        "messages_sent": exchange.messages(number),
        "trail": journal.trail(f"purchase_order:{number}"),
        "origins": origins(found),
        "is_automatic": waiting_orders().filter(purchase_order=found).exists(),
        "as_of": today,
    }
    return render(request, "web/order.html", context)


@needs(Scope.ORDERS_PLACE)
@require_POST
@shows_refusals
def place(request: HttpRequest, number: str) -> HttpResponse:
    """Send a draft to its supplier, or a change that waited."""
    why = request.POST.get("below_minimum", "")
    actions.place(number, actor=actor_of(request), below_minimum=why, on=business_day())
    messages.success(request, _("%(number)s is placed and on its way to the supplier.") % {"number": number})
    return after(request, number)


@needs(Scope.ORDERS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Enter what the supplier promises."""
    found = queries.order(number)
    newest = found.revisions.latest("number").pk
    lines = [line for line in queries.lines(found) if line.revision_id == newest]
    form = AnswerForm(lines, data=_posted(request), initial=_as_asked(lines) if "fill" in request.GET else None)
    status = 200
    if request.method == "POST":
        status = carry_out(form, lambda: _acknowledge(number, form, actor_of(request)))
        if status == 200:
            messages.success(request, _("The supplier's answer to %(number)s is kept.") % {"number": number})
            return redirect("web:order", number)
    return render(request, "web/answer.html", {"order": found, "form": form}, status=status)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _acknowledge(number: str, form: AnswerForm, actor: str) -> None:
    key = f"web:{form.cleaned_data['key']}"
    actions.acknowledge(number, form.answers(), message_key=key, actor=actor)


def _as_asked(lines: Sequence[OrderLine]) -> dict[str, Any]:
    """Every open line promised in full, for the day we asked for."""
    filled: dict[str, Any] = {}
    for line in lines:
        if open_of(line):
            filled[f"quantity_{line.line}"] = plain(line.quantity)
            filled[f"promised_on_{line.line}"] = line.deliveries.all()[0].requested_on
    return filled
