"""Invoices from a file: chosen, looked at as they would stand, then taken in, all or none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError
from ownstock.purchasing.invoice_files import (
    MOST_INVOICES,
    MOST_ROWS,
    SeenInvoice,
    SeenInvoices,
    as_kept,
    from_kept,
    look_at_invoices,
    take_filed,
)
from ownstock.purchasing.rules.invoices import InvoiceState
from ownstock.web.downloads import download
from ownstock.web.invoice_columns import COLUMNS
from ownstock.web.invoice_forms import InvoiceFileForm
from ownstock.web.refusals import status_of
from ownstock.web.requests import actor_of
from ownstock.web.security import needs
from ownstock.web.templatetags.figures import number, words
from ownstock.web.uploads import ENDINGS, as_shown, kept_for_now, signed, told_faults

OF, OF_FAULTS = "invoices-of-a-file", "faults-of-a-file"
READ = (*ENDINGS, ".parquet")
INVOICES_SHOWN = 100
# What needs somebody stands before what does not.
FIRST = [InvoiceState.DISPUTED, InvoiceState.WAITING, InvoiceState.MATCHED]


@needs(Scope.INVOICES_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """Choose a file; see what would come in, or every row at fault; then take it in."""
    form = InvoiceFileForm(request.POST if "numbers" in request.POST else None)
    context: dict[str, Any] = {
        "form": form,
        "columns": COLUMNS,
        "endings": ",".join(READ),
        "most": MOST_INVOICES,
        "most_rows": MOST_ROWS,
    }
    if request.method != "POST":
        return render(request, "web/invoice_file.html", context)
    try:
        if "seen" in request.POST:
            return _take(request)
        with kept_for_now(request, "file", endings=READ, has_own_name=True) as path:
            found = look_at_invoices(path, actor=actor_of(request), directions=form.directions())
            context |= _preview(found, path.name)
    except OwnstockError as refusal:
        return render(request, "web/invoice_file.html", context | _told(refusal), status=status_of(refusal))
    return render(request, "web/invoice_file.html", context)


def _preview(found: SeenInvoices, name: str) -> dict[str, Any]:
    """What the page shows; the new ones go with it, signed, so that nothing else is taken in than was seen."""
    new = found.new
    shown = sorted(new, key=lambda one: FIRST.index(InvoiceState(one.invoice.state)))
    return {
        "found": found, "name": name, "shown": shown[:INVOICES_SHOWN], "count": len(new),
        "known": [one for one in found.invoices if not one.is_new],
        "left_out": found.understood.ignored, "sentences": [_on_a_page(one) for one in found.understood.sentences],
        "seen": signed([name, [as_kept(one.filed) for one in new]], of=OF) if new else "",
    }  # fmt: skip


def _told(refusal: OwnstockError) -> dict[str, Any]:
    """What is wrong, in words for somebody at a page; all that is told of it goes with it, to be saved as CSV."""
    told = told_faults(refusal)
    faults: Any = refusal.facts.get("faults", [])
    rows = [[one["row"], one["field"], one["value"], _on_a_page(one["sentence"])] for one in faults]
    return {
        "refusal": {"sentence": _on_a_page(refusal.sentence)}, "fault_count": told["fault_count"],
        "faults": [{**one, "sentence": _on_a_page(one["sentence"])} for one in told["faults"]],
        "fault_file": signed(rows, of=OF_FAULTS) if rows else "",
    }  # fmt: skip


def _on_a_page(sentence: str) -> str:
    """A sentence without its clauses about options of commands; what the page has boxes for is said there."""
    clauses = re.split(r"(?<=[.;]) ", sentence)
    kept = " ".join(clause for clause in clauses if "--" not in clause).rstrip(";. ") + "."
    below = _("Say below how the file writes it.")
    return f"{kept} {below}" if re.search("--(numbers|dates)", sentence) else kept


def _take(request: HttpRequest) -> HttpResponse:
    name, kept = as_shown(request.POST["seen"], of=OF)
    taken = take_filed([from_kept(one) for one in kept], name=name, actor=actor_of(request))
    new = [one for one in taken if one.is_new]
    messages.success(request, _in_words(new, len(taken) - len(new)))
    keys = [one.invoice.pk for one in new]
    return redirect(f"{reverse('web:invoices')}{f'?came={min(keys)}-{max(keys)}' if keys else ''}")


def _in_words(new: Sequence[SeenInvoice], known: int) -> str:
    """How many came in, where they stand, and how many had been there."""
    states = [one.invoice.state for one in new]
    counts = ", ".join(f"{number(states.count(s), 0)} {words(s)}" for s in FIRST if s in states)
    told = ngettext("%(count)s invoice came in: %(states)s.", "%(count)s invoices came in: %(states)s.", len(new))
    sentences = [told % {"count": number(len(new), 0), "states": counts}] if new else [_("Nothing new came in.")]
    if known:
        there = ngettext("%(count)s was there already.", "%(count)s were there already.", known)
        sentences.append(there % {"count": number(known, 0)})
    return " ".join(sentences)


@needs(Scope.INVOICES_WRITE)
@require_POST
def faults(request: HttpRequest) -> HttpResponseBase:
    """What was wrong with a file, as it was shown, to save."""
    try:
        rows = as_shown(request.POST.get("faults", ""), of=OF_FAULTS)
    except OwnstockError as refusal:
        return render(request, "web/refused.html", {"refusal": refusal}, status=status_of(refusal))
    return download("faults", "csv", [_("Row"), _("Column"), _("Value"), _("What is wrong")], rows)


@needs(Scope.INVOICES_WRITE)
@require_safe
def example(request: HttpRequest, kind: str) -> HttpResponseBase:
    """An empty file with the columns that are read."""
    return download("invoices", kind, [name for name, _, _ in COLUMNS], [])
