"""Items, suppliers, terms and item-sites that follow from what files say, and what is assumed where they are silent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ownstock.base.tables import ROW
from ownstock.exchange.set_up.rules import Assumptions, lead_times, typical_cost

Row = dict[str, Any]
NOBODY, NOBODY_NAME = "NOT-NAMED", "Supplier not named"
ONE, LAST = Decimal(1), 99


@dataclass(slots=True)
class Derived:
    """Rows of an import, and which of their values nobody said: (field, key of the row, value, basis)."""

    rows: list[Row] = field(default_factory=list)
    assumed: list[tuple[str, str, str, str]] = field(default_factory=list)


def _over(row: Row, kept: Row | None) -> Row:
    """What a file says over what is kept."""
    return {**(kept or {}), **{name: value for name, value in row.items() if value is not None}}


def items(said: Iterable[Row], sold: Iterable[str], prices: Mapping[str, Decimal], kept: Mapping[str, Row]) -> Derived:
    """Items as files tell them, and those that are only sold or on hand; `prices` are those of supply terms.

    Of an item that is `kept` already, what a file does not say stays.
    A cost that is not said is the supplier's price, else the median of the costs that are, else one.
    """
    found = Derived()
    rows = {row["sku"]: dict(row) for row in said}
    rows |= {sku: {"sku": sku} for sku in sold if sku not in rows and sku not in kept}
    rows = {sku: _over(row, kept.get(sku)) for sku, row in rows.items()}
    known = [row["unit_cost"] for row in rows.values() if row.get("unit_cost") is not None]
    median = typical_cost(known)
    for sku, row in rows.items():
        if not row.get("description"):
            row["description"] = sku
            found.assumed.append(("item.description", sku, sku, "sku"))
        if row.get("unit_cost") is None:
            price = row.get("price") if row.get("price") is not None else prices.get(sku)
            cost, basis = (price, "price") if price is not None else (median or ONE, "median" if median else "default")
            row["unit_cost"] = cost
            found.assumed.append(("item.unit_cost", sku, f"{cost:.4f}", basis))
        found.rows.append(row)
    return found


@dataclass(frozen=True, slots=True)
class Supply:
    """Suppliers and the terms on which they sell, as they follow from files."""

    suppliers: list[Row]
    terms: Derived


def supply(
    said: Iterable[Row], suppliers: Iterable[Row], costs: Mapping[str, Decimal], currency: str, valid_from: str,
    assumptions: Assumptions, kept: Iterable[Row] = (),
) -> Supply:  # fmt: skip
    """One term for each item that has none yet: its supplier, price and lead time as said, else assumed.

    said: rows with sku and, as far as known, supplier, price, lead_time_days, moq and order_multiple; a later row of an
    item and supplier counts. costs: every item's cost. A lead time that is not said is the supplier's median. Of a term that
    is `kept` already, what a file does not say stays; one of a supplier that was not named comes last, once one is.
    """
    standing = {(row["sku"], row["supplier"]): row for row in kept}
    only = dict(sorted(standing))
    listed = {row["code"]: dict(row) for row in suppliers}
    by_name = {str(row.get("name") or "").casefold(): code for code, row in listed.items()}
    rows: dict[tuple[str, str], Row] = {}
    for row in said:
        named = str(row.get("supplier") or only.get(row["sku"]) or "").strip()
        code = named if named in listed else by_name.get(named.casefold(), named[:60])
        rows[row["sku"], code] = _over({**row, "supplier": code}, standing.get((row["sku"], code)))
    bought = {sku for sku, code in rows if code}
    rows = {key: row for key, row in rows.items() if key[1] or key[0] not in bought}
    rows |= {(sku, ""): {"sku": sku, "supplier": ""} for sku in costs if sku not in bought and (sku, "") not in rows}
    rows |= {
        (sku, NOBODY): {**standing[sku, NOBODY], "priority": LAST}
        for sku in bought
        if (sku, NOBODY) in standing and (sku, NOBODY) not in rows
    }
    terms = _terms(rows, listed, costs, currency, valid_from, assumptions)
    named_codes = {row["supplier"] for row in terms.rows}
    made = [
        {"code": code, "name": NOBODY_NAME if code == NOBODY else code} for code in sorted(named_codes - set(listed))
    ]
    return Supply([_supplier(row, currency) for row in [*listed.values(), *made]], terms)


def _supplier(row: Row, currency: str) -> Row:
    return {
        ROW: row.get(ROW), "code": row["code"], "name": row.get("name") or row["code"], "email": row.get("email") or "",
        "currency": row.get("currency") or currency,
    }  # fmt: skip


def _terms(
    rows: Mapping[tuple[str, str], Row], listed: Mapping[str, Row], costs: Mapping[str, Decimal], currency: str,
    valid_from: str, assumptions: Assumptions,
) -> Derived:  # fmt: skip
    found = Derived()
    said = {f"{sku}\n{code}": (code, _days(row, listed.get(code))) for (sku, code), row in rows.items()}
    taken = lead_times(said, assumptions.lead_time_days)
    for (sku, code), row in rows.items():
        supplier, key = code or NOBODY, f"{sku}\n{code or NOBODY}"
        days = said[f"{sku}\n{code}"][1]
        if not code or code == NOBODY:
            found.assumed.append(("supply_term.supplier", key, NOBODY, "not_named"))
        if days is None:
            days, basis = taken[f"{sku}\n{code}"]
            found.assumed.append(("supply_term.lead_time_days", key, str(days), basis))
        price = row.get("price")
        if price is None:
            price = costs[sku]
            found.assumed.append(("supply_term.price", key, f"{price:.4f}", "unit_cost"))
        found.rows.append({
            ROW: row.get(ROW), "supplier": supplier, "sku": sku, "price": price, "lead_time_days": days,
            "currency": row.get("currency") or (listed.get(code) or {}).get("currency") or currency,
            "moq": row.get("moq") or 1, "order_multiple": row.get("order_multiple") or 1,
            "supplier_sku": row.get("supplier_sku") or "", "valid_from": row.get("valid_from") or valid_from,
            "purchase_unit": row.get("purchase_unit") or "each",
            "units_per_purchase_unit": row.get("units_per_purchase_unit") or "1", "site": row.get("site") or "",
            "valid_to": row.get("valid_to"), "priority": row.get("priority") or 1,
        })  # fmt: skip
    return found


def _days(row: Row, supplier: Row | None) -> int | None:
    own = row.get("lead_time_days")
    return own if own is not None else (supplier or {}).get("lead_time_days")


def item_sites(
    places: Iterable[tuple[str, str]], said: Iterable[Row], costs: Mapping[str, Decimal],
    sale_prices: Mapping[str, Decimal], assumptions: Assumptions, kept: Mapping[tuple[str, str], Row],
) -> Derived:  # fmt: skip
    """How each item is planned where it moves: as said, else by the company's assumptions.

    What one unit short costs is the margin that is lost: the sale price less the cost, else a share of the cost.
    """
    found = Derived()
    known = {(row["sku"], row["site"]): _over(row, kept.get((row["sku"], row["site"]))) for row in said}
    for sku, site in sorted({*places, *known}):
        row, key = known.get((sku, site), {}), f"{sku}\n{site}"
        margin = sale_prices.get(sku, Decimal(0)) - costs[sku]
        taken = {
            "holding_rate": (assumptions.holding_rate, "default"),
            "shortage_cost": (margin, "sale_price") if margin > 0 else (assumptions.shortage_cost(costs[sku]), "default"),
            "review_period_days": (assumptions.review_period_days, "default"),
            "unserved_demand": ("lost", "default"),
        }  # fmt: skip
        made: Row = {ROW: row.get(ROW), "sku": sku, "site": site}
        for name, (value, basis) in taken.items():
            made[name] = row[name] if row.get(name) is not None else value
            if row.get(name) is None:
                shown = f"{value:.4f}" if isinstance(value, Decimal) else str(value)
                found.assumed.append((f"item_site.{name}", key, shown, basis))
        found.rows.append(made)
    return found
