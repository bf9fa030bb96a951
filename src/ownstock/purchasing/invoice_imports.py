"""Importing invoices from files that people bring: every fault by row, a dry run, all invoices or none, none twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.presets import shape_of
from ownstock.base.tables import AS_IT_IS, DATE, DECIMAL, INTEGER, ROW, Directions, Fault, Field, Rows, read_rows
from ownstock.catalog.imports import Imported
from ownstock.catalog.models import Supplier
from ownstock.purchasing.actions.invoices import take_invoice
from ownstock.purchasing.rules.invoices import (
    ChargeKind,
    EnteredCharge,
    EnteredInvoice,
    EnteredInvoiceLine,
    InvoiceKind,
)

FIELDS = [
    Field("supplier", max_length=60), Field("number", max_length=60), Field("invoiced_on", DATE),
    Field("due_on", DATE, is_required=False), Field("currency", max_length=3), Field("total", DECIMAL),
    Field("charges", DECIMAL, is_required=False), Field("taxes", DECIMAL, is_required=False),
    Field("purchase_order", is_required=False, default="", max_length=20),
    Field("line", INTEGER, is_required=False, default=0, at_least=0),
    Field("code", is_required=False, default="", max_length=60),
    Field("quantity", DECIMAL), Field("unit", is_required=False, default="", max_length=20),
    Field("price", DECIMAL, at_least=0),
]  # fmt: skip
OF_THE_WHOLE = ("invoiced_on", "due_on", "currency", "total", "charges", "taxes")


@transaction.atomic
def import_invoices(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import invoices and credit notes (a total below zero), a row for each line; each is matched at once.

    Columns: supplier, number, invoiced_on, due_on, currency, total, charges, taxes (these of the whole invoice, the same in
    each of its rows), purchase_order, line or code, quantity, unit (empty: the stock unit), price. The same file again
    changes nothing.

    Raises:
        Refused: rows at fault, each named: also an invoice that does not add up or came before with other content.
    """
    rows = read_rows(path, FIELDS, directions, shape_of(directions.preset, "invoices"))
    return _taken(rows, path, actor=actor, dry_run=dry_run)


@transaction.atomic
def import_invoices_of(supplier: Supplier, path: Path, *, orders: Collection[str], actor: str) -> Imported:
    """Import invoices that a supplier brings, about orders that were sent to it; the column supplier may be missing.

    Raises:
        Refused: as `import_invoices`; also a row of another supplier, or about an order that was not sent to this one, of
            which it is told nothing.
    """
    directions = Directions(values={"supplier": supplier.code})
    rows = read_rows(path, FIELDS, directions)
    rows.faults.add(_not_theirs(rows.frame.to_dicts(), supplier.code, orders))
    return _taken(rows, path, actor=actor, dry_run=False)


def _not_theirs(lines: Sequence[dict[str, Any]], supplier: str, orders: Collection[str]) -> Iterator[Fault]:
    for line in lines:
        if line["supplier"] not in (supplier, None):
            yield Fault(line[ROW], "supplier", line["supplier"], f"bring invoices of {supplier} alone.")
        if line["purchase_order"] and line["purchase_order"] not in orders:
            yield Fault(line[ROW], "purchase_order", line["purchase_order"], "no such order was sent to you.")


def _taken(rows: Rows, path: Path, *, actor: str, dry_run: bool) -> Imported:
    rows.faults.refuse(path.name)
    created, count = 0, 0
    for part in rows.frame.partition_by("supplier", "number", maintain_order=True):
        count += 1
        lines = part.to_dicts()
        faults = list(_unlike(lines))
        rows.faults.add(faults)
        created += not faults and _take(lines, rows.faults.add, actor)
    rows.faults.refuse(path.name)
    if dry_run:
        transaction.set_rollback(True)
    return Imported("invoice", rows.frame.height, created, 0, count - created, rows.understood)


def _unlike(lines: Sequence[dict[str, Any]]) -> Iterator[Fault]:
    """Rows that say something else of the whole invoice than its first row."""
    for line in lines[1:]:
        for column in OF_THE_WHOLE:
            if line[column] != lines[0][column]:
                told = f"the invoice {line['number']} has {lines[0][column]} in its first row."
                yield Fault(line[ROW], column, str(line[column]), told)


def _take(lines: Sequence[dict[str, Any]], add: Any, actor: str) -> bool:
    """Take one invoice, or name what is wrong with it at its first row; whether it is new."""
    first = lines[0]
    try:
        # Each in a transaction of its own, so that what is refused of one leaves the others to be looked at.
        with transaction.atomic():
            key = f"file:{first['number']}"
            return take_invoice(_entered(lines), message_key=key, actor=actor).is_new
    except Refused as refusal:
        add([Fault(first[ROW], "number", first["number"], refusal.sentence)])
        return False


def _entered(lines: Sequence[dict[str, Any]]) -> EnteredInvoice:
    first = lines[0]
    charges = [
        EnteredCharge(first[column], column, kind)
        for column, kind in (("charges", ChargeKind.CHARGE), ("taxes", ChargeKind.TAX))
        if first[column]
    ]
    return EnteredInvoice(
        supplier=first["supplier"], number=first["number"], invoiced_on=first["invoiced_on"], due_on=first["due_on"],
        currency=first["currency"], total=first["total"], charges=charges, lines=[_line(row) for row in lines],
        kind=InvoiceKind.CREDIT_NOTE if first["total"] < 0 else InvoiceKind.INVOICE,
    )  # fmt: skip


def _line(row: dict[str, Any]) -> EnteredInvoiceLine:
    return EnteredInvoiceLine(
        Decimal(row["quantity"]),
        Decimal(row["price"]),
        row["purchase_order"],
        int(row["line"]),
        row["code"],
        row["unit"],
    )
