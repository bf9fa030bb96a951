"""How large a table may be that people bring: refused before it is read, each with a sentence."""

from __future__ import annotations

from pathlib import Path

from ownstock.base.errors import Refused

MAX_BYTES = 1 << 30
MAX_ROWS = 5_000_000
MAX_COLUMNS = 500
MAX_CELLS = 100_000_000
MAX_SHEETS = 200
MAX_INFLATED_BYTES = 2 << 30
MAX_WORKBOOK_CELLS = 25_000_000


def refuse_large_file(path: Path) -> None:
    """Raise Refused where there is no such file, or more than MAX_BYTES of it."""
    if not path.is_file():
        raise Refused(f"There is no file {path}.", code="no_file", path=str(path))
    if path.stat().st_size > MAX_BYTES:
        raise Refused(f"{path.name} is larger than {MAX_BYTES >> 20} MiB; split it.", code="file_too_large")


def refuse_large_table(name: str, rows: int, columns: int) -> None:
    """Raise Refused where a table has too many rows, columns, or cells in all."""
    if columns > MAX_COLUMNS:
        raise Refused(f"{name} has {columns:,} columns; at most {MAX_COLUMNS} are read.", code="too_many_columns")
    if rows > MAX_ROWS:
        raise Refused(f"{name} has more than {MAX_ROWS:,} rows; split it.", code="too_many_rows")
    if rows * columns > MAX_CELLS:
        raise Refused(f"{name} has more than {MAX_CELLS:,} cells; split it.", code="too_many_cells")
