"""What a page loads of the built front end: `{% asset "styles/main.css" %}`, `{% asset "main.js" %}`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ownstock.base.errors import Unavailable

register = template.Library()
FOLDER = "web/built"
BUILT = Path(__file__).resolve().parent.parent / "static" / FOLDER


@register.simple_tag
def asset(name: str) -> SafeString:
    """The elements that load a source file of the front end: a script with its style sheets, or a style sheet."""
    entry = entry_of(manifest(BUILT), name)
    sheets = [entry["file"]] if name.endswith(".css") else entry.get("css", [])
    links = format_html_join("\n", '<link rel="stylesheet" href="{}">', ((_address(sheet),) for sheet in sheets))
    if name.endswith(".css"):
        return links
    return format_html('{}<script type="module" src="{}"></script>', links, _address(entry["file"]))


def _address(file: str) -> str:
    return static(f"{FOLDER}/{file}")


@cache
def manifest(folder: Path) -> dict[str, Any]:
    """What became of each source file, as the build wrote it down.

    Raises:
        Unavailable: the front end is not built.
    """
    try:
        found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sentence = "The pages are not built: run `make serve`, which builds them, or install Ownstock from its wheel."
        raise Unavailable(sentence, code="pages_not_built") from error
    return found


def entry_of(found: dict[str, Any], name: str) -> dict[str, Any]:
    """What became of one source file.

    Raises:
        Unavailable: it is none that pages load.
    """
    entry = found.get(f"src/{name}", {})
    if not entry.get("isEntry"):
        known = ", ".join(sorted(key.removeprefix("src/") for key, one in found.items() if one.get("isEntry")))
        raise Unavailable(f"No page can load {name}: the front end has {known}.", code="no_such_asset")
    return dict(entry)
