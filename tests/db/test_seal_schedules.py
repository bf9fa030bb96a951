"""Whatever transactions begin, commit and roll back, and whenever somebody seals: each fact is in one link, none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ownstock.access import sealing
from ownstock.access.models import Seal
from ownstock.journal.models import AuditEvent
from ownstock.site.embedded.databases import Credentials
from tests.seal_cases import findings, seal_all

WRITERS = 3
EVENTS = (
    "INSERT INTO journal_audit_event (actor, verb, subject, reason) "
    "SELECT 'test', 'a.b', 'x:' || n, '' FROM generate_series(1, %s) n"
)
writers = st.integers(0, WRITERS - 1)
steps = st.one_of(
    st.tuples(st.just("write"), writers, st.integers(1, 5)),
    st.tuples(st.just("commit"), writers, st.just(0)),
    st.tuples(st.just("roll back"), writers, st.just(0)),
    st.tuples(st.just("seal"), st.just(0), st.integers(1, 4)),
)


@pytest.fixture
def connections_of_writers(committed_db: Credentials) -> Iterator[list[psycopg.Connection]]:
    opened = [psycopg.connect(committed_db.app.conninfo) for _ in range(WRITERS)]
    yield opened
    for connection in opened:
        connection.close()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schedule=st.lists(steps, max_size=25))
def test_every_committed_fact_is_in_one_link(
    connections_of_writers: list[psycopg.Connection], schedule: list[tuple[str, int, int]]
) -> None:
    for what, writer, number in schedule:
        connection = connections_of_writers[writer]
        if what == "write":
            connection.execute(EVENTS, [number])
        elif what == "commit":
            connection.commit()
        elif what == "roll back":
            connection.rollback()
        else:
            sealing.seal(most=number)
    for connection in connections_of_writers:
        connection.commit()
    seal_all(most=3)
    sealed = Counter(row_id for link in Seal.objects.all() for row_id in link.ids)
    assert sealed == Counter(AuditEvent.objects.values_list("id", flat=True))
    assert findings() == []
