"""Reading the chain of seals: its head, what waits for a seal, and whether everything is still as it was sealed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from psycopg import sql

from ownstock.access.models import Seal
from ownstock.access.rules import (
    BEFORE_THE_FIRST,
    SEALED_AT_ONCE,
    ChainHead,
    Finding,
    head_sentence,
    missing_seals_sentence,
)
from ownstock.base.progress import Progress
from ownstock.journal.queries import fact_models

SEALS_READ_AT_ONCE = 200
WHAT_HAPPENED = {
    "edited": "was edited after it was sealed",
    "deleted": "was deleted",
    "slipped_in": "was slipped in among what is sealed",
}
# The hashes are made here anew, by the words that the functions of the database use (`access_row_hashes`, `access_seal_hash`)
# and not by these functions: who owns the database could have replaced them.
SETTINGS = """
    SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'iso_8601';
    SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL enable_sort = off
"""
IS_WHOLE = """
    SELECT s.hash = sha256(convert_to(ROW(s.number, s.previous_hash, s.table_name, s.columns, s.since_transaction_id,
        s.since_id, s.until_transaction_id, s.until_id, s.ids, s.row_hashes, s.rows_so_far, s.sealed_at)::text, 'UTF8'))
    FROM access_seal s WHERE s.number = %s
"""
ROWS = """
    SELECT id, transaction_id::text AS transaction_id, sha256(convert_to(ROW({columns})::text, 'UTF8')) AS row_hash
    FROM {table} t WHERE {place} LIMIT %s
"""
AMONG_TRANSACTIONS = (
    "(t.transaction_id, t.id) > (%s, %s) AND (t.transaction_id, t.id) <= (%s, %s) ORDER BY t.transaction_id, t.id"
)
# By id alone, so that a transaction of a million rows is not searched for each of its links.
WITHIN_ONE = "t.transaction_id = %s AND t.id > %s AND t.transaction_id = %s AND t.id <= %s ORDER BY t.id"
IS_UNTOUCHED = """
    SELECT s.ids IS NOT DISTINCT FROM r.ids AND s.row_hashes IS NOT DISTINCT FROM r.row_hashes
    FROM access_seal s CROSS JOIN (
        SELECT array_agg(f.id ORDER BY f.place) AS ids, array_agg(f.row_hash ORDER BY f.place) AS row_hashes
        FROM (SELECT row_number() OVER () AS place, found.* FROM ({rows}) found) f
    ) r
    WHERE s.number = %s
"""


def head() -> Seal | None:
    """The last link of the chain, without the hashes of its rows; None while nothing is sealed."""
    return _links().order_by("-number").first()


def waiting_rows() -> int:
    """How many facts are committed and not sealed yet."""
    return sum(_unsealed(model).count() for model in fact_models())


def oldest_waiting_seconds() -> float:
    """How long ago the oldest fact that is not sealed yet was recorded; 0 when there is none.

    An open transaction makes all wait that was recorded after it began.
    """
    now = timezone.now()
    firsts = (
        _unsealed(model).order_by("transaction_id", "pk").values_list("recorded_at", flat=True).first()
        for model in fact_models()
    )
    return max(((now - recorded_at).total_seconds() for recorded_at in firsts if recorded_at), default=0.0)


def verify(*, kept: ChainHead | None = None, progress: Progress | None = None) -> Iterator[Finding]:
    """Walk the chain and name everything that is not as it was sealed; nothing at all means that all is.

    Finds rows that were edited, exchanged, deleted or slipped in behind the seal, and seals that were edited, exchanged or
    deleted, whoever did it. That the end of the chain was cut off, or the whole made anew, only a head that was kept
    elsewhere shows. Reads every sealed row once, a link at a time; `progress` is told (links done, links in all).
    """
    last = head()
    last_number = 0 if last is None else last.number
    if kept is not None and (finding := head_finding(kept)):
        yield finding
    before: Seal | None = None
    ends = _Ends()
    for link in _walk(last_number):
        yield from _chain_findings(link, before, ends)
        if _ask(IS_WHOLE, [link.number])[0][0]:
            yield from _row_findings(link)
            ends.add(link)
        else:
            yield Finding(str(link), f"{link} was edited; nobody can tell whether what it covers is as it was.")
            ends.forget(link.table_name)
        before = link
        if progress:
            progress(link.number, last_number)


def head_finding(kept: ChainHead) -> Finding | None:
    """What is wrong with the chain when a head that somebody kept is looked up in it; None when it is still there."""
    last, link = head(), _links().filter(number=kept.number).first()
    sentence = head_sentence(kept, None if link is None else bytes(link.hash), 0 if last is None else last.number)
    return None if sentence is None else Finding(f"seal {kept.number}", sentence)


class _Ends:
    """Where what is sealed of each table ends; not known behind a link that is missing or was edited."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int] | None] = {}
        self._of_others: tuple[int, int] | None = (0, 0)

    def add(self, link: Seal) -> None:
        self._known[link.table_name] = (link.until_transaction_id, link.until_id)

    def forget(self, table_name: str) -> None:
        self._known[table_name] = None

    def forget_all(self) -> None:
        self._known, self._of_others = {}, None

    def is_followed_by(self, link: Seal) -> bool:
        end = self._known.get(link.table_name, self._of_others)
        return end is None or end == (link.since_transaction_id, link.since_id)


def _links() -> QuerySet[Seal]:
    return Seal.objects.defer("ids", "row_hashes")


def _walk(last_number: int) -> Iterator[Seal]:
    """The links in order, up to one; what is sealed meanwhile is left to the next walk."""
    number = 0
    while found := list(
        _links().filter(number__gt=number, number__lte=last_number).order_by("number")[:SEALS_READ_AT_ONCE]
    ):
        yield from found
        number = found[-1].number


def _unsealed(model: type[Model]) -> QuerySet[Any]:
    """The rows of a table after the end of what is sealed of it."""
    rows = model._default_manager.all()
    last = _links().filter(table_name=model._meta.db_table).order_by("-number").first()
    if last is None:
        return rows
    # The first condition says nothing new: it lets the index begin there instead of at the first row ever written.
    is_not_earlier = Q(transaction_id__gte=last.until_transaction_id)
    return rows.filter(is_not_earlier, Q(transaction_id__gt=last.until_transaction_id) | Q(pk__gt=last.until_id))


def _chain_findings(link: Seal, before: Seal | None, ends: _Ends) -> Iterator[Finding]:
    """Whether a link follows from the one before, and begins where its table's last one ended."""
    number, expected = (0, BEFORE_THE_FIRST) if before is None else (before.number, bytes(before.hash))
    if link.number != number + 1:
        yield Finding(f"seal {number + 1}", missing_seals_sentence(number + 1, link.number - 1))
        ends.forget_all()
    elif bytes(link.previous_hash) != expected:
        yield Finding(str(link), f"{link} does not follow from seal {number}: one of them was exchanged.")
    elif not ends.is_followed_by(link):
        yield Finding(str(link), f"{link} leaves out rows of {link.table_name} that came before its own.")


def _row_findings(link: Seal) -> Iterator[Finding]:
    """Whether a link's rows are what it says."""
    try:
        is_untouched = _is_untouched(link)
    except ProgrammingError as error:
        told = str(error).splitlines()[0]
        yield Finding(str(link), f"{link} cannot be checked against {link.table_name}: {told}.")
        return
    if not is_untouched:
        for row_id, what in _altered_rows(link):
            row = _name(link.table_name, row_id)
            yield Finding(row, f"{row} {WHAT_HAPPENED[what]} ({link}, {link.sealed_at:%Y-%m-%d %H:%M:%S} UTC).")


def _is_untouched(link: Seal) -> bool:
    """Whether in the place of a link's rows there stand these rows and no others; no row leaves the database for it."""
    question = sql.SQL(IS_UNTOUCHED).format(rows=_rows_of(link))
    # One row more than a link can hold is enough to see that there are too many.
    return bool(_ask(question, [*_place_of(link), SEALED_AT_ONCE + 1, link.number])[0][0])


def _rows_of(link: Seal) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, link.columns))
    place = WITHIN_ONE if link.since_transaction_id == link.until_transaction_id else AMONG_TRANSACTIONS
    return sql.SQL(ROWS).format(columns=columns, table=sql.Identifier(link.table_name), place=sql.SQL(place))


def _place_of(link: Seal) -> list[Any]:
    """After which pair of (transaction id, id) a link's rows begin, and with which they end."""
    return [str(link.since_transaction_id), link.since_id, str(link.until_transaction_id), link.until_id]


def _ask(question: Any, parameters: list[Any]) -> list[Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        cursor.execute(question, parameters)
        return list(cursor.fetchall())


def _altered_rows(link: Seal) -> Iterator[tuple[int, str]]:
    """The ids of the rows that are not as a link says, and what happened to each."""
    full = Seal.objects.get(number=link.number)
    left = dict(zip(full.ids, map(bytes, full.row_hashes), strict=True))
    for row_id, row_hash in _rows_in_place_of(link):
        expected = left.pop(row_id, None)
        if expected != row_hash:
            yield row_id, "edited" if expected else "slipped_in"
    model = _model_of(link.table_name)
    there = set() if model is None else set(model._default_manager.filter(pk__in=left).values_list("pk", flat=True))
    for row_id in left:
        yield row_id, "edited" if row_id in there else "deleted"


def _rows_in_place_of(link: Seal) -> Iterator[tuple[int, bytes]]:
    """The rows that stand now where a link's rows stood, however many."""
    question, place = _rows_of(link), _place_of(link)
    while found := _ask(question, [*place, SEALED_AT_ONCE]):
        for row_id, transaction_id, row_hash in found:
            yield row_id, bytes(row_hash)
            place[:2] = transaction_id, row_id


def _model_of(table_name: str) -> type[Model] | None:
    return next((model for model in apps.get_models() if model._meta.db_table == table_name), None)


def _name(table_name: str, row_id: int) -> str:
    """A row in the user's words, `posting 17 (receipt-4)`; what it says of itself is known only while it is there."""
    model = _model_of(table_name)
    if model is None:
        return f"row {row_id} of {table_name}"
    row = model._default_manager.filter(pk=row_id).first()
    said = "" if row is None else f" ({row})"
    return f"{model._meta.verbose_name} {row_id}{said}"
