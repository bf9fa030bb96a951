"""The rows of a query as numpy columns: PostgreSQL's binary COPY, whose rows of fixed width need no parsing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

Records = npt.NDArray[np.void]

# What stands before the first row (the signature and two empty fields) and after the last.
_HEADER_BYTES, _TRAILER_BYTES = 19, 2
_ROWS_AT_ONCE = 500_000


def records(query: str, parameters: Sequence[Any], columns: Mapping[str, str]) -> Records:
    """All rows of a query. columns: its columns in order, each with its numpy type, as `i8` for bigint, `i4` for integer."""
    blocks = list(records_in_blocks(query, parameters, columns))
    return np.concatenate(blocks) if blocks else np.zeros(0, _layout(columns))


def records_in_blocks(query: str, parameters: Sequence[Any], columns: Mapping[str, str]) -> Iterator[Records]:
    """The same block by block, so that never all of them are in memory. No value may be null."""
    layout = _layout(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)", parameters) as rows:
        waiting = bytearray()
        for row in rows:
            waiting += row
            if len(waiting) >= _HEADER_BYTES + _ROWS_AT_ONCE * layout.itemsize:
                yield _of_bytes(waiting, layout)
                waiting = bytearray(_HEADER_BYTES)
        del waiting[-_TRAILER_BYTES:]
        if len(waiting) > _HEADER_BYTES:
            yield _of_bytes(waiting, layout)


def _of_bytes(content: bytearray, layout: np.dtype[np.void]) -> Records:
    assert (len(content) - _HEADER_BYTES) % layout.itemsize == 0, "a column is null or of another type"
    return np.frombuffer(content, layout, offset=_HEADER_BYTES)


def _layout(columns: Mapping[str, str]) -> np.dtype[np.void]:
    """How a row lies in the stream: the number of its columns, then each with its length before it, big end first."""
    fields = [("columns", ">i2")]
    for name, kind in columns.items():
        fields += [(f"{name} bytes", ">i4"), (name, f">{kind}")]
    return np.dtype(fields)
