"""Sheets of confirmations: brought to a page, by a supplier for their own orders or by our people for any."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError
from ownstock.catalog.models import Supplier
from ownstock.exchange.confirmations import sheets
from ownstock.exchange.confirmations.actions import TakenAnswer, confirm_sheet
from ownstock.web.refusals import status_of
from ownstock.web.requests import actor_of
from ownstock.web.security import needs
from ownstock.web.uploads import kept_for_now, told_faults


@needs(Scope.ORDERS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def upload_answers(request: HttpRequest) -> HttpResponse:
    """Take down suppliers' answers from a sheet."""
    return taken_sheet(request, None, template="web/answer_sheet.html", done=reverse("web:orders"))


def taken_sheet(
    request: HttpRequest, supplier: Supplier | None, *, template: str, done: str, context: dict[str, Any] | None = None
) -> HttpResponse:
    """Show where a sheet is chosen, or take one down: all of it, or nothing with every fault named."""
    if request.method != "POST":
        return render(request, template, context)
    try:
        with kept_for_now(request, "sheet") as path:
            answers = sheets.read(path, supplier=supplier)
            taken = confirm_sheet(answers, name=path.name, actor=actor_of(request))
    except OwnstockError as refusal:
        return render(request, template, {**(context or {}), **told_faults(refusal)}, status=status_of(refusal))
    messages.success(request, " ".join(map(_in_words, taken)))
    return HttpResponseRedirect(done, status=303)


def _in_words(taken: TakenAnswer) -> str:
    lines = ngettext("%s line", "%s lines", taken.lines) % taken.lines
    return (
        _("%(number)s: %(lines)s taken down.") % {"number": taken.number, "lines": lines}
        if taken.is_new
        else _("%(number)s: known already, nothing changed.") % {"number": taken.number}
    )
