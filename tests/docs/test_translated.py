"""All that people read on pages can be said in their language, and each catalogue says all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.template.base import Lexer, TokenType

from tests.docs.sources import PACKAGE, place
from tools.translations import lacking, languages

# What is the same in every language: names, units and files.
SAME = frozenset({"Ownstock", "UTC", "CSV", "XLSX", "PDF", "ABC", "XYZ", "SHA-256", "P", "R", "n", "ownstock"})
SPOKEN = re.compile(r'\b(?:title|alt|placeholder|aria-label|data-label)="([^"]*)"')
CODE = re.compile(
    r'<(script|style|code|kbd)\b.*?</\1>|<span class="code">.*?</span>|placeholder="\w+:[\w-]+"', re.DOTALL
)
WORD = re.compile(r"[A-Za-z][\w-]*")
TAG, CUT = "<[^>]*>", "\x00"


def texts(source: str) -> Iterator[str]:
    """What a template says outside of translated parts: texts between tags, and attributes that are read out."""
    parts, is_translated = [], False
    for token in Lexer(source).tokenize():
        word = token.contents.split()[0] if token.contents.split() else ""
        if token.token_type is TokenType.BLOCK and word.endswith("blocktranslate"):
            is_translated = not word.startswith("end")
        parts.append(token.contents if token.token_type is TokenType.TEXT and not is_translated else CUT)
    bare = CODE.sub(CUT, "".join(parts))
    yield from SPOKEN.findall(bare)
    yield from re.split(f"{TAG}|{CUT}", bare)


def untranslated(source: str) -> list[str]:
    """The texts of a template that stay English in every language."""
    return [text.strip() for text in texts(source) if any(word not in SAME for word in _words(text))]


def _words(text: str) -> list[str]:
    return [re.sub(r"\d+$", "", word) for word in WORD.findall(text)]


def test_a_text_that_is_not_translated_is_found_wherever_people_read_it() -> None:
    assert untranslated('<p title="{% translate "A" %}">{% translate "B" %} <kbd>Ctrl</kbd> UTC {{ name }}</p>') == []
    assert untranslated("{% blocktranslate %}{{ n }} orders{% endblocktranslate %}") == []
    assert untranslated('<th data-label="Price">{{ price }} each</th>') == ["Price", "each"]


def test_every_template_says_only_what_can_be_translated() -> None:
    found = {place(path): untranslated(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.html")}
    assert {name: said for name, said in found.items() if said} == {}, "write these with {% translate %}"


@pytest.mark.parametrize("language", languages())
def test_a_catalogue_says_all_that_pages_say_and_nothing_else(language: str) -> None:
    sentences = lacking(language)
    assert not sentences, "\n".join(["run `python -m tools.translations`, then translate:", *sentences])
