"""The command `ownstock`: the whole tree of commands, put together, and those that concern the installation itself."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import click
import django

import ownstock
from ownstock.base.errors import OwnstockError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ownstock.site.settings")
try:
    django.setup()
except OwnstockError as error:
    # Nothing runs with settings that cannot be read, not even --help.
    sys.exit(str(error))

# The commands import models, which need Django's settings.
from ownstock.cli import (
    audit,
    automation,
    channels,
    clauses,
    company,
    conformity,
    counts,
    demand,
    digest,
    events,
    imports,
    invoices,
    items,
    jobs,
    journal,
    ledger,
    limits,
    lots,
    messages,
    notices,
    order_life,
    orders,
    overrides,
    people,
    planning,
    policy,
    postings,
    projections,
    set_up,
    subscriptions,
    suppliers,
    trace,
    transfers,
)
from ownstock.cli.command import Root
from ownstock.cli.demo import demo_command
from ownstock.cli.options import json_option
from ownstock.cli.render import tell
from ownstock.site import installation, schema, transactions
from ownstock.site import serve as serving
from ownstock.site.embedded.home import Home, read_json
from ownstock.site.embedded.locks import is_owned
from ownstock.site.embedded.upgrade import upgrade as upgrade_embedded
from ownstock.site.keeper import end_when_orphaned
from ownstock.site.worker import run_worker


@click.group(cls=Root, context_settings={"obj": installation.connected})
@click.version_option(ownstock.__version__, prog_name="ownstock")
def cli() -> None:
    """Ownstock: know your stock, forecast demand, decide what to order and order it.

    Begin with `ownstock demo`, or with `ownstock import`. Without DATABASE_URL, Ownstock runs its own database.
    """


@cli.group()
def db() -> None:
    """The database: start it, look at it, bring it up to date."""


@db.command("start")
def start_database() -> None:
    """Run the embedded database until Ctrl-C, for programs that are to reach it by `ownstock db url`."""
    if not installation.locate().is_embedded:
        click.echo("DATABASE_URL names a database that somebody else runs.")
        return
    is_ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: is_ending.set())
    click.echo("The database runs. Ctrl-C ends it.")
    is_ending.wait()


@db.command("status")
@json_option
def database_status() -> None:
    """Tell which database is used, whether it runs and whether its tables are of this version. Starts nothing."""
    facts = _named_status() if os.environ.get("DATABASE_URL") else _embedded_status()
    where = f"{facts['kind']} in {facts['folder']}" if "folder" in facts else facts["kind"]
    runs = "It runs" if facts["is_running"] else "It does not run"
    tables = {True: "of this version", False: "to be migrated"}.get(
        facts["is_current"], "not known while it does not run"
    )
    tell(f"The database is {where}. {runs}; its tables are {tables}.", facts)


def _named_status() -> dict[str, Any]:
    return {"kind": "named by DATABASE_URL", "is_running": True, "is_current": _is_current()}


def _embedded_status() -> dict[str, Any]:
    place = Home.at(installation.home())
    is_running = read_json(place.state) is not None and is_owned(place.owner_lock)
    is_current = _is_current() if is_running else None
    return {"kind": "embedded", "folder": str(place.folder), "is_running": is_running, "is_current": is_current}


def _is_current() -> bool:
    installation.locate()
    with installation.telling_when_gone():
        return schema.is_current()


@db.command("migrate")
def migrate_database() -> None:
    """Bring the tables up to this version of Ownstock, as the owner of the database."""
    installation.locate()
    with installation.telling_when_gone():
        is_done = installation.migrate(sys.stdout)
    click.echo("The tables are of this version now." if is_done else "The tables were of this version already.")


@db.command("upgrade")
@click.argument("old_bindir", type=click.Path(exists=True, file_okay=False, path_type=Path))
def upgrade_database(old_bindir: Path) -> None:
    """Bring the embedded database to the installed major version of PostgreSQL.

    OLD_BINDIR is the folder of the programs of the version that made the data. The old data is kept beside the new.
    """
    upgrade_embedded(installation.home(), old_bindir)
    click.echo("The database is upgraded; the old data is kept beside it.")


@db.command("count-on")
def count_on() -> None:
    """Let the server count its transactions on, after a dump was restored into it.

    Facts carry the ids of their transactions; a new server begins with small ones. This uses ids up until all that is
    stored is of the past: some 200,000 a second. Nothing else works meanwhile. Ctrl-C breaks it off; it goes on where it was.
    """
    installation.locate()
    with installation.telling_when_gone():
        left = transactions.ids_to_count()
        while left > 0:
            click.echo(f"{left:,} transactions to go", err=True)
            left = transactions.count_on(left)
    click.echo("The server has counted beyond all that is stored.")


@db.command("url")
@click.option("--owner", is_flag=True, help="As the role that migrates, not as the one that appends.")
def database_url(owner: bool) -> None:
    """Print the address of the database, with its password, for other programs on this machine."""
    found = installation.locate()
    click.echo(found.owner_url if owner else found.url)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen here; see also OWNSTOCK_HOSTS.")
@click.option(
    "--port", type=click.IntRange(1, 65535), show_default="the first free one from 8000", help="Listen there."
)
def serve(host: str, port: int | None) -> None:
    """Serve the web application and run the jobs until Ctrl-C. The first start makes a user to sign in as."""
    serving.serve(host, port, installation.home(), is_embedded=not os.environ.get("DATABASE_URL"))


@cli.command()
@click.option("--once", is_flag=True, help="End when no job waits.")
@click.option("--until-orphaned", is_flag=True, help="End when standard input closes; `serve` uses it.")
def worker(once: bool, until_orphaned: bool) -> None:
    """Run the jobs: send what waits in the outbox, watch over what should happen."""
    if until_orphaned:
        end_when_orphaned()
    run_worker(once=once)


FACES: tuple[Any, ...] = (
    imports.imported,
    company.company, people.user, people.key, imports.import_file, set_up.health,
    items.items, items.balances, postings.movements,
    postings.post, postings.reverse, ledger.ledger, lots.lot, lots.pick, planning.plan, planning.proposals, planning.proposal,
    planning.approve, planning.reject, projections.edit, projections.baskets, projections.cash, projections.health,
    projections.monitor, orders.orders, order_life.order, orders.place, orders.acknowledge, orders.receive,
    limits.limit, limits.rate, orders.cut, suppliers.supplier, demand.demand,
    overrides.override_noun, events.event_noun, events.lifecycle_noun, policy.policy_noun,
    notices.notice, notices.discrepancy, invoices.invoice, conformity.conformity, clauses.clause,
    trace.trace, transfers.transfer, counts.count, journal.alerts, journal.alert, journal.outbox,
    channels.channel, messages.message, subscriptions.subscription, digest.digest, jobs.jobs, automation.automation,
    audit.audit,
    demo_command(installation.fresh_demo),
)  # fmt: skip
for face in FACES:
    cli.add_command(face)


def main() -> None:
    """Run the command."""
    cli.main(prog_name="ownstock")
