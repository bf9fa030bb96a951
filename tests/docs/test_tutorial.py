"""The tutorial works as it is printed: its files are written, its commands run in order, its lines appear."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ownstock.site.entry import cli
from tests.docs.sources import ROOT

PAGE = ROOT / "docs" / "tutorial" / "first-circle.md"
FILE = re.compile(r"^`([\w-]+\.csv)`:\n\n```csv\n(.*?)^```", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROMPT = "$ ownstock "


def steps(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of the page with the lines printed below it."""
    for block in CONSOLE.findall(text):
        for step in re.split(rf"^{re.escape(PROMPT)}", block, flags=re.MULTILINE)[1:]:
            command, *shown = step.splitlines()
            yield command, shown


def missing_line(shown: list[str], printed: str) -> str | None:
    """The first line of the page that the command did not print, in this order; spaces do not count."""
    rest = iter([" ".join(line.split()) for line in printed.splitlines()])
    for line in shown:
        if not any(" ".join(line.split()) in candidate for candidate in rest):
            return line
    return None


def test_the_first_circle_closes(
    committed_db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    settings.OUTBOX_FOLDER = tmp_path / "outbox"
    text = PAGE.read_text(encoding="utf-8")
    for name, content in FILE.findall(text):
        (tmp_path / name).write_text(content, encoding="utf-8")
    done = [command for command, shown in steps(text) if run(command, shown)]
    assert len(done) == text.count(PROMPT)
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == ["PO-000001-1.eml"]


def run(command: str, shown: list[str]) -> bool:
    result = CliRunner(catch_exceptions=False).invoke(cli, shlex.split(command), obj=nullcontext)
    assert result.exit_code == 0, f"{command}: {result.output}"
    missing = missing_line(shown, result.stdout)
    assert missing is None, f"{command} did not print {missing!r}:\n{result.stdout}"
    return True


def test_a_line_that_was_not_printed_is_noticed() -> None:
    assert missing_line(["a  b", "c"], "x a b\nc\n") is None
    assert missing_line(["c", "a"], "a\nc\n") == "a"
