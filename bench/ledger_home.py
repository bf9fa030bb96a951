"""The company that the ledger is measured on: a home folder of its own, a real server in it, databases with all tables.

The server is the embedded one in the profile that production has (fsync, full_page_writes and synchronous_commit on). Codes
are numbers, so that pgbench, which draws numbers only, can name what a program names.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import connections

from bench.ledger_site import ACTOR
from ownstock.catalog import imports as catalog
from ownstock.site import schema
from ownstock.site.embedded.client import Server, lease
from ownstock.site.embedded.cluster import DURABLE
from ownstock.site.embedded.databases import Credentials, ensure_database
from ownstock.site.embedded.home import Home
from ownstock.site.embedded.locks import is_owned

FIRST_SKU, FIRST_SITE, FIRST_SUPPLIER, FIRST_CUSTOMER = 100_000, 200, 300, 1_000
DURABLE_SETTINGS = ("fsync", "full_page_writes", "synchronous_commit")
ENDING_SECONDS = 60


@dataclass(frozen=True)
class Company:
    """So many items at so many sites, suppliers and customers around them."""

    items: int
    sites: int
    suppliers: int = 20
    customers: int = 200

    @property
    def item_sites(self) -> int:
        """So many pairs of item and site."""
        return self.items * self.sites

    def sku(self, number: int) -> str:
        """The code of an item, counted from 0."""
        return str(FIRST_SKU + number)

    def site(self, number: int) -> str:
        """The code of a site, counted from 0."""
        return str(FIRST_SITE + number)

    def supplier(self, number: int) -> str:
        """The code of a supplier's location, counted from 0."""
        return str(FIRST_SUPPLIER + number)

    def customer(self, number: int) -> str:
        """The code of a customer's location, counted from 0."""
        return str(FIRST_CUSTOMER + number)


@contextmanager
def server_in(folder: Path | None) -> Iterator[Server]:
    """Run a server in a folder that is kept, or (None) in one that is removed with everything in it."""
    kept = folder is not None
    place = folder or Path(tempfile.mkdtemp(prefix="ownstock-bench-"))
    os.environ["OWNSTOCK_HOME"] = str(place)
    server = lease(place, grace_seconds=0, profile=DURABLE, timeout_seconds=ENDING_SECONDS)
    try:
        yield server
    finally:
        connections.close_all()
        server.release()
        _await_end(Home.at(place))
        if not kept:
            shutil.rmtree(Home.at(place).public_folder, ignore_errors=True)
            shutil.rmtree(place, ignore_errors=True)


def _await_end(home: Home) -> None:
    """Wait until the server has written all it holds and ended."""
    deadline = time.monotonic() + ENDING_SECONDS
    while is_owned(home.owner_lock) and time.monotonic() < deadline:
        time.sleep(0.05)


def is_durable(server: Server) -> bool:
    """Whether the server keeps what it has committed, as production's does."""
    with psycopg.connect(server.conninfo()) as connection:
        rows = [connection.execute(f"SHOW {name}").fetchone() for name in DURABLE_SETTINGS]
    return all(row is not None and row[0] == "on" for row in rows)


def open_database(server: Server, name: str) -> None:
    """Let Django, and the processes started from now on, work in a database, made with all its tables if it is not there."""
    point_at(ensure_database(server, name))
    schema.migrate()


def point_at(credentials: Credentials) -> None:
    """Let Django work with these logins, here and in processes started from now on."""
    connections.close_all()
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = credentials.app.url, credentials.owner.url
    for alias, login in (("default", credentials.app), ("owner", credentials.owner)):
        connections[alias].settings_dict.update(
            HOST=login.host, PORT=str(login.port), NAME=login.dbname, USER=login.user, PASSWORD=login.password
        )


def fill_catalogue(company: Company) -> None:
    """Bring the company's items and places in, as a person would: from files."""
    places = [("site", FIRST_SITE, company.sites, "UTC"), ("supplier", FIRST_SUPPLIER, company.suppliers, "")]
    places.append(("customer", FIRST_CUSTOMER, company.customers, ""))
    with tempfile.TemporaryDirectory() as folder:
        locations, items = Path(folder) / "locations.csv", Path(folder) / "items.csv"
        rows = [f"{first + k},{kind} {k},{kind},,{zone}" for kind, first, count, zone in places for k in range(count)]
        locations.write_text("\n".join(["code,name,kind,parent,time_zone", *rows]))
        rows = [f"{company.sku(k)},item {k},each,{1 + k % 90}" for k in range(company.items)]
        items.write_text("\n".join(["sku,description,unit,unit_cost", *rows]))
        catalog.import_locations(locations, actor=ACTOR)
        catalog.import_items(items, actor=ACTOR)


def analyze() -> None:
    """Let the planner know what is there, as autovacuum would a minute later."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def count_of(table: str) -> int:
    """So many rows of a table."""
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])
