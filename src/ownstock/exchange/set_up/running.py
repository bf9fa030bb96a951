"""The import of a set-up as a job: one file after another, then what follows from them, then the plan.

Each step writes all it has to or nothing, and the same step again changes nothing. So a job that was killed is simply done
again: what stands is passed over.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ownstock.base.errors import OwnstockError, Refused
from ownstock.base.tables import ROW, Directions
from ownstock.catalog.models import Item, ItemSite, Supplier, SupplyTerm
from ownstock.catalog.queries import base_currency, world_location
from ownstock.catalog.rules import LocationKind
from ownstock.exchange.models import SetUp, UploadedFile
from ownstock.exchange.set_up import assumed, files, terms
from ownstock.exchange.set_up import sales as history
from ownstock.exchange.set_up.counting import keep_health
from ownstock.exchange.set_up.kinds import (
    FIELDS,
    ITEM_SITES,
    ITEMS,
    KINDS,
    LOCATIONS,
    MOVEMENTS,
    SALES,
    STOCK,
    SUPPLIERS,
    SUPPLY_TERMS,
    UNITS,
)
from ownstock.exchange.set_up.rules import Assumptions, FileState, SetUpState
from ownstock.journal.queues import held
from ownstock.journal.running import report, running
from ownstock.ledger.actions import value
from ownstock.ledger.models import Balance, Posting
from ownstock.planning.actions import plan

JOB, TASK = "set_up", "ownstock.set_up"
PLAIN_VALUES = Directions(numbers="point", dates="ymd", time_zone="UTC", ignored=("*",))


def run() -> None:
    """Do all that a set-up at work still has to do. What its files refuse stops it, with the faults at the file."""
    with held(JOB) as is_free:
        set_up = SetUp.objects.filter(state=SetUpState.AT_WORK).first()
        if not is_free or set_up is None:
            return
        with running(JOB, task=TASK):
            try:
                _Work(set_up).do()
            except Refused as refusal:
                stop(set_up, refusal.sentence)


def stop(set_up: SetUp, problem: str) -> None:
    """Say why it does not go on; people mend it and start again."""
    set_up.state, set_up.problem = SetUpState.STOPPED, problem
    set_up.save(update_fields=["state", "problem"])


class _Work:
    """One run through all steps of a set-up."""

    def __init__(self, set_up: SetUp) -> None:
        self.set_up = set_up
        self.actor = set_up.actor
        self.assumptions = Assumptions(**set_up.assumptions)
        self.frames: dict[int, pl.DataFrame] = {}

    def do(self) -> None:
        """Everything, in the order in which one thing refers to another."""
        self._as_they_are(LOCATIONS)
        self._items()
        self._as_they_are(UNITS)
        self._supply()
        self._stock_and_sales()
        self._as_they_are(MOVEMENTS)
        self._item_sites()
        report("valuing stock")
        value(patience_seconds=10)
        zone = ZoneInfo(files.time_zone_of(self.set_up))
        planned = plan(planned_on=datetime.now(zone).date(), actor=self.actor)
        report("counting what the data lack")
        keep_health()
        self.set_up.told = [f"{planned.run.item_site_count:,} planned, {planned.run.proposed_count:,} to be ordered."]
        self.set_up.state, self.set_up.ended_at = SetUpState.DONE, timezone.now()
        self.set_up.save(update_fields=["told", "state", "ended_at"])
        files.remove_all(self.set_up)

    def _of(self, kind: str) -> list[UploadedFile]:
        return list(self.set_up.files.filter(file_kind=kind).order_by("id"))

    def _rows(self, kind: str) -> list[dict[str, Any]]:
        """The rows of all files of a kind, those at fault left out where people said so."""
        return [row for file in self._of(kind) for row in self._frame(file).iter_rows(named=True)]

    def _frame(self, file: UploadedFile) -> pl.DataFrame:
        if file.pk not in self.frames:
            report(f"reading {file.name}"[:100])
            with at(file):
                self.frames[file.pk] = files.clean(file)
        return self.frames[file.pk]

    def _as_they_are(self, kind: str) -> None:
        """Import files of which nothing is derived."""
        for file in self._of(kind):
            if file.state == FileState.IMPORTED:
                continue
            with at(file):
                if files.is_preset(file):
                    KINDS[kind].bring(files.path_of(file), actor=self.actor, directions=files.directions_of(file))
                else:
                    frame = self._frame(file)
                    present = {*file.mapping.values(), *files.directions_of(file).values} & set(frame.columns)
                    directions = Directions(
                        numbers="point", dates="ymd", time_zone="UTC", places=files.directions_of(file).places
                    )
                    bring(kind, frame.select(ROW, *sorted(present)), file.name, self.actor, directions)
            imported(file)

    def _items(self) -> None:
        said = self._rows(ITEMS)
        sold = {row["sku"] for kind in (SALES, STOCK) for row in self._rows(kind)}
        kept = {row["sku"]: dict(row) for row in Item.objects.values("sku", "description", "unit_cost")}
        prices = {r["sku"]: r["price"] for r in self._rows(SUPPLY_TERMS) if r.get("price") is not None}
        found = terms.items(said, sorted(sold), prices, kept)
        names = [field.name for field in FIELDS[ITEMS] if field.name not in ("supplier", "price", *TERM_FIELDS)]
        report("importing items")
        rows = [{name: row.get(name) for name in (ROW, *names)} for row in found.rows]
        self._bring_rows(ITEMS, terms.Derived(rows, found.assumed))

    def _supply(self) -> None:
        day = (self.set_up.began_at - timedelta(days=1)).date().isoformat()
        costs = dict(Item.objects.values_list("sku", "unit_cost"))
        said = [row for row in [*self._rows(ITEMS), *self._rows(SUPPLY_TERMS)] if row["sku"] in costs]
        bought = set(SupplyTerm.objects.values_list("item__sku", flat=True)) - {row["sku"] for row in said}
        without = {sku: cost for sku, cost in costs.items() if sku not in bought}
        kept = map(dict, Supplier.objects.values("code", "name", "email", "currency"))
        suppliers: list[dict[str, Any]] = [*kept, *self._rows(SUPPLIERS)]
        found = terms.supply(said, suppliers, without, base_currency(), day, self.assumptions, _kept_terms())
        report("importing suppliers and terms")
        self._bring_rows(SUPPLIERS, terms.Derived(found.suppliers))
        self._bring_rows(SUPPLY_TERMS, found.terms)

    def _stock_and_sales(self) -> None:
        key = f"set-up:{self.set_up.pk}"
        brought = [*self._of(SALES), *self._of(STOCK)]
        if not brought or all(file.state == FileState.IMPORTED for file in brought):
            return
        if Posting.objects.exclude(Q(key__startswith=key)).exists() and self._of(SALES):
            raise Refused(
                "Goods have moved here before: a history of sales can only be brought into an empty ledger. Take the file "
                "out, and bring movements instead (`ownstock import movements`).",
                code="not_empty",
            )
        sales, stock = self._frames(SALES, SALES_SCHEMA), self._frames(STOCK, history.STOCK_SCHEMA)
        moves = history.movements(
            sales.with_columns(pl.col("reference").fill_null("")), stock,
            customers=world_location(LocationKind.CUSTOMER), differences=world_location(LocationKind.COUNT_DIFFERENCE),
            as_of=max(file.brought_at for file in brought), key=key,
        )  # fmt: skip
        with at(brought[0]):
            bring(MOVEMENTS, moves, "sales and stock", self.actor, PLAIN_VALUES)
        for file in brought:
            imported(file)

    def _frames(self, kind: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        empty = pl.DataFrame(schema=dict(schema))
        parts = [self._frame(file).select(pl.col(n).cast(t) for n, t in schema.items()) for file in self._of(kind)]
        return pl.concat([empty, *parts])

    def _item_sites(self) -> None:
        costs = dict(Item.objects.values_list("sku", "unit_cost"))
        moved = Balance.objects.filter(location__site__isnull=False).values_list("item__sku", "location__site__code")
        known = {(row.pop("item__sku"), row.pop("site__code")): row for row in ItemSite.objects.values(*PLANNED_BY)}
        rows = [row for row in self._rows(ITEM_SITES) if row["sku"] in costs]
        places = set(moved.distinct())
        places |= {(sku, self.set_up.site_code) for sku in costs} if not places else set()
        new = places - set(known)
        found = terms.item_sites(new, rows, costs, self._sale_prices(), self.assumptions, known)
        report("importing how items are planned")
        self._bring_rows(ITEM_SITES, found)

    def _sale_prices(self) -> dict[str, Decimal]:
        """What an item was sold for in the middle, where the files tell."""
        if not self._of(SALES):
            return {}
        sold = self._frames(SALES, SALES_SCHEMA).filter((pl.col("price") > 0) & (pl.col("quantity") > 0))
        middle = sold.sort("price").group_by("sku").agg(pl.col("price").gather(pl.len() // 2).first())
        return dict(middle.iter_rows())

    def _bring_rows(self, kind: str, derived: terms.Derived) -> None:
        """Import rows and mark what nobody said in them, both or neither."""
        rows = derived.rows
        if not rows:
            return
        said = {name for row in rows for name, value in row.items() if value is not None and name != ROW}
        text = [
            {ROW: row.get(ROW) or 0, **{name: None if row.get(name) is None else str(row[name]) for name in said}}
            for row in rows
        ]
        frame = pl.DataFrame(text, schema={ROW: pl.Int64, **dict.fromkeys(sorted(said), pl.String)})
        brought = self._of(kind)
        with at(brought[0] if brought else None), transaction.atomic():
            bring(kind, frame, kind, self.actor, PLAIN_VALUES)
            assumed.note(derived.assumed)
        for file in brought:
            imported(file)


PLANNED_BY = (
    "item__sku", "site__code", "review_period_days", "holding_rate", "shortage_cost", "unserved_demand",
)  # fmt: skip
TERM_FIELDS = ("supplier_sku", "lead_time_days", "moq", "order_multiple")
SALES_SCHEMA = {
    "sku": pl.String(), "location": pl.String(), "moved_at": pl.Datetime("us", "UTC"), "quantity": pl.Decimal(18, 4),
    "reference": pl.String(), "price": pl.Decimal(18, 4),
}  # fmt: skip


def _kept_terms() -> list[dict[str, Any]]:
    """The terms that stand, the newest of each item and supplier, as rows of an import."""
    return [
        {
            "sku": t.item.sku, "supplier": t.supplier.code, "site": t.site.code if t.site else None, "price": t.price,
            "currency": t.currency, "lead_time_days": t.lead_time_days, "moq": t.moq, "order_multiple": t.order_multiple,
            "supplier_sku": t.supplier_sku, "purchase_unit": t.purchase_unit, "priority": t.priority,
            "units_per_purchase_unit": f"{t.units_numerator}/{t.units_denominator}", "valid_to": t.valid_to,
            "valid_from": t.valid_from,
        }
        for t in SupplyTerm.objects.select_related("item", "supplier", "site").order_by("valid_from", "id")
    ]  # fmt: skip


def bring(kind: str, frame: pl.DataFrame, name: str, actor: str, directions: Directions) -> None:
    """Import rows that were read and checked before, all or none; faults name the rows of the file they came from."""
    rows = frame[ROW].to_list() if ROW in frame.columns else []
    with tempfile.TemporaryDirectory(prefix="ownstock-") as folder:
        path = Path(folder) / f"{Path(name).stem[:80] or kind}.parquet"
        frame.drop(ROW, strict=False).write_parquet(path)
        options: dict[str, Callable[[int, int], None]] = {}
        if KINDS[kind].has_progress:
            options["progress"] = lambda done, total: report(f"importing {name}"[:100], done, total)
        try:
            KINDS[kind].bring(path, actor=actor, directions=directions, **options)
        except Refused as refusal:
            faults: Any = refusal.facts.get("faults", [])
            for fault in faults:
                fault["row"] = rows[fault["row"] - 1] if 0 < fault["row"] <= len(rows) else fault["row"]
            raise


@contextmanager
def at(file: UploadedFile | None) -> Iterator[None]:
    """Keep what is refused with the file that it is said of."""
    try:
        yield
    except OwnstockError as refusal:
        if file is not None:
            files.keep_faults(file, refusal)
            file.save(update_fields=["state", "faults", "fault_count"])
        raise


def imported(file: UploadedFile) -> None:
    """Note that a file is in."""
    if file.state != FileState.IMPORTED:
        file.state = FileState.IMPORTED
        file.save(update_fields=["state"])
