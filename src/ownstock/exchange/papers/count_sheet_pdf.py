"""A sheet for counting as PDF, to be taken along on a board: a box for each count, and nowhere what is expected."""

from __future__ import annotations

from collections.abc import Sequence

from ownstock.exchange.papers.paper import INK, Paper
from ownstock.ledger.models import CycleCount
from ownstock.ledger.queries.counts import SheetLine

HEADINGS = ("Line", "Location", "Item", "Description", "Lot", "Status", "Unit", "Counted", "Time")
WIDTHS_MM = (9, 24, 28, 38, 20, 18, 11, 18, 12)
EMPTY_LINES = 4
NOTE = (
    "Write down each count with its time. Goods that are not on the sheet: in the empty lines, with location and item."
)


def render(sheet: CycleCount, lines: Sequence[SheetLine]) -> bytes:
    """Set the lines on A4 pages, dated by the moment the sheet was opened, with empty lines for what is found."""
    page = CountPage(sheet)
    page.add_page()
    page.write_head()
    page.write_lines(lines)
    return bytes(page.output())


class CountPage(Paper):
    """The paper of one sheet."""

    def __init__(self, sheet: CycleCount) -> None:
        super().__init__(f"Count {sheet.number}", f"{sheet.number}, {sheet.site.code}", sheet.opened_at)
        self.sheet = sheet

    def write_head(self) -> None:
        """Name the sheet and the site, and leave room for who counts."""
        self._pen(20, INK, "B")
        self._line(f"Count {self.sheet.number}", height_mm=11)
        self._pen(9.5, INK)
        self._line(f"{self.sheet.site.name} ({self.sheet.site.code}), opened {self.sheet.opened_at:%Y-%m-%d %H:%M} UTC")
        self._line("Counted by: ______________________________    On: ____________________", height_mm=11)
        self._pen(8, INK)
        self._line(NOTE)
        self.ln(3)

    def write_lines(self, lines: Sequence[SheetLine]) -> None:
        """Set the table, its head repeated on every page."""
        self._pen(8, INK)
        empty = [("",) * len(HEADINGS)] * EMPTY_LINES
        self._ruled_table(HEADINGS, WIDTHS_MM, [*map(_cells, lines), *empty])


def _cells(line: SheetLine) -> tuple[str, ...]:
    return str(line.line), line.location, line.sku, line.description, line.lot, line.status, line.unit, "", ""
