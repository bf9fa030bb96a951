"""Every test that the page of trust names is there, and every test named after a line of it is named by that line."""

from __future__ import annotations

import ast
import re

from tests.docs.sources import ROOT, modules, place, tree_of
from tools.trust import lines

NAMED_AFTER_A_LINE = re.compile(r"test_trust_(\d+)_")


def named_in(file: str) -> set[str]:
    """The names of a file's tests."""
    return {node.name for node in tree_of(ROOT / file).body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_a_line_names_is_there() -> None:
    named = [test.split("::") for line in lines() for test in line["tests"]]
    assert [(file, test) for file, test in named if test not in named_in(file)] == []


def test_every_line_has_tests_and_stands_once() -> None:
    numbers = [line["number"] for line in lines()]
    assert numbers == sorted(set(numbers))
    assert all(line["tests"] and len(set(line["tests"])) == len(line["tests"]) for line in lines())


def test_every_test_named_after_a_line_is_named_by_it() -> None:
    listed = {(line["number"], test) for line in lines() for test in line["tests"]}
    found = {
        (int(match[1]), f"{place(path)}::{name}")
        for path in modules("tests")
        for name in named_in(place(path))
        if (match := NAMED_AFTER_A_LINE.match(name))
    }
    assert found
    assert found - listed == set()
