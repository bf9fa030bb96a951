"""Several processes that call the ledger at once, as several programs would: each begins when all are ready."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from queue import Empty
from typing import Any

from bench.ledger_cost import Cost, cpu_seconds

START_SECONDS = 120
SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Done:
    """What one process did: so many things, each in so long, for so many processors' seconds."""

    count: int
    latencies_s: list[float]
    cpu_s: float
    seconds: float


@dataclass(frozen=True)
class Gate:
    """Where processes wait until all have made themselves ready."""

    barrier: Barrier
    answers: Queue[Any]

    def timed(self, until: Callable[[], bool], work: Callable[[], int]) -> None:
        """Once all are ready, do the work again and again until it is enough, and tell what it took."""
        self.barrier.wait(START_SECONDS)
        latencies: list[float] = []
        count, start, cpu_start = 0, time.perf_counter(), time.process_time()
        while not until():
            begun = time.perf_counter()
            count += work()
            latencies.append(time.perf_counter() - begun)
        self.answers.put(Done(count, latencies, time.process_time() - cpu_start, time.perf_counter() - start))


@dataclass(frozen=True)
class AllDone:
    """What several processes did at once."""

    cost: Cost
    latencies_s: list[float]


def together(count: int, target: Callable[..., None], arguments: tuple[Any, ...], *, server_pid: int) -> AllDone:
    """Run `target(gate, number, *arguments)` in so many processes of their own; what they did is added up.

    Raises:
        RuntimeError: one of them ended without an answer.
    """
    gate = Gate(SPAWN.Barrier(count + 1), SPAWN.Queue())
    processes = [
        SPAWN.Process(target=_begin, args=(target, gate, number, arguments), daemon=True) for number in range(count)
    ]
    try:
        for process in processes:
            process.start()
        gate.barrier.wait(START_SECONDS)
        server_cpu, start = cpu_seconds(server_pid), time.perf_counter()
        answers = [_answer(gate, processes) for _ in processes]
        server_cpu, seconds = cpu_seconds(server_pid) - server_cpu, time.perf_counter() - start
        for process in processes:
            process.join()
    finally:
        for process in processes:
            process.kill()
    cost = Cost(sum(a.count for a in answers), seconds, server_cpu, sum(a.cpu_s for a in answers))
    return AllDone(cost, [latency for answer in answers for latency in answer.latencies_s])


def _begin(target: Callable[..., None], gate: Gate, number: int, arguments: tuple[Any, ...]) -> None:
    # Ctrl-C in the terminal is for the process that started this one, and ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        target(gate, number, *arguments)
    except threading.BrokenBarrierError:
        return


def _answer(gate: Gate, processes: list[Any]) -> Done:
    while True:
        try:
            answer: Done = gate.answers.get(timeout=1)
        except Empty:
            if any(process.exitcode not in (None, 0) for process in processes):
                gate.barrier.abort()
                raise RuntimeError("A process of the benchmark ended without an answer.") from None
        else:
            return answer


def alone_in_a_process(target: Callable[..., Any], *arguments: Any) -> Any:
    """What `target(*arguments)` returns, in a process that does nothing else, so that its memory is its own.

    Raises:
        RuntimeError: it ended without an answer.
    """
    answers = SPAWN.SimpleQueue()
    process = SPAWN.Process(target=_tell, args=(answers, target, arguments), daemon=True)
    process.start()
    try:
        while answers.empty() and process.is_alive():
            process.join(0.05)
        if answers.empty():
            raise RuntimeError("A process of the benchmark ended without an answer.")
        return answers.get()
    finally:
        process.kill()


def _tell(answers: Any, target: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers.put(target(*arguments))
