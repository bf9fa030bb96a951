"""Whether all is well, for whoever watches from outside: an address that needs no sign-in."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import ownstock
from ownstock.access import chain
from ownstock.automation.rules import SWEEP as WORKER
from ownstock.automation.rules import TICKER
from ownstock.journal import jobs, queries
from ownstock.planning.actions.plan import JOB as PLAN

log = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Tell whether the database answers, which jobs are silent, when worker, ticker and the last plan gave a sign of
    life, and what waits for how long.

    200, or 503 while the database does not answer or a job is silent.
    """
    if not is_database_there():
        body: dict[str, Any] = {"database": "does not answer", "version": ownstock.__version__}
        return JsonResponse(body, status=HTTPStatus.SERVICE_UNAVAILABLE)
    silent = sorted(heartbeat.job for heartbeat in queries.silent_jobs())
    dead = queries.outbox_counts()["dead"]
    body = {
        "database": "answers",
        "jobs": silent,
        # The sweep is the worker's sign of life.
        "worker_age_seconds": queries.seconds_since(WORKER),
        "ticker_age_seconds": queries.seconds_since(TICKER),
        "jobs_dead": jobs.runs("dead").count(),
        "outbox_dead": dead,
        "last_plan_age_seconds": queries.seconds_since(PLAN),
        "outbox_oldest_seconds": queries.oldest_waiting_seconds(),
        "seal_oldest_seconds": chain.oldest_waiting_seconds(),
        "version": ownstock.__version__,
    }
    return JsonResponse(body, status=HTTPStatus.SERVICE_UNAVAILABLE if silent else HTTPStatus.OK)


def is_database_there() -> bool:
    """Whether the database answers a question."""
    try:
        queries.watermark()
    except Exception as fault:
        # Whatever goes wrong with the simplest question of all: it does not answer.
        log.warning("The database does not answer: %s", fault)
        return False
    return True
