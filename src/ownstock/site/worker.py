"""The worker: one process that runs the jobs and the ticker, and goes on when the database comes back."""

from __future__ import annotations

import asyncio
import logging
import signal
import time

import psycopg
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app, connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from ownstock.automation import actions as automation
from ownstock.automation.event_watch import FOLLOWING
from ownstock.automation.replanning import WATCHING
from ownstock.automation.ticker import TICKING
from ownstock.base.errors import Unavailable
from ownstock.exchange import transports
from ownstock.exchange.subscriptions.following import follow
from ownstock.journal import actions as journal

# A job may wait for a slow server of somebody else's; meanwhile the others have their turn.
CONCURRENCY = 6
CONNECTIONS = 4
RETRY_SECONDS = 5
FAULTS = (ConnectorException, DatabaseError, psycopg.Error)
log = logging.getLogger(__name__)


def run_worker(*, once: bool = False) -> None:
    """Run jobs until SIGTERM or SIGINT, or, if `once`, until none waits; what is being sent is finished first.

    Beside the jobs it announces what changes, seals it, plans again what it touched and tells subscriptions; if `once`, it
    tells them of what has happened so far, and seals in the end what was committed.

    Call it from the main thread, with Django set up. Without `once` it outlives the database: it tries again every few
    seconds until it is back.

    Raises:
        Refused: a setting is wrong, so that no order could leave.
        Unavailable: the database does not answer, and `once` was asked for.
    """
    _speak()
    if settings.SMTP_URL:
        transports.mail_server(settings.SMTP_URL)
    if once:
        _run_once()
        return
    with TICKING.running(), WATCHING.running(), FOLLOWING.running():
        _run_until_stopped()


def _run_once() -> None:
    try:
        while follow():
            _run(once=True)
        _run(once=True)
        while automation.seal():
            pass
    except FAULTS as fault:
        raise Unavailable(f"The database does not answer ({fault}).", code="database_not_ready") from fault


def _run_until_stopped() -> None:
    is_done = False
    while not is_done:
        try:
            is_done = _run(once=False)
        except FAULTS as fault:
            log.warning("The database does not answer (%s).", fault)
        if not is_done:
            log.warning("The worker starts again in %d seconds.", RETRY_SECONDS)
            time.sleep(RETRY_SECONDS)


def _speak() -> None:
    """Write one line per message sent, and every warning, to standard error, unless the host has set up logging."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("ownstock").setLevel(logging.INFO)


def _run(*, once: bool) -> bool:
    """Take up what an earlier worker left, then run the jobs; tells whether somebody asked to stop."""
    close_old_connections()
    journal.sweep()
    journal.wake()
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=CONNECTIONS)
    close_old_connections()
    try:
        with app.replace_connector(connector):
            asyncio.run(_work(once=once))
    except asyncio.CancelledError:
        return True
    return False


async def _work(*, once: bool) -> None:
    worker = asyncio.current_task()
    assert worker is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, worker.cancel)
    async with app.open_async():
        await _forget_orphans()
        await app.run_worker_async(
            wait=not once,
            concurrency=1 if once else CONCURRENCY,
            delete_jobs="always",
            install_signal_handlers=False,
        )


async def _forget_orphans() -> None:
    """Drop the jobs of workers that died: they were wake-ups, and the outbox still holds what they were to do."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
