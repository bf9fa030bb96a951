"""Pages of a large company, as ten people open them: `python -m bench.pages [--item-sites N] [--home FOLDER]`.

A company of its own (`bench.plan_with_receipts`): item-sites at four sites, three years of movements, orders, a plan, its
proposals. Ten people, signed in, each open a page, read for a second, open the next, from a web server with its worker, as
`ownstock serve` starts them. Measured is each page's time from the request to the last byte, the web server's CPU seconds a
page, and beside it, in the same run, a page that asks the database nothing: what no page can go below. `--home` keeps the
company for another run. Prints a table and, last, one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import psutil

from bench.demand_history import installation_in, make_catalog, write_ledger
from bench.ledger_http import KeptOpen
from bench.plan_with_receipts import make_suppliers, write_orders
from bench.tables import print_table

PEOPLE, READS_SECONDS, MINUTES = 10, 1.0, 1.0
RECEIPTS, MOVEMENTS = 500_000, 3_000_000
PORT, START_SECONDS = 8_471, 120
# Of what was ordered long ago the invoices have come, too.
INVOICED = """
    UPDATE purchasing_purchase_order SET state = 'closed', is_invoiced = true
    WHERE state = 'received' AND ordered_on < current_date - 60
"""
# So little is left of nearly all that something is proposed of every fourth.
LOW = "UPDATE ledger_balance SET on_hand = id % 3 WHERE id % 10 > 0"
# It leads nowhere: what the server, the session and the account cost each page.
FLOOR = "/nowhere"
TARGET_MS = 300.0
Pages = dict[str, Callable[[random.Random], str]]


def build(item_sites: int, movements: int) -> None:
    """The company, with a plan."""
    from django.db import connections

    from ownstock.planning import actions

    now = datetime.now(UTC)
    make_catalog(item_sites)
    write_ledger(movements, now)
    with connections["owner"].cursor() as cursor:
        cursor.execute(LOW)
    make_suppliers()
    write_orders(RECEIPTS, item_sites, now.date())
    with connections["owner"].cursor() as cursor:
        cursor.execute(INVOICED)
    actions.plan(planned_on=now.date(), actor="bench")


def pages() -> Pages:
    """Each page by its name: where it lies, of things drawn anew each time."""
    from django.urls import reverse

    from ownstock.catalog.models import ItemSite, Supplier
    from ownstock.planning.models import Proposal
    from ownstock.purchasing.models import PurchaseOrder

    item_sites = list(ItemSite.objects.order_by("id").values_list("pk", flat=True)[:200_000:101])
    proposals = list(Proposal.objects.order_by("id").values_list("pk", flat=True)[:50_000:53])
    orders = list(PurchaseOrder.objects.order_by("-id").values_list("number", flat=True)[:5_000:7])
    suppliers = list(Supplier.objects.order_by("id").values_list("code", flat=True)[:2_000:11])
    words = [f"I{number:04}" for number in range(0, 5_000, 97)]
    return {
        "floor": lambda _: FLOOR,
        "proposals": lambda _: reverse("web:proposals"),
        "proposals, searched": lambda r: f"{reverse('web:proposals')}?text={r.choice(words)}",
        "proposal": lambda r: reverse("web:proposal", args=[r.choice(proposals)]),
        "items": lambda r: f"{reverse('web:item-sites')}?page={_page(r, 3_000)}",
        "items, searched": lambda r: f"{reverse('web:item-sites')}?text={r.choice(words)}",
        "item-site": lambda r: reverse("web:item-site", args=[r.choice(item_sites)]),
        "orders": lambda r: f"{reverse('web:orders')}?page={_page(r, 2_000)}",
        "order": lambda r: reverse("web:order", args=[r.choice(orders)]),
        "suppliers": lambda _: reverse("web:suppliers"),
        "supplier": lambda r: reverse("web:supplier", args=[r.choice(suppliers)]),
        "scorecard": lambda r: reverse("web:scorecard", args=[r.choice(suppliers)]),
        "messages": lambda _: reverse("web:messages"),
        "invoices": lambda _: reverse("web:invoices"),
        "transfers": lambda _: reverse("web:transfers"),
    }


def _page(rng: random.Random, last: int) -> int:
    """A page that somebody opens of a long list: one of the first, seldom one far down."""
    return rng.randrange(1, last) if rng.random() < 0.05 else rng.randrange(1, 20)


def signed_in() -> list[str]:
    """The cookies of people who are signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from ownstock.access import actions as access
    from ownstock.access.models import User
    from ownstock.access.rules import INTERNAL_ROLES

    cookies = []
    for number in range(PEOPLE):
        name = f"person{number}"
        found = User.objects.filter(username=name).first()
        user = found or access.create_user(name, f"a long password {number}", actor="bench", roles=INTERNAL_ROLES)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        cookies.append(f"sessionid={session.session_key}")
    return cookies


@contextmanager
def served(home: Path) -> Iterator[psutil.Process]:
    """The web server and the worker on this machine; the process that answers requests."""
    command = [sys.executable, "-m", "ownstock", "serve", "--port", str(PORT)]
    with subprocess.Popen(command, env=os.environ | {"OWNSTOCK_HOME": str(home)}, stdout=subprocess.DEVNULL) as program:
        try:
            _await(lambda: bool(KeptOpen("127.0.0.1", PORT, {}).ask("GET", FLOOR)))
            yield max(psutil.Process(program.pid).children(recursive=True), key=_is_web)
        finally:
            program.terminate()


def _await(is_there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if is_there():
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def _is_web(process: psutil.Process) -> tuple[bool, float]:
    words = " ".join(process.cmdline())
    return ("spawn_main" in words, process.memory_info().rss)


def read(cookie: str, where: Pages, seed: int, until: float, told: dict[str, list[float]], faults: list[str]) -> None:
    """One person: a page, a second's reading, the next."""
    rng, asked = random.Random(seed), list(where.items())
    connection = KeptOpen("127.0.0.1", PORT, {"Cookie": cookie})
    while time.monotonic() < until:
        rng.shuffle(asked)
        for name, address in asked:
            path = address(rng)
            start = time.perf_counter()
            status, body = connection.ask("GET", path)
            told[name].append((time.perf_counter() - start) * 1e3)
            if status != 200 and path != FLOOR:
                faults.append(f"{path}: {status} {body[:80]!r}")
            time.sleep(rng.uniform(0.5, 1.5) * READS_SECONDS)
            if time.monotonic() > until:
                return


def measure(home: Path, minutes: float) -> dict[str, Any]:
    """Ten people at once for some minutes, after one has opened each page."""
    from django.db import connections

    told: dict[str, list[float]] = defaultdict(list)
    faults: list[str] = []
    cookies, where = signed_in(), pages()
    # A server that nobody has leased ends once its connections have: the one that is served would wait for ours.
    connections.close_all()
    with served(home) as web:
        warm = KeptOpen("127.0.0.1", PORT, {"Cookie": cookies[0]})
        for address in where.values():
            warm.ask("GET", address(random.Random(0)))
        before = web.cpu_times()
        until = time.monotonic() + 60 * minutes
        people = [Thread(target=read, args=(c, where, n, until, told, faults)) for n, c in enumerate(cookies)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        after, rss_mib = web.cpu_times(), web.memory_info().rss / 2**20
    count = sum(map(len, told.values()))
    cpu_ms = 1e3 * (after.user + after.system - before.user - before.system) / max(count, 1)
    rows = [
        {
            "page": name,
            "n": len(ms),
            "p50 ms": round(_at(ms, 0.5)),
            "p95 ms": round(_at(ms, 0.95)),
            "max ms": round(max(ms)),
        }
        for name, ms in told.items()
    ]
    print_table(rows)
    print(f"{count:,} pages in {minutes:g} minutes; {cpu_ms:.0f} CPU ms of the web server a page; {rss_mib:.0f} MiB")
    for fault in faults[:5]:
        print(fault)
    return {"pages": rows, "cpu_ms_a_page": round(cpu_ms, 1), "rss_mib": round(rss_mib), "faults": len(faults),
            "worst_p95_ms": round(max(_at(ms, 0.95) for ms in told.values())), "target_ms": TARGET_MS}  # fmt: skip


def _at(milliseconds: list[float], share: float) -> float:
    return sorted(milliseconds)[min(int(share * len(milliseconds)), len(milliseconds) - 1)]


def main() -> None:
    """Read the size from the command line, build what is not there, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--item-sites", type=int, default=200_000)
    parser.add_argument("--movements", type=int, default=MOVEMENTS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--home", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ownstock-", ignore_cleanup_errors=True) as folder:
        home = chosen.home or Path(folder)
        with installation_in(home):
            from ownstock.planning.models import PlanningRun, Proposal

            if not PlanningRun.objects.exists():
                build(chosen.item_sites, chosen.movements)
            proposals = Proposal.objects.filter(state="pending").count()
            print(f"{chosen.item_sites:,} item-sites, {proposals:,} proposals", flush=True)
            measured = measure(home, chosen.minutes)
    print(json.dumps({"bench": "pages", "item_sites": chosen.item_sites, "proposals": proposals, **measured}))


if __name__ == "__main__":
    main()
