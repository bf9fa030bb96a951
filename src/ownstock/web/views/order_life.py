"""What becomes of one order: approving, changing, cancelling it, reminding its supplier, settling a price, merging drafts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ownstock.access.rules import Scope
from ownstock.planning.actions.merging import merge_orders
from ownstock.purchasing import actions, queries
from ownstock.web.forms import carry_out
from ownstock.web.order_forms import CancelForm, ChangeForm
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, after
from ownstock.web.security import needs


@needs(Scope.ORDERS_APPROVE)
@require_POST
@shows_refusals
def approve(request: HttpRequest, number: str) -> HttpResponse:
    """Approve what was looked at."""
    revision = request.POST.get("revision", "")
    actions.approve(number, actor=actor_of(request), revision=int(revision) if revision.isdecimal() else None)
    messages.success(request, _("%(number)s is approved.") % {"number": number})
    return redirect("web:order", number)


@needs(Scope.ORDERS_PLACE)
@require_POST
@shows_refusals
def chase(request: HttpRequest, number: str) -> HttpResponse:
    """Remind the supplier."""
    actions.chase(number, actor=actor_of(request))
    messages.success(request, _("A reminder of %(number)s is on its way.") % {"number": number})
    return after(request, number)


@needs(Scope.ORDERS_PLACE)
@require_POST
@shows_refusals
def settle_price(request: HttpRequest, number: str, line: int) -> HttpResponse:
    """Accept or refuse the price that the supplier named."""
    is_accepted = request.POST.get("verdict") == "accept"
    word = "accepted" if is_accepted else "refused"
    told = _("The price of line %(line)s is accepted.") if is_accepted else _("The price of line %(line)s is refused.")
    actions.settle_price(number, line, is_accepted=is_accepted, reason=f"{word} on its page", actor=actor_of(request))
    messages.success(request, told % {"line": line})
    return redirect("web:order", number)


@needs(Scope.ORDERS_PLACE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for something else."""
    found = queries.order(number)
    form = ChangeForm(found, data=request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = carry_out(form, lambda: form.carry_out(actor_of(request)))
        if status == 200:
            messages.success(request, _("%(number)s is changed.") % {"number": number})
            return redirect("web:order", number)
    return render(request, "web/change_order.html", {"order": found, "form": form}, status=status)


@needs(Scope.ORDERS_PLACE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Take it back, or what is still open of it."""
    found = queries.order(number)
    form = CancelForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = carry_out(
            form, lambda: actions.cancel(number, reason=form.cleaned_data["reason"], actor=actor_of(request))
        )
        if status == 200:
            messages.success(request, _("Nothing more of %(number)s is wanted.") % {"number": number})
            return redirect("web:order", number)
    return render(request, "web/cancel_order.html", {"order": found, "form": form}, status=status)


@needs(Scope.ORDERS_PLACE)
@require_POST
@shows_refusals
def merge(request: HttpRequest) -> HttpResponse:
    """Make one order of the drafts of each supplier, among those that are ticked."""
    merged = merge_orders(request.POST.getlist("order"), actor=actor_of(request))
    messages.success(request, _("Merged into %(merged)s.") % {"merged": ", ".join(order.number for order in merged)})
    return redirect("web:orders")
