"""Raw files as people have them, made from the packed year of a real shop: other headings, other locales, junk at the end.

`python -m tests.raw_files FOLDER [SEED]` writes a set of them: items, today's stock and the history of sales.
"""

from __future__ import annotations

import csv
import random
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from ownstock.lab.retail.packed import read_lines

# Headings as programs of several countries write them; the first of each dialect is the item's code.
HEADINGS = {
    "de": {
        "sku": "Artikel-Nr.", "description": "Bezeichnung", "supplier": "Lieferant", "unit_cost": "Einstandspreis",
        "lead_time_days": "Lieferzeit", "quantity": "Menge", "stock": "Bestand", "moved_at": "Datum", "reference": "Belegnr.",
        "price": "Preis", "colour": "Farbe", "end": "Summe",
    },
    "fr": {
        "sku": "Code article", "description": "Désignation", "supplier": "Fournisseur", "unit_cost": "Prix de revient",
        "lead_time_days": "Délai", "quantity": "Quantité", "stock": "Stock réel", "moved_at": "Date", "reference": "Pièce",
        "price": "Prix", "colour": "Couleur", "end": "Total",
    },
    "us": {
        "sku": "Item number", "description": "Item description", "supplier": "Vendor", "unit_cost": "Cost",
        "lead_time_days": "Lead time", "quantity": "Qty", "stock": "On hand", "moved_at": "Invoice date",
        "reference": "Invoice no", "price": "Unit price", "colour": "Color", "end": "Grand total",
    },
}  # fmt: skip
DELIMITERS = {"de": ";", "fr": ";", "us": ","}
ENCODINGS = {"de": "cp1252", "fr": "utf-8-sig", "us": "utf-8"}
DAYS = {"de": "%d.%m.%Y", "fr": "%d/%m/%Y", "us": "%m/%d/%Y"}

SOLD = ("StockCode", "Quantity", "InvoiceNo", "UnitPrice", "InvoiceDate")


@dataclass(frozen=True)
class RawFiles:
    """A set of raw files, and what they say: the items, today's stock by item, the sales."""

    items: Path
    stock: Path
    sales: Path
    skus: list[str]
    on_hand: dict[str, int]
    sold: int


def write(folder: Path, *, seed: int, items: int = 12, today: date | None = None, dialect: str = "") -> RawFiles:
    """Write raw files of some items of the packed year, which ends yesterday then. The same seed writes the same."""
    chance = random.Random(seed)
    dialect = dialect or chance.choice(sorted(HEADINGS))
    lines = _sold_lines(items)
    facts = lines.group_by("StockCode", maintain_order=True).agg(
        pl.col("Description").first(), cost=pl.col("UnitPrice").median() * 0.55
    )
    skus = facts["StockCode"].to_list()
    today = today or datetime.now().astimezone().date()
    shift = today - timedelta(days=1) - lines["InvoiceDate"].max().date()
    stock = {sku: chance.randrange(60) for sku in skus}
    folder.mkdir(parents=True, exist_ok=True)
    sold = [
        {
            "sku": sku, "quantity": str(quantity), "reference": invoice, "price": _money(price, dialect),
            "moved_at": (at.date() + shift).strftime(DAYS[dialect]),
        }
        for sku, quantity, invoice, price, at in lines.select(*SOLD).iter_rows()
    ]  # fmt: skip
    paths = [folder / f"{name}-{seed}.csv" for name in ("articles", "inventory", "invoices")]
    _write(paths[0], _items(facts, dialect, chance), dialect, chance)
    _write(paths[1], [{"sku": s, "stock": str(q)} for s, q in stock.items()], dialect, chance, has_junk=True)
    _write(paths[2], sold, dialect, chance)
    return RawFiles(paths[0], paths[1], paths[2], skus, stock, len(sold))


def _sold_lines(items: int) -> pl.DataFrame:
    """The lines by which some middling items were sold, in the order of the source."""
    sold = read_lines().filter(
        (pl.col("Quantity") > 0) & (pl.col("UnitPrice") > 0) & ~pl.col("InvoiceNo").str.starts_with("C")
    )
    ranked = sold.group_by("StockCode").len().sort("len", "StockCode", descending=[True, False])
    chosen = ranked.filter(pl.col("StockCode").str.contains(r"^\d{5}")).slice(150, items)["StockCode"]
    return sold.filter(pl.col("StockCode").is_in(chosen.to_list()))


def _items(facts: pl.DataFrame, dialect: str, chance: random.Random) -> list[dict[str, str]]:
    """Items with supplier and cost; a third of the lead times is missing, as it is in life."""
    return [
        {
            "sku": sku, "description": description, "supplier": f"Supplier {'ABC'[number % 3]}",
            "unit_cost": _money(cost, dialect), "colour": chance.choice(["", "red", "blue"]),
            "lead_time_days": "" if number % 5 > 2 else str((10, 14, 21)[number % 3]),
        }
        for number, (sku, description, cost) in enumerate(facts.iter_rows())
    ]  # fmt: skip


def _write(
    path: Path, rows: list[dict[str, str]], dialect: str, chance: random.Random, *, has_junk: bool = False
) -> None:
    names = list(rows[0])
    chance.shuffle(names)
    with path.open("w", encoding=ENCODINGS[dialect], newline="") as file:
        writer = csv.writer(file, delimiter=DELIMITERS[dialect])
        writer.writerow([HEADINGS[dialect][name] for name in names])
        writer.writerows([row[name] for name in names] for row in rows)
        if has_junk:
            writer.writerow([HEADINGS[dialect]["end"] if name == "sku" else "n/a" for name in names])


def _money(value: float, dialect: str) -> str:
    text = f"{value:,.2f}"
    return text if dialect == "us" else text.translate(str.maketrans(",.", ".,"))


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), seed=int((sys.argv[2:] or ["1"])[0])))
