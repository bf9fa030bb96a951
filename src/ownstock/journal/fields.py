"""Database columns that every app may use."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Func


class QuantityField(models.DecimalField):
    """An exact quantity, price or amount: 18 digits, four of them decimals."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "max_digits": 18, "decimal_places": 4})

    def deconstruct(self) -> Any:
        """Leave out the digits that the field always sets."""
        name, path, args, options = super().deconstruct()
        return name, path, args, {k: v for k, v in options.items() if k not in ("max_digits", "decimal_places")}


class CurrentTransaction(Func):
    """The id of the running transaction, `pg_current_xact_id()`."""

    function = "pg_current_xact_id"
    arity = 0


class TransactionNumberField(models.Field):
    """The 64-bit id of a transaction (`xid8`), an integer in Python: it never begins anew while the server lives."""

    description = "Transaction id"

    def db_type(self, connection: Any) -> str:
        """PostgreSQL's own type for it."""
        return "xid8"

    def get_prep_value(self, value: Any) -> str | None:
        """Give PostgreSQL a text, which it reads as `xid8`; from numbers it has no way."""
        return value if value is None or hasattr(value, "resolve_expression") else str(value)

    def from_db_value(self, value: str | int | None, expression: Any, connection: Any) -> int | None:
        """Give Python's integer for PostgreSQL's text."""
        return None if value is None else int(value)


class TransactionIdField(TransactionNumberField):
    """The id of the transaction that wrote the row, filled by the database.

    Ids and times are not in commit order; whoever reads "what is new" takes only rows below
    `pg_snapshot_xmin(pg_current_snapshot())`, or a slow writer's rows are lost for ever.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("editable", False)
        options["db_default"] = CurrentTransaction()
        super().__init__(**options)

    def deconstruct(self) -> Any:
        """Leave out the default that the field always sets."""
        name, path, args, options = super().deconstruct()
        options.pop("db_default", None)
        return name, path, args, options
