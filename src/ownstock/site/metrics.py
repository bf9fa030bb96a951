"""`/metrics`: figures for Prometheus, for the holder of a key with the scope `metrics:read`."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from ownstock.access import chain
from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder
from ownstock.api.problems import problem, status_of
from ownstock.base.errors import OwnstockError
from ownstock.journal import jobs, queries
from ownstock.ledger.models import Movement
from ownstock.planning.actions.plan import JOB as PLAN
from ownstock.site.requests import REQUESTS, SECONDS

HOLDER = KeyHolder(Scope.METRICS_READ)
STREAMS = Gauge("ownstock_live_streams", "Live pages that are open in this web process.", registry=None)


class OfTheDatabase:
    """Figures that are read from the database when somebody asks for them; without it, that it is away."""

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        try:
            found = [*_of_jobs(), *_of_the_outbox(), *_of_facts()]
        except DatabaseError:
            found = []
        yield GaugeMetricFamily("ownstock_database_up", "1 while the database answers.", value=float(bool(found)))
        yield from found


def _of_jobs() -> Iterator[Metric]:
    age = GaugeMetricFamily("ownstock_job_silent_seconds", "Since a job's last sign of life.", labels=["job"])
    promised = GaugeMetricFamily("ownstock_job_expected_seconds", "How often it promised one.", labels=["job"])
    now = timezone.now()
    for beat in queries.heartbeats():
        age.add_metric([beat.job], (now - beat.beat_at).total_seconds())
        promised.add_metric([beat.job], beat.expected_every_seconds)
    ended = CounterMetricFamily("ownstock_jobs", "Runs of jobs that ended.", labels=["job", "outcome"])
    for job, outcome, count in jobs.tallies():
        ended.add_metric([job, outcome], count)
    running = GaugeMetricFamily(
        "ownstock_jobs_running", "Runs of jobs at work now.", value=jobs.runs("running").count()
    )
    plan = GaugeMetricFamily("ownstock_plan_duration_seconds", "How long the last plan took.")
    last = jobs.last_run(PLAN)
    if last is not None and last.ended_at is not None:
        plan.add_metric([], (last.ended_at - last.started_at).total_seconds())
    yield from (age, promised, ended, running, plan)


def _of_the_outbox() -> Iterator[Metric]:
    rows = GaugeMetricFamily("ownstock_outbox_rows", "What is not told yet, or never will be.", labels=["state"])
    for state, count in queries.outbox_counts().items():
        rows.add_metric([state], count)
    oldest = queries.oldest_waiting_seconds() or 0.0
    yield rows
    yield GaugeMetricFamily("ownstock_outbox_oldest_seconds", "How long the oldest has been due.", value=oldest)


def _of_facts() -> Iterator[Metric]:
    last = Movement.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    lag = chain.oldest_waiting_seconds()
    alerts = queries.open_alerts().count()
    yield CounterMetricFamily("ownstock_ledger_movements", "The number of the last movement.", value=last)
    yield GaugeMetricFamily("ownstock_seal_lag_seconds", "How long the oldest fact has waited for its seal.", value=lag)
    yield GaugeMetricFamily("ownstock_alerts_open", "What people must look at.", value=alerts)


def registry() -> CollectorRegistry:
    """All figures."""
    made = CollectorRegistry(auto_describe=False)
    for figures in (REQUESTS, SECONDS, STREAMS, OfTheDatabase()):
        made.register(figures)
    return made


REGISTRY = registry()


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures as text, for the holder of a key with the scope `metrics:read`; others are told what they lack."""
    try:
        key = HOLDER(request)
    except OwnstockError as error:
        return problem(status_of(error), error.sentence, error.code, facts=error.facts)
    if key is None:
        return problem(HTTPStatus.UNAUTHORIZED, "Call with an API key that has the scope metrics:read.", "no_live_key")
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_PLAIN_0_0_4)
