"""The seal: a chain of hashes over facts that are committed, made afterwards and never in the transaction of a fact."""

from __future__ import annotations

from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from ownstock.access.rules import LINKS_AT_ONCE, SEALED_AT_ONCE
from ownstock.base.errors import Refused
from ownstock.journal.queries import fact_models

TRANSACTIONS_BEGAN_ANEW = "OS005"


def seal(most: int = SEALED_AT_ONCE) -> int:
    """Seal the facts below the watermark, at most so many rows in each link; returns how many rows were sealed.

    After twenty links of a table the rest is left to the next call, so that nobody waits long for this one. Each link is
    a transaction of its own: whoever is killed leaves the links before, whole. Several sealers take turns.

    Raises:
        Refused: the database counts its transactions from anew, so that nobody can tell old rows from new ones.
    """
    return sum(_seal_some_of(model, most) for model in fact_models())


def _seal_some_of(model: type[Model], most: int) -> int:
    total = 0
    for _ in range(LINKS_AT_ONCE):
        sealed, may_be_more = _seal_next(model, most)
        total += sealed
        if not may_be_more:
            break
    return total


def _seal_next(model: type[Model], most: int) -> tuple[int, bool]:
    """Append one link over the next rows of a table, where there are any: how many they are, and whether more may follow."""
    columns = [field.column for field in model._meta.concrete_fields]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT sealed, may_be_more FROM access_seal_next(%s, %s, %s)", [model._meta.db_table, columns, most]
            )
            sealed, may_be_more = cursor.fetchone()
            return sealed, may_be_more
    except DatabaseError as error:
        raise _refusal(error, model) from error


def _refusal(error: DatabaseError, model: type[Model]) -> Exception:
    if getattr(error.__cause__, "sqlstate", None) != TRANSACTIONS_BEGAN_ANEW:
        return error
    return Refused(
        f"Nothing is sealed: {model._meta.db_table} was sealed up to a transaction that this server has not come to yet. "
        "It was restored into a new server; let that one count on from where the old one was (pg_resetwal).",
        code="transactions_began_anew",
        table=model._meta.db_table,
    )
