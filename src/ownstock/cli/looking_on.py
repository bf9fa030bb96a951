"""Telling a person at a terminal how far a long command is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ownstock.journal.running import listening


@contextmanager
def steps_told() -> Iterator[None]:
    """Tell the steps of what is done inside, a line each, where a person looks on."""
    if not sys.stderr.isatty():
        yield
        return
    told: list[str] = []

    def tell(step: str, done: int, total: int) -> None:
        if told[-1:] != [step]:
            click.echo(f"{chr(10) if told else ''}  {step}", nl=False, err=True)
            told.append(step)
        if total and done:
            click.echo(f"\r  {step}: {done:,} of {total:,}", nl=False, err=True)

    try:
        with listening(tell):
            yield
    finally:
        if told:
            click.echo(err=True)
