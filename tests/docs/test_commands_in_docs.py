"""A command that a page shows exists, with the options it is shown with."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

import click
import pytest

from tests.docs.sources import ROOT, pages, place

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^(?: {4}|\t).+$", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
ENVIRONMENT = re.compile(r"^[A-Z_]+=\S*$")
PROGRAM = re.compile(r"^(\.venv/bin/)?ownstock$")
MAKE = re.compile(r"^make$")
GENERATED = "docs/reference/commands.md"  # from the very tree that it would be compared with


def in_blocks(text: str) -> list[str]:
    """The lines of the blocks of code that a page shows."""
    fenced = [line for block in FENCE.findall(text) for line in block.splitlines()[1:-1]]
    return [*fenced, *INDENTED.findall(FENCE.sub("", text))]


def in_sentences(text: str) -> list[str]:
    """The code that a page names in the middle of a sentence."""
    return INLINE.findall(FENCE.sub("", text))


def words_of(line: str) -> list[str]:
    """The words of a command line, without prompt, comment and settings before it; none when it is no command line."""
    try:
        words = shlex.split(line.strip().removeprefix("$ "), comments=True)
    except ValueError:
        return []
    while words and ENVIRONMENT.match(words[0]):
        words = words[1:]
    return words


def commands_in(read: Callable[[str], list[str]], program: re.Pattern[str]) -> list[tuple[str, list[str]]]:
    """(page, words after the program's name) of every command line of a program that the pages show."""
    texts = [(place(page), page.read_text(encoding="utf-8")) for page in pages() if place(page) != GENERATED]
    lines = [(where, words_of(line)) for where, text in texts for line in read(text)]
    return [(where, words[1:]) for where, words in lines if words and program.match(words[0])]


def fault_of(words: list[str]) -> str | None:
    """Why these words call no command of ours; None when they do."""
    from ownstock.site.entry import cli

    command: click.Command = cli
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        if name not in command.commands:
            return f"{command.name} has no command {name}"
        command = command.commands[name]
    known = {option for p in command.params for option in (*p.opts, *p.secondary_opts)} | {"--help", "--version"}
    unknown = [word for word in rest if re.match(r"^--?[a-z]", word) and word.partition("=")[0] not in known]
    return f"{command.name} has no option {unknown[0]}" if unknown else None


def parse_fault_of(words: list[str]) -> str | None:
    """Why these words would not be understood, did somebody type them; None when they would."""
    from ownstock.site.entry import cli

    command: click.Command = cli
    rest = list(words)
    while isinstance(command, click.Group) and rest and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    try:
        command.make_context(command.name, rest)
    except click.ClickException as error:
        return error.format_message()
    except click.exceptions.Exit:
        return None
    return None


def test_every_command_named_in_a_sentence_exists() -> None:
    named = commands_in(in_sentences, PROGRAM)
    assert named
    assert [f"{where}: {' '.join(words)}: {fault}" for where, words in named if (fault := fault_of(words))] == []


def test_every_command_line_of_a_block_of_code_is_understood() -> None:
    lines = commands_in(in_blocks, PROGRAM)
    assert lines
    faults = [(where, words, fault_of(words) or parse_fault_of(words)) for where, words in lines]
    assert [f"{where}: {' '.join(words)}: {fault}" for where, words, fault in faults if fault] == []


def test_every_make_target_shown_exists() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    shown = commands_in(in_blocks, MAKE) + commands_in(in_sentences, MAKE)
    wanted = [(where, word) for where, words in shown for word in words if re.fullmatch(r"[a-z]+", word)]
    assert wanted
    assert [f"{where}: make {word}" for where, word in wanted if word not in targets] == []


@pytest.mark.parametrize("words", [["no-such-command"], ["--no-such-option"], ["plan", "--no-such-option"]])
def test_a_command_that_does_not_exist_is_noticed(words: list[str]) -> None:
    assert fault_of(words)


@pytest.mark.parametrize("words", [["order"], ["post", "--key", "a"], ["plan", "--on", "tomorrow"]])
def test_a_command_line_that_lacks_something_is_noticed(words: list[str]) -> None:
    assert parse_fault_of(words)
