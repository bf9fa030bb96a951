"""The audit trail: who did what to what, when, before, after and why; the seal over it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ownstock.access import chain
from ownstock.access.rules import Scope, parse_head
from ownstock.base.errors import Refused
from ownstock.journal import events
from ownstock.journal.queries import open_alerts
from ownstock.web.downloads import download
from ownstock.web.security import needs
from ownstock.web.views.worker_asked import verifying

HEADINGS = ("id", "recorded_at", "actor", "verb", "subject", "old", "new", "reason")


@needs(Scope.AUDIT_READ)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Events by who, what, to what and when, newest first, a page at a time; and how far the seal is."""
    asked = _asked(request)
    found = events.page(asked, before=request.GET.get("before", ""))
    context = {
        "found": found,
        "asked": asked,
        "verbs": events.verbs(),
        "head": chain.head(),
        "waiting_seconds": chain.oldest_waiting_seconds(),
        "seal_alerts": list(open_alerts().filter(kind__in=["seal_stopped", "seal_late", "seal_broken"])),
        **_kept_head(request.GET.get("kept", "").strip()[:100]),
        **verifying(),
    }
    return render(request, "web/audit.html", context)


def _kept_head(kept: str) -> dict[str, Any]:
    """Whether a head that somebody kept is still in the chain: what is wrong with it, in a sentence."""
    if not kept:
        return {}
    try:
        finding = chain.head_finding(parse_head(kept))
    except Refused as refusal:
        return {"kept": kept, "kept_refused": refusal.sentence}
    return {"kept": kept, "kept_finding": finding and finding.sentence}


@needs(Scope.AUDIT_READ)
@require_safe
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    """The same events as a file, newest first, as many as fit into one."""
    return download("audit", "csv", HEADINGS, _lines(events.search(_asked(request))[: events.ROWS_A_FILE]))


def _lines(rows: Any) -> Iterator[tuple[Any, ...]]:
    for row in rows.iterator(chunk_size=2_000):
        old, new = events.as_text(row.old), events.as_text(row.new)
        yield row.pk, row.recorded_at.isoformat(), row.actor, row.verb, row.subject, old, new, row.reason


def _asked(request: HttpRequest) -> events.Asked:
    return events.asked_of({name: request.GET.get(name, "").strip()[:200] for name in events.NAMES})
