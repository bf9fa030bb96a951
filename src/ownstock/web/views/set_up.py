"""Set-up: the company, its files, what is assumed, the import at work; one decision a screen."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError, Refused
from ownstock.catalog.models import Location
from ownstock.catalog.rules import LocationKind
from ownstock.exchange.models import UploadedFile
from ownstock.exchange.rules import safe_cell
from ownstock.exchange.set_up import actions, files, queries
from ownstock.exchange.set_up.rules import Assumptions, FileState, SetUpState
from ownstock.exchange.set_up.running import JOB
from ownstock.lab import tasks as sample
from ownstock.lab.demo import is_sample
from ownstock.web.refusals import shows_refusals, status_of
from ownstock.web.requests import actor_of
from ownstock.web.security import needs
from ownstock.web.set_up_forms import KINDS, AssumptionsForm, CompanyForm, FileForm, KindForm, name_of

STEPS = ("company", "files", "assumptions", "work", "health")
GET_OR_POST = ["GET", "HEAD", "POST"]


def _page(request: HttpRequest, template: str, step: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of the path, with how far it is."""
    names = (_("Company"), _("Files"), _("Assumptions"), _("Import"), _("Data health"))
    here = STEPS.index(step)
    steps = [(name, "done" if n < here else "here" if n == here else "") for n, name in enumerate(names)]
    return render(request, f"web/{template}.html", {**context, "steps": steps}, status=status)


@needs(Scope.IMPORTS_WRITE)
@require_safe
def set_up(request: HttpRequest) -> HttpResponse:
    """Go on where somebody left; on an empty installation, choose between one's own files and the sample company."""
    found = queries.current()
    if found and found.state != SetUpState.DONE:
        at_work = found.state in (SetUpState.AT_WORK, SetUpState.STOPPED)
        return redirect("web:set-up-work" if at_work else "web:set-up-files")
    run = queries.last_run(sample.JOB)
    if run and run.state not in (run.State.DONE, run.State.DISCARDED):
        return redirect("web:set-up-sample")
    return render(request, "web/set_up.html", {"is_empty": queries.is_empty()})


@needs(Scope.IMPORTS_WRITE)
@require_http_methods(GET_OR_POST)
def company(request: HttpRequest) -> HttpResponse:
    """Say whose company it is, and name its first site."""
    form = CompanyForm(request.POST or None, initial=queries.company_said())
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.begin(**form.cleaned_data, actor=actor_of(request))
            return redirect("web:set-up-files")
        except OwnstockError as error:
            refusal = error
    status = 422 if refusal or form.errors else 200
    return _page(request, "set_up_company", "company", {"form": form, "refusal": refusal}, status)


@needs(Scope.IMPORTS_WRITE)
@require_http_methods(GET_OR_POST)
@shows_refusals
def upload(request: HttpRequest) -> HttpResponse:
    """The files that were brought, each with what it is; more can be dropped."""
    found, refusal = queries.open_set_up(), None
    if request.method == "POST":
        try:
            brought = [
                actions.bring(found, f.name or "", f.size or 0, f.chunks()) for f in request.FILES.getlist("files")
            ]
            if not brought:
                raise Refused(_("Choose at least one file."), code="no_file")
            return redirect("web:set-up-files")
        except OwnstockError as error:
            refusal = error
    rows = [(file, KINDS.get(file.file_kind, "")) for file in found.files.order_by("id")]
    is_ready = bool(rows) and all(file.state in (FileState.READY, FileState.IMPORTED) for file, _ in rows)
    context = {"rows": rows, "is_ready": is_ready, "refusal": refusal, "set_up": found}
    return _page(request, "set_up_files", "files", context, status_of(refusal) if refusal else 200)


@needs(Scope.IMPORTS_WRITE)
@require_http_methods(GET_OR_POST)
@shows_refusals
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: what its headings mean, what only a person can say of it, what is wrong with it."""
    found = queries.uploaded_file(pk)
    form, refusal = _file_form(found, request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            actions.say_how(found, form.mapping(), form.said())
            if found.state == FileState.READY:
                messages.success(request, _("%(file)s is ready.") % {"file": found.name})
                return redirect("web:set-up-files")
            return redirect("web:set-up-file", found.pk)
        except OwnstockError as error:
            refusal = error
    return _file_page(request, found, form, refusal)


def _file_form(found: UploadedFile, data: Any = None) -> FileForm:
    sites = list(Location.objects.filter(kind=LocationKind.SITE).order_by("name").values_list("code", "name"))
    return FileForm(found, files.headings_of(found), files.open_questions(found), sites, data)


def _file_page(
    request: HttpRequest, found: UploadedFile, form: FileForm, refusal: OwnstockError | None
) -> HttpResponse:
    faults = [
        {**fault, "field": name_of(fault["field"]) if fault["field"] else ""} for fault in files.shown_faults(found)
    ]
    context = {
        "file": found, "form": form, "refusal": refusal, "faults": faults, "may_leave_out": files.may_leave_out(found),
        "kind_form": KindForm(initial={"kind": found.file_kind, "preset": found.preset}),
        "asked": files.open_questions(found),
    }  # fmt: skip
    return _page(request, "set_up_file", "files", context, status_of(refusal) if refusal else 200)


@needs(Scope.IMPORTS_WRITE)
@require_POST
@shows_refusals
def file_kind(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a file is."""
    actions.say_kind(queries.uploaded_file(pk), request.POST.get("kind", ""), request.POST.get("preset", "plain"))
    return redirect("web:set-up-file", pk)


@needs(Scope.IMPORTS_WRITE)
@require_POST
@shows_refusals
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave out the rows at fault."""
    actions.leave_out(queries.uploaded_file(pk))
    return redirect("web:set-up-files")


@needs(Scope.IMPORTS_WRITE)
@require_POST
@shows_refusals
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Let go of a file."""
    actions.take_away(queries.uploaded_file(pk))
    return redirect("web:set-up-files")


@needs(Scope.IMPORTS_WRITE)
@require_safe
@shows_refusals
def faults(request: HttpRequest, pk: int) -> HttpResponse:
    """All faults that are told of a file, as CSV."""
    found = queries.uploaded_file(pk)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="faults.csv"'
    writer = csv.writer(answer)
    writer.writerow(["row", "field", "value", "sentence"])
    writer.writerows(
        [f["row"], *(safe_cell(str(f[name])) for name in ("field", "value", "sentence"))] for f in found.faults
    )
    return answer


@needs(Scope.IMPORTS_WRITE)
@require_http_methods(GET_OR_POST)
@shows_refusals
def assumptions(request: HttpRequest) -> HttpResponse:
    """What is taken where the files say nothing; from here the import starts."""
    found, refusal = queries.open_set_up(), None
    form = AssumptionsForm(request.POST or None, initial=found.assumptions)
    if request.method == "POST" and form.is_valid():
        try:
            actions.assume(found, Assumptions(**form.cleaned_data))
            actions.start(found, actor=actor_of(request))
            return redirect("web:set-up-work")
        except OwnstockError as error:
            refusal = error
    return _page(
        request, "set_up_assumptions", "assumptions", {"form": form, "refusal": refusal}, 422 if refusal else 200
    )


@needs(Scope.IMPORTS_WRITE)
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """The import at work: how far it is, or why it stopped. A part of it asks anew every second."""
    found = queries.current()
    if found is None:
        return redirect("web:set-up")
    if found.state == SetUpState.DONE:
        return _leads_to(request, "web:data-health")
    if found.state == SetUpState.OPEN:
        return redirect("web:set-up-files")
    run = queries.last_run(JOB)
    faulty = found.files.filter(state=FileState.AT_FAULT)
    context = {
        "set_up": found, "run": run, "is_silent": queries.is_silent(run), "faulty": faulty, "again": "web:set-up-go-on",
        "here": "web:set-up-work",
    }  # fmt: skip
    return _page(
        request, "includes/set_up_work" if request.headers.get("HX-Request") else "set_up_work", "work", context
    )


def _leads_to(request: HttpRequest, name: str) -> HttpResponse:
    """Another page, also where only a part of this one was asked for."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": reverse(name)})
    return redirect(name)


@needs(Scope.IMPORTS_WRITE)
@require_POST
@shows_refusals
def go_on(request: HttpRequest) -> HttpResponse:
    """Start the import again, after a stop or where its worker was killed."""
    actions.start(queries.open_set_up(), actor=actor_of(request))
    return redirect("web:set-up-work")


@needs(Scope.IMPORTS_WRITE)
@require_http_methods(GET_OR_POST)
@shows_refusals
def sample_company(request: HttpRequest) -> HttpResponse:
    """Have the sample company brought in, and show how far it is."""
    run = queries.last_run(sample.JOB)
    if request.method == "POST":
        if not queries.is_empty() and not is_sample():
            raise Refused(_("There are items here already; the sample needs an empty database."), code="wrong_state")
        actions.wake(sample.TASK)
        return redirect("web:set-up-sample")
    if run and run.state == run.State.DONE:
        return _leads_to(request, "web:proposals")
    template = "includes/set_up_work" if request.headers.get("HX-Request") else "set_up_work"
    context = {"run": run, "is_silent": queries.is_silent(run), "again": "web:set-up-sample", "here": "web:set-up-sample",
               "is_sample": True}  # fmt: skip
    return _page(request, template, "work", context)
