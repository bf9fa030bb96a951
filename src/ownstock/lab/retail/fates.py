"""What becomes of each invoice line: posted as a movement, refused with a reason, or not stock at all.

The rules are judged in this order; the first that holds decides:

    1. the code stands for a service, money or paper   not_stock   its reason in NOT_STOCK
    2. the code is not of the catalogue's shape        refused     UNKNOWN_CODE
    3. the quantity is zero                            refused     ZERO_QUANTITY
    4. no line names and prices the code               refused     NEVER_PRICED
    5. the invoice is a cancellation (C…)              posted      return
    6. no price, and negative or not the item's name   posted      adjustment (a note typed by hand)
    7. all others                                      posted      issue

The replay may still refuse an adjustment that takes out more than is there (`replay.py`).
"""

from __future__ import annotations

import polars as pl

GOODS = r"^(\d{5}[A-Z]{0,2}|DCGS[0-9A-Z]+|PADS|SP1002)$"
NOT_STOCK = {
    r"^(POST|DOT|C2|C3)$": "postage and carriage",
    r"^(BANK CHARGES|AMAZONFEE)$": "bank and marketplace fees",
    r"^M$": "manual entry of an amount",
    r"^D$": "discount",
    r"^S$": "samples charged as an amount",
    r"^ADJUST2?$": "adjustment of an amount",
    r"^B$": "bad debt",
    r"^GIFT(_\d+_\d+)?$": "gift voucher",
    r"^TEST\d+$": "test line",
}
UNKNOWN_CODE = "unknown stock code"
ZERO_QUANTITY = "zero quantity"
NEVER_PRICED = "no line of the year names and prices this code"


def classify(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines with `sku`, `fate`, `reason`, `kind`, `quantity` and `direction`, in the same order.

    fate is posted, refused or not_stock; reason is null where posted; kind is issue, return or adjustment and direction
    in or out (seen from the shop), both null unless posted; quantity is the size of the change, never negative.
    """
    sells_it = (pl.col("UnitPrice") > 0) & (pl.col("Quantity") != 0) & pl.col("Description").is_not_null()
    named = lines.with_columns(sku=pl.col("StockCode").str.strip_chars().str.to_uppercase()).with_columns(
        is_priced=sells_it.any().over("sku"), is_item_name=sells_it.any().over("sku", "Description")
    )
    verdicts = _verdicts()
    judged = named.with_columns(
        fate=pl.coalesce(*(pl.when(holds).then(pl.lit(fate)) for holds, fate, _ in verdicts), pl.lit("posted")),
        reason=pl.coalesce(pl.when(holds).then(pl.lit(reason)) for holds, _, reason in verdicts),
    ).with_columns(kind=_kind())
    return judged.with_columns(quantity=pl.col("Quantity").abs(), direction=_direction()).drop(
        "is_priced", "is_item_name"
    )


def _verdicts() -> list[tuple[pl.Expr, str, str]]:
    """What keeps a line from being posted, the first that holds deciding: (condition, fate, reason)."""
    sku = pl.col("sku")
    return [(sku.str.contains(pattern), "not_stock", reason) for pattern, reason in NOT_STOCK.items()] + [
        (~sku.str.contains(GOODS), "refused", UNKNOWN_CODE),
        (pl.col("Quantity") == 0, "refused", ZERO_QUANTITY),
        (~pl.col("is_priced"), "refused", NEVER_PRICED),
    ]


def _kind() -> pl.Expr:
    """The kind of movement a posted line makes; null for the others."""
    is_note = (pl.col("UnitPrice") == 0) & ((pl.col("Quantity") < 0) | ~pl.col("is_item_name"))
    kind = (
        pl.when(pl.col("InvoiceNo").str.starts_with("C"))
        .then(pl.lit("return"))
        .when(is_note)
        .then(pl.lit("adjustment"))
        .otherwise(pl.lit("issue"))
    )
    return pl.when(pl.col("fate") == "posted").then(kind)


def _direction() -> pl.Expr:
    """Invoices count what leaves the shop, notes count the change of its stock: the signs are opposite."""
    is_note = pl.col("kind") == "adjustment"
    comes_in = pl.when(is_note).then(pl.col("Quantity") > 0).otherwise(pl.col("Quantity") < 0)
    direction = pl.when(comes_in).then(pl.lit("in")).otherwise(pl.lit("out"))
    return pl.when(pl.col("fate") == "posted").then(direction)
