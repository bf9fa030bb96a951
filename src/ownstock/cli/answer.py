"""A supplier's answer as people bring it: a file, options, or the word that all is accepted."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ownstock.base.errors import Refused
from ownstock.base.tables import DATE, DECIMAL, INTEGER, ROW, Fault, Field, read_rows
from ownstock.purchasing.models import OrderLine
from ownstock.purchasing.rules import LineAnswer, Promise

MAX_JSON_BYTES = 10 << 20
FIELDS = [
    Field("line", INTEGER, at_least=1),
    Field("quantity", DECIMAL, at_least=0),
    Field("promised_on", DATE, is_required=False),
]
# (line, quantity, promised_on); a quantity of zero says that nothing of the line will come.
Row = tuple[int, Decimal, date | None]


def read_answers(path: Path) -> list[LineAnswer]:
    """Read an answer from a file: CSV, XLSX or Parquet with line, quantity, promised_on, or JSON as the API takes it.

    Raises:
        Refused: the file cannot be read, or some of its rows are at fault (each named).
    """
    return answers_of(_read_json(path) if path.suffix.lower() == ".json" else _read_rows(path))


def answers_of(rows: Iterable[Row]) -> list[LineAnswer]:
    """Gather rows by line, in order of their first mention; several rows of a line split it.

    Raises:
        Refused: a quantity above zero without the day on which it will come.
    """
    promises: dict[int, list[Promise]] = defaultdict(list)
    for line, quantity, promised_on in rows:
        promised = promises[line]
        if quantity == 0:
            continue
        if promised_on is None:
            raise Refused(f"Line {line}: say on which day {quantity:f} will come.", code="no_promised_on", line=line)
        promised.append(Promise(quantity, promised_on))
    return [LineAnswer(line, tuple(promised)) for line, promised in promises.items()]


def all_accepted(lines: Sequence[OrderLine], promised_on: date | None) -> list[LineAnswer]:
    """The answer that accepts every line as it stands: as requested or last promised, or all on one day."""
    return answers_of(
        (line.line, d.quantity - d.cancelled_quantity, promised_on or d.latest_promised_on or d.requested_on)
        for line in lines
        for d in line.deliveries.all()
    )


def _read_rows(path: Path) -> list[Row]:
    rows = read_rows(path, FIELDS)
    frame, faults = rows.frame, rows.faults
    undated = frame.filter((frame["quantity"] > 0) & frame["promised_on"].is_null())[ROW].to_list()
    known = {fault.row for fault in faults.told}
    faults.add(Fault(row, "promised_on", "", "A day is needed.") for row in undated if row not in known)
    faults.refuse(path.name)
    return list(frame.select("line", "quantity", "promised_on").iter_rows())


def _read_json(path: Path) -> list[Row]:
    if not path.is_file():
        raise Refused(f"There is no file {path}.", code="no_file", path=str(path))
    if path.stat().st_size > MAX_JSON_BYTES:
        raise Refused(f"{path.name} is larger than {MAX_JSON_BYTES >> 20} MiB.", code="file_too_large")
    try:
        answers = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["answers"]
        return [row for answer in answers for row in _rows_of(answer)]
    except (KeyError, TypeError, ValueError, InvalidOperation) as fault:
        raise Refused(
            f'{path.name} is no answer; it should look like {{"answers": [{{"line": 1, "promises": '
            f'[{{"quantity": "12", "promised_on": "2026-03-31"}}]}}]}} ({type(fault).__name__}: {fault}).',
            code="unreadable",
        ) from fault


def _rows_of(answer: dict[str, object]) -> list[Row]:
    line, promises = answer["line"], answer["promises"]
    if not isinstance(line, int) or not isinstance(promises, list):
        raise TypeError("line must be a whole number, promises a list")
    rows: list[Row] = [(line, Decimal(str(p["quantity"])), date.fromisoformat(p["promised_on"])) for p in promises]
    return rows or [(line, Decimal(0), None)]
