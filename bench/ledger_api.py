"""The ledger through HTTP: the server as `ownstock serve` starts it, a real key, connections that are kept open."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from bench.ledger_cost import Cost, cpu_seconds
from bench.ledger_home import Company
from bench.ledger_http import KeptOpen
from bench.ledger_posts import batch, one_line
from bench.ledger_site import ACTOR
from ownstock.access.actions import create_api_key
from ownstock.access.rules import Scope
from ownstock.ledger.rules import PostingRequest

HOST = "127.0.0.1"
START_SECONDS, ENDING_SECONDS = 60, 30
# At rest is who needs less than a tenth of a processor over some seconds.
REST_SECONDS, LOOK_SECONDS, IDLE = 180, 3, 0.1


@dataclass(frozen=True)
class Api:
    """A web server that runs: where, which process started it, and a key it accepts."""

    port: int
    pid: int
    token: str

    def connect(self) -> KeptOpen:
        """A connection that is kept open."""
        return KeptOpen(HOST, self.port, {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})

    def ask(self, connection: KeptOpen, method: str, path: str, body: bytes = b"") -> Any:
        """What the server answers. Raises RuntimeError when it refuses."""
        status, answer = connection.ask(method, f"/api{path}", body)
        if status != 200:
            raise RuntimeError(f"{method} {path}: {status} {answer[:500]!r}")
        return json.loads(answer)

    def await_rest(self, server_pid: int) -> float:
        """Wait until the worker has done what earlier parts left it (valuing, sealing, checking); returns the seconds."""
        start = time.perf_counter()
        while time.perf_counter() - start < REST_SECONDS:
            before = cpu_seconds(server_pid) + cpu_seconds(self.pid)
            time.sleep(LOOK_SECONDS)
            if cpu_seconds(server_pid) + cpu_seconds(self.pid) - before < IDLE * LOOK_SECONDS:
                break
        return time.perf_counter() - start


@contextmanager
def serving() -> Iterator[Api]:
    """Run `ownstock serve` (web server and worker) on the database that Django works in here."""
    token = create_api_key("bench", scopes=list(Scope), actor=ACTOR)
    port = _free_port()
    words = [sys.executable, "-m", "ownstock", "serve", "--port", str(port)]
    # Ctrl-C in the terminal is for the benchmark, which ends what it has started.
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _await(process, port)
        yield Api(port, process.pid, token)
    finally:
        process.terminate()
        try:
            process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind((HOST, 0))
        return int(candidate.getsockname()[1])


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("`ownstock serve` did not start.")


@dataclass(frozen=True)
class Called:
    """Calls that were answered: what they cost (the client's processors are the web server's) and how long each took."""

    cost: Cost
    latencies_s: list[float]
    client_cpu_s: float


Caller = Callable[[KeptOpen], int]


def calling(api: Api, server_pid: int, callers: list[Caller], *, seconds: float) -> Called:
    """Let each caller call again and again over a connection of its own, all at once, for so long."""
    latencies: list[list[float]] = [[] for _ in callers]
    counts = [0 for _ in callers]
    faults: list[BaseException] = []
    barrier = threading.Barrier(len(callers) + 1)
    ending = threading.Event()

    def go(number: int, caller: Caller) -> None:
        try:
            connection = api.connect()
            caller(connection)
            barrier.wait()
            while not ending.is_set():
                start = time.perf_counter()
                counts[number] += caller(connection)
                latencies[number].append(time.perf_counter() - start)
        except BaseException as fault:
            faults.append(fault)
            ending.set()
            barrier.abort()

    threads = [threading.Thread(target=go, args=pair, daemon=True) for pair in enumerate(callers)]
    for thread in threads:
        thread.start()
    cost, client_cpu_s = _waited(api, server_pid, barrier, ending, threads, seconds)
    if faults:
        raise faults[0]
    cost.count = sum(counts)
    return Called(cost, [taken for each in latencies for taken in each], client_cpu_s)


def _waited(
    api: Api, server_pid: int, barrier: threading.Barrier, ending: threading.Event,
    threads: list[threading.Thread], seconds: float,
) -> tuple[Cost, float]:  # fmt: skip
    try:
        barrier.wait()
    except threading.BrokenBarrierError:
        return Cost(), 0.0
    before, start = (cpu_seconds(server_pid), cpu_seconds(api.pid), time.process_time()), time.perf_counter()
    ending.wait(seconds)
    ending.set()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    after = cpu_seconds(server_pid), cpu_seconds(api.pid), time.process_time()
    spent = [late - early for late, early in zip(after, before, strict=True)]
    return Cost(0, took, spent[0], spent[1]), spent[2]


def body_of(requests: list[PostingRequest]) -> bytes:
    """Postings as the API takes them."""
    postings = [
        {
            "key": request.key, "kind": str(request.kind), "reference": request.reference,
            "lines": [
                {"sku": line.sku, "source": line.source, "target": line.target, "quantity": str(line.quantity)}
                for line in request.lines
            ],
        }
        for request in requests
    ]  # fmt: skip
    return json.dumps({"postings": postings}).encode()


def single_caller(api: Api, company: Company, number: int, *, is_hot: bool, run: str) -> Caller:
    """Posts one line a call."""
    rng, numbers = random.Random(number), count()

    def call(connection: KeptOpen) -> int:
        request = one_line(company, rng, is_hot=is_hot, key=f"{run}-{number}-{next(numbers)}")
        return _posted(api, connection, [request])

    return call


def batch_caller(api: Api, company: Company, number: int, *, lines: int, postings: int, run: str) -> Caller:
    """Posts so many lines a call, as so many documents."""
    rng, numbers = random.Random(number), count()

    def call(connection: KeptOpen) -> int:
        key = f"{run}-{number}-{next(numbers)}"
        return _posted(api, connection, batch(company, rng, key=key, postings=postings, lines=lines))

    return call


def _posted(api: Api, connection: KeptOpen, requests: list[PostingRequest]) -> int:
    answers = api.ask(connection, "POST", "/postings", body_of(requests))
    if not all(answer["is_new"] for answer in answers):
        raise RuntimeError("A posting was answered as one that had been posted before.")
    return sum(len(request.lines) for request in requests)
