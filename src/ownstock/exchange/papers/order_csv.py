"""A purchase order as CSV, for the supplier's machines: RFC 4180, UTF-8, a row per line, the order's facts in each."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from ownstock.base.text import plain
from ownstock.exchange.rules import WrittenLine, WrittenOrder, safe_cell

COLUMNS = (
    "order_number",
    "revision",
    "ordered_on",
    "buyer",
    "supplier_code",
    "site",
    "currency",
    "line",
    "sku",
    "supplier_sku",
    "description",
    "quantity",
    "unit",
    "purchase_quantity",
    "purchase_unit",
    "price",
    "requested_on",
    "amount",
    "clauses",
    # The supplier's to fill in: `confirmations.sheets` reads them.
    "confirmed_quantity",
    "confirmed_unit",
    "promised_on",
    "confirmed_price",
    "reason",
    "comment",
)


def render(document: WrittenOrder) -> bytes:
    """Write the order; texts are guarded against formula injection (`rules.safe_cell`), numbers and dates are not.

    `quantity` and `price` count stock units; `purchase_quantity` is empty where the supplier counts in the same unit. The
    last columns are for the answer, and empty but for the unit in which it counts.
    """
    return render_all([document])


def render_all(documents: Sequence[WrittenOrder]) -> bytes:
    """Write several orders into one file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(document, line) for document in documents for line in document.lines)
    return text.getvalue().encode()


def _row(document: WrittenOrder, line: WrittenLine) -> list[str]:
    return [
        safe_cell(document.number),
        str(document.revision),
        document.ordered_on.isoformat(),
        safe_cell(document.buyer),
        safe_cell(document.supplier_code),
        safe_cell(document.site_code),
        safe_cell(document.currency),
        str(line.line),
        safe_cell(line.sku),
        safe_cell(line.supplier_sku),
        safe_cell(line.description),
        plain(line.quantity),
        safe_cell(line.unit),
        line.purchase_quantity,
        safe_cell(line.purchase_unit),
        plain(line.price, decimals=2),
        line.requested_on.isoformat(),
        plain(line.amount, decimals=2),
        safe_cell(document.clauses_of(line.line)),
        "",
        safe_cell(_answer_unit(line)),
        "",
        "",
        "",
        "",
    ]


def _answer_unit(line: WrittenLine) -> str:
    """The supplier's unit, where the order is a number of it that a sheet can hold."""
    return line.purchase_unit if line.purchase_quantity and " " not in line.purchase_quantity else line.unit
