"""Who may sign in: the list, somebody let in, one account and what is done to it, and what each role may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ownstock.access import actions, queries
from ownstock.access.models import User
from ownstock.access.rules import HOLDS, Role, Scope
from ownstock.base.errors import Refused
from ownstock.catalog import actions as catalog
from ownstock.journal.queries import trail
from ownstock.web.forms import carry_out
from ownstock.web.people_forms import EmailForm, NewPersonForm, ReasonForm, RolesForm, SupplierForm
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of, page_of
from ownstock.web.security import needs

EVENTS_SHOWN, MOST_SOUGHT = 30, 100
Deed = Callable[[User, Any, str], object]


@needs(Scope.PEOPLE_WRITE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Who can and could sign in; somebody new is let in by a password that is shown once."""
    form, password, status = NewPersonForm(request.POST or None), actions.new_password(), 200
    if request.method == "POST":
        status = carry_out(form, lambda: _let_in(form, password, actor_of(request)))
    is_let_in = request.method == "POST" and status == 200
    text = request.GET.get("text", "").strip()[:MOST_SOUGHT]
    context = {
        "page": page_of(request, queries.people(text).select_related("supplier_contact__supplier")),
        "text": text,
        "form": NewPersonForm() if is_let_in else form,
        "made": form.cleaned_data["username"] if is_let_in else "",
        "password": password if is_let_in else "",
    }
    return render(request, "web/people.html", context, status=status)


def _let_in(form: NewPersonForm, password: str, actor: str) -> None:
    said = form.said()
    if supplier := form.cleaned_data["supplier"]:
        catalog.create_contact(supplier, said["username"], password, email=said["email"], actor=actor)
    else:
        actions.create_user(**said, password=password, actor=actor)


@needs(Scope.PEOPLE_WRITE)
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """What each role may do, in words, from the one table."""
    told = [(role, [scope.meaning for scope in Scope if scope in HOLDS[role]]) for role in Role]
    return render(request, "web/people_roles.html", {"roles": told})


@needs(Scope.PEOPLE_WRITE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One account, and what is done to it: roles, address, supplier, end, return, factor and password that were lost."""
    account = queries.account(pk)
    do, status = request.POST.get("do", ""), 200
    filled: dict[str, Any] = {}
    done: dict[str, Any] = {}
    if request.method == "POST":
        if do not in DEEDS:
            raise Refused(_("Nothing of the kind is done to an account."), code="unknown_deed")
        kind, deed, sentence = DEEDS[do]
        form = filled[do] = kind(request.POST)
        status = carry_out(form, lambda: done.update(password=deed(account, form, actor_of(request))))
        if status == 200 and do != "password":
            messages.success(request, sentence % {"name": account.username})
            return redirect("web:person", pk)
    context = {
        "person": queries.account(pk),
        "has_factor": queries.has_second_factor(account),
        "forms": _blank(account) | filled,
        "errors": [text for form in filled.values() for texts in form.errors.values() for text in texts],
        "password": done.get("password", ""),
        "meanings": [scope.meaning for scope in Scope if scope in account.scopes],
        "trail": trail(account.actor).order_by("-id")[:EVENTS_SHOWN],
    }
    return render(request, "web/person.html", context, status=status)


def _blank(account: User) -> dict[str, Any]:
    """The forms as nobody has filled them in yet."""
    known = {"roles": RolesForm.of(account), "email": EmailForm(initial={"email": account.email})}
    return {name: kind() for name, (kind, _deed, _told) in DEEDS.items()} | known


def _change_roles(account: User, form: RolesForm, actor: str) -> object:
    return actions.change_roles(account.username, **form.said(), actor=actor)


def _change_email(account: User, form: EmailForm, actor: str) -> object:
    return actions.change_email(account.username, form.cleaned_data["email"], actor=actor)


def _link(account: User, form: SupplierForm, actor: str) -> object:
    return catalog.link_contact(form.cleaned_data["supplier"], account.username, actor=actor)


def _unlink(account: User, form: ReasonForm, actor: str) -> object:
    return catalog.remove_contact(account, reason=form.cleaned_data["reason"], actor=actor)


def _by_name(action: Callable[..., object]) -> Deed:
    return lambda account, form, actor: action(account.username, reason=form.cleaned_data["reason"], actor=actor)


# What is done to an account: the form that asks for it, the action, and what is told then.
DEEDS: Mapping[str, tuple[Callable[..., Any], Deed, str | Promise]] = {
    "roles": (RolesForm, _change_roles, gettext_lazy("The roles of %(name)s are kept.")),
    "email": (EmailForm, _change_email, gettext_lazy("The address of %(name)s is kept.")),
    "link": (SupplierForm, _link, gettext_lazy("%(name)s sees what is that supplier\u2019s, and nothing else.")),
    "unlink": (ReasonForm, _unlink, gettext_lazy("%(name)s acts for no supplier any more.")),
    "end": (ReasonForm, _by_name(actions.disable_user), gettext_lazy("%(name)s cannot sign in any more.")),
    "restore": (ReasonForm, _by_name(actions.enable_user), gettext_lazy("%(name)s can sign in again.")),
    "factor": (
        ReasonForm, _by_name(actions.reset_second_factor), gettext_lazy("%(name)s signs in by password alone.")
    ),
    "password": (ReasonForm, _by_name(actions.replace_password), ""),
}  # fmt: skip
