"""What every part of a run of the ledger's benchmark works with, and how much it does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.ledger_cost import Cost, costing
from bench.ledger_home import Company
from bench.ledger_report import Report
from ownstock.site.embedded.client import Server

WARM_CALLS = 3


@dataclass(frozen=True)
class Size:
    """How much of everything is done: `rounds` of so many `seconds`, batches a process, rows of a file, calls."""

    company: Company
    processes: int
    seconds: float
    rounds: int
    batches: int
    rows: int
    movements: int
    calls: int
    peer: Company


FULL = Size(Company(1_000, 10), 16, 10, 2, 60, 1_000_000, 10_000_000, 1_000, Company(1_000, 10))
QUICK = Size(Company(100, 10), 4, 1, 1, 3, 5_000, 20_000, 30, Company(50, 2))


@dataclass(frozen=True)
class Run:
    """A server that runs, how much is done on it, and the figures so far."""

    server: Server
    size: Size
    report: Report

    @property
    def pid(self) -> int:
        """The server's process."""
        return self.server.pid

    def asked(self, question: Callable[[], object], calls: int) -> tuple[list[float], Cost]:
        """Seconds of each call after the first few, and what all of them cost."""
        for _ in range(min(calls, WARM_CALLS)):
            question()
        seconds = []
        with costing(self.pid) as cost:
            for _ in range(calls):
                start = time.perf_counter()
                question()
                seconds.append(time.perf_counter() - start)
        cost.count = calls
        return seconds, cost
