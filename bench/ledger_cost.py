"""What work costs: seconds on the wall, and processors' seconds of the server and of who asks it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import ceil

import psutil


@dataclass
class Cost:
    """So many things done, in so many seconds, for so many processors' seconds."""

    count: int = 0
    seconds: float = 0.0
    server_cpu_s: float = 0.0
    client_cpu_s: float = 0.0

    @property
    def per_second(self) -> float:
        """So many in a second."""
        return self.count / self.seconds if self.seconds else 0.0

    def plus(self, other: Cost) -> Cost:
        """Both, one after the other."""
        return Cost(
            self.count + other.count,
            self.seconds + other.seconds,
            self.server_cpu_s + other.server_cpu_s,
            self.client_cpu_s + other.client_cpu_s,
        )

    def each_us(self) -> tuple[float, float]:
        """Microseconds of processors for each: the server's, the client's."""
        return (1e6 * self.server_cpu_s / max(self.count, 1), 1e6 * self.client_cpu_s / max(self.count, 1))


def total(costs: Iterable[Cost]) -> Cost:
    """All of them, one after the other."""
    found = Cost()
    for cost in costs:
        found = found.plus(cost)
    return found


def cpu_seconds(pid: int) -> float:
    """Processors' seconds of a process, of its children, and of those that ended and were waited for."""
    parent = psutil.Process(pid)
    spent = 0.0
    for member in [parent, *parent.children(recursive=True)]:
        # A child that has just ended is counted in its parent's.
        with suppress(psutil.Error):
            times = member.cpu_times()
            spent += times.user + times.system + times.children_user + times.children_system
    return spent


@contextmanager
def costing(server_pid: int, client_pid: int | None = None) -> Iterator[Cost]:
    """Measure a block: its seconds, the server's processors, and the client's (None: this process alone)."""
    cost = Cost()
    server, client = cpu_seconds(server_pid), _client(client_pid)
    start = time.perf_counter()
    try:
        yield cost
    finally:
        cost.seconds = time.perf_counter() - start
        cost.server_cpu_s = cpu_seconds(server_pid) - server
        cost.client_cpu_s = _client(client_pid) - client


def _client(pid: int | None) -> float:
    return time.process_time() if pid is None else cpu_seconds(pid)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that so many percent of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(ceil(percent / 100 * len(ordered)), 1) - 1]
