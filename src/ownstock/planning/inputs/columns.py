"""The rows of a query as numpy columns, without a Python object for each: PostgreSQL strings their bytes together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection

from ownstock.engine.arrays import Ints

# How PostgreSQL gives the bytes of a number, big end first, and numpy reads them.
_BYTES = {"bigint": ("int8send", ">i8"), "integer": ("int4send", ">i4")}


def columns(query: str, parameters: Sequence[Any], types: Mapping[str, str]) -> list[Ints]:
    """The columns of a query's rows, in any order. types: of each column in order, `bigint` or `integer`; none is null."""
    blocks = list(columns_in_blocks(query, parameters, types, "()"))
    return blocks[0] if blocks else [np.zeros(0, np.int64) for _ in types]


def columns_in_blocks(
    query: str, parameters: Sequence[Any], types: Mapping[str, str], block: str
) -> Iterator[list[Ints]]:
    """The same for all rows with the same value of `block` together, an expression over the columns."""
    strung = ", ".join(f"string_agg({_BYTES[kind][0]}({name}), '')" for name, kind in types.items())
    statement = f"COPY (SELECT {strung} FROM ({query}) AS q GROUP BY {block}) TO STDOUT (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(statement, parameters) as rows:
        rows.set_types(["bytea"] * len(types))
        for row in rows.rows():
            if row[0] is not None:
                yield [_numbers(content, kind) for content, kind in zip(row, types.values(), strict=True)]


def array_of(numbers: Ints | Sequence[int]) -> str:
    """Numbers as PostgreSQL reads an array, for a parameter: element by element the driver would need fifty times as long."""
    return f"{{{','.join(map(str, np.asarray(numbers).tolist()))}}}"


def _numbers(content: bytes, kind: str) -> Ints:
    return np.frombuffer(content, _BYTES[kind][1]).astype(np.int64)
