"""Sizes that catch accidents: a function of 80 lines, a file of 600. Kernels, migrations and tests are free."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from tests.docs.sources import modules, place, tree_of

LONGEST_FUNCTION = 80
LONGEST_FILE = 600
COUNTED = [path for path in modules("src/ownstock", "tools", "bench") if "kernels" not in path.parts]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """(where, lines) of every function, decorators not counted."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{place(path)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def tell(what: str, sizes: list[int]) -> None:
    """Print how long things are: the figures are looked at (`pytest -s`), not tested."""
    parts = quantiles(sizes, n=10, method="inclusive")
    print(f"\n{len(sizes)} {what}: median {parts[4]:.0f} lines, 90th percentile {parts[8]:.0f}, longest {max(sizes)}")


def test_functions_are_short() -> None:
    sizes = [found for path in COUNTED for found in functions(path)]
    tell("functions", [lines for _, lines in sizes])
    assert [f"{where}: {lines} lines" for where, lines in sizes if lines > LONGEST_FUNCTION] == []


def test_files_are_short() -> None:
    sizes = [(place(path), len(path.read_text(encoding="utf-8").splitlines())) for path in COUNTED]
    tell("files", [lines for _, lines in sizes if lines])
    assert [f"{where}: {lines} lines" for where, lines in sizes if lines > LONGEST_FILE] == []
