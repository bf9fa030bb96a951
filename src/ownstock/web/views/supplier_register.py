"""Keeping the register of suppliers on pages: deciding, papers, agreements, closures, who may sign in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from ownstock.access.rules import Scope
from ownstock.catalog import queries
from ownstock.catalog.models import Supplier
from ownstock.catalog.rules.duties import SCOPES, Duty
from ownstock.planning.queries import business_day
from ownstock.purchasing.queries.touched import touched_by
from ownstock.web import supplier_forms as forms
from ownstock.web.forms import carry_out
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import actor_of
from ownstock.web.security import needs

View = Callable[[HttpRequest, str], HttpResponse]


@dataclass(frozen=True, slots=True)
class Task:
    """Something that somebody does to the register on a page of its own: its words, its boxes, what it takes.

    `begun` is what the boxes are filled with at first, `touches` what is shown when somebody asks what it touches.
    """

    title: str | Promise
    button: str | Promise
    told: str | Promise
    form: type[forms.RegisterForm]
    duty: Duty
    begun: Callable[[HttpRequest, Supplier], dict[str, Any]] = lambda _, __: {}
    touches: Callable[[Supplier, Any], Any] | None = None

    @property
    def can_look(self) -> bool:
        """Whether somebody may look first at what it touches."""
        return self.touches is not None


def page_of_task(task: Task) -> View:
    """The page on which a task is done."""

    @needs(SCOPES[task.duty])
    @require_http_methods(["GET", "HEAD", "POST"])
    @shows_refusals
    def view(request: HttpRequest, code: str) -> HttpResponse:
        found, status, touched = queries.supplier(code), 200, None
        form = _form(task, request, found)
        if request.method == "POST" and task.touches is not None and request.POST.get("do") == "look":
            status = 200 if form.is_valid() else 422
            touched = task.touches(found, form) if status == 200 else None
        elif request.method == "POST":
            status = carry_out(form, lambda: form.carry_out(actor_of(request)))
            if status == 200:
                messages.success(request, f"{code}: {task.told}")
                return redirect("web:supplier", code)
        context = {"supplier": found, "task": task, "form": form, "touched": touched}
        return render(request, "web/supplier_task.html", context, status=status)

    return view


def _form(task: Task, request: HttpRequest, found: Supplier) -> forms.RegisterForm:
    on, begun = business_day(), task.begun(request, found)
    if request.method == "POST":
        return task.form(found.code, on, request.POST, request.FILES, **begun)
    return task.form(found.code, on, **begun)


def _named(*names: str) -> Callable[[HttpRequest, Supplier], dict[str, Any]]:
    """Boxes that the address fills in."""
    return lambda request, _: {"initial": {name: request.GET[name] for name in names if name in request.GET}}


def _agreed(_: HttpRequest, found: Supplier) -> dict[str, Any]:
    return {"held": queries.agreement(found, business_day())}


def _touched(found: Supplier, form: forms.DecisionForm) -> Any:
    return touched_by(found, form.cleaned_data["valid_from"], **form.scope)


TASKS: dict[str, Task] = {
    "decide": Task(
        _("Decide on the supplier"), _("Decide"), _("it is decided."), forms.DecisionForm, Duty.DECIDE, touches=_touched
    ),
    "certificate": Task(
        _("Add a certificate"), _("Keep it"), _("the certificate is kept."),
        forms.CertificateForm, Duty.DECIDE,
    ),
    "withdraw": Task(
        _("Withdraw a certificate"), _("Withdraw"), _("the certificate is withdrawn."), forms.WithdrawForm, Duty.DECIDE,
        _named("kind", "number"),
    ),
    "require": Task(
        _("Require a certificate"), _("Require"), _("the certificate is needed now."),
        forms.NeedForm, Duty.DECIDE,
    ),
    "waive": Task(
        _("Waive a certificate"), _("Waive"), _("the certificate is no longer needed there."), forms.WaiveForm, Duty.DECIDE,
        _named("kind", "category", "sku", "of_all"),
    ),
    "agree": Task(
        _("Keep the agreement"), _("Keep it"), _("the agreement is kept."),
        forms.AgreementForm, Duty.AGREE, _agreed,
    ),
    "close": Task(_("Keep when it is closed"), _("Keep it"), _("the days are kept."), forms.ClosureForm, Duty.AGREE),
    "reopen": Task(
        _("Take a closure back"), _("Take back"), _("it is not closed then."), forms.ReopenForm, Duty.AGREE,
        _named("begins_on"),
    ),
    "admit": Task(_("Let somebody sign in"), _("Let in"), _("the account acts for it."), forms.ContactForm, Duty.ADMIT),
    "dismiss": Task(
        _("End that somebody signs in"), _("End it"), _("the account acts for it no longer."), forms.ContactEndForm,
        Duty.ADMIT, _named("username"),
    ),
}  # fmt: skip


def tasks_of(actor: str) -> Sequence[str]:
    """The names of the tasks that somebody may do."""
    return [name for name, task in TASKS.items() if queries.may(actor, task.duty)]


@needs(Scope.SUPPLIERS_READ)
@require_safe
@shows_refusals
def certificate_document(request: HttpRequest, code: str) -> HttpResponse:
    """The document of a certificate, to keep; no browser is to show it."""
    name, content = queries.document_of(code, request.GET.get("kind", ""), request.GET.get("number", ""))
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
