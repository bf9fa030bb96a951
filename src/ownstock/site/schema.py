"""The database's tables and who may do what to them: the owner migrates, the application appends."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO

from django.apps import apps
from django.core.management import call_command
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

# Written from the migrations by tools/new_database.py. What it does not know yet, they add.
NEW_DATABASE = Path(__file__).with_name("new_database.sql")
# Where tables go to another schema, the file's names lead past it.
IS_EMPTY = "SELECT current_schema() = 'public' AND NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')"


def append_only_tables() -> frozenset[str]:
    """Tables whose rows are facts: the application may add to them and never change them."""
    return frozenset(model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))


def is_current() -> bool:
    """Whether every migration has been applied."""
    executor = MigrationExecutor(connections["default"])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrate(output: TextIO | None = None) -> None:
    """Bring the tables up to this version, as the owner, and give the application's role its rights."""
    _begin()
    apply_migrations(output)
    grant_rights()


def _begin() -> None:
    """Give an empty database the tables of `NEW_DATABASE` at once, instead of one migration after the other."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(IS_EMPTY)
        [(is_empty,)] = cursor.fetchall()
        if is_empty:
            # A function may name a table that comes after it.
            cursor.execute("SET LOCAL check_function_bodies = off")
            cursor.execute(NEW_DATABASE.read_text(encoding="utf-8"))


def apply_migrations(output: TextIO | None = None) -> None:
    """Apply the migrations that have not been applied."""
    call_command("migrate", database="owner", interactive=False, verbosity=1 if output else 0, stdout=output)


def grant_rights() -> None:
    """Let the application's role read and append everywhere, and change or delete only what is no fact."""
    role = connections["default"].settings_dict["USER"]
    if role == connections["owner"].settings_dict["USER"]:
        return
    facts = append_only_tables() | {MigrationRecorder.Migration._meta.db_table}
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        # Parts of a table are reached through it, by its rights; of their own they give none.
        cursor.execute("SELECT relname FROM pg_class WHERE relispartition")
        parts = {name for (name,) in cursor.fetchall()}
        tables = connections["owner"].introspection.table_names(cursor, include_views=True)
        for table in tables:
            rights = "SELECT, INSERT" if table in facts else "SELECT, INSERT, UPDATE, DELETE"
            _execute(cursor, "REVOKE ALL ON {} FROM {}", table, role)
            if table not in parts:
                _execute(cursor, f"GRANT {rights} ON {{}} TO {{}}", table, role)
        _execute(cursor, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {} TO {}", "public", role)


def _execute(cursor: Any, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
