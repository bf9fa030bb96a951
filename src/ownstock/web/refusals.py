"""What no view dealt with: the two ways Ownstock says no, as a page with the sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ownstock.base.errors import OwnstockError, Refused

NOT_FOUND = frozenset(
    {
        "no_account",
        "no_alert",
        "no_automation_run",
        "no_job_run",
        "no_rule",
        "no_item_site",
        "no_message",
        "no_order",
        "no_proposal",
        "no_transfer",
        "no_supplier",
        "no_certificate",
        "no_document",
        "no_invoice",
        "no_discrepancy",
    }
)
IN_CONFLICT = frozenset(
    {
        "key_reused",
        "not_a_draft",
        "not_answerable",
        "not_pending",
        "not_placed",
        "term_ended",
        "wrong_state",
        "not_waiting",
        "not_approved",
        "already_approved",
        "changed_meanwhile",
        "not_open",
        "nothing_open",
        "chased_already",
        "not_chasable",
    }
)
Asked = ParamSpec("Asked")


def status_of(error: OwnstockError) -> int:
    """404: not there; 403: it takes another role; 409: a step out of order; 422: a value to mend; 503: try later."""
    if not isinstance(error, Refused):
        return 503
    if error.code in NOT_FOUND:
        return 404
    if error.code == "role_missing":
        return 403
    return 409 if error.code in IN_CONFLICT else 422


def shows_refusals(
    view: Callable[Concatenate[HttpRequest, Asked], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Asked], HttpResponse]:
    """Wrap a view so that a refusal it lets through becomes a page of its own, with the sentence and its status."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Asked.args, **kwargs: Asked.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except OwnstockError as error:
            return render(request, "web/refused.html", {"refusal": error}, status=status_of(error))

    return shown
