"""The part that measures the peer on the same server: Tryton's stock module, and ours with as many processes beside it."""

from __future__ import annotations

from bench import ledger_posts
from bench.ledger_cost import Cost
from bench.ledger_home import count_of
from bench.ledger_report import written
from bench.ledger_run import Run
from bench.ledger_tryton import NotInstalled, Peer
from bench.ledger_workers import AllDone

LINES = 30
SINGLES = ((1, False), (1, True), (4, False), (4, True))


def measure_peer(run: Run) -> None:
    """Single moves, thirty at once, on hand: Tryton's and ours."""
    try:
        peer = Peer(run.server)
    except NotInstalled as error:
        run.report.leave_out(f"Tryton: {error}")
        return
    company = run.size.peer
    print(f"{peer.versions()}: {peer.fill(company.items, company.sites):,} moves to begin with", flush=True)
    ledger_posts.open_company(run.server, "ownstock_beside_peer", company)
    for processes in (1, 4):
        _singles(run, peer, processes)
        _documents(run, peer, processes)
    seconds = peer.on_hand(run.size.calls)
    run.report.latency("tryton_on_hand", "Tryton: on hand of an item in a place", seconds)


def _singles(run: Run, peer: Peer, processes: int) -> None:
    ours = ledger_posts.singles(
        run.size.peer, processes, run.size.seconds, is_hot=False, run=_key(), server_pid=run.pid
    )
    for is_assigned in (False, True):
        theirs = peer.post(processes, run.size.seconds, lines=1, is_assigned=is_assigned)
        words = "assigned and done" if is_assigned else "done"
        what = f"Tryton: a move of one line {words}, processes: {processes}"
        name = f"tryton_{processes}_1{'_assigned' if is_assigned else ''}"
        run.report.rate(
            name, what, theirs.cost, "movements/s", beside=theirs.told(), retries=theirs.retries, failed=theirs.failed
        )
    beside = f"{times(ours.cost, theirs.cost)}, assigned"
    run.report.rate(f"ours_{processes}_1", f"post, one line, processes: {processes}", ours.cost, "/s", beside=beside)


def _documents(run: Run, peer: Peer, processes: int) -> None:
    theirs = peer.post(processes, run.size.seconds, lines=LINES, is_assigned=False)
    what = f"Tryton: {LINES} moves done at once, processes: {processes}"
    run.report.rate(
        f"tryton_{processes}_{LINES}", what, theirs.cost, "movements/s", beside=theirs.told(),
        retries=theirs.retries, failed=theirs.failed,
    )  # fmt: skip
    ours = _ours(run, processes)
    beside = times(ours.cost, theirs.cost)
    what = f"post, a document of {LINES} lines, processes: {processes}"
    run.report.rate(f"ours_{processes}_{LINES}", what, ours.cost, "movements/s", beside=beside)


def _ours(run: Run, processes: int) -> AllDone:
    calls = 10 * run.size.batches
    return ledger_posts.batches(
        run.size.peer, processes, calls, postings=1, lines=LINES, run=_key(), server_pid=run.pid
    )


def times(ours: Cost, theirs: Cost) -> str:
    """How much faster ours is, and for how much less of the processors."""
    if not theirs.count:
        return "Tryton did none"
    faster = ours.per_second / theirs.per_second
    less = sum(theirs.each_us()) / sum(ours.each_us())
    return f"{written(faster)} x Tryton, for 1/{less:,.0f} of the CPU"


def _key() -> str:
    return f"peer-{count_of('ledger_movement')}"
