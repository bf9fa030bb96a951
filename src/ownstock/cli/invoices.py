"""Invoices: entering, matching, approving, disputing; what is not invoiced yet, and how prices differed."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import click

from ownstock.base.text import plain
from ownstock.cli.command import is_json_wanted, noun
from ownstock.cli.options import Day, Number, actor_option, json_option, limit_option
from ownstock.cli.render import first, print_json, show, table, tell, text
from ownstock.purchasing import actions
from ownstock.purchasing.agreed import match_policy
from ownstock.purchasing.models import Invoice
from ownstock.purchasing.queries import invoices as queries
from ownstock.purchasing.queries.variances import Asked, Grouping, variance_sums
from ownstock.purchasing.rules.disputes import DisputeEnd
from ownstock.purchasing.rules.invoices import (
    ChargeKind,
    EnteredCharge,
    EnteredInvoice,
    EnteredInvoiceLine,
    InvoiceKind,
    InvoiceState,
)

reason_option = click.option("--reason", required=True, help="Why, in your words.")
supplier_option = click.option("--supplier", default="", help="Only this supplier's, by its code.")


@noun()
def invoice() -> None:
    """Suppliers' invoices: matched with what was ordered and what came, then approved for payment."""


@invoice.command("enter")
@click.argument("supplier")
@click.argument("number")
@click.option("--invoiced-on", type=Day(), required=True, help="The day that it bears.")
@click.option("--due-on", type=Day(), show_default="as agreed with the supplier", help="When it is to be paid.")
@click.option("--currency", default="EUR", show_default=True, help="ISO 4217.")
@click.option("--total", type=Number(), required=True, help="What it asks for in all; below zero for a credit note.")
@click.option("--order", "orders", multiple=True, help="The purchase order: one for all lines, or one for each.")
@click.option("--line", "lines", type=click.IntRange(min=1), multiple=True, help="A line of the order; again for each.")
@click.option("--quantity", "quantities", type=Number(), multiple=True, help="So many; below zero are credited.")
@click.option("--price", "prices", type=Number(), multiple=True, help="The price of one.")
@click.option("--unit", default="", show_default="the stock unit", help="Quantities and prices are of this unit.")
@click.option("--charge", type=Number(), default="0", show_default=True, help="Freight and other charges.")
@click.option("--tax", type=Number(), default="0", show_default=True, help="Taxes.")
@click.option("--message-key", show_default="a new one", help="The message's own identity: it then counts once.")
@actor_option
@json_option
def enter(
    supplier: str, number: str, orders: tuple[str, ...], lines: tuple[int, ...], quantities: tuple[Decimal, ...],
    prices: tuple[Decimal, ...], unit: str, charge: Decimal, tax: Decimal, total: Decimal, message_key: str | None,
    actor: str, **said: Any,
) -> None:  # fmt: skip
    """Take SUPPLIER's invoice NUMBER, or by a total below zero its credit note, and match it.

    Lines + charges + taxes must be the total, to a cent a line.
    """
    if not lines or not len(lines) == len(quantities) == len(prices) or len(orders) not in (1, len(lines)):
        raise click.UsageError("Each --line needs its --quantity and --price, and --order once or as often as --line.")
    named = orders if len(orders) == len(lines) else orders * len(lines)
    entered = EnteredInvoice(
        supplier=supplier, number=number, total=total, charges=_charges(charge, tax),
        kind=InvoiceKind.CREDIT_NOTE if total < 0 else InvoiceKind.INVOICE,
        lines=[
            EnteredInvoiceLine(q, price, order, line, unit=unit)
            for order, line, q, price in zip(named, lines, quantities, prices, strict=True)
        ],
        **said,
    )  # fmt: skip
    taken = actions.take_invoice(entered, message_key=message_key or f"cli:{uuid.uuid4().hex}", actor=actor)
    again = "" if taken.is_new else " It came before, and counts once."
    tell(f"{_sentence(taken.invoice)}{again}", {**_row(taken.invoice), "is_new": taken.is_new})


def _charges(charge: Decimal, tax: Decimal) -> list[EnteredCharge]:
    said = [EnteredCharge(charge, "charges"), EnteredCharge(tax, "taxes", ChargeKind.TAX)]
    return [each for each in said if each.amount]


def _sentence(found: Invoice) -> str:
    findings = " ".join(finding["sentence"] for finding in found.findings)
    return f"The invoice {text(found.number)} of {found.supplier.code} is {found.state}. {text(findings)}".strip()


def _row(found: Invoice) -> dict[str, Any]:
    return {
        "supplier": found.supplier.code, "number": found.number, "kind": found.kind, "state": found.state,
        "invoiced_on": found.invoiced_on, "due_on": found.due_on, "total": found.total, "currency": found.currency,
    }  # fmt: skip


@invoice.command("list")
@supplier_option
@click.option(
    "--state", type=click.Choice([str(s) for s in InvoiceState]), default=None, help="Only those in this state."
)
@limit_option(50)
@json_option
def list_invoices(supplier: str, state: str | None, limit: int) -> None:
    """List invoices and credit notes, newest first."""
    found = queries.invoices(supplier=supplier, state=state or "")
    show([_row(row) for row in first(found, limit)], empty="There are no such invoices.")


@invoice.command("show")
@click.argument("supplier")
@click.argument("number")
@json_option
@click.pass_context
def show_invoice(ctx: click.Context, supplier: str, number: str) -> None:
    """Show an invoice line by line: what was ordered, what came and is kept, what is invoiced, and what differs."""
    found = queries.invoice(supplier, number)
    rows = [_line(line) for line in queries.matched_lines(found)]
    charges = [{"kind": c.kind, "amount": c.amount, "words": c.words} for c in found.charges.order_by("id")]
    if is_json_wanted(ctx):
        print_json({**_row(found), "lines": rows, "charges": charges, "findings": found.findings})
        return
    click.echo(
        f"{_sentence(found)}\n{text(found.total)} {found.currency}, due on {text(found.due_on) or 'no day agreed'}\n"
    )
    click.echo("\n".join(table(rows)))
    for charge in charges:
        click.echo(f"{charge['kind']} {text(charge['words'])}: {text(charge['amount'])}")


def _line(line: queries.MatchedLine) -> dict[str, Any]:
    row, ordered = line.row, line.ordered
    return {
        "line": row.number, "order": row.purchase_order.number if row.purchase_order else "", "order_line": row.line or "",
        "sku": row.item.sku if row.item else row.code, "ordered": line.ordered_quantity,
        "received": ordered.received if ordered else Decimal(0), "invoiced_in_all": line.invoiced_in_all,
        "quantity": row.quantity, "unit": row.unit, "order_price": ordered.price if ordered else Decimal(0),
        "price": row.price, "amount": line.amount, "findings": ", ".join(line.codes),
    }  # fmt: skip


@invoice.command("match")
@click.argument("supplier")
@click.argument("number")
@json_option
def match(supplier: str, number: str) -> None:
    """Match an invoice again. It happens by itself whenever what was ordered, came or is invoiced changes."""
    found = actions.match_again(supplier, number)
    tell(_sentence(found), {**_row(found), "findings": found.findings})


@invoice.command("approve")
@click.argument("supplier")
@click.argument("number")
@actor_option
@json_option
def approve(supplier: str, number: str, actor: str) -> None:
    """Approve a matched invoice for payment."""
    found = actions.approve_invoice(supplier, number, actor=actor)
    tell(f"The invoice {number} of {supplier} is approved: {text(found.total)} {found.currency}.", _row(found))


@invoice.command("dispute")
@click.argument("supplier")
@click.argument("number")
@reason_option
@actor_option
@json_option
def dispute(supplier: str, number: str, reason: str, actor: str) -> None:
    """Hold something against an invoice that the match does not see."""
    found = actions.dispute_invoice(supplier, number, reason=reason, actor=actor)
    tell(f"The invoice {number} of {supplier} is {found.state}.", _row(found))


@invoice.command("settle")
@click.argument("supplier")
@click.argument("number")
@click.argument("settled_as", metavar="AS", type=click.Choice([str(end) for end in DisputeEnd]))
@click.option("--credit-note", default="", help="The credit note that evens it, by its number.")
@reason_option
@actor_option
@json_option
def settle(supplier: str, number: str, settled_as: str, credit_note: str, reason: str, actor: str) -> None:
    """End the dispute about an invoice: price_accepted, quantity_accepted, credited or resolved; it is matched again."""
    end = DisputeEnd(settled_as)
    found = actions.settle_dispute(supplier, number, end, reason=reason, actor=actor, credit_note=credit_note)
    tell(_sentence(found), _row(found))


@invoice.command("cancel")
@click.argument("supplier")
@click.argument("number")
@reason_option
@actor_option
@json_option
def cancel(supplier: str, number: str, reason: str, actor: str) -> None:
    """Take an invoice out that was entered wrongly or withdrawn; its number may be entered again."""
    found = actions.cancel_invoice(supplier, number, reason=reason, actor=actor)
    tell(f"The invoice {number} of {supplier} is {found.state}.", _row(found))


@invoice.command("policy")
@click.option(
    "--price-tolerance", "price_tolerance_percent", type=Number(), help="A price may differ so much, in percent."
)
@click.option(
    "--quantity-tolerance", "quantity_tolerance_percent", type=Number(),
    help="So much more than came may be invoiced, in percent.",
)  # fmt: skip
@click.option("--small-amount", type=Number(), help="A line may differ by so much money in all.")
@click.option(
    "--landed-charges/--no-landed-charges", "has_landed_charges", default=None,
    help="Whether freight and other charges add to the value of the goods.",
)  # fmt: skip
@click.option(
    "--approver-apart/--no-approver-apart", "is_approver_apart", default=None,
    help="Whether somebody else than who ordered or received approves.",
)  # fmt: skip
@actor_option
@json_option
def policy(actor: str, **said: Any) -> None:
    """Show how far invoices may differ where no agreement says so, and who may approve them; or say it anew."""
    changes = {name: value for name, value in said.items() if value is not None}
    found = actions.set_match_policy(actor=actor, **changes) if changes else match_policy()
    show([{name: getattr(found, name) for name in said}], empty="")


@invoice.command("missing")
@supplier_option
@json_option
def missing(supplier: str) -> None:
    """List goods that came and are kept, and stand on no invoice yet, with their value by the order."""
    rows = [
        {
            "supplier": g.supplier, "order": g.number, "line": g.line, "sku": g.sku, "quantity": g.quantity,
            "price": g.price, "value": g.value, "currency": g.currency,
        }
        for g in queries.goods_not_invoiced(supplier)
    ]  # fmt: skip
    show(rows, empty="All that came is invoiced.")


@invoice.command("variance")
@click.option(
    "--by",
    type=click.Choice([str(by) for by in Grouping]),
    default="item",
    show_default=True,
    help="By what they are summed.",
)
@supplier_option
@click.option("--sku", default="", help="Only this item's.")
@click.option("--from", "begins_on", type=Day(), help="Only of invoices of this day and later.")
@click.option("--to", "ends_on", type=Day(), help="Only of invoices of this day and earlier.")
@json_option
def variance(by: str, supplier: str, sku: str, begins_on: date | None, ends_on: date | None) -> None:
    """Show by how much invoiced prices differ from those that goods came at, by supplier, item or month.

    The exchange difference is what changed rates made of it, in the company's currency.
    """
    rows = [
        {
            by: v.name, "currency": v.currency, "quantity": v.quantity, "invoiced": plain(v.invoiced, decimals=2),
            "variance": plain(v.variance, decimals=2), "percent": v.percent and round(v.percent, 1),
            "landed_cost": plain(v.landed_cost, decimals=2),
            "exchange_difference": plain(v.exchange_difference, decimals=2),
        }
        for v in variance_sums(Asked(supplier, sku, begins_on, ends_on), Grouping(by))
    ]  # fmt: skip
    show(rows, empty="No goods have been invoiced yet.")
