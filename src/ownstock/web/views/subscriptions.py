"""Programs that are told of events: which there are, how each stands, what it was told, and what people do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ownstock.access.rules import Scope
from ownstock.exchange.subscriptions import actions, queries
from ownstock.exchange.subscriptions.actions import Kept
from ownstock.exchange.subscriptions.kinds import FAMILIES, KINDS
from ownstock.web.forms import carry_out
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs
from ownstock.web.subscription_forms import SubscriptionForm


@needs(Scope.SUBSCRIPTIONS_WRITE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscriptions(request: HttpRequest) -> HttpResponse:
    """Every subscription and how it stands; a new one, whose secret is told here once."""
    form, kept = SubscriptionForm(request.POST or None), list[Kept]()
    status = 200
    if request.method == "POST":
        status = carry_out(form, lambda: kept.append(actions.set_subscription(form.draft(), actor=actor_of(request))))
    context = {
        "rows": [queries.shown(found) for found in queries.subscriptions()],
        "form": SubscriptionForm() if kept else form,
        "made": kept[0].subscription.name if kept else "",
        "secret": kept[0].secret if kept else "",
        "families": _families(),
    }
    return render(request, "web/subscriptions.html", context, status=status)


@needs(Scope.SUBSCRIPTIONS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def subscription(request: HttpRequest, name: str) -> HttpResponse:
    """One subscription: where and of what it is told, how it stands, what it was told and what came of it."""
    found = queries.subscription(name)
    form, status = SubscriptionForm(request.POST or None, initial=SubscriptionForm.of(found)), 200
    form.fields["name"].disabled = True
    if request.method == "POST":
        status = carry_out(form, lambda: actions.set_subscription(form.draft(), actor=actor_of(request)))
        if status == 200:
            messages.success(request, _("It is set."))
            return redirect("web:subscription", name)
    context = {
        "subscription": queries.shown(found), "form": form, "page": page_of(request, queries.messages(found), rows_a_page=20),
        "families": _families(),
    }  # fmt: skip
    return render(request, "web/subscription.html", context, status=status)


@needs(Scope.SUBSCRIPTIONS_WRITE)
@never_cache
@require_POST
@shows_refusals
def do(request: HttpRequest, name: str, deed: str) -> HttpResponse:
    """Try one out, pause it, let it go on, send again what was refused, give it a new secret, remove it."""
    if deed not in DEEDS:
        raise Http404
    messages.info(request, DEEDS[deed](request, name))
    return redirect("web:subscriptions") if deed == "remove" else redirect("web:subscription", name)


def _test(request: HttpRequest, name: str) -> str:
    return actions.try_subscription(name, actor=actor_of(request)).sentence


def _pause(request: HttpRequest, name: str) -> str:
    actions.pause(name, actor=actor_of(request), reason=request.POST.get("reason", ""))
    return _("It is told nothing until you resume it; what happens meanwhile is told then.")


def _resume(request: HttpRequest, name: str) -> str:
    actions.resume(name, actor=actor_of(request))
    return _("It goes on where it was.")


def _again(request: HttpRequest, name: str) -> str:
    count = actions.send_refused(name, actor=actor_of(request))
    return _("What was refused is sent again: %(count)s.") % {"count": count}


def _secret(request: HttpRequest, name: str) -> str:
    secret = actions.renew_secret(name, actor=actor_of(request))
    return _("The new secret, shown this once: %(secret)s. The old one signs beside it for a day.") % {"secret": secret}


def _remove(request: HttpRequest, name: str) -> str:
    actions.remove_subscription(name, actor=actor_of(request))
    return _("%(name)s is told nothing any more.") % {"name": name}


DEEDS: Mapping[str, Callable[[HttpRequest, str], str]] = {
    "test": _test, "pause": _pause, "resume": _resume, "again": _again, "secret": _secret, "remove": _remove,
}  # fmt: skip


def _families() -> list[tuple[str, list[tuple[str, str]]]]:
    """The kinds of each family, with what has happened then."""
    return [
        (label, [(kind, meaning) for kind, meaning in KINDS.items() if kind.startswith(f"{family}.")])
        for family, label in FAMILIES.items()
    ]
