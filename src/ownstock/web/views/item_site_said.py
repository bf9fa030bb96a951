"""What people say on the page of an item-site: overrides, what becomes of the item, other settings, comments."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ownstock.access.rules import Scope
from ownstock.catalog.actions.planning_settings import set_planning_settings
from ownstock.demand.actions.calendar import cancel_lifecycle, enter_lifecycle
from ownstock.planning.actions.comments import comment
from ownstock.planning.actions.overrides import end_override, override
from ownstock.planning.queries import business_day, standings
from ownstock.planning.queries.override_preview import OverridePreview, preview_override
from ownstock.planning.queries.overrides import override as find_override
from ownstock.planning.queries.policy_preview import PolicyChange, PolicyPreview, preview_policy
from ownstock.planning.rules.overrides import OverrideKind
from ownstock.web.forms import carry_out
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of
from ownstock.web.said_forms import KINDS, CommentForm, EndForm, LifecycleForm, OverrideForm, PolicyForm, code_in_words
from ownstock.web.security import needs
from ownstock.web.views.item_site import shared

# An override that nobody thought about lasts so long.
USUAL_DAYS = 28


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ, to_post=Scope.PLANNING_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def item_site_known(request: HttpRequest, pk: int) -> HttpResponse:
    """What people know of an item-site; what an override would change is shown before it is kept."""
    context = shared(request, pk, "item-site-known")
    row, on = context["item_site"], context["on"]
    usual = {"from_on": on, "until_on": on + timedelta(days=USUAL_DAYS - 1)}
    form, effect, status = OverrideForm(request.POST or None, initial=usual), None, 200
    if request.method == "POST" and request.POST.get("do") == "keep":
        status = carry_out(form, lambda: override([form.entry(row.item.sku, row.site.code)], actor=actor_of(request)))
        if status == 200:
            messages.success(request, _("Your override is kept. The item-site is planned again within seconds."))
            return redirect("web:item-site-known", pk)
    elif request.method == "POST":
        effect, status = _effect_of(form, context)
    return render(
        request,
        "web/item_site_known.html",
        {**context, **_said(context), "form": form, "effect": effect},
        status=status,
    )


def _effect_of(form: OverrideForm, context: dict[str, Any]) -> tuple[OverridePreview | None, int]:
    found: list[OverridePreview] = []

    def look() -> None:
        said = form.cleaned_data
        found.append(preview_override(
            context["item_site"], context["on"], kind=OverrideKind(said["kind"]), value=said["value"],
            from_on=said["from_on"], until_on=said["until_on"],
        ))  # fmt: skip

    # To look, no reason is needed yet.
    form.fields["reason"].required = False
    status = carry_out(form, look)
    return (found[0] if found else None), status


def _said(context: dict[str, Any]) -> dict[str, Any]:
    row, on = context["item_site"], context["on"]
    rows = [
        (one, KINDS[OverrideKind(one.kind)], code_in_words(one.reason_code), worth, one.before_on > on)
        for one, worth in standings.overrides_of(row)
    ]
    return {
        "holding": [row for row in rows if row[-1]], "over": [row for row in rows if not row[-1]],
        "events": standings.events_of(row, on - timedelta(weeks=26)), "steps": standings.lifecycle_of(row),
        "lifecycle": LifecycleForm(), "saved": sum((row[3] for row in rows if row[3] is not None), Decimal(0)),
        "has_worth": any(row[3] is not None for row in rows),
    }  # fmt: skip


@needs(Scope.PLANNING_READ, to_post=Scope.PLANNING_WRITE)
@require_POST
@shows_refusals
def override_end(request: HttpRequest, number: str) -> HttpResponse:
    """End an override from today on, with the reason."""
    one = find_override(number)
    end_override(number, on=business_day(), actor=actor_of(request), because=_reason(request))
    messages.success(request, _("%(number)s no longer holds.") % {"number": number})
    if request.POST.get("to") == "overrides":
        return redirect("web:overrides")
    return redirect("web:item-site-known", one.item_site_id)


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ, to_post=Scope.PLANNING_WRITE)
@require_POST
@shows_refusals
def item_site_lifecycle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what becomes of the item, or take back what was said."""
    context = shared(request, pk, "item-site-known")
    row, form = context["item_site"], LifecycleForm(request.POST)
    if number := request.POST.get("number"):
        cancel_lifecycle(number, actor=actor_of(request), because=_reason(request))
    elif (
        status := carry_out(
            form, lambda: enter_lifecycle([form.entry(row.item.sku, row.site.code)], actor=actor_of(request))
        )
    ) != 200:
        context |= _said(context) | {"form": OverrideForm(), "lifecycle": form}
        return render(request, "web/item_site_known.html", context, status=status)
    messages.success(request, _("Kept. The next plan knows of it."))
    return redirect("web:item-site-known", pk)


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ, to_post=Scope.PLANNING_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def item_site_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """By which settings it is ordered; what others would mean is shown, and they are adopted with a reason."""
    context = shared(request, pk, "item-site-policy")
    form, found, status = PolicyForm(request.POST or None), None, 200
    if request.method == "POST" and request.POST.get("do") == "adopt":
        status = carry_out(form, lambda: _adopt(form, pk, actor_of(request)))
        if status == 200:
            messages.success(request, _("Adopted. The item-site is planned again within seconds."))
            return redirect("web:item-site-policy", pk)
    elif request.method == "POST":
        status = carry_out(form, lambda: None)
        found = _tried(context, form) if status == 200 else None
    context |= {
        "form": form,
        "tried": found,
        "is_asked": request.method == "POST" and status == 200,
        "term": _term(context),
    }
    return render(request, "web/item_site_policy.html", context, status=status)


def _tried(context: dict[str, Any], form: PolicyForm) -> PolicyPreview | None:
    said = form.tried()
    tried: dict[str, Any] = {
        name: float(value) if isinstance(value, Decimal) else value for name, value in said.items()
    }
    cost = float(form.cleaned_data.get("order_cost") or 0)
    found = preview_policy([context["item_site"]], PolicyChange(**tried), order_cost=cost)
    return found[0] if found else None


def _adopt(form: PolicyForm, pk: int, actor: str) -> None:
    tried = form.tried()
    tried.pop("moq", None)
    set_planning_settings([pk], actor=actor, reason=form.cleaned_data["reason"], **tried)


def _term(context: dict[str, Any]) -> Any:
    proposal = context["standing"].proposal
    return proposal and proposal.reason["decision"]


@needs(Scope.LEDGER_READ, Scope.PLANNING_READ, to_post=Scope.PLANNING_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def item_site_comments(request: HttpRequest, pk: int) -> HttpResponse:
    """What people said of it, and what they did to how it is planned."""
    context = shared(request, pk, "item-site-comments")
    row, form, status = context["item_site"], CommentForm(request.POST or None), 200
    if request.method == "POST":
        status = carry_out(form, lambda: comment(row, form.cleaned_data["text"], actor=actor_of(request)))
        if status == 200:
            return redirect("web:item-site-comments", pk)
    context |= {"form": form, "comments": standings.comments_on(row)[:200], "trail": standings.trail_of(row)}
    return render(request, "web/item_site_comments.html", context, status=status)


def _reason(request: HttpRequest) -> str:
    """The reason that a small form sends; without any the action refuses."""
    form = EndForm(request.POST)
    form.is_valid()
    return str(form.cleaned_data.get("reason", ""))
