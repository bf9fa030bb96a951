"""Edited quantities brought back in a file: what they would change, and then setting them, all or none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError
from ownstock.catalog.queries import base_currency
from ownstock.planning.quantity_files import FiledChanges, FiledQuantity, read_quantities, set_filed
from ownstock.web.proposal_grid import REASONS
from ownstock.web.refusals import status_of
from ownstock.web.requests import actor_of
from ownstock.web.security import needs
from ownstock.web.templatetags.figures import number
from ownstock.web.uploads import as_shown, kept_for_now, signed, told_faults

OF = "proposal-quantities"
CHANGES_SHOWN = 200


@needs(Scope.PROPOSALS_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def bring_back(request: HttpRequest) -> HttpResponse:
    """Choose a file; see what it would change, or every row at fault; then set it."""
    context: dict[str, Any] = {"reasons": REASONS.items(), "base_currency": base_currency(), "said": request.POST}
    if request.method != "POST":
        return render(request, "web/proposal_file.html", context)
    try:
        if "changes" in request.POST:
            return _set(request)
        context |= _preview(_read(request))
    except OwnstockError as refusal:
        return render(request, "web/proposal_file.html", context | told_faults(refusal), status=status_of(refusal))
    return render(request, "web/proposal_file.html", context)


def _read(request: HttpRequest) -> FiledChanges:
    said = request.POST
    with kept_for_now(request, "file") as path:
        return read_quantities(path, reason_code=said.get("reason_code", ""), reason=said.get("reason", "")[:500])


def _preview(found: FiledChanges) -> dict[str, Any]:
    """What the page shows; what is to be set goes with it, signed, so that nothing else is set than was seen."""
    kept = [[f.proposal, str(f.quantity), f.version, f.reason_code, f.reason] for f in (c.filed for c in found.changes)]
    return {
        "found": found, "shown": found.changes[:CHANGES_SHOWN], "count": len(found.changes),
        "changes": signed(kept, of=OF),
    }  # fmt: skip


def _set(request: HttpRequest) -> HttpResponse:
    kept = as_shown(request.POST["changes"], of=OF)
    filed = [FiledQuantity(pk, Decimal(quantity), *words) for pk, quantity, *words in kept]
    count = set_filed(filed, actor=actor_of(request))
    told = ngettext("%(count)s quantity is set.", "%(count)s quantities are set.", count)
    messages.success(request, told % {"count": number(count, 0)})
    return redirect("web:proposals")
