"""What ends a transfer without its goods: what is not to leave any more, and what left and will never come."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ownstock.access.rules import Scope
from ownstock.purchasing.actions import transfers as actions
from ownstock.purchasing.queries import transfers as queries
from ownstock.web.forms import carry_out
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of
from ownstock.web.security import needs
from ownstock.web.transfer_forms import CancelTransferForm, LossForm


@needs(Scope.TRANSFERS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Take off what is not shipped, of all lines or of one; sent twice, it counts once."""
    found = queries.transfer(number)
    form = CancelTransferForm(queries.transfer_lines(found), request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = carry_out(form, lambda: _cancel(number, form, actor_of(request)))
        if status == 200:
            messages.success(request, _("%(number)s: it is not to leave any more.") % {"number": number})
            return redirect("web:transfer", number)
    return render(request, "web/transfer_cancel.html", {"transfer": found, "form": form}, status=status)


def _cancel(number: str, form: CancelTransferForm, actor: str) -> None:
    said = form.cleaned_data
    actions.cancel(
        number, line=said["line"], quantity=said["quantity"], key=f"cancellation:{number}:{said['key']}",
        reason=said["reason"], actor=actor,
    )  # fmt: skip


@needs(Scope.TRANSFERS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def lose(request: HttpRequest, number: str) -> HttpResponse:
    """Say what left and will never come, which takes off its value; sent twice, it counts once."""
    found = queries.transfer(number)
    goods = queries.on_the_way(found)
    form, status = LossForm(goods, data=request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = carry_out(form, lambda: _lose(number, form, actor_of(request)))
        if status == 200:
            messages.success(request, _("%(number)s: what was lost is taken off the stock.") % {"number": number})
            return redirect("web:transfer", number)
    items = {line.line: line.item for line in queries.transfer_lines(found)}
    rows = [(part, items[part.line], box) for part, box in form.rows]
    return render(request, "web/transfer_lose.html", {"transfer": found, "form": form, "rows": rows}, status=status)


def _lose(number: str, form: LossForm, actor: str) -> None:
    key = f"loss:{number}:{form.cleaned_data['key']}"
    actions.lose(number, form.parts(), key=key, reason=form.cleaned_data["reason"], actor=actor)
