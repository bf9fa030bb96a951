"""The parts that need many movements: what they cost as they become more, and questions to them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date

from bench import ledger_api, ledger_demand, ledger_large, ledger_posts
from bench.ledger_cost import Cost, costing
from bench.ledger_home import analyze, count_of, open_database
from bench.ledger_large import Large
from bench.ledger_reads import Asking, Question
from bench.ledger_report import Figure, Target, at_most
from bench.ledger_run import Run
from bench.ledger_site import ACTOR
from ownstock.ledger import actions
from ownstock.ledger.models import Closing

BUILDERS = 2
CLOSED_ON = tuple(date(year, month, 1) for year in (2023, 2024, 2025) for month in (4, 7, 10))
CALLS_OF_ALL, CALLS_OF_RECALL, CALLS_OF_LARGE_RECALL = 3, 100, 20


def measure_large(run: Run) -> None:
    """Build the large ledger where it is not there, then ask it."""
    large = Large(run.size.movements)
    open_database(run.server, f"ownstock_{large.movements}")
    ledger_large.fill(large)
    _build(run, large)
    ledger_large.post_large_lot(large)
    analyze()
    asking = Asking(large)
    _questions(run, asking.here(), "")
    _past(run, asking, "past", "; no period closed" if not Closing.objects.exists() else "; quarters closed")
    _recall(run, asking)
    ledger_demand.measure_history(run, large)
    ledger_demand.measure_counts(run, large)
    _close(run, asking)
    # Last, for it brings the worker along, which values and checks what it finds.
    with ledger_api.serving() as api:
        api.await_rest(run.pid)
        _questions(run, asking.through(api), ", API")


def _build(run: Run, large: Large) -> None:
    """Post what is missing; what a movement costs after a tenth, and after all."""
    missing = ledger_large.missing_calls(large, is_receiving=False)
    _part(run, large, is_receiving=True)
    if not missing:
        run.report.leave_out("cost of a movement as they become more: the ledger was there already.")
        return
    few = _probe(run, large)
    _part(run, large, is_receiving=False)
    for (name, what), early, late in zip(_PROBES, few, _probe(run, large), strict=True):
        _growth(run, large, name, what, early, late)


def _part(run: Run, large: Large, *, is_receiving: bool) -> None:
    cost = ledger_large.build(large, BUILDERS, run.pid, is_receiving=is_receiving)
    if cost.count:
        name, words = ("received", "receipts of new lots") if is_receiving else ("left", "issues and transfers of lots")
        run.report.rate(f"built_{name}", f"built by posting, {words}, {BUILDERS} processes", cost, "movements/s")
        analyze()


_PROBES = (("batch", "movement of a batch"), ("single", "line posted alone"))


def _probe(run: Run, large: Large) -> tuple[Cost, Cost]:
    """What some batches cost now, and some single lines."""
    ledger_posts.opening(large.company)
    key = f"probe-{count_of('ledger_movement')}"
    many = ledger_posts.batches(large.company, BUILDERS, run.size.batches, postings=1, run=key, server_pid=run.pid)
    seconds = run.size.seconds
    single = ledger_posts.singles(
        large.company, run.size.processes, seconds, is_hot=False, run=f"{key}-single", server_pid=run.pid
    )
    return many.cost, single.cost


def _growth(run: Run, large: Large, name: str, what: str, few: Cost, many: Cost) -> None:
    early, late = few.each_us(), many.each_us()
    times = sum(late) / max(sum(early), 1e-9)
    early_words = f"{early[0]:,.0f} + {early[1]:,.0f} µs at {large.balances:,} movements"
    facts = {"early_server_us": round(early[0], 1), "early_client_us": round(early[1], 1)}
    words = f"  cost of a {what}, at {large.movements:,} movements"
    figure = Figure(f"growth_{name}", words, times, "times", late, f"{early_words}", at_most(1.3, "times"), facts)
    run.report.add(figure)


def _questions(run: Run, questions: dict[str, Question], face: str) -> None:
    """On hand of an item-site, a page of balances."""
    balances = f"{run.size.movements // 10:,} balances{face}"
    asked: Sequence[tuple[str, str, Target]] = (
        ("on_hand", f"on hand of an item-site among {balances}", at_most(5, "ms")),
        ("page", f"page of 50 anywhere in {balances}", at_most(50, "ms")),
        ("page_of_site", f"page of 50 of a site in {balances}", at_most(50, "ms")),
    )
    for name, what, target in asked:
        calls = run.size.calls if name == "on_hand" else max(run.size.calls // 10, 10)
        seconds, cost = run.asked(questions[name], calls)
        run.report.latency(f"{name}{face.replace(', ', '_').lower()}", what, seconds, cost=cost, target=target)


def _past(run: Run, asking: Asking, name: str, words: str) -> None:
    """Past instants of an item-site and of everything."""
    movements = f"at {run.size.movements:,} movements{words}"
    seconds, cost = run.asked(asking.past, run.size.calls)
    what = f"on hand of an item-site at a past instant {movements}"
    run.report.latency(name, what, seconds, cost=cost, target=at_most(100, "ms"))
    seconds, cost = run.asked(asking.past_of_all, CALLS_OF_ALL)
    run.report.latency(f"{name}_all", f"  of the whole company {movements}", seconds, cost=cost)


def _recall(run: Run, asking: Asking) -> None:
    questions = (
        ("recall", "recall of a lot, both ways, reconciled", asking.recall, CALLS_OF_RECALL),
        (
            "recall_large", f"  of a lot of {asking.large.large_lot_movements:,} movements", asking.recall_of_large_lot,
            CALLS_OF_LARGE_RECALL,
        ),
    )  # fmt: skip
    for name, what, question, calls in questions:
        seconds, cost = run.asked(question, min(calls, run.size.calls))
        words = f"{what}, at {run.size.movements:,} movements"
        run.report.latency(name, words, seconds, cost=cost, target=at_most(5_000, "ms"))


def _close(run: Run, asking: Asking) -> None:
    """Close the quarters, which values everything; then ask for the past again."""
    if Closing.objects.exists():
        return
    # Closing says that everything must be valued first: that is a figure of its own.
    with costing(run.pid) as cost:
        cost.count = actions.value()
    run.report.rate("value", f"valuing everything posted ({cost.count:,} entries)", cost, "entries/s")
    start = time.perf_counter()
    with costing(run.pid) as cost:
        for day in CLOSED_ON:
            actions.close(day, actor=ACTOR)
    seconds = (time.perf_counter() - start) / len(CLOSED_ON)
    run.report.add(Figure("close", f"closing a quarter, mean of {len(CLOSED_ON)}", seconds, "s"))
    analyze()
    _past(run, asking, "past_closed", "; quarters closed")
