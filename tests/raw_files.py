"""Raw files as people have them, made from the packed year of a real shop: other headings, other locales, junk at the end.

`python -m tests.raw_files FOLDER [SEED]` writes a set of them: items, today's stock and the history of sales.
"""

from __future__ import annotations

import csv
import random
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.retail_company import balances, company

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


@dataclass(frozen=True)
class RawFiles:
    """A set of raw files, and what they say: the items, today's stock by item, the sales."""

    items: Path
    stock: Path
    sales: Path
    skus: list[str]
    on_hand: dict[str, int]
    sold: int


def write(folder: Path, *, seed: int, items: int = 40, today: date | None = None, dialect: str = "") -> RawFiles:
    """Write raw files of the items that sell best; the year ends yesterday. The same seed writes the same."""
    chance = random.Random(seed)
    dialect = dialect or chance.choice(sorted(HEADINGS))
    sample, today = company(), today or datetime.now().astimezone().date()
    sales = sample.movements.filter(kind="issue", target="CUSTOMERS")
    best = sales.group_by("sku").len().sort("len", "sku", descending=[True, False]).head(items)["sku"].to_list()
    sales = sales.filter(sales["sku"].is_in(best))
    moved = [datetime.fromisoformat(str(moment).replace("Z", "+00:00")) for moment in sales["moved_at"]]
    shift = today - timedelta(days=1) - max(moved).date()
    stock = {sku: max(0, balances(sample.movements).get(sku, 0)) // 40 for sku in best}
    folder.mkdir(parents=True, exist_ok=True)
    sold = [
        {
            "sku": sku, "quantity": _whole(quantity), "reference": reference,
            "moved_at": (at.date() + shift).strftime(DAYS[dialect]),
        }
        for sku, quantity, reference, at in zip(sales["sku"], sales["quantity"], sales["reference"], moved, strict=True)
    ]  # fmt: skip
    paths = [folder / f"{name}-{seed}.csv" for name in ("articles", "inventory", "invoices")]
    _write(paths[0], _items(best, dialect, chance), dialect, chance)
    _write(paths[1], [{"sku": s, "stock": _whole(q)} for s, q in stock.items()], dialect, chance, has_junk=True)
    _write(paths[2], sold, dialect, chance)
    return RawFiles(paths[0], paths[1], paths[2], best, stock, len(sold))


def _items(best: list[str], dialect: str, chance: random.Random) -> list[dict[str, str]]:
    """Items with supplier and cost; a third of the lead times is missing, as it is in life."""
    sample = company()
    facts = {row["sku"]: row for row in sample.items.filter(sample.items["sku"].is_in(best)).to_dicts()}
    terms = {row["sku"]: row for row in sample.supply_terms.to_dicts()}
    return [
        {
            "sku": sku, "description": facts[sku]["description"], "supplier": f"Supplier {terms[sku]['supplier']}",
            "unit_cost": _money(facts[sku]["unit_cost"], dialect), "colour": chance.choice(["", "red", "blue"]),
            "lead_time_days": "" if number % 3 == 0 else str(terms[sku]["lead_time_days"]),
        }
        for number, sku in enumerate(best)
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


def _money(value: str, dialect: str) -> str:
    text = f"{Decimal(value):,.2f}"
    return text if dialect == "us" else text.translate(str.maketrans(",.", ".,"))


def _whole(value: object) -> str:
    # Whole numbers without marks of thousands: those alone would prove nothing.
    return str(int(Decimal(str(value))))


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), seed=int((sys.argv[2:] or ["1"])[0])))
