"""How the API says no: `application/problem+json` (RFC 9457), with the sentence as `detail` and the data behind it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseNotAllowed
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from ownstock.api.health import is_database_there
from ownstock.base.errors import OwnstockError, Unavailable

# Of refusals; whatever is not here can be mended by the caller: 422.
STATUSES = {
    "key_expired": HTTPStatus.UNAUTHORIZED,
    "missing_scope": HTTPStatus.FORBIDDEN,
    "role_missing": HTTPStatus.FORBIDDEN,
    "sent_from_elsewhere": HTTPStatus.FORBIDDEN,
    "no_cycle_count": HTTPStatus.NOT_FOUND,
    "no_supplier": HTTPStatus.NOT_FOUND,
    "no_certificate": HTTPStatus.NOT_FOUND,
    "no_document": HTTPStatus.NOT_FOUND,
    "no_order": HTTPStatus.NOT_FOUND,
    "no_channel": HTTPStatus.NOT_FOUND,
    "no_job_run": HTTPStatus.NOT_FOUND,
    "no_message": HTTPStatus.NOT_FOUND,
    "bad_signature": HTTPStatus.UNAUTHORIZED,
    "no_transfer": HTTPStatus.NOT_FOUND,
    "no_demand_line": HTTPStatus.NOT_FOUND,
    "no_discrepancy": HTTPStatus.NOT_FOUND,
    "no_invoice": HTTPStatus.NOT_FOUND,
    "no_receipt": HTTPStatus.NOT_FOUND,
    "no_posting": HTTPStatus.NOT_FOUND,
    "no_lot": HTTPStatus.NOT_FOUND,
    "no_imported_file": HTTPStatus.NOT_FOUND,
    "no_alert": HTTPStatus.NOT_FOUND,
    "no_proposal": HTTPStatus.NOT_FOUND,
    "no_basket": HTTPStatus.NOT_FOUND,
    "changed_meanwhile": HTTPStatus.CONFLICT,
    "key_reused": HTTPStatus.CONFLICT,
    "number_reused": HTTPStatus.CONFLICT,
}
RETRY_SECONDS = "5"
log = logging.getLogger(__name__)


def status_of(error: OwnstockError) -> HTTPStatus:
    """As the table says; 422 for what else the caller can mend, 503 for "try later"."""
    if isinstance(error, Unavailable):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return STATUSES.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)


def problem(status: HTTPStatus, detail: str, code: str, **more: Any) -> HttpResponse:
    """An answer that says no."""
    body = {
        "type": f"urn:ownstock:problem:{code}", "title": status.phrase, "status": status, "detail": detail,
        "code": code, **more,
    }  # fmt: skip
    response = HttpResponse(json.dumps(body, cls=_Encoder), status=status, content_type="application/problem+json")
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = RETRY_SECONDS
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Signature" if code == "bad_signature" else "Bearer"
    return response


class _Encoder(DjangoJSONEncoder):
    def default(self, o: object) -> Any:
        """Write what JSON does not know as text."""
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def say_no(api: NinjaAPI) -> None:
    """Have an API answer every refusal and every fault as a problem."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        OwnstockError: _refused,
        AuthenticationError: _unknown_key,
        ValidationError: _malformed,
        HttpError: _unreadable,
        Http404: _absent,
        RequestDataTooBig: _too_large,
        DataError: _unkeepable,
        OverflowError: _too_far,
        Exception: _unforeseen,
    }
    for kind, answer in handlers.items():
        api.add_exception_handler(kind, answer)


def _refused(request: HttpRequest, error: OwnstockError) -> HttpResponse:
    return problem(status_of(error), error.sentence, error.code, facts=error.facts)


def _unknown_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    sentence = "Send a live API key in the header Authorization: Bearer …; ownstock key create makes one."
    return problem(HTTPStatus.UNAUTHORIZED, sentence, "no_live_key")


def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = [{"field": _field(fault["loc"]), "sentence": fault["msg"]} for fault in error.errors]
    named = "; ".join(f"{field['field']}: {field['sentence']}" for field in fields[:3])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"The request is malformed. {named}", "malformed", fields=fields)


def _field(place: tuple[str | int, ...]) -> str:
    """Where in the request it is: `body.lines.0.quantity`. The name of our own parameter says nothing to the caller."""
    where, *path = place
    return ".".join(map(str, (where, *(path[1:] if where == "body" else path))))


def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    is_body = error.status_code == HTTPStatus.BAD_REQUEST
    sentence = (
        "The request's body is not JSON; look for a missing bracket, comma or quote." if is_body else error.message
    )
    return problem(HTTPStatus(error.status_code), sentence, "unreadable")


def _unkeepable(request: HttpRequest, error: DataError) -> HttpResponse:
    sentence = "A value cannot be kept: it is out of range, or holds a character (NUL) that no text may have."
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, sentence, "malformed")


def _too_far(request: HttpRequest, error: OverflowError) -> HttpResponse:
    log.warning("%s %s is out of range", request.method, request.path, exc_info=error)
    sentence = "A number is too large, or a day too far away, to be reckoned with: give one nearer."
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, sentence, "malformed")


def nowhere(request: HttpRequest, address: str) -> HttpResponse:
    """Say that nothing is served at an address below `/api/`."""
    sentence = f"There is nothing at /api/{address}; /api/openapi.json names what there is."
    return problem(HTTPStatus.NOT_FOUND, sentence, "no_such_address")


def told_of_methods(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Have a view say in a sentence which methods it takes, where it was asked by another."""

    @wraps(view)
    def ask(request: HttpRequest, *args: Any, **asked: Any) -> HttpResponseBase:
        response = view(request, *args, **asked)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        allowed = response.headers["Allow"]
        sentence = f"{request.path} takes {allowed}, not {request.method}."
        refusal = problem(HTTPStatus.METHOD_NOT_ALLOWED, sentence, "wrong_method")
        refusal.headers["Allow"] = allowed
        return refusal

    return ask


def _absent(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(HTTPStatus.NOT_FOUND, "There is no such thing.", "not_found")


def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is larger than 10 MiB; split it.", "too_large")


def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    """Say "try later" when the database has gone; any other fault is ours."""
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    if not is_database_there():
        return _refused(request, Unavailable("The database does not answer; try again.", code="database_not_ready"))
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something unforeseen happened; it is in the log.", "unforeseen")
