"""The answer as PDF, for people: the question and whether it adds up on the first page, then who, what and where.

Long lists are cut and say so; the CSV files beside it have all rows. Letters as in `paper`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from fpdf.enums import Align, TableBordersLayout, VAlign
from fpdf.fonts import FontFace

from ownstock.exchange.evidence.dossier import Dossier
from ownstock.exchange.papers.paper import INK, LINE_MM, NOTE, QUIET, RULE, Paper
from ownstock.ledger.rules.tracing import FLOWS_IN, FLOWS_OUT, LotName, Reconciliation, Role

GOOD, BAD = (22, 110, 70), (176, 32, 32)
ROWS_SHOWN = 60
STATEMENTS_SHOWN = 4
HASH_PT = 7.0
FLOW_WORDS = {
    "received": "received from suppliers", "returned_by_customer": "returned by customers", "made": "made here",
    "counted_in": "found in counting", "adjusted_in": "adjusted up", "taken_from_scrap": "taken back from scrap",
    "shipped": "shipped to customers", "returned_to_supplier": "returned to suppliers", "used": "used in making others",
    "counted_out": "missing in counting", "adjusted_out": "adjusted down", "scrapped": "scrapped",
}  # fmt: skip
ROLE_WORDS = {Role.ASKED: "asked for", Role.CAME_FROM: "it came from", Role.WENT_INTO: "it went into"}
Rows = Sequence[Sequence[str]]


def render(dossier: Dossier, hashes: Mapping[str, str]) -> bytes:
    """Set the dossier on A4 pages, dated by the moment it was made; `hashes` are of the files beside it."""
    page = TracePage(dossier)
    page.add_page()
    page.write_cover()
    page.write_suppliers()
    page.write_customers()
    page.write_left()
    page.write_transfers()
    page.write_lots()
    page.write_transformations()
    page.write_files(hashes)
    return bytes(page.output())


def figure(number: Decimal) -> str:
    """A quantity with its thousands apart and no needless zeros: 1 234.5."""
    whole, _, fraction = f"{number:,f}".replace(",", "\u00a0").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def clock(at: datetime) -> str:
    """An instant to the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


class TracePage(Paper):
    """The paper of one dossier."""

    def __init__(self, dossier: Dossier) -> None:
        super().__init__(f"Trace: {dossier.subject}", dossier.stem, dossier.made_at)
        self.dossier = dossier
        self.set_author(dossier.company)

    def write_cover(self) -> None:
        """Ask the question, say whether it adds up, and show the sums of what was asked for."""
        dossier, trace = self.dossier, self.dossier.trace
        self._pen(9, QUIET)
        self._line(dossier.company)
        self._pen(20, INK, "B")
        self._line("Trace and reconciliation", height_mm=11)
        self._pen(11, INK)
        self._line(dossier.question, height_mm=6)
        self.ln(2)
        for label, value in (
            ("Asked by", dossier.asked_by),
            ("Made at", f"{clock(dossier.made_at)} UTC"),
            (
                "As of",
                "now: everything recorded" if trace.at is None else f"{clock(trace.at)} UTC, by when goods moved",
            ),
            ("Lots", f"{len(trace.asked)} asked for, {len(trace.reconciliations)} followed"),
            ("Movements", f"{len(trace.movements):,}".replace(",", "\u00a0")),
        ):
            self._fact(label, value)
        self.ln(3)
        self._verdict()
        for lot in trace.asked[:STATEMENTS_SHOWN]:
            self._statement(lot, next(row for row in trace.reconciliations if row.lot_id == lot.id))
        if len(trace.asked) > STATEMENTS_SHOWN:
            self._quiet(f"The other {len(trace.asked) - STATEMENTS_SHOWN} are in the table of lots below.")

    def _verdict(self) -> None:
        limits = self.dossier.limits
        is_closed = self.dossier.trace.is_closed
        self._pen(12, GOOD if is_closed else BAD, "B")
        told = "Every lot adds up" if is_closed else "Not every lot adds up"
        self._line(f"{told}: in = out + left, to the last decimal." if is_closed else f"{told}.", height_mm=7)
        self._pen(9.5, INK)
        for sentence in limits[:ROWS_SHOWN]:
            self._line(f"- {sentence}")
        if not limits:
            self._quiet("Nothing was left open: no goods without a lot, no lot that was not followed.")

    def _statement(self, lot: LotName, found: Reconciliation) -> None:
        self._heading(f"{lot}, {lot.description} (in {lot.unit})")
        flows = {flow.flow: flow for flow in found.flows}
        rows: list[Sequence[str]] = []
        totals: set[int] = set()
        for side, total, words in (
            (FLOWS_IN, found.came_in, "Came in"),
            (FLOWS_OUT, found.went_out, "less: went out"),
        ):
            for flow in (flows[name] for name in side if name in flows):
                taken_back = figure(flow.taken_back) if flow.taken_back else ""
                rows.append((FLOW_WORDS[flow.flow], figure(flow.posted), taken_back, figure(flow.net)))
            totals.add(len(rows))
            rows.append((words, "", "", figure(total)))
        totals |= {len(rows), len(rows) + 1}
        rows.append(("less: left", "", "", figure(found.on_hand)))
        rows.append(("Unexplained", "", "", figure(found.unexplained)))
        headings = ("", "Posted", "Taken back", "Counts")
        self._table(headings, rows, (70, 36, 36, 36), "LRRR", bold=totals)

    def write_suppliers(self) -> None:
        """Who supplied it, and each receipt."""
        dossier = self.dossier
        self._heading("Suppliers")
        rows = [
            (_named(s.code, s.name), ", ".join(s.orders), str(s.lot), f"{figure(s.quantity)} {s.lot.unit}")
            for s in dossier.supplier_sums
        ]
        self._list(("Supplier", "Orders", "Lot", "Net quantity"), rows, (58, 50, 42, 28), "LLLR", "receipts.csv")
        if not rows:
            return
        self._heading("Receipts")
        receipts = [
            (
                clock(a.movement.moved_at), a.order.number or "-", a.movement.reference, str(a.lot),
                f"{figure(a.movement.quantity)} {a.lot.unit}", a.movement.taken_back_by and "taken back",
            )
            for a in dossier.arrivals
        ]  # fmt: skip
        headings = ("Moved (UTC)", "Order", "Reference", "Lot", "Quantity", "")
        self._list(headings, receipts, (30, 28, 36, 40, 26, 18), "LLLLRL", "receipts.csv")

    def write_customers(self) -> None:
        """Who has it, by document."""
        self._heading("Customers")
        rows = [
            (
                s.customer,
                s.document or "-",
                str(s.lot),
                _days(s.first_at, s.last_at),
                f"{figure(s.quantity)} {s.lot.unit}",
            )
            for s in self.dossier.document_sums
        ]
        headings = ("Customer's place", "Document", "Lot", "When (UTC)", "Net quantity")
        self._list(headings, rows, (36, 46, 40, 32, 24), "LLLLR", "customers.csv")

    def write_left(self) -> None:
        """What is left, and where."""
        self._heading("What is left")
        lots = {followed.lot.id: followed.lot for followed in self.dossier.trace.followed}
        rows = [
            (
                _named(row.place.code, row.place.name), row.place.site or row.place.kind.replace("_", " "),
                str(lots[row.lot_id]), row.status.replace("_", " "),
                f"{figure(row.kept)} {lots[row.lot_id].unit}", f"{figure(row.difference)}!" if row.difference else "",
            )
            for row in self.dossier.trace.left
        ]  # fmt: skip
        headings = ("Place", "Site", "Lot", "Status", "On hand", "Differs by")
        self._list(headings, rows, (48, 24, 42, 22, 24, 18), "LLLLRR", "balances.csv")

    def write_transfers(self) -> None:
        """What went from site to site."""
        found = self.dossier.trace.transfers
        if not found:
            return
        self._heading("Between sites")
        name = self.dossier.trace.name_of
        rows = [
            (
                clock(m.moved_at), m.source.code, m.target.code, str(name(m)), m.reference,
                f"{figure(m.quantity)} {name(m).unit}", "taken back" if m.is_reversal or m.taken_back_by else "",
            )
            for m in found
        ]  # fmt: skip
        headings = ("Moved (UTC)", "From", "To", "Lot", "Reference", "Quantity", "")
        self._list(headings, rows, (30, 24, 24, 36, 24, 24, 16), "LLLLLRL", "movements.csv")

    def write_lots(self) -> None:
        """Every lot that was followed, each with its sum."""
        self._heading("Lots")
        sums = {row.lot_id: row for row in self.dossier.trace.reconciliations}
        rows = [
            (
                ROLE_WORDS[f.role] + (f", step {f.depth}" if f.depth else ""), str(f.lot), figure(found.came_in),
                figure(found.went_out), figure(found.on_hand), figure(found.unexplained),
            )
            for f in self.dossier.trace.followed
            for found in [sums[f.lot.id or 0]]
        ]  # fmt: skip
        headings = ("How", "Lot", "Came in", "Went out", "Left", "Unexplained")
        self._list(headings, rows, (34, 48, 24, 24, 24, 24), "LLRRRR", "lots.csv")

    def write_transformations(self) -> None:
        """What was made of what."""
        made = self.dossier.trace.transformations
        if not made:
            return
        self._heading("What was made of what")
        name = self.dossier.trace.name_of
        rows = [
            (
                clock(t.first.moved_at), t.first.key, ", ".join(f"{figure(m.quantity)} {name(m)}" for m in t.used),
                ", ".join(f"{figure(m.quantity)} {name(m)}" for m in t.made), "" if t.is_in_force else "taken back",
            )
            for t in made
        ]  # fmt: skip
        headings = ("Moved (UTC)", "Posting", "Used", "Made", "")
        self._list(headings, rows, (30, 30, 50, 50, 18), "LLLLL", "transformations.csv")

    def write_files(self, hashes: Mapping[str, str]) -> None:
        """The files beside this one, each with its hash; the note where a letter could not be printed."""
        self._heading("Files of this pack", room_mm=30 + 7 * len(hashes))
        rows = [(name, digest) for name, digest in sorted(hashes.items())]
        self._table(("File", "SHA-256"), rows, (48, 130), "LL", size=HASH_PT)
        self._quiet("The manifest in the pack has the hash of this page too, the journal that of the whole pack.")
        if self.has_replaced:
            self._quiet(NOTE)

    def _list(self, headings: Sequence[str], rows: Rows, widths: Sequence[float], alignment: str, file: str) -> None:
        """A table, or that there is nothing; of many rows the first, and where the others are."""
        if not rows:
            self._quiet("None.")
            return
        self._table(headings, rows[:ROWS_SHOWN], widths, alignment)
        if len(rows) > ROWS_SHOWN:
            self._quiet(f"The first {ROWS_SHOWN} of {len(rows):,}; {file} has all of them.")

    def _table(
        self, headings: Sequence[str], rows: Rows, widths: Sequence[float], alignment: str, *,
        bold: Collection[int] = (), size: float = 8.5,
    ) -> None:  # fmt: skip
        self._pen(size, INK)
        self.set_draw_color(*RULE)
        with self.table(
            col_widths=tuple(widths), text_align=tuple({"L": Align.L, "R": Align.R}[a] for a in alignment),
            line_height=LINE_MM - 0.6, padding=(0.8, 1.2), borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=QUIET), v_align=VAlign.T,
        ) as table:  # fmt: skip
            table.row([self._shown(heading) for heading in headings])
            for number, row in enumerate(rows):
                style = FontFace(emphasis="BOLD") if number in bold else None
                table.row([self._shown(cell) for cell in row], style=style)

    def _heading(self, text: str, *, room_mm: float = 32) -> None:
        """A heading that does not stand alone at the foot of a page."""
        if self.will_page_break(room_mm):
            self.add_page()
        self.ln(5)
        self._pen(12, INK, "B")
        self._line(text, height_mm=7)

    def _quiet(self, text: str) -> None:
        self._pen(8.5, QUIET)
        self._line(text)


def _named(code: str, name: str) -> str:
    return f"{code}  {name}" if code else "not known"


def _days(first_at: datetime, last_at: datetime) -> str:
    first, last = f"{first_at.astimezone(UTC):%Y-%m-%d}", f"{last_at.astimezone(UTC):%Y-%m-%d}"
    return first if first == last else f"{first} to {last}"
