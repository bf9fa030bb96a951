"""The glossary is law: one noun, one name, in code and database."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from tests.docs.sources import PACKAGE, modules, public_names, snake
from tools.glossary import PAGES, entries
from tools.reference import columns_of

# Words that say nothing of what a thing is: no part of the name of a module, a class or a public function.
EMPTY_WORDS = {
    "qty",
    "manager",
    "managers",
    "helper",
    "helpers",
    "util",
    "utils",
    "process",
    "handle",
    "handler",
    "data",
}
SPELLED_WITHOUT_SUFFIX = {"snoozed_until", "valid_from", "valid_to"}
FORBIDDEN = {name for entry in entries() for name in entry.not_called}
OWN_MODELS = [model for model in apps.get_models() if model.__module__.startswith("ownstock.")]
OWN_COLUMNS: list[tuple[Any, Any]] = [(model, field) for model in OWN_MODELS for field in columns_of(model)]


@cache
def own_names() -> list[tuple[str, str]]:
    """Every public name of the product, with where it stands."""
    return [named for path in modules("src/ownstock") for named in public_names(path)]


def test_the_glossary_has_no_name_twice() -> None:
    names = [name for entry in entries() for name in entry.names]
    assert sorted(names) == sorted(set(names))


def test_no_name_is_both_ours_and_forbidden() -> None:
    ours = {name for entry in entries() for name in entry.names}
    assert not ours & FORBIDDEN


def test_every_table_has_its_noun_in_the_glossary() -> None:
    known = {name for entry in entries() for name in entry.names}
    assert [model.__name__ for model in OWN_MODELS if snake(model.__name__) not in known] == []


def test_no_module_class_or_function_has_a_forbidden_name() -> None:
    assert [f"{where}: {name}" for name, where in own_names() if name in FORBIDDEN] == []


def test_no_column_has_a_forbidden_name() -> None:
    forbidden = FORBIDDEN | EMPTY_WORDS
    assert [f"{model.__name__}.{field.name}" for model, field in OWN_COLUMNS if field.name in forbidden] == []


def test_no_module_class_or_function_is_named_by_an_empty_word() -> None:
    assert [f"{where}: {name}" for name, where in own_names() if EMPTY_WORDS & set(name.split("_"))] == []


@pytest.mark.parametrize(
    ("column_type", "suffix", "free"),
    [(models.DateTimeField, "_at", set()), (models.DateField, "_on", SPELLED_WITHOUT_SUFFIX)],
)
def test_instants_end_in_at_and_dates_in_on(column_type: Any, suffix: str, free: set[str]) -> None:
    dates = [(m, f) for m, f in OWN_COLUMNS if type(f) is column_type and f.name not in free]
    assert [f"{m.__name__}.{f.name}" for m, f in dates if not f.name.endswith(suffix)] == []


def test_truths_are_asked_with_is_or_has() -> None:
    truths = [(m, f) for m, f in OWN_COLUMNS if isinstance(f, models.BooleanField)]
    assert [f"{m.__name__}.{f.name}" for m, f in truths if not f.name.startswith(("is_", "has_"))] == []


def test_fields_of_records_that_are_dates_or_instants_are_named_so() -> None:
    """In dataclasses of rules and queries: a field typed `date` ends in _on, one typed `datetime` in _at."""
    found = []
    for path in modules("src/ownstock"):
        if path.stem not in ("rules", "queries") or "engine" in path.parts:
            continue
        module = import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
        for kind in vars(module).values():
            for name, annotation in getattr(kind, "__annotations__", {}).items() if isinstance(kind, type) else ():
                words = set(re.findall(r"\w+", str(annotation)))
                wanted = "_at" if datetime.__name__ in words else "_on" if date.__name__ in words else ""
                if not name.endswith(wanted) and name not in SPELLED_WITHOUT_SUFFIX:
                    found.append(f"{module.__name__}.{kind.__name__}.{name}")
    assert found == []


def test_every_value_of_the_rules_enumerations_is_in_the_glossary() -> None:
    quoted = set(re.findall(r"`([^`]+)`", PAGES[0].read_text(encoding="utf-8")))
    missing = []
    for path in sorted([*PACKAGE.glob("*/rules.py"), *PACKAGE.glob("*/rules/*.py")]):
        for kind in vars(import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))).values():
            if isinstance(kind, type) and issubclass(kind, StrEnum) and kind.__name__ not in ("StrEnum", "Step"):
                missing += [f"{kind.__name__}.{value}" for value in kind if value not in quoted]
    assert sorted(set(missing)) == []
