"""The forms in which movements are brought, made into one: an item, a source, a target, a quantity above zero.

both ends     source and target stand in the row; the kind follows from what they are, where the row does not say
signed        one location, and a quantity that is negative when goods leave; the kind says where the other end is
on hand       what lies at a location: an opening, from the count difference
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from ownstock.base.tables import ROW, Faults
from ownstock.catalog.rules import STOCK_KINDS, LocationKind
from ownstock.ledger.rules.posting import Kind, Status

OUTSIDE = {
    Kind.RECEIPT: LocationKind.SUPPLIER,
    Kind.ISSUE: LocationKind.CUSTOMER,
    Kind.ADJUSTMENT: LocationKind.COUNT_DIFFERENCE,
    Kind.COUNT_DIFFERENCE: LocationKind.COUNT_DIFFERENCE,
}
# What a movement is by what lies at its ends, where True is a place that holds stock.
KIND_OF_ENDS: dict[tuple[str, str], Kind] = {
    (LocationKind.SUPPLIER, "stock"): Kind.RECEIPT,
    ("stock", LocationKind.CUSTOMER): Kind.ISSUE,
    (LocationKind.CUSTOMER, "stock"): Kind.RETURN,
    ("stock", LocationKind.SUPPLIER): Kind.RETURN,
    ("stock", "stock"): Kind.TRANSFER,
    ("stock", LocationKind.SCRAP): Kind.ADJUSTMENT,
    ("stock", LocationKind.COUNT_DIFFERENCE): Kind.ADJUSTMENT,
    (LocationKind.COUNT_DIFFERENCE, "stock"): Kind.ADJUSTMENT,
    (LocationKind.SCRAP, "stock"): Kind.ADJUSTMENT,
}
ORDER = "order"


def with_places(lines: pl.DataFrame, column: str, codes: Mapping[str, str], faults: Faults) -> pl.DataFrame:
    """Our code for what the file calls a place; `codes` is every name that has one meaning."""
    names = pl.DataFrame({column: list(codes), "ours": list(codes.values())}, schema_overrides={column: pl.String})
    found = lines.join(names, on=column, how="left", maintain_order="left")
    unknown = found.filter(pl.col("ours").is_null() & pl.col(column).is_not_null())
    faults.at(
        unknown[ROW], column, unknown[column],
        "is no location of the catalogue; import it first, or say which one it is (--place THEIRS=CODE).",
    )  # fmt: skip
    return found.with_columns(pl.col("ours").alias(column)).drop("ours")


def kinds_from_ends(lines: pl.DataFrame, kinds: Mapping[str, str], faults: Faults) -> pl.DataFrame:
    """Fill in the kinds that rows do not say, from the kinds of location at their ends (by code)."""
    sides = {code: "stock" if kind in STOCK_KINDS else kind for code, kind in kinds.items()}
    table = pl.DataFrame(
        [(source, target, kind.value) for (source, target), kind in KIND_OF_ENDS.items()],
        schema=["source_side", "target_side", "found"], orient="row",
    )  # fmt: skip
    ends = lines.with_columns(
        source_side=pl.col("source").replace_strict(sides, default=None, return_dtype=pl.String),
        target_side=pl.col("target").replace_strict(sides, default=None, return_dtype=pl.String),
    )
    found = ends.join(table, on=["source_side", "target_side"], how="left", maintain_order="left")
    unsaid = found.filter(
        pl.col("kind").is_null()
        & pl.col("found").is_null()
        & pl.col("source_side").is_not_null()
        & pl.col("target_side").is_not_null()
    )
    faults.at(unsaid[ROW], "kind", unsaid["kind"], "a kind is needed: it does not follow from the two ends.")
    return found.with_columns(kind=pl.coalesce("kind", "found")).drop("source_side", "target_side", "found")


def from_signed(lines: pl.DataFrame, outside: Mapping[str, str], unpaired: str, faults: Faults) -> pl.DataFrame:
    """Rows of one location and a signed quantity, with source, target and a quantity above zero.

    `outside` names the one location of a kind (supplier, customer, count difference). A receipt that leaves and an issue that
    comes are returns. A transfer is two rows of a document: its ends are found by item, lot and quantity; one that is left
    over becomes `unpaired`, or a fault where that is empty. Rows of quantity zero move nothing and are left out.
    """
    moving = lines.filter(pl.col("quantity").ne_missing(0)).with_columns(
        is_out=(pl.col("quantity") < 0).fill_null(value=False), quantity=pl.col("quantity").abs()
    )
    is_transfer = (pl.col("kind") == Kind.TRANSFER).fill_null(value=False)
    pairs, left = _paired(moving.filter(is_transfer))
    if unpaired:
        left = left.with_columns(kind=pl.lit(unpaired))
    else:
        faults.at(
            left[ROW], "quantity", left["quantity"].cast(pl.String), "of a transfer has no other end in its document."
        )
    alone = pl.concat([moving.filter(~is_transfer), left]).with_columns(other=_other_end(outside))
    alone = alone.with_columns(
        kind=_kind_by_direction(),
        source=pl.when("is_out").then("location").otherwise("other"),
        target=pl.when("is_out").then("other").otherwise("location"),
    ).drop("other", "is_out")
    return pl.concat([alone, pairs.select(alone.columns)]).sort(ROW)


def _other_end(outside: Mapping[str, str]) -> pl.Expr:
    by_kind = {kind.value: outside[place] for kind, place in OUTSIDE.items() if place in outside}
    other = pl.col("kind").replace_strict(by_kind, default=None, return_dtype=pl.String)
    returned = (
        pl.when("is_out")
        .then(pl.lit(outside.get(LocationKind.SUPPLIER)))
        .otherwise(pl.lit(outside.get(LocationKind.CUSTOMER)))
    )
    return pl.when(pl.col("kind") == Kind.RETURN).then(returned).otherwise(other)


def _kind_by_direction() -> pl.Expr:
    is_back = ((pl.col("kind") == Kind.RECEIPT) & pl.col("is_out")) | (
        (pl.col("kind") == Kind.ISSUE) & ~pl.col("is_out")
    )
    return pl.when(is_back).then(pl.lit(Kind.RETURN.value)).otherwise("kind")


def _paired(transfers: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two rows of a document that are the ends of one transfer, as one row; and the rows that have no other end."""
    same = ["posting_key", "reference", "sku", "lot", "quantity"]
    nth = transfers.with_columns(pl.int_range(pl.len()).over(*same, "is_out").alias(ORDER))
    out, into = nth.filter("is_out"), nth.filter(~pl.col("is_out"))
    ends = into.select(*same, ORDER, "location", pl.col("target_status").alias("their_status"))
    pairs = out.join(ends, on=[*same, ORDER], how="inner", suffix="_there", nulls_equal=True)
    pairs = pairs.with_columns(source="location", target="location_there", target_status="their_status")
    left = pl.concat(
        [
            out.join(into, on=[*same, ORDER], how="anti", nulls_equal=True),
            into.join(out, on=[*same, ORDER], how="anti", nulls_equal=True),
        ]
    )
    return pairs, left.drop(ORDER)


def outside_needed(lines: pl.DataFrame, unpaired: str) -> list[str]:
    """Which kinds of location the rows of one location need for their other ends."""
    kinds = set(lines["kind"].drop_nulls()) | ({unpaired} if unpaired else set())
    needed = {OUTSIDE[Kind(kind)] for kind in kinds if kind in OUTSIDE}
    signs = lines.select(pl.col("kind"), is_out=pl.col("quantity") < 0)
    back = {(Kind.RETURN, True): LocationKind.SUPPLIER, (Kind.RETURN, False): LocationKind.CUSTOMER}
    needed |= {place for pair, place in back.items() if pair in set(signs.unique().iter_rows())}
    return sorted(needed)


def from_on_hand(lines: pl.DataFrame, count_difference: str) -> pl.DataFrame:
    """What is on hand as adjustments from the count difference; rows of nothing are left out."""
    return lines.filter(pl.col("quantity").ne_missing(0)).with_columns(
        kind=pl.lit(Kind.ADJUSTMENT.value),
        source=pl.lit(count_difference),
        target="location",
        source_status=pl.lit(Status.RELEASED.value),
        target_status="status",
        posting_key=pl.concat_str(
            pl.lit("opening"),
            pl.when(pl.col("reference") != "").then("reference"),
            "location",
            separator=":",
            ignore_nulls=True,
        ),
    )


def with_keys(lines: pl.DataFrame, preset: str, faults: Faults) -> pl.DataFrame:
    """Make a key of kind and reference where a row has none: the same document has the same key in every file."""
    parts = [pl.lit(preset)] if preset else []
    made = pl.concat_str(*parts, "kind", "reference", separator=":")
    is_made = pl.col("posting_key").is_null()
    neither = lines.filter(is_made & (pl.col("reference") == ""))
    faults.at(
        neither[ROW], "posting_key", neither["posting_key"], "a posting_key is needed, or a reference to make it from."
    )
    return lines.with_columns(posting_key=pl.coalesce("posting_key", pl.when(pl.col("reference") != "").then(made)))


def doubled_on_hand(lines: pl.DataFrame, faults: Faults) -> None:
    """An item that is on hand twice in one place, lot and status was counted twice."""
    key: Sequence[str] = ["sku", "location", "lot", "status"]
    later = lines.filter(~pl.struct(key).is_first_distinct() & pl.col("sku").is_not_null())
    faults.at(later[ROW], "sku", later["sku"], "stands in an earlier row too, with the same location, lot and status.")
