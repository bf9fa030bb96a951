"""The keys of programs: which there are and what they may do; a new one is shown once; one is revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ownstock.access import actions, queries
from ownstock.access.rules import PREFIX_LENGTH, Scope, key_state
from ownstock.web.forms import carry_out
from ownstock.web.people_forms import KeyForm
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs


@needs(Scope.PEOPLE_WRITE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """Every key with what it may do, until when, and when it last changed anything; a new one is told here once."""
    form, status, made = KeyForm(request.POST or None), 200, [""]
    if request.method == "POST":
        status = carry_out(form, lambda: made.append(actions.create_api_key(**form.said(), actor=actor_of(request))))
    page, now = page_of(request, queries.api_keys()), timezone.now()
    acts = queries.last_acts(page.object_list)
    context = {
        "page": page,
        "rows": [(key, key_state(key.revoked_at, key.expires_at, now=now), acts.get(key.prefix)) for key in page],
        "form": KeyForm() if made[-1] else form,
        "token": made[-1],
        "prefix": made[-1][:PREFIX_LENGTH],
    }
    return render(request, "web/keys.html", context, status=status)


@needs(Scope.PEOPLE_WRITE)
@require_POST
@shows_refusals
def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """End a key."""
    actions.revoke_api_key(prefix, actor=actor_of(request))
    messages.success(request, _("The key %(prefix)s… is refused from now on.") % {"prefix": prefix})
    return redirect("web:keys")
