"""Run every benchmark: `python -m tools.bench`. A benchmark is a module bench/NAME.py with a function `main`.

One alone: `.venv/bin/python -m bench.NAME`.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tools.setup import VENV
from tools.steps import ROOT, clean_environment, say

FOLDER = ROOT / "bench"


def benchmarks(folder: Path) -> list[str]:
    """The names of the modules that have a `main`, in order."""
    return [path.stem for path in sorted(folder.glob("*.py")) if _has_main(path)]


def _has_main(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)


def passes(name: str) -> bool:
    """Run one benchmark, its figures going straight to the screen."""
    say(f"--- bench.{name}")
    command: list[str | Path] = [VENV / "bin" / "python", "-m", f"bench.{name}"]
    return subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False).returncode == 0


def main() -> int:
    """Run them one after another, so that none disturbs another's figures; 1 when any failed."""
    names = benchmarks(FOLDER)
    if not names:
        say("There is no benchmark: bench/ holds no module with a function main.")
        return 1
    failed = [name for name in names if not passes(name)]
    if failed:
        say(f"Benchmarks that failed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
