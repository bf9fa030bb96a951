"""The languages of the pages: `python -m tools.translations` brings each catalogue up to date with the sources.

`--check` tells what a catalogue lacks, `--compile` writes what the running program reads, as set-up and the wheel do.
Templates are read as Django reads them, Python as it stands, the words of the rules from `web/words.py`; a catalogue names
for each text the files that say it, without lines, so that it changes only when a text does.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools.steps import ROOT, say

SOURCES = ROOT / "src" / "ownstock"
LOCALES = SOURCES / "web" / "locale"
DOMAIN = "django"
LINE_WIDTH = 118
HEADER = """# What the pages of Ownstock say in {language}.
msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plurals}\\n"

"""
# What was done, as an event of the journal names it: the pages write its last word.
VERB = re.compile(r'verb="(?:\w+\.)?(\w+)"')
# What the templates' tags become, and what Python itself says.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def languages() -> list[str]:
    """The languages that have a catalogue beside English, in which all texts are written."""
    return sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir())


def extracted() -> Catalog:
    """Every text of templates, Python and rules that people may read in their language."""
    from ownstock.web import words  # needs Django, which the wheel is built without

    found = Catalog(charset="utf-8")
    for said in words.texts():
        found.add(said, locations=[("web/words.py", 0)])
    for path in sorted([*SOURCES.rglob("*.html"), *SOURCES.rglob("*.svg"), *SOURCES.rglob("*.py")]):
        place = path.relative_to(SOURCES).as_posix()
        for text, context in _texts(path):
            found.add(text, locations=[(place, 0)], context=context)
    return found


def _texts(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from ((verb.capitalize().replace("_", " "), None) for verb in VERB.findall(source))
        if "gettext" not in source:
            return
    from django.utils.translation.template import templatize

    code = source if path.suffix == ".py" else templatize(source, origin=str(path))
    for _, text, _, context in extract("python", BytesIO(code.encode()), keywords=KEYWORDS):
        yield text, context


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it is kept."""
    with _path(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> None:
    """Bring a catalogue up to date: new texts come in untranslated, texts that nobody says any more go."""
    path = _path(language)
    kept = catalogue(language) if path.exists() else Catalog(locale=language, charset="utf-8")
    kept.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    kept.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        english = kept.locale.english_name if kept.locale else language
        file.write(HEADER.format(language=english, code=language, plurals=kept.plural_forms).encode())
        write_po(file, kept, width=LINE_WIDTH, omit_header=True, sort_output=True, include_lineno=False)


def lacking(language: str) -> list[str]:
    """What is wrong with a catalogue, a sentence each: texts that are missing, untranslated or no longer said."""
    kept, said = catalogue(language), extracted()
    missing = [message for message in _of(said) if _in(kept, message) is None]
    sentences = [f"{_name(message)} is missing: run python -m tools.translations" for message in missing]
    for message in _of(kept):
        if _in(said, message) is None:
            sentences.append(f"{_name(message)} is said by nobody any more: run python -m tools.translations")
        elif not _is_translated(message):
            sentences.append(f"{_name(message)} has no translation into {language}")
        else:
            sentences += [f"{_name(message)}: {error}" for error in message.check(kept)]
    return sentences


def compile_all() -> None:
    """Write of each catalogue what the running program reads, beside it."""
    for language in languages():
        with _path(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue(language))


def _path(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def _of(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _in(catalog: Catalog, message: Message) -> Message | None:
    return catalog.get(message.id if isinstance(message.id, str) else message.id[0], message.context)


def _is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, list | tuple) else bool(message.string)


def _name(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return f"“{text}” ({', '.join(sorted({place for place, _ in message.locations}))})"


def main(words: list[str]) -> int:
    """Do what the words ask; 1 when a catalogue lacks something."""
    if "--compile" in words:
        compile_all()
        return 0
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ownstock.site.settings")
    django.setup()
    if "--check" not in words:
        for language in languages():
            update(language)
    sentences = [sentence for language in languages() for sentence in lacking(language)]
    for sentence in sentences:
        say(sentence)
    return 1 if sentences and "--check" in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
