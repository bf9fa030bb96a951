"""The parts that write into a small company: single lines, batches, both through HTTP, a file."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import ledger_api, ledger_import, ledger_pgbench, ledger_posts
from bench.ledger_cost import Cost, costing, total
from bench.ledger_home import Company, count_of
from bench.ledger_report import Figure, at_least, at_most, written
from bench.ledger_run import Run
from bench.ledger_workers import AllDone, alone_in_a_process
from ownstock.site.embedded.databases import Login, logins

# Version 1.2, measured earlier: requests a second with 4 clients, and movements a second in calls of 30 lines.
INVENTREE_SINGLE, INVENTREE_MOVEMENT, INVENTREE_LINES = 28.0, 54.0, 30
TIMES_INVENTREE = 10
KEY, SKU, SITE = "900000000000000017", "100007", "203"


def open_small(run: Run) -> None:
    """Open the small company, with opening balances where it is new."""
    ledger_posts.open_company(run.server, "ownstock", run.size.company)


def measure_singles(run: Run) -> None:
    """One line a call by many processes, of any item-site and of one, in turn with pgbench."""
    login = logins(run.server, "ownstock").app
    customer = run.size.company.customer(0)
    sent = ledger_pgbench.sent_by(run.server, login, ledger_pgbench.post_once, SKU, SITE, customer, KEY)
    for is_hot in (False, True):
        ours, reference = [], Cost()
        for number in range(run.size.rounds):
            ours.append(_singles(run, is_hot, number))
            reference = reference.plus(_pgbench(run, login, sent, is_hot))
        _report_singles(run, is_hot, ours, reference, len(sent))


def _singles(run: Run, is_hot: bool, number: int) -> AllDone:
    """A round of ours; every movement that is counted is there."""
    before = count_of("ledger_movement")
    key = f"single-{before}-{is_hot}-{number}"
    done = ledger_posts.singles(
        run.size.company, run.size.processes, run.size.seconds, is_hot=is_hot, run=key, server_pid=run.pid
    )
    came = count_of("ledger_movement") - before
    assert came == done.cost.count + run.size.processes * ledger_posts.BEFORE_THE_CLOCK, "Some postings are missing."
    return done


def _pgbench(run: Run, login: Login, sent: Sequence[ledger_pgbench.Sent], is_hot: bool) -> Cost:
    """A round of pgbench; every transaction has posted a movement."""
    script = ledger_pgbench.script_of(sent, drawn_for(run.size.company, is_hot=is_hot))
    before = count_of("ledger_movement")
    cost = ledger_pgbench.send(run.server, login, script, clients=run.size.processes, seconds=run.size.seconds)
    assert count_of("ledger_movement") - before == cost.count, "pgbench did not post each time."
    return cost


def drawn_for(company: Company, *, is_hot: bool) -> dict[str, tuple[str, str]]:
    """What pgbench draws anew in each transaction in place of the captured key, item and site."""
    last_sku, last_site = company.sku(company.items - 1), company.site(company.sites - 1)
    return {
        KEY: ("key", "random(1, 9000000000000000000)"),
        SKU: ("sku", company.sku(0) if is_hot else f"random({company.sku(0)}, {last_sku})"),
        SITE: ("site", company.site(0) if is_hot else f"random({company.site(0)}, {last_site})"),
    }


def _report_singles(run: Run, is_hot: bool, ours: Sequence[AllDone], reference: Cost, statements: int) -> None:
    report = run.report
    name, words = ("hot", "one item-site") if is_hot else ("spread", "any item-site")
    cost = total(done.cost for done in ours)
    report.rate(f"pgbench_{name}", f"pgbench, what post sends (statements: {statements}), {words}", reference, "/s")
    report.rate(f"post_{name}", f"post, one line a call, {run.size.processes} processes, {words}", cost, "/s")
    report.latency(f"post_{name}_latency", "  each call", [taken for done in ours for taken in done.latencies_s])
    percent = 100 * cost.per_second / reference.per_second
    target = None if is_hot else at_least(35, "%, goal 60")
    report.add(Figure(f"post_{name}_share", f"  post against pgbench, {words}", percent, "%", target=target))


def measure_batches(run: Run) -> None:
    """A thousand lines a call, as one document and as a thousand, by one process and by two."""
    for processes in (1, 2):
        for postings in (1, ledger_posts.LINES_AT_ONCE):
            key = f"batch-{count_of('ledger_movement')}"
            done = ledger_posts.batches(
                run.size.company, processes, run.size.batches, postings=postings, run=key, server_pid=run.pid
            )
            what = f"post, 1,000 lines a call, documents: {postings}, processes: {processes}"
            target = at_least(30_000, "/s") if (processes, postings) == (2, 1) else None
            run.report.rate(f"batch_{processes}_{postings}", what, done.cost, "movements/s", target=target)


def measure_api(run: Run) -> None:
    """Single lines and batches through HTTP, over connections that are kept open."""
    with ledger_api.serving() as api:
        seconds = api.await_rest(run.pid)
        run.report.add(
            Figure("api_rest", "until the worker had valued and checked what was posted before", seconds, "s")
        )
        for clients in (4, 16):
            for is_hot in (False, True):
                _api_singles(run, api, clients, is_hot)
        for clients, lines, postings in ((4, INVENTREE_LINES, 1), (1, 1_000, 1), (4, 1_000, 1), (4, 1_000, 1_000)):
            _api_batches(run, api, clients, lines, postings)


def _api_singles(run: Run, api: ledger_api.Api, clients: int, is_hot: bool) -> None:
    key = f"api-{count_of('ledger_movement')}"
    callers = [ledger_api.single_caller(api, run.size.company, k, is_hot=is_hot, run=key) for k in range(clients)]
    called = ledger_api.calling(api, run.pid, callers, seconds=run.size.seconds)
    name, words = ("hot", "one item-site") if is_hot else ("spread", "any item-site")
    times = called.cost.per_second / INVENTREE_SINGLE
    run.report.rate(
        f"api_{clients}_{name}", f"API, one line a call, {clients} clients, {words}", called.cost, "requests/s",
        beside=f"{written(times)} x InvenTree", target=at_least(TIMES_INVENTREE * INVENTREE_SINGLE, "/s"),
    )  # fmt: skip
    run.report.latency(f"api_{clients}_{name}_latency", "  each call", called.latencies_s)


def _api_batches(run: Run, api: ledger_api.Api, clients: int, lines: int, postings: int) -> None:
    key = f"api-{count_of('ledger_movement')}"
    callers = [
        ledger_api.batch_caller(api, run.size.company, k, lines=lines, postings=postings, run=key)
        for k in range(clients)
    ]
    called = ledger_api.calling(api, run.pid, callers, seconds=run.size.seconds)
    is_inventree = lines == INVENTREE_LINES
    limit = TIMES_INVENTREE * INVENTREE_MOVEMENT if is_inventree else 15_000
    times = called.cost.per_second / INVENTREE_MOVEMENT
    run.report.rate(
        f"api_{clients}_{lines}_{postings}",
        f"API, {lines:,} lines a call, documents: {postings:,}, clients: {clients}", called.cost, "movements/s",
        beside=f"{written(times)} x InvenTree" if is_inventree else "",
        target=at_least(limit, "/s") if is_inventree or (clients, postings) == (4, 1) else None,
    )  # fmt: skip


def measure_import(run: Run) -> None:
    """A file of movements, brought in by a process of its own."""
    rows = run.size.rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"movements-{count_of('ledger_movement')}.csv"
        ledger_import.write_file(path, run.size.company, rows, first=count_of("ledger_posting"))
        with costing(run.pid) as cost:
            brought = alone_in_a_process(ledger_import.bring, path)
    cost.count, cost.client_cpu_s = brought.rows, brought.cpu_s
    beside = f"peak {brought.peak_mib:,} MiB; told {brought.told_times} times how far it was"
    target = at_most(60 * rows / 1_000_000, "s")
    what = f"import of {rows:,} movements from CSV"
    facts = {"peak_mib": brought.peak_mib, "told_times": brought.told_times}
    run.report.add(Figure("import", what, brought.seconds, "s", cost.each_us(), beside, target, facts))
