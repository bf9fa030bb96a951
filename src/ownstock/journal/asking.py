"""Having the worker do at once what it does by itself at night."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def ask_the_worker(task: str) -> None:
    """Have the worker begin a nightly task now; what waits already is not begun twice."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(task, queueing_lock=task).defer(timestamp=int(timezone.now().timestamp()))
