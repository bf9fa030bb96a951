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


def take(record: Record, rows: Ints) -> Record:
    """The same record for some of its rows: every field is an array whose first axis is the item-sites."""
    columns = {field.name: getattr(record, field.name)[rows] for field in fields(record)}  # type: ignore[arg-type]
    return replace(record, **columns)  # type: ignore[type-var]
