"""The generated pages of the reference: `python -m tools.reference` writes them, `--check` tells which are out of date.

docs/reference/tables.md comes from the models, commands.md from the command tree, roles.md from what pages and calls say
they need, events.md from the list of kinds. A column whose model gives no help text has the meaning that the glossary gives
its name.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import django

from tools import roles, trust
from tools.glossary import meanings
from tools.steps import ROOT, say

FOLDER = ROOT / "docs" / "reference"
APPS = ("journal", "access", "catalog", "ledger", "demand", "purchasing", "planning", "exchange", "automation")
NOT_EDITED = "<!-- Written by `python -m tools.reference`; do not edit. -->"


class Undocumented(Exception):
    """A column, a command or an option that says nothing of itself."""


def tables_page() -> str:
    """The page of every table: what a row is, and each column with its type and meaning."""
    models = [model for app in APPS for model in _models_of(app)]
    return "\n".join(["# Tables", "", NOT_EDITED, "", *TABLES_PREFACE, *(line for m in models for line in _table(m))])


TABLES_PREFACE = (
    "Every table of Ownstock, from its models. The words are those of the [glossary](../glossary.md).",
    "*Append-only* tables hold facts: the application's role may add rows to them, and change or delete none.",
    "",
)


def _models_of(app: str) -> list[Any]:
    from django.apps import apps

    return [m for m in apps.get_app_config(app).get_models() if m.__module__.startswith("ownstock.")]


def _table(model: Any) -> Iterator[str]:
    facts = " *Append-only.*" if getattr(model, "append_only", False) else ""
    yield f"## {model._meta.db_table}"
    yield ""
    yield from (inspect.getdoc(model) or "").splitlines()
    yield ""
    if own := constraints_of(model):
        yield f"Kept by the database: {', '.join(f'`{name}`' for name in own)}.{facts}"
        yield ""
    elif facts:
        yield facts.strip()
        yield ""
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for field in columns_of(model):
        yield f"| `{field.column}` | {_type(field)} | {meaning_of(model, field)} |"
    yield ""


def constraints_of(model: Any) -> list[str]:
    """The names of the model's own constraints, in order."""
    return [constraint.name for constraint in model._meta.constraints]


def columns_of(model: Any) -> list[Any]:
    """The columns that are ours: Django's own, which a model of a person inherits, are documented there."""
    inherited = {
        field.name
        for base in model.__mro__
        if base.__module__.startswith("django.") and hasattr(base, "_meta")
        for field in base._meta.get_fields()
    }
    return [field for field in model._meta.concrete_fields if field.name not in inherited]


def _type(field: Any) -> str:
    from django.db import connection

    kind = field.db_type(connection).replace(" with time zone", "tz").replace("timestamptz", "instant")
    target = (
        f" → [{field.related_model._meta.db_table}](#{field.related_model._meta.db_table})" if field.is_relation else ""
    )
    return f"{kind}{target}{', may be empty' if field.null else ''}"


def meaning_of(model: Any, field: Any) -> str:
    """What a column means: its help text, else the glossary's word for its name, else which row it points to.

    Raises:
        Undocumented: none of them says anything.
    """
    which = f"Which {field.related_model._meta.verbose_name}." if field.is_relation else ""
    says_what_it_is = which.endswith(f"{field.name.replace('_', ' ')}.")
    told = str(field.help_text) or (which if says_what_it_is else meanings().get(field.name, which))
    if not told:
        raise Undocumented(f"{model.__name__}.{field.name} has no help text and no entry in docs/glossary.md.")
    missing = [value for value, _ in field.choices or [] if value not in told]
    return f"{told} One of {', '.join(f'`{value}`' for value in missing)}." if missing else told


def events_page() -> str:
    """The page of every kind of event that other programs can be told of, by families."""
    from ownstock.exchange.subscriptions.kinds import FAMILIES, KINDS

    lines = ["# Events", "", NOT_EDITED, "", *EVENTS_PREFACE]
    for family, meaning in FAMILIES.items():
        kinds = [f"| `{kind}` | {said} |" for kind, said in KINDS.items() if kind.startswith(f"{family}.")]
        lines += [
            "",
            f"## {family}",
            "",
            f"{meaning}: `{family}.*`",
            "",
            "| kind | what has happened |",
            "|---|---|",
            *kinds,
        ]
    return "\n".join(lines)


EVENTS_PREFACE = ("What other programs can be [told of](../how-to/subscribe-to-events.md), as the journal calls it.",)


def commands_page() -> str:
    """The page of every command: what it does, how it is called, each option with its meaning."""
    from ownstock.site.entry import cli

    return "\n".join(["# Commands", "", NOT_EDITED, "", *(line for path, c in tree(cli) for line in _command(path, c))])


def tree(command: Any, path: tuple[str, ...] = ("ownstock",)) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that call it, groups before what is in them."""
    yield path, command
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from tree(child, (*path, name))


def _command(path: tuple[str, ...], command: Any) -> Iterator[str]:
    import click

    context = click.Context(command, info_name=" ".join(path))
    yield f"## {' '.join(path)}"
    yield ""
    yield help_of(path, command)
    yield ""
    yield f"    {' '.join([*path, *command.collect_usage_pieces(context)])}"
    yield ""
    records = [record for parameter in command.params if (record := parameter.get_help_record(context))]
    options = [(names, text) for names, text in records if text]
    if options:
        yield from ("| option | meaning |", "|---|---|")
        yield from (f"| `{names.replace('|', chr(92) + '|')}` | {_cell(text)} |" for names, text in options)
        yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def help_of(path: tuple[str, ...], command: Any) -> str:
    """What a command does, in full.

    Raises:
        Undocumented: it does not say, or one of its options does not.
    """
    silent = [p.name for p in command.params if p.param_type_name == "option" and not p.help]
    if not command.help or silent:
        raise Undocumented(f"{' '.join(path)} has no help{f' for {silent[0]}' if silent else ''}.")
    return inspect.cleandoc(command.help).replace("\b\n", "").strip()


PAGES: dict[str, Callable[[], str]] = {
    "tables.md": tables_page, "commands.md": commands_page, "trust.md": partial(trust.page, NOT_EDITED),
    "roles.md": partial(roles.page, NOT_EDITED), "events.md": events_page,
}  # fmt: skip


def is_out_of_date(name: str) -> bool:
    """Whether a page is not what the sources say now."""
    return _committed(name) != _written(name)


def _written(name: str) -> str:
    return PAGES[name]().rstrip("\n") + "\n"


def _committed(name: str) -> str:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` say which would change; 1 when any would."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ownstock.site.settings")
    django.setup()
    if arguments == ["--check"]:
        late = [name for name in PAGES if is_out_of_date(name)]
        for name in late:
            say(f"docs/reference/{name} is out of date: python -m tools.reference")
        return 1 if late else 0
    for name in PAGES:
        (FOLDER / name).write_text(_written(name), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
