"""A new database takes its tables from one file; it is the one that all migrations make."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections

from ownstock.site import schema
from ownstock.site.embedded.databases import Credentials, drop_database
from ownstock.site.embedded.ephemeral import create_template
from ownstock.site.installation import database
from tools.new_database import contents

# PostgreSQL reads back one and the same condition in two ways, before and after it was dumped.
WHOLE_ARRAY = re.compile(r"\(ARRAY\[([^\]]+)\]\)::text\[\]")


@pytest.mark.slow
def test_the_file_is_what_all_migrations_make_also_of_a_database_on_its_way(
    server: Any, worker_id: str, committed_db: Credentials
) -> None:
    def fill(credentials: Credentials) -> None:
        _point_django_at(credentials)
        call_command("migrate", "catalog", "0004", database="owner", verbosity=0)
        schema.migrate()
        assert schema.is_current()
        connections.close_all()

    migrated = create_template(server, name := f"migrated_{worker_id}", fill)
    assert contents(migrated.owner) == schema.NEW_DATABASE.read_text(), "run: .venv/bin/python -m tools.new_database"
    assert _functions(migrated) == _functions(committed_db)
    drop_database(server, name)


def test_a_new_database_holds_what_the_file_says(new_database: Callable[[str], Credentials]) -> None:
    made = contents(new_database("made").owner)
    assert made.count("CREATE TABLE") > 90
    assert made == WHOLE_ARRAY.sub(_each, schema.NEW_DATABASE.read_text())


def test_the_file_is_of_no_month_and_a_new_database_has_room_for_the_months_to_come(
    new_database: Callable[[str], Credentials],
) -> None:
    assert not re.search(r"ledger_movement_\d", schema.NEW_DATABASE.read_text())
    with psycopg.connect(new_database("months").owner.conninfo) as connection:
        [(parts, covers_today)] = connection.execute(
            "SELECT count(*), bool_or(relname = 'ledger_movement_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')) "
            "FROM pg_class WHERE relkind = 'r' AND relname ~ '^ledger_movement_[0-9]'"
        ).fetchall()
    assert parts >= 3
    assert covers_today


def _functions(credentials: Credentials) -> list[Any]:
    """Every function to the letter, as the file leaves blank lines out."""
    with psycopg.connect(credentials.owner.conninfo) as connection:
        found = connection.execute(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
        ).fetchall()
    assert found
    return found


def _each(found: re.Match[str]) -> str:
    return f"ARRAY[{', '.join(f'({word})::text' for word in found[1].split(', '))}]"


def _point_django_at(credentials: Credentials) -> None:
    for alias, login in (("default", credentials.app), ("owner", credentials.owner)):
        connections[alias].close()
        parts = database(login.url)
        connections[alias].settings_dict.update(
            {name: parts[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")}
        )
