"""Open pages that hear what changes: `python -m bench.live [--streams N] [--showing N] [--home FOLDER]`.

The company of `bench.pages`, in the folder that it was built in or a new one, and the programs of `ownstock serve`. Every two
seconds a unit of one item-site is posted. Pages of item-sites are open, some of them of this one, and do what a browser does
(`frontend/src/live.js`): they hear of it, wait a moment, and ask how their item-site stands now. Meanwhile ten people open
ordinary pages. Measured are the time from the call that posts to the event and to the new figure on each page that shows it,
and the ordinary pages with and without so many open ones, in turns of the same run. Prints tables and, last, a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from bench import pages
from bench.demand_history import installation_in
from bench.tables import print_table
from tests.live_cases import open_page

if TYPE_CHECKING:
    from ownstock.catalog.models import ItemSite

Milliseconds = list[float]

STREAMS, SHOWING, MINUTES = 100, 10, 1.0
# Without open pages, with them, with, without: what warms up or grows in the run falls to both.
TURNS = (False, True, True, False)
MOVES_SECONDS, OPENING_SECONDS, QUIET_SECONDS = 2.0, 0.02, 2.0
# As live.js waits: so long, and for as much more as falls to a page, by whether it shows what moved.
WAIT_SECONDS, SPREAD_SECONDS = 0.3, {True: 0.6, False: 1.0}
ORDINARY = ("floor", "today", "proposals, rows", "proposal, panel", "items, rows", "item-site", "orders, rows", "order")
SEEN, USABLE = re.compile(r"\?seen=\w+"), re.compile(r"#on-hand\">([\d,.]+)<")


class Page(Thread):
    """An open page of an item-site: when it heard of something that it asks for, and which figures it showed when."""

    def __init__(self, cookie: str, item_site: ItemSite, is_ending: Event) -> None:
        super().__init__(daemon=True)
        self.cookie, self.is_ending = cookie, is_ending
        self.now, self.stock = reverse("web:item-site-now", args=[item_site.pk]), f"stock:{item_site.item_id}"
        self.heard_at, self.shown_at = list[float](), list[float]()
        self.shown = list[int]()

    def run(self) -> None:
        """Listen until the end. What comes in the moment of waiting counts as one."""
        topics = f"?topics={self.stock},purchase_order,planning_run,override"
        stream = open_page(pages.PORT, self.cookie.partition("=")[2], topics)
        asking = pages.opened(self.cookie)
        seen = self._asked(asking, "")
        while not self.is_ending.is_set() and stream.read(0.5):
            if stream.events:
                is_mine = any(self.stock in told["subjects"] for told in stream.events)
                self.heard_at += stream.heard_at
                stream.events.clear()
                stream.heard_at.clear()
                time.sleep(WAIT_SECONDS + random.uniform(0, SPREAD_SECONDS[is_mine]))
                seen = self._asked(asking, seen)
        stream.line.close()

    def _asked(self, connection: pages.KeptOpen, seen: str) -> str:
        """The stamp of how the item-site stands; it is the one that was seen where the page shows that already."""
        status, body = connection.ask("GET", self.now + seen)
        if status == 204:
            return seen
        stamp, usable = SEEN.search(body.decode()), USABLE.search(body.decode())
        assert status == 200, body[:200]
        assert stamp is not None, body[:400]
        assert usable is not None, body[:400]
        self.shown.append(int(re.sub(r"\D", "", usable[1])))
        self.shown_at.append(time.monotonic())
        return stamp[0]


class Moving(Thread):
    """A unit that comes in every two seconds, and when each was asked for."""

    def __init__(self, moving: ItemSite, is_ending: Event) -> None:
        super().__init__(daemon=True)
        self.moving, self.is_ending, self.begun_at = moving, is_ending, list[float]()

    def run(self) -> None:
        """Post until the end."""
        from django.db import connection

        from ownstock.catalog.models import Location
        from ownstock.ledger.actions import post
        from ownstock.ledger.rules import Kind, Line, PostingRequest

        source = Location.objects.filter(kind="supplier").values_list("code", flat=True)[0]
        line = Line(self.moving.item.sku, source, self.moving.site.code, Decimal(1))
        while not self.is_ending.wait(MOVES_SECONDS):
            self.begun_at.append(time.monotonic())
            post([PostingRequest(f"live-{time.time_ns()}", Kind.RECEIPT, [line])], actor="bench")
        connection.close()


@contextmanager
def opened(count: int, showing: int, cookies: list[str], moving: ItemSite) -> Iterator[list[Page]]:
    """So many pages that are open, and so many of them of what moves; they are told to end, and have ended."""
    from ownstock.catalog.models import ItemSite

    others = ItemSite.objects.exclude(item=moving.item).order_by("-pk")[: max(count - showing, 0)]
    is_ending = Event()
    all_of_them = [*[moving] * min(showing, count), *others]
    found = [Page(cookie, one, is_ending) for cookie, one in zip(cycle(cookies), all_of_them, strict=False)]
    for page in found:
        page.start()
        time.sleep(OPENING_SECONDS)
    time.sleep(QUIET_SECONDS)
    yield found
    is_ending.set()
    for page in found:
        page.join()


def waited(begun_at: list[float], page: Page) -> tuple[Milliseconds, Milliseconds]:
    """From the call that posts to what a page heard next, and to the first figure that counts the unit.

    What never came is left out.
    """
    heard, shown = [], []
    for number, begun in enumerate(begun_at, 1):
        if (at := bisect_left(page.heard_at, begun)) < len(page.heard_at):
            heard.append((page.heard_at[at] - begun) * 1e3)
        showed = [at for at, figure in zip(page.shown_at, page.shown, strict=True) if figure >= page.shown[0] + number]
        shown += [(showed[0] - begun) * 1e3] if showed else []
    return heard, shown


def measure(home: Path, streams: int, showing: int, minutes: float) -> dict[str, Any]:
    """Turns without open pages and with them, and what came to the open ones."""
    from ownstock.catalog.models import ItemSite

    moving = ItemSite.objects.select_related("item", "site").order_by("pk")[0]
    cookies, where = pages.signed_in(), {name: asked for name, asked in pages.pages().items() if name in ORDINARY}
    told: dict[bool, dict[str, Milliseconds]] = {False: defaultdict(list), True: defaultdict(list)}
    heard, shown, faults, kib, due = Milliseconds(), Milliseconds(), list[str](), list[float](), 0
    with pages.served(home) as web:
        for turn, is_open in enumerate(TURNS):
            before = web.memory_info().rss
            with opened(streams if is_open else 0, showing, cookies, moving) as open_pages:
                kib += [(web.memory_info().rss - before) / 2**10 / streams] if is_open else []
                begun_at = _a_turn(moving, cookies, where, turn, minutes, told[is_open], faults)
            for page in open_pages[:showing]:
                more_heard, more_shown = waited(begun_at, page)
                heard, shown, due = heard + more_heard, shown + more_shown, due + len(begun_at)
    assert not faults, faults[:5]
    return _told(told, {"event": heard, "figure": shown}, due) | {"kib_a_page": round(max(kib))}


def _a_turn(
    moving: ItemSite,
    cookies: list[str],
    where: pages.Pages,
    turn: int,
    minutes: float,
    told: dict[str, Milliseconds],
    faults: list[str],
) -> list[float]:
    """Ten people open pages while units come in; returns when these were asked for."""
    until, is_ending = time.monotonic() + 60 * minutes, Event()
    mover = Moving(moving, is_ending)
    people = [
        Thread(target=pages.read, args=(c, where, 10 * turn + n, until, told, faults)) for n, c in enumerate(cookies)
    ]
    for thread in (mover, *people):
        thread.start()
    for person in people:
        person.join()
    is_ending.set()
    mover.join()
    time.sleep(QUIET_SECONDS)
    return mover.begun_at


def _told(told: dict[bool, dict[str, Milliseconds]], came: dict[str, Milliseconds], due: int) -> dict[str, Any]:
    """The figures, printed as tables."""
    every = {is_open: [one for ms in by_page.values() for one in ms] for is_open, by_page in told.items()}
    rows = [
        {"page": name, **_figures("", told[False][name]), **_figures("with open pages: ", told[True][name])}
        for name in told[False]
    ]
    rows.append({"page": "all", **_figures("", every[False]), **_figures("with open pages: ", every[True])})
    print_table(rows)
    waits = [{"from a movement to": name, **_figures("", ms), "due": due} for name, ms in came.items()]
    print_table(waits)
    return {"pages": rows, "waits": waits}


def _figures(before: str, milliseconds: Milliseconds) -> dict[str, Any]:
    ordered = sorted(milliseconds)
    shares = {"p50 ms": 0.5, "p95 ms": 0.95, "max ms": 1.0}
    found = {name: round(ordered[min(int(share * len(ordered)), len(ordered) - 1)]) for name, share in shares.items()}
    return {f"{before}{name}": figure for name, figure in {"n": len(ordered), **found}.items()}


def main() -> None:
    """Read the size from the command line, build what is not there, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--item-sites", type=int, default=200_000)
    parser.add_argument("--movements", type=int, default=pages.MOVEMENTS)
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--showing", type=int, default=SHOWING, help="pages of the item-site that moves")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of each of the four turns")
    parser.add_argument("--home", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ownstock-", ignore_cleanup_errors=True) as folder:
        home = chosen.home or Path(folder)
        with installation_in(home):
            from ownstock.planning.models import PlanningRun

            if not PlanningRun.objects.exists():
                pages.build(chosen.item_sites, chosen.movements)
            figures = measure(home, chosen.streams, chosen.showing, chosen.minutes)
    told = {"item_sites": chosen.item_sites, "streams": chosen.streams, "showing": chosen.showing}
    print(json.dumps({"bench": "live", **told, **figures}))


if __name__ == "__main__":
    main()
