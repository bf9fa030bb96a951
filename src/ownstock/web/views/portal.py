"""What a supplier's people see when they sign in: their own orders, to look at and to answer, one by one or by a sheet."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ownstock.catalog.models import Company, Supplier
from ownstock.catalog.queries import supplier_of
from ownstock.exchange import queries as exchange
from ownstock.exchange.confirmations import queries as confirmations
from ownstock.web.requests import actor_of, page_of, person_of
from ownstock.web.security import for_suppliers
from ownstock.web.views.answering import Answerer, Answering
from ownstock.web.views.sheets import taken_sheet

Asked = ParamSpec("Asked")


def for_their_people(
    view: Callable[Concatenate[HttpRequest, Supplier, Asked], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Asked], HttpResponse]:
    """Hand a page the supplier for whom whoever is signed in acts; one who acts for none is told so."""

    @for_suppliers
    @never_cache
    @wraps(view)
    def theirs(request: HttpRequest, *args: Asked.args, **kwargs: Asked.kwargs) -> HttpResponse:
        supplier = supplier_of(person_of(request).pk)
        if supplier is None:
            return render(request, "web/portal_nobody.html", {"company": Company.objects.get()}, status=403)
        return view(request, supplier, *args, **kwargs)

    return theirs


@for_their_people
@require_safe
def portal(request: HttpRequest, supplier: Supplier) -> HttpResponse:
    """A supplier's orders, newest first: those of which something is to come, or all."""
    is_all = request.GET.get("show") == "all"
    orders = confirmations.orders_of(supplier) if is_all else confirmations.open_orders_of(supplier)
    context = {"page": page_of(request, orders), "is_all": is_all, **shared(supplier)}
    return render(request, "web/portal.html", context)


@for_their_people
@require_http_methods(["GET", "HEAD", "POST"])
def portal_order(request: HttpRequest, supplier: Supplier, number: str) -> HttpResponse:
    """One order, to look at and to answer, with the messages about it."""
    order = confirmations.orders_of(supplier).filter(number=number).first()
    if order is None:
        raise Http404
    context = {**shared(supplier), "messages_sent": exchange.messages(number)}
    answerer = Answerer(actor_of(request), f"portal:{person_of(request).pk}", "web/portal_order.html", context)
    return Answering(request, confirmations.sent_revision_of(order), answerer).respond()


@for_their_people
@require_http_methods(["GET", "HEAD", "POST"])
def portal_sheet(request: HttpRequest, supplier: Supplier) -> HttpResponse:
    """Bring a sheet in which orders are answered."""
    done = reverse("web:portal")
    return taken_sheet(request, supplier, template="web/portal_sheet.html", done=done, context=shared(supplier))


@for_their_people
@require_safe
def portal_orders_csv(request: HttpRequest, supplier: Supplier) -> HttpResponse:
    """All open orders as one CSV, to be filled in."""
    content = confirmations.sheet_of(confirmations.open_orders_of(supplier)[: confirmations.MAX_SHEET_ORDERS])
    headers = {"Content-Disposition": 'attachment; filename="open-orders.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def shared(supplier: Supplier) -> dict[str, object]:
    """What every page of a supplier's people shows."""
    return {"supplier": supplier, "company": Company.objects.get()}
