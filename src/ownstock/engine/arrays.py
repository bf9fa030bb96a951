"""The array types of the engine, and records whose fields are columns of one length."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

# Stands for "there is none" in arrays of whole numbers that cannot be negative.
NONE = -1

Record = TypeVar("Record")


def only_read(record: Record) -> Record:
    """The same record, each array without gaps and not to be written.

    A kernel is compiled anew for every mixture of arrays that may be written, that may not and that have gaps: what it
    reads is given as this, wherever it comes from, so that nobody waits for another mixture.
    """
    columns = {}
    for field in fields(record):  # type: ignore[arg-type]
        columns[field.name] = np.ascontiguousarray(getattr(record, field.name)).view()
        columns[field.name].flags.writeable = False
    return replace(record, **columns)  # type: ignore[type-var]


def take(record: Record, rows: Ints) -> Record:
    """The same record for some of its rows: every field is an array whose first axis is the item-sites."""
    columns = {field.name: getattr(record, field.name)[rows] for field in fields(record)}  # type: ignore[arg-type]
    return replace(record, **columns)  # type: ignore[type-var]
