"""The job of the sample company: a year of a real shop, brought into an empty installation."""

from __future__ import annotations

import tempfile
from pathlib import Path

from procrastinate.contrib.django import app

from ownstock.base.errors import Refused
from ownstock.catalog.queries import is_catalog_empty
from ownstock.journal.queues import held
from ownstock.journal.running import report, running
from ownstock.lab import demo

JOB = "sample_company"
TASK = "ownstock.sample_company"
MOVEMENTS = "posting a year of movements"


@app.task(name=TASK, queueing_lock=TASK)
def load_sample_company() -> None:
    """Bring the sample company in and plan it; what another run has done already is not done again.

    Raises:
        Refused: the installation holds items of another company.
    """
    with held(JOB) as is_free:
        if is_free:
            with running(JOB, task=TASK):
                _load()


def _load() -> None:
    if not is_catalog_empty() and not demo.is_sample():
        raise Refused(
            "There are items of a company here already; the sample needs an empty database.", code="not_empty"
        )
    with tempfile.TemporaryDirectory(prefix="ownstock-") as folder:
        report("reading a year of a real shop")
        files = Path(folder)
        demo.write_tables(files)
        report("bringing in items, suppliers and terms")
        demo.import_catalog(files)
        demo.import_year(files, lambda done, total: report(MOVEMENTS, done, total))
        report("planning every item")
        demo.plan()
