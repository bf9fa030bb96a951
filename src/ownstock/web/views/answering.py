"""Showing an order to its supplier and taking the answer, whoever let the supplier in: a link, or a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.backends.utils import csrf_input
from django.utils.translation import gettext as _

from ownstock.base.errors import OwnstockError
from ownstock.exchange.confirmations.actions import confirm
from ownstock.exchange.confirmations.queries import AskedOrder, asked_order
from ownstock.exchange.confirmations.rules import LineReply, as_asked
from ownstock.purchasing.models import OrderRevision
from ownstock.web.answer_forms import MAX_FORM_LINES, KeyForm, RejectForm, ReplyForm, with_another_part
from ownstock.web.refusals import status_of


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers: the journal's actor, what their messages' keys begin with, the page they see, what it shows beside.

    Whoever is signed in is known by a cookie, so their forms carry what shows that our own page sent them.
    """

    actor: str
    key_prefix: str
    template: str
    shown_beside: Mapping[str, object] | None = None

    @property
    def is_signed_in(self) -> bool:
        """Whether a cookie lets them in, not the address."""
        return self.shown_beside is not None


class Answering:
    """One request to the page of one order."""

    def __init__(self, request: HttpRequest, revision: OrderRevision, answerer: Answerer) -> None:
        self.request, self.revision, self.answerer = request, revision, answerer
        self.order: AskedOrder = asked_order(revision)

    def respond(self) -> HttpResponse:
        """Show the order, or do what a button asks; only a button changes anything."""
        if self.request.method != "POST":
            return self._page()
        posted, asks = self.request.POST, self.request.POST.get("do", "")
        if asks.startswith("split_") and asks[6:].isascii() and asks[6:].isdigit():
            return self._page(with_another_part(self.order, posted.dict(), int(asks[6:])), is_changing=True)
        if asks == "confirm":
            return self._confirm_all(posted)
        if asks == "reject":
            return self._reject_all(posted)
        return self._answer(posted)

    def _confirm_all(self, posted: QueryDict) -> HttpResponse:
        form = KeyForm(posted)
        if not form.is_valid():
            return self._page(status=422, told=_("The page you sent from was not whole. Please press again."))
        return self._take([as_asked(line) for line in self.order.lines], str(form.cleaned_data["key"]), "")

    def _reject_all(self, posted: QueryDict) -> HttpResponse:
        form = RejectForm(self.order, data=posted)
        if not form.is_valid():
            return self._page(reject=form, status=422)
        comment = form.cleaned_data["whole_comment"]
        return self._take(form.replies(), str(form.cleaned_data["key"]), comment, reject=form)

    def _answer(self, posted: QueryDict) -> HttpResponse:
        form = ReplyForm(self.order, data=posted)
        if not form.is_valid():
            return self._page(form, is_changing=True, status=422)
        return self._take(form.replies(), str(form.cleaned_data["key"]), form.cleaned_data["comment"], form=form)

    def _take(
        self, replies: list[LineReply], key: str, comment: str, *, form: ReplyForm | None = None,
        reject: RejectForm | None = None,
    ) -> HttpResponse:  # fmt: skip
        answerer, message_key = self.answerer, f"{self.answerer.key_prefix}:{key}"
        try:
            confirm(self.revision, replies, message_key=message_key, actor=answerer.actor, comment=comment)
        except OwnstockError as refusal:
            self.order = asked_order(self.revision)
            return self._page(form, reject, status=status_of(refusal), told=_sentence(refusal), is_changing=bool(form))
        return HttpResponseRedirect(self.request.path, status=303)

    def _page(
        self, form: ReplyForm | None = None, reject: RejectForm | None = None, *, status: int = 200, told: str = "",
        is_changing: bool = False,
    ) -> HttpResponse:  # fmt: skip
        is_short = len(self.order.lines) <= MAX_FORM_LINES
        context = {
            **(self.answerer.shown_beside or {}),
            "order": self.order,
            "form": (form or ReplyForm(self.order)) if is_short else None,
            "reject": reject or RejectForm(self.order),
            "key": uuid4(),
            "told": told,
            "is_changing": is_changing,
            "csrf_box": csrf_input(self.request) if self.answerer.is_signed_in else "",
        }
        return render(self.request, self.answerer.template, context, status=status)


def _sentence(refusal: OwnstockError) -> str:
    if refusal.code == "key_reused":
        return _(
            "You have answered from this page already, and that answer was taken down. "
            "To replace it by what stands here, send again."
        )
    return refusal.sentence
