"""Lots: what is known of them, what quality decides, and picking by expiry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import click

from ownstock.cli.command import command, noun
from ownstock.cli.options import Day, Face, Number, actor_option, json_option
from ownstock.cli.render import show, tell, text
from ownstock.ledger import actions
from ownstock.ledger.names import items_named
from ownstock.ledger.queries.lots import lots_of
from ownstock.ledger.rules.picking import Pick
from ownstock.ledger.rules.posting import Status

STATUSES = click.Choice([str(status) for status in Status])


@noun()
def lot() -> None:
    """Lots and serial numbers: what is known of them, and what quality decides."""


@lot.command("list")
@click.argument("sku")
@json_option
def list_lots(sku: str) -> None:
    """Show the lots of an item, the first to expire first."""
    items_named({sku})
    rows = [{"lot": found.code, "expires_on": found.expires_on, "retest_on": found.retest_on} for found in lots_of(sku)]
    show(rows, empty=f"{sku} has no lots.")


@lot.command()
@click.argument("sku")
@click.argument("code")
@click.option("--expires-on", type=Day(), help="From this day on it may not be used.")
@click.option("--retest-on", type=Day(), help="From this day on it may not be used until it was tested again.")
@click.option("--reason", default="", help="Why; needed where it changes what was said before.")
@actor_option
@json_option
def describe(sku: str, code: str, expires_on: date | None, retest_on: date | None, reason: str, actor: str) -> None:
    """Say until when a lot may be used; a day that is not given is not known."""
    actions.describe_lot(sku, code, expires_on=expires_on, retest_on=retest_on, reason=reason, actor=actor)
    ends = f"expires on {expires_on or 'no known day'}" + (f", to be tested again by {retest_on}" if retest_on else "")
    tell(f"Lot {code} of {sku} {ends}.", {"sku": sku, "lot": code, "expires_on": expires_on, "retest_on": retest_on})


def _quality(default_status: Status) -> Callable[[Face], Face]:
    """What the three decisions of quality are asked alike."""

    def asked(face: Face) -> Face:
        for option in (
            json_option,
            actor_option,
            click.option("--key", help="Makes it happen once; the same key again changes nothing.", required=True),
            click.option("--reason", required=True, help="Why, in your words; the journal keeps it."),
            click.option(
                "--status", type=STATUSES, default=str(default_status), show_default=True, help="As it is now."
            ),
            click.option("--quantity", type=Number(), show_default="all of it there", help="So many stock units."),
            click.option("--lot", "code", default="", help="The lot, where the item has lots."),
            click.argument("location"),
            click.argument("sku"),
        ):
            face = option(face)
        return face

    return asked


def _decide(verb: Callable[..., actions.Posted], done: str, asked: dict[str, Any]) -> None:
    sku, location, code = asked.pop("sku"), asked.pop("location"), asked.pop("code")
    posted = verb(sku, location, lot=code, source_status=asked.pop("status"), **asked)
    sentence = f"{sku}{f' lot {code}' if code else ''} at {location} is {done}."
    tell(
        sentence if posted.is_new else f"{sentence} That was done before.", {"key": posted.key, "is_new": posted.is_new}
    )


@lot.command()
@_quality(Status.QUARANTINE)
def release(**asked: Any) -> None:
    """Make goods usable: SKU at LOCATION. Whoever received them cannot be the one, where they came into quarantine."""
    _decide(actions.release, "released", asked)


@lot.command()
@_quality(Status.RELEASED)
def hold(**asked: Any) -> None:
    """Keep goods from being used until somebody decides: SKU at LOCATION."""
    _decide(actions.hold, "on hold", asked)


@lot.command()
@_quality(Status.QUARANTINE)
def reject(**asked: Any) -> None:
    """Say that goods must not be used: SKU at LOCATION. They go back or to scrap."""
    _decide(actions.reject, "rejected", asked)


@command()
@click.argument("sku")
@click.argument("place")
@click.argument("quantity", type=Number())
@click.option("--target", default="", help="The customer's location.")
@click.option("--key", default="", help="Makes it happen once: the same key again issues nothing.")
@click.option(
    "--min-remaining-days", type=click.IntRange(min=0), default=0, help="The customer wants so much life left."
)
@click.option("--reference", default="", help="The document outside.")
@click.option("--lot", default="", show_default="the first to expire", help="Take this lot alone.")
@click.option("--reason", default="", help="Why that lot, where another expires earlier; the journal keeps it.")
@click.option("--suggest", is_flag=True, help="Only show what would be taken; post nothing.")
@actor_option
@json_option
def pick(
    sku: str, place: str, quantity: Decimal, min_remaining_days: int, lot: str, suggest: bool, key: str, **asked: Any,
) -> None:  # fmt: skip
    """Issue QUANTITY of SKU from PLACE, a site or a location: first expired, first out.

    A lot that you name while another expires earlier is a deviation, and needs a reason.
    """
    if suggest:
        _show_picks(actions.first_to_expire(sku, place, quantity, min_remaining_days=min_remaining_days, lot=lot))
        return
    if not key or not asked["target"]:
        raise click.UsageError("Give --target and --key, or --suggest to post nothing.")
    posted, picks = actions.pick(
        sku, place, quantity, key=key, min_remaining_days=min_remaining_days, lot=lot, **asked
    )  # fmt: skip
    _show_picks(picks)
    if not posted.is_new:
        click.echo("That was done before; nothing was posted now.", err=True)


def _show_picks(picks: Sequence[Pick]) -> None:
    rows = [{"location": pick.location, "lot": pick.lot, "quantity": text(pick.quantity)} for pick in picks]
    show(rows, empty="Nothing was taken.")
