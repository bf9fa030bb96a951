"""Importing invoices from files that people bring: every fault by row, a dry run, all invoices or none, none twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from ownstock.base.presets import shape_of
from ownstock.base.tables import AS_IT_IS, ROW, Directions, Fault, Rows, read_rows
from ownstock.catalog.imports import Imported
from ownstock.catalog.models import Supplier
from ownstock.purchasing.invoice_files import FIELDS, filed_invoices, take_each


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
    filed = filed_invoices(rows)
    taken = take_each(filed, rows.faults, actor=actor)
    rows.faults.refuse(path.name)
    if dry_run:
        transaction.set_rollback(True)
    created = sum(found.is_new for _, found in taken)
    return Imported("invoice", rows.frame.height, created, 0, len(filed) - created, rows.understood)
