"""What is public is documented: commands, settings, columns, decisions; and the links of the pages lead somewhere.

Docstrings of modules, classes and functions are ruff's affair (rules D1).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from tests.docs.sources import ROOT, modules, pages, place, tree_of
from tools.reference import columns_of, help_of, meaning_of, tree

SETTINGS_PAGE = ROOT / "docs" / "reference" / "settings.md"
DECISIONS = ROOT / "docs" / "decisions"
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LISTED_SETTING = re.compile(r"^\| `([A-Z_]+)`", re.MULTILINE)
# What others define and we only pass on or pass by.
OF_OTHERS = {"DJANGO_SETTINGS_MODULE", "NODE_EXTRA_CA_CERTS", "PATH", "PYTHONPATH", "SSL_CERT_FILE"}


def constants_of(path: Path) -> dict[str, str]:
    """The module's constants that are texts."""
    found: dict[str, str] = {}
    for node in tree_of(path).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found |= {target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)}
    return found


def is_environment(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def environment_keys(tree_: ast.Module) -> Iterator[ast.expr]:
    """The expressions by which a module asks the environment, however it asks."""
    for node in ast.walk(tree_):
        if isinstance(node, ast.Subscript) and is_environment(node.value):
            yield node.slice
        elif isinstance(node, ast.keyword) and node.arg == "envvar":
            yield node.value
        elif isinstance(node, ast.Compare) and any(map(is_environment, node.comparators)):
            yield node.left
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            asks = is_environment(node.func.value) and node.func.attr in ("get", "setdefault")
            if asks or node.func.attr == "getenv":
                yield node.args[0]


def settings_read(path: Path) -> Iterator[str]:
    """The names of the settings that a module reads."""
    constants = constants_of(path)
    for key in environment_keys(tree_of(path)):
        if isinstance(key, ast.Constant):
            yield str(key.value)
        else:
            assert isinstance(key, ast.Name), f"{place(path)}:{key.lineno} reads a setting whose name no test can see"
            assert key.id in constants, f"{place(path)}:{key.lineno}: {key.id} is not a text of this module"
            yield constants[key.id]


def test_every_setting_the_product_reads_is_on_the_page_of_settings() -> None:
    listed = set(LISTED_SETTING.findall(SETTINGS_PAGE.read_text(encoding="utf-8"))) | OF_OTHERS
    read = {(name, place(path)) for path in modules("src/ownstock", "tools") for name in settings_read(path)}
    assert sorted((name, where) for name, where in read if name not in listed) == []


def test_every_setting_on_the_page_is_read_somewhere() -> None:
    listed = LISTED_SETTING.findall(SETTINGS_PAGE.read_text(encoding="utf-8"))
    files = [*modules("src/ownstock", "tools", "tests"), ROOT / "tools" / "python.sh", ROOT / "Makefile"]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert listed
    assert [name for name in listed if not re.search(rf"\b{name}\b", sources)] == []


def test_every_column_says_what_it_means() -> None:
    own = [model for model in apps.get_models() if model.__module__.startswith("ownstock.")]
    assert all(meaning_of(model, field) for model in own for field in columns_of(model))


def test_every_command_and_option_says_what_it_does() -> None:
    from ownstock.site.entry import cli

    assert all(help_of(path, command) for path, command in tree(cli))


def test_every_endpoint_says_what_it_does() -> None:
    from ownstock.api.urls import api

    paths = api.get_openapi_schema(path_prefix="").get("paths", {})
    operations = [(path, verb, told) for path, verbs in paths.items() for verb, told in verbs.items()]
    assert operations
    assert [f"{verb} {path}" for path, verb, told in operations if not told.get("description")] == []


def test_every_decision_is_listed_and_numbered_once() -> None:
    decisions = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    listed = [link for link in LINK.findall((DECISIONS / "README.md").read_text(encoding="utf-8")) if link[0].isdigit()]
    assert sorted(listed) == decisions
    assert len({name[:4] for name in decisions}) == len(decisions)


def test_every_page_of_the_documentation_is_reached_from_its_index() -> None:
    index = ROOT / "docs" / "index.md"
    reached = reachable(index)
    assert [place(page) for page in sorted((ROOT / "docs").rglob("*.md")) if page not in reached] == []


def reachable(start: Path) -> set[Path]:
    """The pages that links lead to, link by link."""
    found, waiting = {start}, [start]
    while waiting:
        page = waiting.pop()
        new = {target for target, _ in links_of(page) if target.suffix == ".md" and target.is_file()} - found
        found |= new
        waiting.extend(new)
    return found


def links_of(page: Path) -> Iterator[tuple[Path, str]]:
    """(file, heading) of each link of a page that leads inside the project."""
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if not re.match(r"[a-z]+:", link):
            file, _, heading = link.partition("#")
            yield ((page.parent / file).resolve() if file else page), heading


def headings_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(page.read_text(encoding="utf-8")))
    return {heading.strip().replace(" ", "-") for heading in words}


@pytest.mark.parametrize("page", pages(), ids=place)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    broken = [f"{file}#{heading}" for file, heading in links_of(page) if not leads(file, heading)]
    assert broken == []


def leads(file: Path, heading: str) -> bool:
    return file.exists() and (not heading or heading in headings_of(file))
