"""The colours of the pages can be told apart, by day and by night (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "frontend" / "src" / "styles" / "tokens.css"
SHEET = TOKENS.read_text(encoding="utf-8")
SHADES = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)
TEXT = [
    ("ink", "page"), ("ink", "surface"), ("ink", "sunken"), ("ink-soft", "page"), ("ink-soft", "surface"),
    ("ink-soft", "sunken"), ("accent", "page"), ("accent", "surface"), ("accent", "sunken"), ("on-accent", "accent"),
    ("on-accent", "accent-strong"), ("accent-strong", "accent-wash"), ("good", "good-wash"), ("warn", "warn-wash"),
    ("bad", "bad-wash"), ("bad", "surface"), ("good", "surface"), ("ink", "accent-wash"),
]  # fmt: skip
SHAPES = [("line-strong", "surface"), ("line-strong", "page"), ("accent", "page"), ("bar", "surface")]
SHAPES += [(f"series-{number}", "surface") for number in range(1, 9)]


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("shade", SHADES, ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3.0)], ids=["text", "shapes"])
def test_text_and_shapes_stand_out_from_what_they_lie_on(
    shade: str, pairs: list[tuple[str, str]], least: float
) -> None:
    tokens = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", shade))
    ratios = {(front, back): contrast(tokens[front], tokens[back]) for front, back in pairs}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < least} == {}
