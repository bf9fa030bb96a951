"""A purchase order as PDF, for people: one table, the head row on every page, the same bytes for the same order."""

from __future__ import annotations

from decimal import Decimal

from fpdf.enums import TableBordersLayout, VAlign, XPos, YPos
from fpdf.fonts import FontFace

from ownstock.base.text import plain
from ownstock.exchange.papers.paper import INK, LINE_MM, NOTE, QUIET, RULE, Paper
from ownstock.exchange.rules import WrittenLine, WrittenOrder

HEADINGS = ("Line", "Item", "Description", "Quantity", "Price", "Requested", "Amount")
WIDTHS_MM = (10, 30, 54, 25, 17, 20, 22)
ALIGNMENT = ("RIGHT", "LEFT", "LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT")


def render(document: WrittenOrder) -> bytes:
    """Set the order on A4 pages, dated by the moment it was written."""
    page = OrderPage(document)
    page.add_page()
    page.write_head()
    page.write_lines()
    page.write_total()
    page.write_clauses()
    return bytes(page.output())


def grouped(number: Decimal) -> str:
    """An amount with its thousands apart by a space that does not break: 1 234.50."""
    return f"{number:,.2f}".replace(",", "\u00a0")


class OrderPage(Paper):
    """The paper of one order."""

    def __init__(self, document: WrittenOrder) -> None:
        foot = f"{document.number}, revision {document.revision}"
        super().__init__(f"{document.topic.heading} {document.number}", foot, document.written_at)
        self.document = document
        self.set_author(document.buyer)

    def write_head(self) -> None:
        """Name the order, who buys, who supplies, where to and when."""
        document = self.document
        self._pen(9, QUIET)
        self._line(document.buyer)
        self._pen(20, INK, "B")
        self._line(f"{document.topic.heading} {document.number}", height_mm=11)
        self.ln(3)
        email = f"  {document.supplier_email}" if document.supplier_email else ""
        for label, value in (
            ("Buyer", document.buyer),
            ("Supplier", f"{document.supplier_name} ({document.supplier_code}){email}"),
            ("Deliver to", f"{document.site_name} ({document.site_code})"),
            ("Ordered on", document.ordered_on.isoformat()),
            ("Revision", f"{document.revision}. {document.replaces}" if document.replaces else str(document.revision)),
            ("Currency", document.currency),
        ):
            self._fact(label, value)
        self.ln(5)

    def write_lines(self) -> None:
        """Set the table, its head repeated on every page."""
        self._pen(8.5, INK)
        self.set_draw_color(*RULE)
        with self.table(
            col_widths=WIDTHS_MM,
            text_align=ALIGNMENT,
            line_height=LINE_MM,
            padding=(1, 1.2),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=QUIET),
            v_align=VAlign.T,
        ) as table:
            table.row(HEADINGS)
            for line in self.document.lines:
                table.row([self._shown_lines(cell) for cell in _cells(line)])

    def write_total(self) -> None:
        """Close with the total, and the note where a letter could not be printed."""
        self.ln(3)
        self._pen(11, INK, "B")
        total = f"Total  {grouped(self.document.total)} {self.document.currency}"
        self.cell(0, 7, self._shown(total), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if self.has_replaced:
            self.ln(3)
            self._pen(8, QUIET)
            self.cell(0, LINE_MM, NOTE)

    def write_clauses(self) -> None:
        """Set the clauses that stand on the order, each with the lines it is for."""
        for clause in self.document.clauses:
            self.ln(3)
            self._pen(9, INK, "B")
            lines = ", ".join(map(str, clause.lines))
            self._words(f"Clause {clause.code}, version {clause.version}, for line {lines}")
            self._pen(9, INK)
            self._words(clause.text)

    def _words(self, text: str) -> None:
        self.multi_cell(0, LINE_MM, self._shown_lines(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _shown_lines(self, text: str) -> str:
        return "\n".join(self._shown(part) for part in text.split("\n"))


def _cells(line: WrittenLine) -> tuple[str, ...]:
    yours = f"\nyour {_one_line(line.supplier_sku)}" if line.supplier_sku else ""
    converted = f"\n= {line.purchase_quantity} {_one_line(line.purchase_unit)}" if line.purchase_quantity else ""
    return (
        str(line.line),
        f"{_one_line(line.sku)}{yours}",
        _one_line(line.description),
        f"{plain(line.quantity)} {_one_line(line.unit)}{converted}",
        plain(line.price, decimals=2),
        line.requested_on.isoformat(),
        grouped(line.amount),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
