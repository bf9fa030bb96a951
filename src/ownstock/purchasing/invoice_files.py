"""Invoices that a file holds: read, looked at before they are taken, and taken all or none."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.tables import (
    AS_IT_IS,
    DATE,
    DECIMAL,
    INTEGER,
    ROW,
    Directions,
    Fault,
    Faults,
    Field,
    Rows,
    Understood,
    read_rows,
)
from ownstock.base.text import plain
from ownstock.purchasing.actions.invoices import IN_CONFLICT, TakenInvoice, Unmatched, take_invoice
from ownstock.purchasing.models import Invoice
from ownstock.purchasing.rules.invoices import (
    ChargeKind,
    EnteredCharge,
    EnteredInvoice,
    EnteredInvoiceLine,
    InvoiceKind,
)

MOST_INVOICES, MOST_ROWS = 500, 5_000
# Of a heading that may mean two of them, such as Lieferantennummer, the later one counts.
FIELDS = [
    Field("code", is_required=False, default="", max_length=60), Field("supplier", max_length=60),
    Field("number", max_length=60), Field("invoiced_on", DATE), Field("due_on", DATE, is_required=False),
    Field("currency", max_length=3), Field("total", DECIMAL),
    Field("charges", DECIMAL, is_required=False), Field("taxes", DECIMAL, is_required=False),
    Field("purchase_order", is_required=False, default="", max_length=20),
    Field("line", INTEGER, is_required=False, default=0, at_least=0),
    Field("quantity", DECIMAL), Field("unit", is_required=False, default="", max_length=20),
    Field("price", DECIMAL, at_least=0),
]  # fmt: skip
OF_THE_WHOLE = ("invoiced_on", "due_on", "currency", "total", "charges", "taxes")
FIELD_OF = {"no_supplier": "supplier", "does_not_add_up": "total", "bad_sign": "total"}


@dataclass(frozen=True, slots=True)
class FiledInvoice:
    """An invoice as a file says it, and the row with which it begins."""

    row: int
    entered: EnteredInvoice

    @property
    def message_key(self) -> str:
        """The identity of its message: the same words are the same message; others, of its number, another."""
        said = repr(as_kept(self)[1:]).encode()
        return f"file:{self.entered.number}:{hashlib.sha256(said).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class SeenInvoice:
    """An invoice of a file as it stands, or would stand once it is taken; `is_new`: it was not there before."""

    filed: FiledInvoice
    invoice: Invoice
    is_new: bool


@dataclass(frozen=True, slots=True)
class SeenInvoices:
    """All invoices of a file, by supplier, and how the file was read."""

    invoices: Sequence[SeenInvoice]
    understood: Understood

    @property
    def new(self) -> list[SeenInvoice]:
        """Those that were not there before."""
        return [one for one in self.invoices if one.is_new]

    @property
    def states(self) -> Mapping[str, int]:
        """How many of the new ones stand, or would stand, in each state."""
        return dict(Counter(one.invoice.state for one in self.new))

    @property
    def line_count(self) -> int:
        """How many lines the new ones have."""
        return sum(len(one.filed.entered.lines) for one in self.new)

    @property
    def amounts(self) -> Mapping[str, Decimal]:
        """What the new ones ask for, by currency; credit notes count against."""
        sums = defaultdict[str, Decimal](Decimal)
        for one in self.new:
            sums[one.filed.entered.currency] += one.filed.entered.total
        return dict(sorted(sums.items()))


def look_at_invoices(path: Path, *, actor: str, directions: Directions = AS_IT_IS) -> SeenInvoices:
    """What a file would bring, matched as it would be; nothing is kept of it.

    At most MOST_INVOICES in MOST_ROWS are looked at: each is matched, and somebody waits for it. Each supplier's are taken
    and let go of together, so that nobody at its orders waits for the whole file.

    Raises:
        Refused: rows are at fault, each named, or there are none, or too many; see `take_filed`.
    """
    rows = read_rows(path, FIELDS, directions)
    _refuse_many(path.name, rows.frame.height, MOST_ROWS, "rows")
    if not rows.frame.height:
        raise Refused(f"{path.name} holds no invoice: write a row for each line below the headings.", code="no_rows")
    rows.faults.refuse(path.name)
    filed = filed_invoices(rows)
    _refuse_many(path.name, len(filed), MOST_INVOICES, "invoices")
    found: list[SeenInvoice] = []
    for _, some in groupby(filed, key=lambda one: one.entered.supplier):
        with transaction.atomic():
            found += _seen(list(some), rows.faults, actor=actor)
            transaction.set_rollback(True)
    rows.faults.refuse(path.name)
    return SeenInvoices(found, rows.understood)


def _refuse_many(name: str, count: int, most: int, what: str) -> None:
    if count > most:
        raise Refused(
            f"{name} has {count:,} {what}; at most {most:,} are taken at once. Split it, and keep all rows of an invoice "
            "in one part.",
            code="too_many",
        )


@transaction.atomic
def take_filed(filed: Sequence[FiledInvoice], *, name: str, actor: str) -> list[SeenInvoice]:
    """Take the invoices of a file, all or none; those that are there already change nothing.

    Raises:
        Refused: one cannot be meant, its supplier is not known, or it came before with other content: each is named.
    """
    faults = Faults()
    found = _seen(filed, faults, actor=actor)
    faults.refuse(name)
    return found


def _seen(filed: Sequence[FiledInvoice], faults: Faults, *, actor: str) -> list[SeenInvoice]:
    """Take each, or add what is wrong with it; then match them all."""
    taken = take_each(filed, faults, actor=actor)
    now = Invoice.objects.in_bulk([found.invoice.pk for _, found in taken])
    return [SeenInvoice(one, now[found.invoice.pk], found.is_new) for one, found in taken]


def take_each(filed: Sequence[FiledInvoice], faults: Faults, *, actor: str) -> list[tuple[FiledInvoice, TakenInvoice]]:
    """Take invoices one by one and match them together; what is wrong with one is added to the faults at its first row."""
    unmatched = Unmatched()
    taken = [(one, found) for one in filed if (found := _take_one(one, unmatched, faults, actor))]
    unmatched.match()
    return taken


def _take_one(filed: FiledInvoice, among: Unmatched, faults: Faults, actor: str) -> TakenInvoice | None:
    try:
        # Each in a transaction of its own, so that what is refused of one leaves the others to be looked at.
        with transaction.atomic():
            return take_invoice(filed.entered, message_key=filed.message_key, actor=actor, among=among)
    except Refused as refusal:
        field = FIELD_OF.get(refusal.code, "number")
        value = {"supplier": filed.entered.supplier, "total": plain(filed.entered.total)}.get(
            field, filed.entered.number
        )
        advice = " Leave its rows out, or cancel the one that came." if refusal.code in IN_CONFLICT else ""
        faults.add([Fault(filed.row, field, value, refusal.sentence + advice)])
        return None


def filed_invoices(rows: Rows) -> list[FiledInvoice]:
    """The invoices of a file in which no value is at fault; rows that contradict their first one are added to its faults.

    They are in the order of their suppliers, each of which is locked in turn: so two files never wait for each other.
    """
    found = []
    for part in rows.frame.partition_by("supplier", "number", maintain_order=True):
        lines = part.to_dicts()
        unlike = list(_unlike(lines))
        rows.faults.add(unlike)
        if not unlike:
            found.append(FiledInvoice(lines[0][ROW], _entered(lines)))
    return sorted(found, key=lambda one: one.entered.supplier)


def _unlike(lines: Sequence[dict[str, Any]]) -> Iterator[Fault]:
    """Rows that say something else of the whole invoice than its first row."""
    for line in lines[1:]:
        for column in OF_THE_WHOLE:
            if line[column] != lines[0][column]:
                told = f"the invoice {line['number']} has {_shown(lines[0][column]) or 'nothing'} in its first row."
                yield Fault(line[ROW], column, _shown(line[column]), told)


def _shown(value: Any) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value or "")


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


def as_kept(filed: FiledInvoice) -> list[Any]:
    """A filed invoice in plain values, as a page keeps it between looking and taking."""
    e = filed.entered
    charges = [[str(c.amount), c.words, str(c.kind)] for c in e.charges]
    lines = [[str(one.quantity), str(one.price), one.order_number, one.line, one.code, one.unit] for one in e.lines]
    due_on = e.due_on and e.due_on.isoformat()
    return [filed.row, e.supplier, e.number, str(e.kind), e.invoiced_on.isoformat(), due_on, e.currency, str(e.total),
            charges, lines]  # fmt: skip


def from_kept(kept: Sequence[Any]) -> FiledInvoice:
    """The invoice that `as_kept` made plain."""
    row, supplier, number, kind, invoiced_on, due_on, currency, total, charges, lines = kept
    entered = EnteredInvoice(
        supplier=supplier, number=number, kind=InvoiceKind(kind), invoiced_on=date.fromisoformat(invoiced_on),
        due_on=date.fromisoformat(due_on) if due_on else None, currency=currency, total=Decimal(total),
        charges=[EnteredCharge(Decimal(amount), words, ChargeKind(what)) for amount, words, what in charges],
        lines=[EnteredInvoiceLine(Decimal(quantity), Decimal(price), *said) for quantity, price, *said in lines],
    )  # fmt: skip
    return FiledInvoice(row, entered)
