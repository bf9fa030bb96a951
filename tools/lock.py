"""Write the locks in requirements/ from pyproject.toml: `python -m tools.lock [--upgrade]`.

One lock serves Linux and macOS and every Python from 3.11 on, with the hash of every file, and names no host.
`dev` is resolved first and the others under its versions, so that the levels agree. Without --upgrade what is
locked stays where it may.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tools.setup import STEP_LIMIT_SECONDS
from tools.steps import ROOT, closing, run, step

LOG = ROOT / ".cache" / "lock.log"
RESOLVER = "uv==0.13.9"
# In this order; each resolves what `pyproject.toml` says of it.
LOCKS = {
    "dev": ("pyproject.toml", "--extra", "app", "--extra", "best", "--extra", "reports", "--group", "dev"),
    "bench": ("pyproject.toml", "--extra", "app", "--extra", "best", "--extra", "reports", "--group", "bench"),
    "app": ("pyproject.toml", "--extra", "app"),
    "engine": ("pyproject.toml",),
    "build": ("--group", "build"),
}
OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--custom-compile-command=make lock",
    "--no-config",
    "--quiet",
)


def lock(upgrade: bool) -> None:
    """Resolve every lock with a resolver from an environment that is thrown away afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        resolver = _resolver(Path(folder))
        for name, sources in LOCKS.items():
            words = ["--upgrade"] if upgrade else []
            words += [] if name == "dev" else ["--constraints", "requirements/dev.txt"]
            _resolve(resolver, name, [*sources, *words])


def _resolver(folder: Path) -> Path:
    with step("resolver", RESOLVER):
        sentence = f"Locking failed: {RESOLVER} could not be installed. Check the network, then run it again."
        commands: list[list[str | Path]] = [
            [sys.executable, "-m", "venv", folder / "venv"],
            [folder / "venv/bin/python", "-m", "pip", "install", "--quiet", RESOLVER],
        ]
        for command in commands:
            run(command, log=LOG, sentence=sentence, limit_seconds=STEP_LIMIT_SECONDS)
    return folder / "venv/bin/uv"


def _resolve(resolver: Path, name: str, words: list[str]) -> None:
    written = f"requirements/{name}.txt"
    sentence = f"Locking failed at {written}: mend the requirements in pyproject.toml, then run it again."
    command: list[str | Path] = [resolver, "pip", "compile", *OPTIONS, *words, "--output-file", written]
    with step(name, written):
        run(command, log=LOG, sentence=sentence, limit_seconds=STEP_LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(closing(lambda: lock("--upgrade" in sys.argv[1:]), log=LOG))
