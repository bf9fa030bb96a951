"""Faces (pages, endpoints, commands) write nothing themselves: they call actions.

The import contracts cannot see inside Django, so these read the sources.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.docs.sources import modules, place, tree_of

FACES = modules("src/ownstock/api", "src/ownstock/web", "src/ownstock/cli")
OF_WRITERS = {"django.db.connection", "django.db.connections", "django.db.transaction"}
WRITES = {"save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
LOCKS = {"select_for_update"}


def imported(path: Path) -> Iterator[str]:
    """What a module imports, by full names."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_face_opens_a_transaction_or_speaks_sql() -> None:
    asked = [(place(path), name) for path in FACES for name in imported(path)]
    assert [(where, name) for where, name in asked if name in OF_WRITERS or name.startswith("psycopg")] == []


def test_no_face_writes_rows() -> None:
    calls = [(path, node) for path in FACES for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    methods = [(path, node.func) for path, node in calls if isinstance(node.func, ast.Attribute)]
    assert [f"{place(p)}:{m.lineno} .{m.attr}" for p, m in methods if m.attr in WRITES | LOCKS] == []
