"""Shipping notices, and goods that were not as ordered."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import click

from ownstock.cli.command import noun
from ownstock.cli.options import Day, Number, actor_option, json_option, limit_option
from ownstock.cli.render import counted, first, show, tell, text
from ownstock.ledger.rules import Status
from ownstock.purchasing import actions
from ownstock.purchasing.models import Discrepancy, ShippingNotice
from ownstock.purchasing.queries import discrepancies as differences
from ownstock.purchasing.queries import notices as queries
from ownstock.purchasing.rules.discrepancies import WAYS_OUT, DiscrepancyKind, SettlementKind
from ownstock.purchasing.rules.notices import Notice, NoticedLine, NoticePurpose


@noun()
def notice() -> None:
    """Shipping notices: what suppliers say has left them, and when it arrives."""


@notice.command("take")
@click.argument("supplier")
@click.argument("number")
@click.option("--order", "orders", multiple=True, help="The purchase order: one for all lines, or one for each.")
@click.option("--line", "lines", type=click.IntRange(min=1), multiple=True, help="A line of it; again for each.")
@click.option("--quantity", "quantities", type=Number(), multiple=True, help="So many stock units of that line left.")
@click.option("--lot", "lots", multiple=True, help="Of this lot; for every line or for none.")
@click.option("--shipped-on", type=Day(), help="The day on which they left.")
@click.option("--expected-on", type=Day(), help="The day on which they are to arrive.")
@click.option("--carrier", default="", help="Who brings them.")
@click.option("--reference", default="", help="The carrier's own, such as a bill of lading.")
@click.option(
    "--purpose", type=click.Choice([str(p) for p in NoticePurpose]), default=str(NoticePurpose.ORIGINAL),
    show_default=True, help="Whether it replaces or cancels the notice of this number.",
)  # fmt: skip
@click.option("--message-key", show_default="a new one", help="The message's own identity: it then counts once.")
@actor_option
@json_option
def take(
    supplier: str, number: str, orders: tuple[str, ...], lines: tuple[int, ...], quantities: tuple[Decimal, ...],
    lots: tuple[str, ...], purpose: str, message_key: str | None, actor: str, **said: Any,
) -> None:  # fmt: skip
    """Take SUPPLIER's shipping notice NUMBER: what it says is shipped is expected on its day, the rest keeps its promise."""
    is_whole = len(lines) == len(quantities) and len(lots) in (0, len(lines)) and len(orders) in (1, len(lines))
    if lines and not is_whole:
        raise click.UsageError(
            "Each --line needs its --quantity (and its --lot), and --order once or as often as --line."
        )
    said_lines = zip(
        orders if len(orders) == len(lines) else orders * len(lines),
        quantities,
        lines,
        lots or [""] * len(lines),
        strict=True,
    )
    noticed = [NoticedLine(order, quantity, line, lot=lot) for order, quantity, line, lot in said_lines]
    asked = Notice(supplier=supplier, number=number, lines=noticed, purpose=NoticePurpose(purpose), **said)
    taken = actions.take_notice(asked, message_key=message_key or f"cli:{uuid.uuid4().hex}", actor=actor)
    tell(f"The notice {number} of {supplier} is taken: {counted(len(noticed), 'line')}.", _row(taken))


@notice.command("list")
@click.option("--supplier", default="", help="Only this supplier's, by its code.")
@limit_option(50)
@json_option
def list_notices(supplier: str, limit: int) -> None:
    """List shipping notices, newest first, those too that were replaced."""
    show([_row(row) for row in first(queries.notices(supplier), limit)], empty="There are no shipping notices.")


def _row(row: ShippingNotice) -> dict[str, Any]:
    return {
        "supplier": row.supplier.code, "number": row.number, "purpose": row.purpose, "shipped_on": row.shipped_on,
        "expected_on": row.expected_on, "carrier": row.carrier, "reference": row.reference,
        "replaced": hasattr(row, "superseded_by"),
    }  # fmt: skip


@notice.command("show")
@click.argument("supplier")
@click.argument("number")
@json_option
def show_notice(supplier: str, number: str) -> None:
    """Show the newest notice of a number, line by line."""
    rows = queries.notice(supplier, number).lines.select_related("purchase_order", "item").order_by("number")
    shown = [
        {
            "order": row.purchase_order.number, "line": row.line, "sku": row.item.sku, "quantity": row.quantity,
            "lot": row.lot, "expires_on": row.expires_on, "marks": ", ".join(row.marks),
        }
        for row in rows
    ]  # fmt: skip
    show(shown, empty=f"The notice {number} announces nothing.")


@noun()
def discrepancy() -> None:
    """Goods that were not as ordered or announced: short, over, damaged, another item."""


@discrepancy.command("list")
@click.option("--order", "number", default="", help="Only of this purchase order.")
@click.option("--all", "is_all", is_flag=True, help="Those too that are settled.")
@limit_option(50)
@json_option
def list_discrepancies(number: str, is_all: bool, limit: int) -> None:
    """List what is to be settled, newest first, with the ways out that each has."""
    found = differences.discrepancies(number=number, is_open=not is_all)
    show([_difference(row) for row in first(found, limit)], empty="Nothing is to be settled.")


def _difference(row: Discrepancy) -> dict[str, Any]:
    settlement = getattr(row, "settlement", None)
    ways = "" if settlement else ", ".join(WAYS_OUT[DiscrepancyKind(row.kind)])
    return {
        "number": row.pk, "order": row.purchase_order.number, "line": row.line, "kind": row.kind, "sku": row.item.sku,
        "quantity": row.quantity, "lot": row.lot, "receipt": row.receipt_key, "reason": row.reason,
        "settled": settlement.settled_as if settlement else "", "ways_out": ways,
    }  # fmt: skip


@discrepancy.command("settle")
@click.argument("number", type=click.IntRange(min=1))
@click.argument("settled_as", metavar="AS", type=click.Choice([str(kind) for kind in SettlementKind]))
@click.option("--reason", required=True, help="Why, in your words.")
@actor_option
@json_option
def settle(number: int, settled_as: str, reason: str, actor: str) -> None:
    """Say what a discrepancy comes to, and do what that takes: credited, replaced, returned or accepted.

    Returned goods leave the house, replaced ones are open on the order again, accepted ones are released from hold.
    """
    row = actions.settle_discrepancy(number, SettlementKind(settled_as), reason=reason, actor=actor)
    tell(f"Discrepancy {number} is {row.settled_as}.", {"number": number, "settled_as": row.settled_as})


@discrepancy.command("send-back")
@click.argument("receipt")
@click.argument("quantity", type=Number())
@click.option(
    "--line", type=click.IntRange(min=1), default=1, show_default=True, help="The line of the receipt's posting."
)
@click.option(
    "--status", "source_status", type=click.Choice([str(s) for s in Status]), default=str(Status.RELEASED),
    show_default=True, help="What the goods are now.",
)  # fmt: skip
@click.option("--location", default="", show_default="the order's site", help="Where they lie.")
@click.option("--key", required=True, help="Makes it happen once, such as the number of the return note.")
@click.option("--reason", required=True, help="Why, in your words.")
@actor_option
@json_option
def send_back(receipt: str, quantity: Decimal, line: int, key: str, reason: str, actor: str, **where: str) -> None:
    """Send goods of a RECEIPT, named by its posting's key, back to their supplier, who is to credit them."""
    row = actions.send_back(receipt, line, quantity, key=key, reason=reason, actor=actor, **where)
    number = row.purchase_order.number
    tell(
        f"{text(quantity)} went back for {number}; a credit of {text(row.expected_credit)} is expected.",
        {"key": key, "order": number, "quantity": quantity, "expected_credit": row.expected_credit},
    )
