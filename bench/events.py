"""Events told to other programs: `python -m bench.events [--events N]`.

A new installation, its database as production has it, and a receiver on this machine that verifies signatures and answers
200. So many events are told by the dispatcher, one after another; then one at a time is recorded while the worker's loop and
dispatcher run, and the time until the receiver has it is measured. Beside them the raw limit in the same run: the same bytes
posted to the same receiver, signed, with nothing read or written. Prints a table and, last, a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.demand_history import installation_in
from bench.tables import print_table
from tests import web_receiver as web

EVENTS, SINGLE, AT_ONCE = 1_000, 20, 100
ACTOR, KIND = "bench", "planning.planned"


def told(receiver: web.Receiver, count: int) -> list[web.Posted]:
    """Record events and have them told; what the receiver got."""
    from ownstock.automation.actions import dispatch_due
    from ownstock.exchange.subscriptions.following import follow
    from ownstock.journal import actions as journal

    receiver.received.clear()
    for number in range(count):
        journal.record(actor=ACTOR, verb=KIND, subject=f"planning_run:{number}", new={"proposals": number})
    while follow() or dispatch_due(AT_ONCE):
        pass
    assert len(receiver.received) == count, len(receiver.received)
    return list(receiver.received)


def posted(receiver: web.Receiver, messages: list[web.Posted]) -> None:
    """The same bytes to the same receiver, and nothing else."""
    from ownstock.exchange.transports import time_limit, webhook

    for message in messages:
        head = {"webhook-id": message.message_id, "Content-Type": "application/json", "User-Agent": "Ownstock"}
        webhook.post(message.content, head, receiver.url, [web.SECRET], time_limit())


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """(seconds, seconds of computing of this process)."""
    began, computed = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - began, time.process_time() - computed


def delays(receiver: web.Receiver) -> list[float]:
    """Seconds from recording an event to its arrival, while the worker's loop and its dispatcher run."""
    from ownstock.automation.actions import dispatch_due
    from ownstock.automation.event_watch import FOLLOWING
    from ownstock.journal import actions as journal

    found = []
    with FOLLOWING.running():
        for number in range(SINGLE):
            receiver.received.clear()
            began = time.perf_counter()
            journal.record(actor=ACTOR, verb=KIND, subject=f"planning_run:single-{number}")
            while not receiver.received:
                dispatch_due(AT_ONCE)
                time.sleep(0.02)
            found.append(time.perf_counter() - began)
    return sorted(found)


def main() -> None:
    """Measure, print, and end with a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    count = parser.parse_args().events
    with tempfile.TemporaryDirectory() as folder, installation_in(Path(folder)), web.web_receiver() as receiver:
        from django.conf import settings

        from ownstock.exchange.subscriptions.actions import set_subscription
        from ownstock.exchange.subscriptions.rules import SubscriptionDraft

        settings.LOOPBACK_ALLOWED = True
        set_subscription(SubscriptionDraft("bench", receiver.url, [KIND]), actor=ACTOR, secret=web.SECRET)
        messages: list[web.Posted] = []
        ours = timed(lambda: messages.extend(told(receiver, count)))
        half = timed(lambda: told(receiver, count // 2))
        raw = timed(lambda: posted(receiver, messages))
        waits = delays(receiver)
    figures = {
        "events": count, "told_per_second": count / ours[0], "told_per_second_of_half": count // 2 / half[0],
        "cpu_ms_each": 1000 * ours[1] / count, "raw_per_second": count / raw[0], "raw_cpu_ms_each": 1000 * raw[1] / count,
        "delay_p50_seconds": waits[len(waits) // 2], "delay_worst_seconds": waits[-1],
    }  # fmt: skip
    print_table([{"figure": name, "value": round(value, 3)} for name, value in figures.items()])
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
