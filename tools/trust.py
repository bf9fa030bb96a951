"""The page that says which test shows what regulations ask, from `docs/reference/trust.toml`."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from tools.steps import ROOT

TABLE = ROOT / "docs" / "reference" / "trust.toml"
PREFACE = (
    "What regulations and good practice ask of a stock ledger, and the tests that show that Ownstock does it. `make test`",
    "runs them, `make nightly` the long ones at length. The texts of the clauses belong to their publishers; what is told",
    "here is ours, and what is missing is said. What does not stand here is not claimed. Whether a company complies, its own",
    "procedures decide as well.",
    "",
)


def lines() -> list[dict[str, Any]]:
    """What is asked, line by line: number, clause, asked, tests, and missing where something is."""
    found: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["line"]
    return found


def page(mark: str) -> str:
    """The page, with the mark of what is written by a program."""
    told = [row for line in lines() for row in _told(line)]
    return "\n".join(["# What is asked, and its tests", "", mark, "", *PREFACE, *told])


def _told(line: dict[str, Any]) -> list[str]:
    missing = ["", f"Not yet: {line['missing']}"] if "missing" in line else []
    return [
        f"## Line {line['number']}: {line['clause']}",
        "",
        line["asked"],
        "",
        *map(_test, line["tests"]),
        *missing,
        "",
    ]


def _test(test: str) -> str:
    file, _, name = test.partition("::")
    words = re.sub(r"^test_(trust_\d+_)?", "", name).replace("_", " ")
    return f"- {words} ([{file.rpartition('/')[2]}](../../{file}))"
