"""A million movements from a CSV file, as `ownstock import movements` brings them in."""

from __future__ import annotations

import random
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from bench.ledger_home import Company
from bench.ledger_site import ACTOR

LINES_OF_A_POSTING = 10


@dataclass(frozen=True)
class Brought:
    """What an import took: seconds, processors' seconds of its own, the most memory, how often it said how far it was."""

    rows: int
    seconds: float
    cpu_s: float
    peak_mib: int
    told_times: int


def write_file(path: Path, company: Company, rows: int, *, first: int) -> None:
    """Issues of one unit, ten to a document; the documents are numbered from `first`."""
    rng = random.Random(7)
    with path.open("w", encoding="ascii") as file:
        file.write("posting_key,kind,reference,sku,source,target,quantity,moved_at\n")
        for k in range(rows):
            sku, source = company.sku(rng.randrange(company.items)), company.site(rng.randrange(company.sites))
            document = first + k // LINES_OF_A_POSTING
            target = company.customer(document % company.customers)
            day = f"2025-{1 + document % 12:02}-{1 + document % 28:02}T12:00:00Z"
            file.write(f"row-{document},issue,invoice {document},{sku},{source},{target},1,{day}\n")


def bring(path: Path) -> Brought:
    """Import the file; to be done in a process of its own, whose memory is the import's."""
    from ownstock.ledger.imports import import_movements

    told: list[tuple[int, int]] = []
    start, cpu_start = time.perf_counter(), time.process_time()
    imported = import_movements(path, actor=ACTOR, progress=lambda done, total: told.append((done, total)))
    seconds, cpu_s = time.perf_counter() - start, time.process_time() - cpu_start
    connections.close_all()
    assert imported.created, "The import posted nothing."
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (2**20 if sys.platform == "darwin" else 2**10)
    return Brought(imported.rows, seconds, cpu_s, peak, len(told))
