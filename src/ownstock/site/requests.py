"""Each request has a number, is measured, and is told to the log: which route, who asked, how it went, how long it took."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import Counter, Histogram

from ownstock.site.logs import request_id

# A number that who stands in front of us gave it is kept: so a request is found in the logs of both.
GIVEN = re.compile(r"[A-Za-z0-9_.-]{8,64}")
NUMBER = "X-Request-ID"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30)
NOWHERE = "nowhere"
REQUESTS = Counter("ownstock_requests", "Requests that were answered.", ["route", "status"], registry=None)
SECONDS = Histogram(
    "ownstock_request_duration_seconds", "How long answers took.", ["route"], buckets=BUCKETS, registry=None
)
log = logging.getLogger("ownstock.request")
Answer = Callable[[HttpRequest], HttpResponseBase]


def measured(get_response: Answer) -> Answer:
    """Middleware that numbers, measures and logs every request."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(NUMBER, "")
        number = given if GIVEN.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(number)
        began_at = time.perf_counter()
        try:
            response = get_response(request)
            _tell(request, response.status_code, time.perf_counter() - began_at)
        finally:
            request_id.reset(token)
        response.headers[NUMBER] = number
        return response

    return answer


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    route = route_of(request)
    REQUESTS.labels(route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    facts = {
        "route": route, "method": request.method, "status": status, "duration_ms": round(seconds * 1000, 1),
        "actor": actor_of(request),
    }  # fmt: skip
    log.info("%s /%s %d", request.method, route, status, extra=facts)


def route_of(request: HttpRequest) -> str:
    """The address as a pattern, without the values in it: few enough to count by, and no secret among them."""
    match = request.resolver_match
    return NOWHERE if match is None or match.route.endswith("<path:address>") else match.route


def actor_of(request: HttpRequest) -> str:
    """Who asked, where the answer had to know; nobody is looked up for it."""
    known = getattr(request, "auth", None) or getattr(request, "_cached_user", None)
    return str(getattr(known, "actor", ""))
