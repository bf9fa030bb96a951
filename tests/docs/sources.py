"""Our own sources as these tests read them: files, names, pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "ownstock"
CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
PAGE_FOLDERS = ("docs", "src", "requirements", "bench", "tests")


def modules(*folders: str, with_migrations: bool = False) -> list[Path]:
    """Every Python file below some folders of the project."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if with_migrations or "migrations" not in path.parts]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def snake(name: str) -> str:
    """`OrderRevision` is the noun `order_revision`."""
    return CAPITAL.sub("_", name).lower()


def pages() -> list[Path]:
    """Every page of the documentation, wherever it lies."""
    return [*sorted(ROOT.glob("*.md")), *(p for folder in PAGE_FOLDERS for p in sorted((ROOT / folder).rglob("*.md")))]


def public_names(path: Path) -> Iterator[tuple[str, str]]:
    """(name, where) of a module, its classes and its public functions, as words joined by underscores."""
    where = place(path)
    yield (path.parent.name if path.stem == "__init__" else path.stem), where
    for node in tree_of(path).body:
        if isinstance(node, ast.ClassDef):
            yield snake(node.name), f"{where}:{node.lineno}"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node.name, f"{where}:{node.lineno}"
