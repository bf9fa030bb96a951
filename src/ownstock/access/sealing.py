"""The seal: a chain of hashes over facts that are committed, made afterwards and never in the transaction of a fact."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from ownstock.access.models import Seal
from ownstock.access.rules import LINKS_AT_ONCE, SEALED_AT_ONCE
from ownstock.base.errors import Refused
from ownstock.journal.queries import fact_models, next_transaction

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
        raise _refusal(error) from error


def _refusal(error: DatabaseError) -> Exception:
    if getattr(error.__cause__, "sqlstate", None) != TRANSACTIONS_BEGAN_ANEW:
        return error
    return began_anew(next_transaction(), reached_transaction())


def reached_transaction() -> int:
    """The transaction id up to which a server has counted that wrote these facts and seals; it gives none below."""
    return max((end for model in fact_models() for end in _ends_of(model)), default=0)


def _ends_of(model: type[Model]) -> Iterator[int]:
    newest = model._default_manager.order_by("-transaction_id").values_list("transaction_id", flat=True).first()
    links = Seal.objects.filter(table_name=model._meta.db_table).order_by("-number")
    yield 0 if newest is None else newest + 1
    yield links.values_list("until_transaction_id", flat=True).first() or 0


def began_anew(next_id: int, reached: int) -> Refused:
    """That the server gives ids again which it, or another one, has given before."""
    return Refused(
        f"This database was restored into a new server, which counts its transactions from anew: it has come to {next_id:,}, "
        f"and what is stored goes up to {reached:,}. Nobody could tell what is new from what is old. "
        "Let the server count on: ownstock db count-on",
        code="transactions_began_anew",
        next_transaction=next_id,
        reached_transaction=reached,
    )
