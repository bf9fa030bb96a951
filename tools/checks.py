"""The static checks: `python -m tools.checks`. All of them run; what fails is shown in full, with how to mend it.

Beside them the engine's kernels are compiled where they are not yet: the longest check leaves a core idle.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from tools.setup import VENV
from tools.steps import ROOT, StepFailed, run, say, step

LOGS = ROOT / ".cache" / "checks"
AT_ONCE = 2
LIMIT_SECONDS = 600
CHECKS = {
    "ruff": (("ruff", "check", "."), "`make format` mends most of it."),
    "format": (("ruff", "format", "--check", "."), "`make format` mends it."),
    "mypy": (("mypy",), "The types above do not agree."),
    "kernels": (("python", "-m", "tools.kernels"), "A kernel of the engine does not compile."),
    "imports": (
        ("lint-imports", "--no-logo"),
        "A package imports one that it may not: see the contracts in .importlinter.",
    ),
}


def passes(name: str) -> bool:
    """Run one check quietly and tell how it went."""
    (program, *arguments), cure = CHECKS[name]
    log = LOGS / f"{name}.log"
    log.unlink(missing_ok=True)
    try:
        with step(name):
            run([VENV / "bin" / program, *arguments], log=log, sentence=cure, limit_seconds=LIMIT_SECONDS)
    except StepFailed as failure:
        say(f"{failure.shown.rstrip()}\nThe check {name} failed. {failure.sentence}")
        return False
    return True


def main() -> int:
    """Run every check; 1 when any failed."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return 0 if all(list(pool.map(passes, CHECKS))) else 1


if __name__ == "__main__":
    sys.exit(main())
