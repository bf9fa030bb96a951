"""The ledger beside its references in one run: `python -m bench.ledger [--quick] [--movements N] [--home FOLDER]`.

A real embedded PostgreSQL with fsync and synchronous_commit on, in a home folder of its own; beside every figure processors'
microseconds of the server and of who asks it, for seconds on the wall tell of the machine's other work too. Parts:

    singles   `ledger.actions.post`, one line a call, by 16 processes on any of 10,000 item-sites and on a single one;
              beside it pgbench, as many clients, sending the very statements that the action sends (ledger_pgbench.py)
    batches   a thousand lines a call, by 1 and 2 processes, as one document and as a thousand
    api       the same through HTTP from `ownstock serve`, and single lines by 4 and 16 clients
    import    a million movements from a CSV file
    peer      Tryton's stock module on the same server (ledger_tryton.py)
    large     ten million movements, built by posting: on hand and a page among a tenth as many balances, through the
              query and through HTTP; past instants, recalls, also of a lot of 100,000 movements; demand history brought up
              to date; cycle counts; what a posting costs at a tenth and at all

InvenTree's figures are constants: version 1.2 was measured earlier on such a machine, 28 requests/s with 4 clients and 54
movements/s in calls of 30 lines. The large ledger is kept with --home, so that a later run with the same folder builds
nothing. All its movements are posted now, and so lie in one month's part of the table; they are dated over three years.

--quick does everything small, to see that it works: its figures tell nothing. Prints a table and, last, a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ownstock
from bench import ledger_growth, ledger_peer, ledger_writes
from bench.ledger_home import is_durable, server_in
from bench.ledger_report import Report
from bench.ledger_run import FULL, QUICK, Run, Size

Part = Callable[[Run], None]
PARTS: dict[str, tuple[Part, ...]] = {
    "singles": (ledger_writes.open_small, ledger_writes.measure_singles),
    "batches": (ledger_writes.open_small, ledger_writes.measure_batches),
    "api": (ledger_writes.open_small, ledger_writes.measure_api),
    "import": (ledger_writes.open_small, ledger_writes.measure_import),
    "peer": (ledger_peer.measure_peer,),
    "large": (ledger_growth.measure_large,),
}


def measure(parts: list[str], size: Size, home: Path | None) -> Report:
    """Run some parts on a server of their own, one after another."""
    report = Report()
    with server_in(home) as server:
        assert is_durable(server), "The server would not keep what it has committed; nothing is measured on it."
        run = Run(server, size, report)
        for name in parts:
            print(f"--- {name}", flush=True)
            for step in PARTS[name]:
                step(run)
    return report


def main() -> None:
    """Read what to do from the command line, do it, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--quick", action="store_true", help="everything small")
    parser.add_argument("--movements", type=int, help="of the large ledger (10,000,000)")
    parser.add_argument("--seconds", type=float, help="of each round (10)")
    parser.add_argument("--home", type=Path, help="a folder that is kept; else one that is removed")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else FULL
    given = {"movements": chosen.movements, "seconds": chosen.seconds}
    size = replace(size, **{name: value for name, value in given.items() if value is not None})
    # Ended from outside, it ends what it has started, as with Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    load_before = os.getloadavg()[0]
    report = measure(chosen.parts, size, chosen.home)
    print(f"\n{report.table()}")
    facts = {
        "bench": "ledger",
        "version": ownstock.__version__,
        "is_quick": chosen.quick,
        "load_before": round(load_before, 2),
        "cores": os.cpu_count(),
        "movements": size.movements,
    }
    print(json.dumps(facts | report.told()))


if __name__ == "__main__":
    main()
