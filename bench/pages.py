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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
from django.urls import reverse

from bench.demand_history import installation_in, make_catalog, write_ledger
from bench.ledger_http import KeptOpen
from bench.plan_with_receipts import make_suppliers, write_orders
from bench.tables import print_table

PEOPLE, READS_SECONDS, MINUTES = 10, 1.0, 4.0
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
TOKEN = "a" * 32
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks for: its address, and what it sends."""

    path: str
    sent: bytes = b""
    kind: str = JSON


Pages = dict[str, Callable[[random.Random], Asked]]


def build(item_sites: int, movements: int) -> None:
    """The company, with a plan and what its days come to."""
    from django.db import connections

    from ownstock.planning import actions
    from ownstock.planning.actions.kpis import measure as measure_days

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
    measure_days(now.date() - timedelta(days=1))


def pages() -> Pages:
    """Each page by its name: where it lies, of things drawn anew each time."""
    from ownstock.catalog.models import ItemSite, Supplier
    from ownstock.journal.models import Alert
    from ownstock.planning.models import Proposal
    from ownstock.purchasing.models import PurchaseOrder

    item_sites = list(ItemSite.objects.order_by("id").values_list("pk", flat=True)[:200_000:101])
    proposals = list(Proposal.objects.order_by("id").values_list("pk", "quantity")[:50_000:53])
    orders = list(PurchaseOrder.objects.order_by("-id").values_list("number", flat=True)[:5_000:7])
    suppliers = list(Supplier.objects.order_by("id").values_list("code", flat=True)[:2_000:11])
    alerts = list(Alert.objects.order_by("id").values_list("pk", flat=True)[:200])
    words = [f"I{number:04}" for number in range(0, 5_000, 97)]

    def at(name: str, *among: Any, query: str = "") -> Callable[[random.Random], Asked]:
        """A page by name, of one of some things; `#` of the query is a page of a long list, `*` a word."""

        def asked(rng: random.Random) -> Asked:
            said = query.replace("#", str(_page(rng, 1_500))).replace("*", rng.choice(words))
            path = reverse(f"web:{name}", args=[rng.choice(list(among))] if among else None)
            return Asked(f"{path}?{said}" if said else path)

        return asked

    some = [pk for pk, _ in proposals]
    tabs = ("demand", "known", "policy", "supply", "movements", "comments")
    return {
        "floor": lambda _: Asked(FLOOR),
        "today": at("today"),
        "today, of a kind": at("today-list", query="kind=stocked_out"),
        **({"today, one": at("alert", *alerts), "today, its items": at("alert-rows", *alerts)} if alerts else {}),
        "proposals": at("proposals"),
        "proposals, searched": at("proposals", query="text=*"),
        "proposals, rows": at("proposal-rows", query="page=#&size=100"),
        "proposals, sorted": at("proposal-rows", query="page=1&size=100&sort=sku"),
        "proposals, filtered": at("proposal-rows", query="page=1&size=100&filter.sku=*"),
        "proposal, panel": at("proposal-panel", *some),
        "proposal": at("proposal", *some),
        "items": at("item-sites", query="page=#"),
        "items, rows": at("item-site-rows", query="page=#"),
        "items, searched": at("item-sites", query="text=*"),
        "item-site": at("item-site", *item_sites),
        "item-site, fan": at("item-site-fan", *item_sites),
        **{f"item-site, {tab}": at(f"item-site-{tab}", *item_sites) for tab in tabs},
        "orders": at("orders", query="page=#"),
        "orders, rows": at("order-rows", query="page=#"),
        "orders, board": at("order-board"),
        "order": at("order", *orders),
        "suppliers": at("suppliers"),
        "supplier": at("supplier", *suppliers),
        "supplier, forecast": at("supplier-forecast", *suppliers),
        "supplier, negotiation": at("negotiation", *suppliers),
        "scorecard": at("scorecard", *suppliers),
        "receive": at("receiving"),
        "invoices": at("invoices"),
        "transfers": at("transfers"),
        "monitoring": at("monitoring"),
        "monitoring, by supplier": at("monitoring", query="by=supplier"),
        "monitoring, items": at("moving-item-rows"),
        "health": at("stock-health"),
        "health, excess": at("health-rows", "excess"),
        "health, a cell": at("policy-cell", query="abc_class=A&xyz_class=X"),
        "cash": at("cash"),
        "cash, lines": at("cash-lines"),
        "calendar": at("calendar"),
        "overrides": at("overrides"),
        "messages": at("messages"),
        "subscriptions": at("subscriptions"),
        "automation": at("automation"),
        "automation, items": at("autonomy-rows"),
        "jobs": at("jobs"),
        "audit": at("audit"),
        "data health": at("data-health"),
        **tried(proposals, item_sites),
    }


def tried(proposals: Sequence[tuple[int, Decimal]], item_sites: Sequence[int]) -> Pages:
    """What is answered to somebody who tries something out, by its name."""

    def quantity(rng: random.Random) -> Asked:
        """A quantity that is typed: what it means is answered before it is set."""
        pk, before = rng.choice(proposals)
        change = {"id": pk, "value": str(int(before) + rng.randrange(1, 5))}
        return Asked(reverse("web:proposal-quantities"), json.dumps({"changes": [change]}).encode())

    def policy(rng: random.Random) -> Asked:
        """Another policy of an item-site."""
        path = reverse("web:item-site-policy", args=[rng.choice(item_sites)])
        return Asked(path, f"do=preview&shortage_cost={rng.randrange(5, 90)}".encode(), FORM)

    def policy_of_cell(rng: random.Random) -> Asked:
        """The same of a cell of the classes."""
        query = f"abc_class={rng.choice('ABC')}&xyz_class=X&try=1&shortage_cost={rng.randrange(5, 90)}"
        return Asked(f"{reverse('web:policy-cell')}?{query}")

    return {"quantity, judged": quantity, "item-site, policy tried": policy, "health, a cell tried": policy_of_cell}


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


def opened(cookie: str, kind: str = JSON) -> KeptOpen:
    """A connection of somebody who is signed in, as a page of ours sends what it sends, of a kind."""
    told = {"Cookie": f"{cookie}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN, "Content-Type": kind}
    return KeptOpen("127.0.0.1", PORT, told)


def answer(cookie: str, connection: KeptOpen, page: Asked) -> tuple[int, bytes]:
    """What a page answers somebody: status and body. A form, which is seldom sent, has a connection of its own."""
    asking = connection if page.kind == JSON else opened(cookie, page.kind)
    return asking.ask("POST" if page.sent else "GET", page.path, page.sent)


def read(cookie: str, where: Pages, seed: int, until: float, told: dict[str, list[float]], faults: list[str]) -> None:
    """One person: a page, a second's reading, the next."""
    rng, asked = random.Random(seed), list(where.items())
    connection = opened(cookie)
    while time.monotonic() < until:
        rng.shuffle(asked)
        for name, address in asked:
            page = address(rng)
            start = time.perf_counter()
            status, body = answer(cookie, connection, page)
            told[name].append((time.perf_counter() - start) * 1e3)
            if status != 200 and page.path != FLOOR:
                faults.append(f"{page.path}: {status} {body[:80]!r}")
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
        warm = opened(cookies[0])
        for address in where.values():
            answer(cookies[0], warm, address(random.Random(0)))
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
