"""Tables that people bring: read from text, XLSX or Parquet, understood by their headings, checked value by value.

    files.py        a file as rows of fields: the way in
    delimited.py, encodings.py    text files      workbooks.py, workbook_parts.py    XLSX      parquet_files.py    Parquet
    columns.py      headings as the file has them      headings.py, synonyms.py    which field each one means
    shapes.py       another system's export made into a table of our fields
    checking.py     values and faults      numbers.py, dates.py    how people of all countries write them
    fields.py       what is asked of a value, what is wrong with it      directions.py    what a person says of a file
    limits.py       how large a table may be

All faults of a file are named at once, by row, so that a person mends it in one go. Nothing here writes anything, and
nothing is guessed: what can mean two things is refused, with what to say.
"""

from ownstock.base.tables.directions import AS_IT_IS, Directions, Shape
from ownstock.base.tables.fields import (
    BOOLEAN,
    DATE,
    DECIMAL,
    INSTANT,
    INTEGER,
    MAX_INTEGER,
    ROW,
    TEXT,
    Fault,
    Faults,
    Field,
)
from ownstock.base.tables.files import Rows, read_rows, read_table
from ownstock.base.tables.table import Table, Understood

__all__ = [
    "AS_IT_IS",
    "BOOLEAN",
    "DATE",
    "DECIMAL",
    "INSTANT",
    "INTEGER",
    "MAX_INTEGER",
    "ROW",
    "TEXT",
    "Directions",
    "Fault",
    "Faults",
    "Field",
    "Rows",
    "Shape",
    "Table",
    "Understood",
    "read_rows",
    "read_table",
]
