"""The static checks: `python -m tools.checks`. All of them run; what fails is shown in full, with how to mend it."""

from __future__ import annotations

import sys

from tools.setup import VENV
from tools.steps import ROOT, StepFailed, run, say, step

LOG = ROOT / ".cache" / "checks.log"
LIMIT_SECONDS = 600
CHECKS = {
    "ruff": (("ruff", "check", "."), "`make format` mends most of it."),
    "format": (("ruff", "format", "--check", "."), "`make format` mends it."),
    "mypy": (("mypy",), "The types above do not agree."),
    "imports": (
        ("lint-imports", "--no-logo"),
        "A package imports one that it may not: see the contracts in .importlinter.",
    ),
}


def passes(name: str) -> bool:
    """Run one check quietly and tell how it went."""
    (program, *arguments), cure = CHECKS[name]
    try:
        with step(name):
            run([VENV / "bin" / program, *arguments], log=LOG, sentence=cure, limit_seconds=LIMIT_SECONDS)
    except StepFailed as failure:
        say(f"{failure.shown.rstrip()}\nThe check {name} failed. {failure.sentence}")
        return False
    return True


def main() -> int:
    """Run every check; 1 when any failed."""
    LOG.unlink(missing_ok=True)
    failed = [name for name in CHECKS if not passes(name)]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
