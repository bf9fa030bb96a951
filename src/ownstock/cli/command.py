"""How commands are run: the database is connected when a command needs it, and what goes wrong is told in a sentence.

A face knows neither settings nor installation: `ownstock.site.entry` hands the root command the way to connect, a context
manager, which every command then finds in `ctx.obj`.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import click

from ownstock.base.errors import OwnstockError, Refused, Unavailable

JSON = "ownstock.json"
FAULTS_SHOWN = 50
# Of sysexits.h: a failure that may be gone the next time.
TRY_LATER = 75
STOPPED = 130


class Command(click.Command):
    """A command that needs the database: connected once the words have been understood, never for `--help`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run while connected."""
        with ctx.obj():
            return super().invoke(ctx)


class Noun(click.Group):
    """The commands of one noun."""

    command_class = Command


command = partial(click.command, cls=Command)
noun = partial(click.group, cls=Noun)


class Root(click.Group):
    """The whole tree; it turns every refusal into a sentence on standard error and an exit code."""

    command_class = Command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command: 1 when it is refused, 75 when trying later may help, 130 when it was stopped by Ctrl-C."""
        try:
            return super().invoke(ctx)
        except OwnstockError as error:
            _tell(ctx, error)
            ctx.exit(TRY_LATER if isinstance(error, Unavailable) else 1)
        except KeyboardInterrupt:
            click.echo("\nStopped. What was not finished was not written.", err=True)
            ctx.exit(STOPPED)


def is_json_wanted(ctx: click.Context) -> bool:
    """Whether a program reads the answer."""
    return bool(ctx.meta.get(JSON))


def _tell(ctx: click.Context, error: OwnstockError) -> None:
    if is_json_wanted(ctx):
        body = {"code": error.code, "sentence": error.sentence, "facts": error.facts}
        click.echo(json.dumps(body, default=str, ensure_ascii=False, indent=2), err=True)
        return
    click.echo(error.sentence, err=True)
    if isinstance(error, Refused) and error.code == "bad_rows":
        _tell_faults(error)


def _tell_faults(error: Refused) -> None:
    """Name the first faults of a file, one a line, and how many more there are."""
    faults: Any = error.facts["faults"]
    count: Any = error.facts["fault_count"]
    for fault in faults[:FAULTS_SHOWN]:
        click.echo(f"row {fault['row']}, {fault['field']}: {fault['sentence']}", err=True)
    if count > FAULTS_SHOWN:
        click.echo(f"… and {count - FAULTS_SHOWN} more; --json lists them.", err=True)
