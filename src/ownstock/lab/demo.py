"""The sample company, once around the circle: import, plan, approve, order, answer, receive, plan again.

Each step does through the same verbs what a person would do by command or page; this module only chooses for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
from django.db.models import Sum

from ownstock.catalog import imports as catalog
from ownstock.catalog.actions import set_company
from ownstock.catalog.models import Company
from ownstock.lab.retail.tables import CURRENCY, SampleCompany, sample_company
from ownstock.ledger.actions import value
from ownstock.ledger.imports import import_movements
from ownstock.ledger.models import Balance
from ownstock.ledger.queries import value_at
from ownstock.planning import actions as planning
from ownstock.planning import queries as plans
from ownstock.planning.models import Proposal
from ownstock.planning.rules import ProposalState
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing import queries as orders
from ownstock.purchasing.actions import ReceiptLine
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from ownstock.purchasing.rules import LineAnswer, Promise

ACTOR = "demo"
COMPANY = "Sample company"
TODAY = date(2010, 12, 10)
DAYS_LATE = 9
LINES_CUT = 10
Progress = Callable[[int, int], None]
# In an order that lets each refer to what came before.
CATALOG_IMPORTS = {
    "locations": catalog.import_locations,
    "items": catalog.import_items,
    "suppliers": catalog.import_suppliers,
    "supply_terms": catalog.import_supply_terms,
    "item_sites": catalog.import_item_sites,
}


@dataclass(frozen=True, slots=True)
class Fate:
    """How many lines of the source ended the same way, and why."""

    fate: str
    reason: str
    lines: int


@dataclass(frozen=True, slots=True)
class StockFigures:
    """What is on hand: items with something on hand, items with nothing, units, value in the company's currency."""

    items_on_hand: int
    items_at_zero: int
    units: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class SupplierAnswer:
    """What a supplier answered to an order: `kind` is as asked, late or short; `cut` in stock units."""

    number: str
    supplier: str
    kind: str
    lines: int
    cut: Decimal


def write_tables(folder: Path) -> SampleCompany:
    """Make the sample company's import files in a folder; a person may look at them, and import them elsewhere."""
    company = sample_company()
    folder.mkdir(parents=True, exist_ok=True)
    for name in CATALOG_IMPORTS:
        getattr(company, name).write_parquet(folder / f"{name}.parquet")
    company.movements.drop("line_number").write_parquet(folder / "movements.parquet")
    return company


def is_sample() -> bool:
    """Whether the database belongs to the sample company."""
    return Company.objects.filter(name=COMPANY).exists()


def import_catalog(folder: Path) -> None:
    """Import places, items, suppliers and terms from the files."""
    set_company(COMPANY, CURRENCY, actor=ACTOR)
    for name, importer in CATALOG_IMPORTS.items():
        importer(folder / f"{name}.parquet", actor=ACTOR)


def import_year(folder: Path, progress: Progress) -> None:
    """Post the year: what was sold, returned and adjusted, and what is assumed to have arrived."""
    import_movements(folder / "movements.parquet", actor=ACTOR, progress=progress)


def fates(company: SampleCompany) -> list[Fate]:
    """How every line of the source ended: posted by kind, refused and not stock by reason."""
    why = pl.coalesce("reason", "kind").alias("why")
    counts = company.lines.group_by("fate", why).len().sort("fate", "len", descending=[False, True])
    order = {"posted": 0, "refused": 1, "not_stock": 2}
    return sorted((Fate(*row) for row in counts.iter_rows()), key=lambda f: (order[f.fate], -f.lines))


def stock_figures() -> StockFigures:
    """What is on hand now, and its value as the ledger keeps it, all that was posted valued."""
    value(patience_seconds=10)
    held = Balance.objects.filter(on_hand__gt=0)
    return StockFigures(
        items_on_hand=held.values("item").distinct().count(),
        items_at_zero=Balance.objects.filter(on_hand=0).values("item").distinct().count(),
        units=held.aggregate(total=Sum("on_hand"))["total"] or Decimal(0),
        value=value_at(),
    )


def plan() -> planning.Planned:
    """Plan every item for the day after the year ends."""
    return planning.plan(planned_on=TODAY, actor=ACTOR)


def pending() -> list[Proposal]:
    """What waits for a decision, the most valuable first."""
    return list(plans.proposals(ProposalState.PENDING))


def approve_and_place() -> list[PurchaseOrder]:
    """Approve every pending proposal and place the orders, one per supplier."""
    drafts = planning.approve([p.pk for p in pending()], actor=ACTOR)
    return [purchasing.place(order.number, actor=ACTOR) for order in drafts]


def answer(first: Sequence[PurchaseOrder]) -> list[SupplierAnswer]:
    """Let the suppliers answer their orders: the first as asked, the second late, the third short."""
    answers = [_as_asked, _late, _short]
    return [reply(order) for reply, order in zip(answers, first, strict=True)]


def _as_asked(order: PurchaseOrder) -> SupplierAnswer:
    return _reply(order, "as asked", days=0, cuts={})


def _late(order: PurchaseOrder) -> SupplierAnswer:
    return _reply(order, f"{DAYS_LATE} days late", days=DAYS_LATE, cuts={})


def _short(order: PurchaseOrder) -> SupplierAnswer:
    """Of its most valuable lines the supplier has only half."""
    dearest = sorted(orders.lines(order), key=lambda line: (-line.quantity * line.price, line.line))[:LINES_CUT]
    return _reply(order, "short", days=0, cuts={line.line: (line.quantity + 1) // 2 for line in dearest})


def _reply(order: PurchaseOrder, kind: str, *, days: int, cuts: dict[int, Decimal]) -> SupplierAnswer:
    lines = orders.lines(order)
    answers = [LineAnswer(line.line, _promises(line, days, cuts.get(line.line, Decimal(0)))) for line in lines]
    purchasing.acknowledge(order.number, answers, message_key=f"answer to {order.number}", actor=order.supplier.code)
    return SupplierAnswer(order.number, order.supplier.name, kind, len(lines), sum(cuts.values(), Decimal(0)))


def _promises(line: OrderLine, days: int, cut: Decimal) -> tuple[Promise, ...]:
    if cut >= line.quantity:
        return ()
    requested_on = line.deliveries.all()[0].requested_on
    return (Promise(line.quantity - cut, requested_on + timedelta(days=days)),)


def receive(first: Sequence[PurchaseOrder], *, waiting_for: str) -> list[tuple[str, int]]:
    """Let the goods arrive, in two parts an order, save those of one supplier; returns order numbers and lines received.

    To close the circle in one sitting they arrive at once, on the day of the plan.
    """
    received = []
    for order in first:
        if order.supplier.name == waiting_for:
            continue
        lines = [line for line in orders.lines(order) if _open(line)]
        half = (len(lines) + 1) // 2
        for part, some in enumerate((lines[:half], lines[half:]), start=1):
            goods = [ReceiptLine(line.line, _open(line)) for line in some]
            if goods:
                key = f"delivery note {order.number}/{part}"
                purchasing.receive(order.number, goods, key=key, received_on=TODAY, actor=ACTOR)
        received.append((order.number, len(lines)))
    return received


def _open(line: OrderLine) -> Decimal:
    parts = line.deliveries.all()
    return sum((d.quantity - d.received_quantity - d.cancelled_quantity for d in parts), Decimal(0))
