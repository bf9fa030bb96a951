"""Purchase orders one by one: looking at them, approving, changing, cancelling, merging, reminding of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import click
from django.utils import timezone

from ownstock.cli.command import Noun
from ownstock.cli.options import Day, Number, actor_option, json_option, on_option
from ownstock.cli.order_answers import answer_file, answer_link, revoke_links
from ownstock.cli.orders import show_order, told
from ownstock.cli.render import show, tell
from ownstock.planning.actions.merging import merge_orders
from ownstock.planning.queries import business_day
from ownstock.purchasing import actions, queries
from ownstock.purchasing.actions import DraftLine
from ownstock.purchasing.queries.timers import due_chases, open_sent_orders, overdue_of
from ownstock.purchasing.rules import LineChange


class OrderNoun(Noun):
    """The commands of one order; a number alone shows it: `ownstock order PO-000012`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take whatever names no command for what is to be shown."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=OrderNoun)
def order() -> None:
    """One purchase order; with its NUMBER alone it is shown."""


for face in (show_order, answer_file, answer_link, revoke_links):
    order.add_command(face)


@order.command("approve")
@click.argument("number")
@click.option("--revision", type=click.IntRange(min=1), help="The revision you looked at; refused if it was changed.")
@actor_option
@json_option
def approve_order(number: str, revision: int | None, actor: str) -> None:
    """Approve an order, so that it may be placed."""
    approved = actions.approve(number, actor=actor, revision=revision)
    tell(f"{number} is approved by {actor}.", told(approved))


@order.command("change")
@click.argument("number")
@click.option("--line", "lines", type=click.IntRange(min=1), multiple=True, help="A line to change; again for each.")
@click.option("--sku", "skus", multiple=True, help="An item to add, by its code; again for each.")
@click.option(
    "--quantity", "quantities", type=Number(), multiple=True,
    help="So many stock units, for each line and then for each item; 0 takes a line out.",
)  # fmt: skip
@click.option("--requested-on", type=Day(), help="For this day, all of them.")
@click.option("--price", type=Number(), help="At this price of one stock unit; for a single line.")
@click.option("--reason", required=True, help="Why, in your words.")
@actor_option
@json_option
def change_order(
    number: str, lines: tuple[int, ...], skus: tuple[str, ...], quantities: tuple[Decimal, ...],
    requested_on: date | None, price: Decimal | None, reason: str, actor: str,
) -> None:  # fmt: skip
    """Ask for something else. An order that was sent is sent again as its next revision."""
    if not lines and not skus:
        raise click.UsageError("Name a --line to change, or an item to add by --sku.")
    changes = _changes(lines, quantities[: len(lines)], requested_on, price)
    added = _added(number, skus, quantities[len(changes) :] if quantities else (), requested_on)
    changed = actions.change(number, [*changes, *added], reason=reason, actor=actor)
    newest = changed.revisions.latest("number").number
    sent = "it is sent" if changed.sent_revision == newest else "it is not sent yet"
    tell(f"{number} is at revision {newest}; {sent}.", {**told(changed), "revision": newest})


def _changes(
    lines: Sequence[int], quantities: Sequence[Decimal], requested_on: date | None, price: Decimal | None
) -> list[LineChange]:
    if quantities and len(quantities) != len(lines):
        raise click.UsageError("Each --line needs its --quantity, or none has one.")
    if price is not None and len(lines) != 1:
        raise click.UsageError("A --price is for one --line.")
    counts: Sequence[Decimal | None] = quantities or [None] * len(lines)
    return [LineChange(line, count, requested_on, price) for line, count in zip(lines, counts, strict=True)]


def _added(
    number: str, skus: Sequence[str], quantities: Sequence[Decimal], requested_on: date | None
) -> list[DraftLine]:
    if len(skus) != len(quantities) or (skus and requested_on is None):
        raise click.UsageError("Each --sku needs its --quantity, and the day by --requested-on.")
    if requested_on is None:
        return []
    found = queries.order(number)
    return [
        DraftLine(queries.term_for(found, sku), quantity, requested_on)
        for sku, quantity in zip(skus, quantities, strict=True)
    ]


@order.command("cancel")
@click.argument("number")
@click.option("--reason", required=True, help="Why, in your words.")
@actor_option
@json_option
def cancel_order(number: str, reason: str, actor: str) -> None:
    """Take back an order, or what is still open of it; a supplier that has it is told."""
    cancelled = actions.cancel(number, reason=reason, actor=actor)
    tell(f"{number} is {cancelled.state}; nothing more of it is wanted.", told(cancelled))


@order.command("chase")
@click.argument("number")
@click.option("--force", is_flag=True, help="Although a reminder left within a day.")
@actor_option
@json_option
def chase_order(number: str, force: bool, actor: str) -> None:
    """Remind the supplier of an order, not more than once a day."""
    chased = actions.chase(number, actor=actor, is_forced=force)
    tell(f"A reminder of {number} is on its way to {chased.supplier.code}.", told(chased))


@order.command("overdue")
@click.option("--due-only", is_flag=True, help="Only those whose supplier was not reminded within a day.")
@on_option("Judge late goods by this day.")
@json_option
def overdue_orders(due_only: bool, on: date | None) -> None:
    """List what should have happened to sent orders by now and has not."""
    now, today = timezone.now(), on or business_day()
    found = due_chases(now=now, today=today) if due_only else overdue_of(open_sent_orders(), now=now, today=today)
    rows = [
        {"number": each.number, "line": each.line or None, "waiting": each.waiting, "due_at": each.due_at,
         "sentence": each.sentence}
        for some in found.values()
        for each in some
    ]  # fmt: skip
    show(rows, empty="Nothing is overdue.")


@order.command("merge")
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@actor_option
@json_option
def merge_drafts(numbers: tuple[str, ...], actor: str) -> None:
    """Make one order of the drafts of each supplier, site and currency among these."""
    show([told(merged) for merged in merge_orders(numbers, actor=actor)], empty="Nothing was merged.")


@order.command("settle-price")
@click.argument("number")
@click.argument("line", type=click.IntRange(min=1))
@click.option("--accept/--refuse", "is_accepted", required=True, help="The price that the supplier named for the line.")
@click.option("--reason", required=True, help="Why, in your words.")
@actor_option
@json_option
def settle_price(number: str, line: int, is_accepted: bool, reason: str, actor: str) -> None:
    """Accept the price that the supplier named for a line, by the next revision, or keep the ordered one."""
    settled = actions.settle_price(number, line, is_accepted=is_accepted, reason=reason, actor=actor)
    tell(f"The price of line {line} of {number} is {'accepted' if is_accepted else 'refused'}.", told(settled))
