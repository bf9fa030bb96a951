"""Invoices over HTTP: taken, matched, disputed, approved; what is not invoiced yet."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Header, Path, Query, Router, Schema
from ninja.files import UploadedFile

from ownstock.access.rules import Scope
from ownstock.api.imports import HowToRead, ImportedOut, imported
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import CutList, CutPart, Page, Part, cut, page
from ownstock.purchasing import actions
from ownstock.purchasing.models import Invoice
from ownstock.purchasing.queries import invoices as queries
from ownstock.purchasing.queries.variances import Asked, Grouping, VarianceSum, variance_sums
from ownstock.purchasing.rules.disputes import DisputeEnd
from ownstock.purchasing.rules.invoices import (
    MAX_CHARGES,
    MAX_INVOICE_LINES,
    ChargeKind,
    EnteredCharge,
    EnteredInvoice,
    EnteredInvoiceLine,
    InvoiceKind,
    InvoiceState,
)
from ownstock.purchasing.rules.matching import FindingCode

router = Router()
READS, WRITES = KeyHolder(Scope.INVOICES_READ), KeyHolder(Scope.INVOICES_WRITE)
APPROVES = KeyHolder(Scope.INVOICES_APPROVE)
Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=4)]
Key = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=1_000, description="Why, in words.")]
SupplierCode = Annotated[str, Path(description="The supplier's code.", max_length=60)]
Number = Annotated[str, Path(description="The supplier's own number of the invoice.", max_length=60)]
OfSupplier = Annotated[str, Query(description="Of this supplier only.")]


class InvoicedLineIn(Schema):
    """Goods invoiced, or below zero credited."""

    quantity: Amount
    price: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4, description="Of one `unit`.")]
    order_number: str = Field("", max_length=20, description="Empty: they were not ordered.")
    line: int = Field(0, ge=0, description="The line of the order; 0: the line with this `code`.")
    code: str = Field("", max_length=60, description="Our code of the item, or the supplier's own.")
    unit: str = Field("", max_length=20, description="The unit of the order; empty: the stock unit.")
    description: str = Field("", max_length=300)


class ChargeIn(Schema):
    """Money asked for beside the goods."""

    kind: ChargeKind = ChargeKind.CHARGE
    amount: Amount
    words: str = Field("", max_length=200)


class ChargeOut(ChargeIn):
    """Money that was asked for beside the goods."""


class InvoiceIn(Schema):
    """What a supplier asks for, or credits."""

    supplier: str = Field(max_length=60)
    number: str = Field(min_length=1, max_length=60, description="The supplier's own number.")
    kind: InvoiceKind = InvoiceKind.INVOICE
    invoiced_on: date
    due_on: date | None = Field(None, description="Empty: as agreed with the supplier.")
    currency: str = Field(min_length=3, max_length=3)
    total: Amount
    lines: list[InvoicedLineIn] = Field(min_length=1, max_length=MAX_INVOICE_LINES)
    charges: list[ChargeIn] = Field([], max_length=MAX_CHARGES)


class InvoiceFindingOut(Schema):
    """A difference of one line from what was ordered and what came."""

    line: int
    code: FindingCode
    sentence: str
    quantity: Decimal


class InvoiceOut(Schema):
    """An invoice and where it stands."""

    supplier: str = Field(alias="supplier.code")
    number: str
    kind: InvoiceKind
    state: InvoiceState
    invoiced_on: date
    due_on: date | None
    currency: str
    total: Decimal
    taken_at: datetime
    approved_by: str
    findings: list[InvoiceFindingOut]


class MatchedLineOut(Schema):
    """A line beside what was ordered and what came and is kept, in stock units."""

    line: int
    order_number: str
    order_line: int | None
    sku: str
    ordered: Decimal
    received: Decimal
    invoiced_in_all: Decimal
    order_price: Decimal | None
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal


class WholeInvoiceOut(InvoiceOut):
    """An invoice line by line."""

    supplier: str = Field()
    lines: list[MatchedLineOut]
    charges: list[ChargeOut]


class DisputeIn(Schema):
    """What is wrong with an invoice."""

    reason: Reason


class DisputeEndIn(Schema):
    """How the dispute about an invoice ends."""

    settled_as: DisputeEnd
    credit_note: str = Field("", max_length=60, description="The credit note that evens it, by its number.")
    reason: Reason


class NotInvoicedOut(Schema):
    """Goods that came and are kept, and stand on no invoice yet."""

    supplier: str
    order_number: str = Field(alias="number")
    line: int
    sku: str
    quantity: Decimal
    price: Decimal
    value: Decimal
    currency: str


class VariancesIn(Schema):
    """Which variances, and by what they are summed."""

    by: Grouping = Field(Grouping.ITEM, description="By what they are summed.")
    supplier: str = Field("", max_length=60, description="Only this supplier's.")
    sku: str = Field("", max_length=60, description="Only this item's.")
    begins_on: date | None = Field(None, description="Only of invoices of this day and later.")
    ends_on: date | None = Field(None, description="Only of invoices of this day and earlier.")


class VarianceOut(Schema):
    """By how much the invoiced prices of a group differ from those that its goods came at."""

    name: str = Field(description="The supplier, the item, or the first day of the month.")
    currency: str
    quantity: Decimal
    invoiced: Decimal
    variance: Decimal
    percent: Decimal | None = Field(description="Of what the goods came at; null where that is nothing.")
    landed_cost: Decimal = Field(description="Charges that were added to the value of the goods.")
    exchange_difference: Decimal = Field(description="What changed rates made of it, in the company's currency.")

    @staticmethod
    def resolve_name(row: VarianceSum) -> str:
        """As a text, a day too."""
        return str(row.name)


@router.post("/invoices", auth=WRITES, response=WholeInvoiceOut, summary="A supplier's invoice or credit note")
def take_invoice(
    request: HttpRequest,
    body: InvoiceIn,
    key: Annotated[Key, Header(alias="Idempotency-Key", description="The message's own identity.")],
) -> dict[str, Any]:
    """Take an invoice and match it with what was ordered and what came. The same message again changes nothing."""
    said = body.dict()
    lines = [EnteredInvoiceLine(**line) for line in said.pop("lines")]
    charges = [EnteredCharge(**charge) for charge in said.pop("charges")]
    entered = EnteredInvoice(**said, lines=lines, charges=charges)
    return _whole(actions.take_invoice(entered, message_key=key, actor=actor_of(request)).invoice)


@router.post("/invoices/files", auth=WRITES, response=ImportedOut, summary="Many suppliers' invoices from a file")
def take_file(
    request: HttpRequest,
    how: Query[HowToRead],
    file: Annotated[UploadedFile, File(description="CSV, XLSX or Parquet, a row for each line.")],
) -> dict[str, Any]:
    """Take all invoices of a file and match them, or none: each fault is named. The same file again changes nothing."""
    return imported("invoices", file, how, actor=actor_of(request))


@router.get("/invoices", auth=READS, response=Page[InvoiceOut], summary="Invoices and credit notes")
def list_invoices(
    request: HttpRequest,
    part: Query[Part],
    supplier: OfSupplier = "",
    state: Annotated[InvoiceState | None, Query(description="In this state only.")] = None,
) -> dict[str, Any]:
    """Invoices with what is held against them, newest first."""
    return page(queries.invoices(supplier=supplier, state=state or ""), part)


@router.get("/invoices/{supplier}/{number}", auth=READS, response=WholeInvoiceOut, summary="One invoice")
def get_invoice(request: HttpRequest, supplier: SupplierCode, number: Number) -> dict[str, Any]:
    """An invoice line by line, beside what was ordered and what came."""
    return _whole(queries.invoice(supplier, number))


@router.post(
    "/invoices/{supplier}/{number}/approval", auth=APPROVES, response=WholeInvoiceOut, summary="Approve for payment"
)
def approve(request: HttpRequest, supplier: SupplierCode, number: Number) -> dict[str, Any]:
    """Approve a matched invoice for payment. Approving it again changes nothing."""
    return _whole(actions.approve_invoice(supplier, number, actor=actor_of(request)))


@router.post(
    "/invoices/{supplier}/{number}/disputes", auth=WRITES, response=WholeInvoiceOut, summary="Dispute an invoice"
)
def dispute(request: HttpRequest, supplier: SupplierCode, number: Number, body: DisputeIn) -> dict[str, Any]:
    """Hold something against an invoice that the match does not see."""
    return _whole(actions.dispute_invoice(supplier, number, reason=body.reason, actor=actor_of(request)))


@router.post("/invoices/{supplier}/{number}/settlement", auth=WRITES, response=WholeInvoiceOut, summary="End a dispute")
def settle(request: HttpRequest, supplier: SupplierCode, number: Number, body: DisputeEndIn) -> dict[str, Any]:
    """End the dispute about an invoice; it is matched again with what was agreed."""
    found = actions.settle_dispute(
        supplier, number, body.settled_as, reason=body.reason, actor=actor_of(request), credit_note=body.credit_note
    )
    return _whole(found)


@router.post(
    "/invoices/{supplier}/{number}/cancellation", auth=WRITES, response=InvoiceOut, summary="Take an invoice out"
)
def cancel(request: HttpRequest, supplier: SupplierCode, number: Number, body: DisputeIn) -> Any:
    """Cancel an invoice that was entered wrongly or withdrawn; its number may be taken again."""
    return actions.cancel_invoice(supplier, number, reason=body.reason, actor=actor_of(request))


@router.get(
    "/goods-not-invoiced", auth=READS, response=CutList[NotInvoicedOut], summary="Goods that came without invoice"
)
def goods_not_invoiced(request: HttpRequest, part: Query[CutPart], supplier: OfSupplier = "") -> dict[str, Any]:
    """Goods that came and are kept, and stand on no invoice yet, with their value by the order."""
    return cut(queries.goods_not_invoiced(supplier), part)


@router.get(
    "/price-variances", auth=READS, response=CutList[VarianceOut], summary="How invoiced prices differ from orders"
)
def price_variances(request: HttpRequest, part: Query[CutPart], asked: Query[VariancesIn]) -> dict[str, Any]:
    """By how much invoiced prices differ from those that goods came at, by supplier, item or month."""
    return cut(variance_sums(Asked(asked.supplier, asked.sku, asked.begins_on, asked.ends_on), asked.by), part)


def _whole(found: Invoice) -> dict[str, Any]:
    kept = {name: getattr(found, name) for name in InvoiceOut.model_fields if name != "supplier"}
    charges = [{"kind": c.kind, "amount": c.amount, "words": c.words} for c in found.charges.order_by("id")]
    return {
        **kept, "supplier": found.supplier.code, "charges": charges,
        "lines": [_line(line) for line in queries.matched_lines(found)],
    }  # fmt: skip


def _line(line: queries.MatchedLine) -> dict[str, Any]:
    row, ordered = line.row, line.ordered
    return {
        "line": row.number, "order_number": row.purchase_order.number if row.purchase_order else "",
        "order_line": row.line, "sku": row.item.sku if row.item else row.code, "ordered": line.ordered_quantity,
        "received": ordered.received if ordered else Decimal(0), "invoiced_in_all": line.invoiced_in_all,
        "order_price": ordered.price if ordered else None, "quantity": row.quantity, "unit": row.unit, "price": row.price,
        "amount": line.amount,
    }  # fmt: skip
