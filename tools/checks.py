"""The static checks: `python -m tools.checks`. All of them run; what fails is shown in full, with how to mend it.

Beside them the engine's kernels are compiled where they are not yet: the longest check leaves a core idle. A command that
is named behind (the tests) begins when the others have passed, and need not wait for the longest.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tools.setup import VENV
from tools.steps import ROOT, StepFailed, run, say, step

LOGS = ROOT / ".cache" / "checks"
AT_ONCE = 2
LONGEST = "mypy"
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


def failure(name: str) -> str:
    """Run one check quietly and tell how long it took; what is to be said of it when it fails."""
    (program, *arguments), cure = CHECKS[name]
    log = LOGS / f"{name}.log"
    log.unlink(missing_ok=True)
    try:
        with step(name):
            run([VENV / "bin" / program, *arguments], log=log, sentence=cure, limit_seconds=LIMIT_SECONDS)
    except StepFailed as failed:
        return f"{failed.shown.rstrip()}\nThe check {name} failed. {failed.sentence}"
    return ""


def main(command: Sequence[str]) -> int:
    """Run every check, and the command; 1 when a check failed, else how the command ended."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        checks = {name: pool.submit(failure, name) for name in CHECKS}
        failures = [checks[name].result() for name in CHECKS if name != LONGEST]
        begins = bool(command) and not any(failures)
        ended = subprocess.run(command, cwd=ROOT, check=False).returncode if begins else 0
        failures.append(checks[LONGEST].result())
    for told in filter(None, failures):
        say(told)
    return 1 if any(failures) else ended


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
