"""The paper that documents for people are set on: one hand of type, its margins, and what its letters can print.

The letters are PDF's own Helvetica, which every reader has and which knows Western European letters only (Latin-1).
Any other letter is printed as `?`, never dropped, and a note at the end says so; the tables beside a document have them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, VAlign, XPos, YPos
from fpdf.fonts import FontFace

FONT = "Helvetica"
MARGIN_MM = 16
LINE_MM = 5.2
INK, QUIET, RULE = (28, 30, 33), (105, 110, 118), (196, 200, 206)
# Signs of good typesetting that Latin-1 lacks and that have a plain twin of the same meaning.
PLAIN_TWINS = str.maketrans("\u2013\u2014\u2018\u2019\u201c\u201d\u202f", "--''\"\"\u00a0")
# Stands for the number of pages until it is known; `printable` lets no other text carry it.
PAGES = "\x80" * 3
NOTE = "A ? may stand for a letter that this page cannot print; the CSV file beside it has every letter."


def printable(text: str) -> str:
    """A text in the letters that the font has; `?` for each other, and for control characters."""
    shown = (c if c.isprintable() or c == "\u00a0" else "?" for c in text.translate(PLAIN_TWINS))
    return "".join(shown).encode("latin-1", "replace").decode("latin-1")


class Paper(FPDF):
    """A4 pages, `foot` at the foot of each; dated by the moment given, so that the same document has the same bytes."""

    def __init__(self, title: str, foot: str, written_at: datetime) -> None:
        super().__init__(format="A4")
        self._foot = foot
        self.has_replaced = False
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, margin=MARGIN_MM + 6)
        self.set_creation_date(written_at)
        self.set_title(title)
        self.alias_nb_pages(PAGES)
        self.set_lang("en-GB")

    def footer(self) -> None:
        """Say on every page which document and which page it is."""
        self.set_y(-MARGIN_MM)
        self._pen(8, QUIET)
        self.cell(self.epw * 0.8, LINE_MM, self._shown(self._foot))
        self.cell(self.epw * 0.2, LINE_MM, f"Page {self.page_no()} of {PAGES}", align="R")

    def _pen(self, size: float, color: tuple[int, int, int], style: str = "") -> None:
        self.set_font(FONT, style, size)
        self.set_text_color(*color)

    def _line(self, text: str, *, height_mm: float = LINE_MM) -> None:
        self.multi_cell(0, height_mm, self._shown(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _fact(self, label: str, value: str) -> None:
        self._pen(9.5, QUIET)
        self.cell(26, LINE_MM, label)
        self._pen(9.5, INK)
        self._line(value)

    def _shown(self, text: str) -> str:
        shown = printable(text)
        self.has_replaced = self.has_replaced or shown.count("?") > text.count("?")
        return shown

    def _ruled_table(self, headings: Sequence[str], widths_mm: Sequence[float], rows: Iterable[Sequence[str]]) -> None:
        """Set a table with all its lines drawn, for people to write in; its head is repeated on every page."""
        self.set_draw_color(*RULE)
        with self.table(
            col_widths=tuple(widths_mm),
            text_align="LEFT",
            line_height=LINE_MM,
            padding=(1.2, 1),
            borders_layout=TableBordersLayout.ALL,
            headings_style=FontFace(emphasis="BOLD", color=QUIET),
            v_align=VAlign.T,
        ) as table:
            table.row(headings)
            for row in rows:
                table.row([self._shown(" ".join(cell.split())) for cell in row])
