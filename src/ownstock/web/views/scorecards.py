"""Scorecards: ours of every supplier, and each supplier's own in its portal; figures, what they counted, comments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from ownstock.access.rules import Scope
from ownstock.catalog.models import Supplier
from ownstock.catalog.queries import supplier as find_supplier
from ownstock.planning.queries import business_day
from ownstock.purchasing.actions import scorecards as actions
from ownstock.purchasing.queries import scorecards as queries
from ownstock.purchasing.queries.scorecards import Period
from ownstock.purchasing.rules.scorecards import TITLES, FigureName
from ownstock.web.forms import DayInput, carry_out
from ownstock.web.refusals import shows_refusals
from ownstock.web.requests import ROWS_A_PAGE, actor_of, person_of
from ownstock.web.scorecard_pictures import days_chart, share_bar
from ownstock.web.security import needs
from ownstock.web.templatetags.figures import words, words_lazy
from ownstock.web.views.portal import for_their_people, shared

WHOLE = [("", _("All of it"))]


class PeriodForm(forms.Form):
    """From which day to which, and of which item."""

    begins_on = forms.DateField(label=_("From"), required=False, widget=DayInput)
    ends_on = forms.DateField(label=_("To"), required=False, widget=DayInput)
    sku = forms.CharField(label=_("Item"), required=False, max_length=60)


class CommentForm(forms.Form):
    """What is said, and of what."""

    figure = forms.ChoiceField(
        label=_("Of"),
        required=False,
        choices=[*WHOLE, *((name.value, words_lazy(title)) for name, title in TITLES.items())],
    )
    text = forms.CharField(
        label=_("What you say"), max_length=actions.MAX_COMMENT_LENGTH, widget=forms.Textarea({"rows": 3})
    )
    answers = forms.IntegerField(required=False, widget=forms.HiddenInput)


@needs(Scope.SUPPLIERS_READ, to_post=Scope.SUPPLIERS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def scorecard(request: HttpRequest, code: str) -> HttpResponse:
    """How a supplier did; ours comment on it and answer."""
    return _page(request, find_supplier(code), "web/scorecard.html", {})


@for_their_people
@require_http_methods(["GET", "HEAD", "POST"])
@shows_refusals
def portal_scorecard(request: HttpRequest, supplier: Supplier) -> HttpResponse:
    """A supplier's own scorecard, to read and to comment on."""
    return _page(request, supplier, "web/portal_scorecard.html", shared(supplier))


@needs(Scope.SUPPLIERS_READ)
@require_safe
@shows_refusals
def counted(request: HttpRequest, code: str, figure: str) -> HttpResponse:
    """The very rows that a figure counted."""
    return _counted(request, find_supplier(code), figure, "web/scorecard_rows.html", {})


@for_their_people
@require_safe
@shows_refusals
def portal_counted(request: HttpRequest, supplier: Supplier, figure: str) -> HttpResponse:
    """The same for the supplier itself."""
    return _counted(request, supplier, figure, "web/portal_scorecard_rows.html", shared(supplier))


def _page(request: HttpRequest, found: Supplier, template: str, more: dict[str, Any]) -> HttpResponse:
    period, days = _period(request, found)
    form, status = CommentForm(request.POST or None), 200
    if request.method == "POST":
        status = carry_out(form, lambda: _say(form, period, actor_of(request)))
        if status == 200:
            messages.success(request, _("Your comment is kept."))
            return redirect(request.get_full_path())
    card = queries.scorecard(period)
    bins = next((one.facts["bins"] for one in card.figures if one.facts.get("bins")), None)
    context = {
        **more, "supplier": found, "card": card, "period": period, "days": days, "form": form,
        "figures": [(one, share_bar(one)) for one in card.figures],
        "comments": [(said, words(TITLES[FigureName(said.figure)]) if said.figure else "") for said in card.comments],
        "picture": days_chart(bins) if bins else None, "asked": _asked(request), "is_portal": bool(more),
        "may_say": bool(more) or Scope.SUPPLIERS_WRITE in person_of(request).scopes,
    }  # fmt: skip
    return render(request, template, context, status=status)


def _say(form: CommentForm, period: Period, actor: str) -> object:
    said = form.cleaned_data
    if said["answers"]:
        return actions.answer_comment(said["answers"], text=said["text"], actor=actor, supplier=period.supplier)
    name = FigureName(said["figure"]) if said["figure"] else None
    days = period.begins_on, period.ends_on
    return actions.comment(period.supplier, *days, text=said["text"], actor=actor, figure=name)


def _counted(request: HttpRequest, found: Supplier, figure: str, template: str, more: dict[str, Any]) -> HttpResponse:
    if figure not in list(FigureName):
        raise Http404
    name = FigureName(figure)
    period, _form = _period(request, found)
    whole = queries.counted_rows(period, name, limit=0)
    page = Paginator(range(whole.count), ROWS_A_PAGE).get_page(request.GET.get("page"))
    some = queries.counted_rows(period, name, first=(page.number - 1) * ROWS_A_PAGE, limit=ROWS_A_PAGE)
    context = {
        **more, "supplier": found, "title": words(TITLES[name]), "name": name, "period": period, "page": page,
        "rows": some.rows, "count": whole.count, "asked": _asked(request), "is_portal": bool(more),
    }  # fmt: skip
    return render(request, template, context)


def _period(request: HttpRequest, found: Supplier) -> tuple[Period, PeriodForm]:
    """The days that the address asks for; what cannot be read is as if it were not there."""
    form = PeriodForm(request.GET)
    form.is_valid()
    said: dict[str, Any] = form.cleaned_data
    period = queries.period_of(
        found, said.get("begins_on"), said.get("ends_on"), as_of=business_day(), sku=said.get("sku", "")
    )
    filled = {"begins_on": period.begins_on, "ends_on": period.ends_on, "sku": said.get("sku", "")}
    return period, PeriodForm(initial=filled)


def _asked(request: HttpRequest) -> str:
    """The days as the address names them, to go on with."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return kept.urlencode()
