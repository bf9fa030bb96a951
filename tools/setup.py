"""Make `.venv` hold what a command needs, from the locked requirements: `python -m tools.setup build|app|dev|bench`.

A stamp inside `.venv`, written last, tells what it was made from. Nothing to do takes a fraction of a second.
No stamp (a set-up that was interrupted), another Python, a changed lock file or a moved checkout: made anew,
because an upgrade in place would keep packages that the lock has dropped. A higher level only adds packages.
All levels but the first also build the pages from frontend/ (tools/pages.py) and compile their catalogues of languages.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from tools import pages
from tools.steps import ROOT, StepFailed, alone, closing, run, say, step

VENV = ROOT / ".venv"
STAMP = VENV / "ownstock-setup.json"
LOCALES = ROOT / "src" / "ownstock" / "web" / "locale"
LOG = ROOT / ".cache" / "setup.log"
LOCK = ROOT / ".cache" / "setup.lock"
# Each level holds all that the one before it holds; the last lock file is the one that a level adds.
LEVELS = {"build": ("build",), "app": ("build", "app"), "dev": ("build", "dev"), "bench": ("build", "dev", "bench")}
# What the editable install is made from.
PROJECT_FILES = ("pyproject.toml", "src/ownstock/__init__.py")
INSTALL_LIMIT_SECONDS = 1800
STEP_LIMIT_SECONDS = 300

AGAIN = "then run the same command again."
CURES = {
    "DO NOT MATCH THE HASHES": "A download differs from its locked hash and was not installed: if requirements/ is "
    f"unchanged, suspect the package index, {AGAIN}",
    "No space left": f"The disk is full: free about 1 GB, {AGAIN}",
    "Invalid requirement": f"A lock file is broken: restore it (git checkout -- requirements), {AGAIN}",
    "No matching distribution": "The package index cannot be reached or does not offer a locked package for this "
    "machine: check the network and the index that pip is set to (ready-built packages exist for Linux with glibc 2.28 "
    f"or newer and macOS 11 or newer, on x86-64 and ARM), {AGAIN}",
}


@dataclass(frozen=True)
class Stamp:
    """What an environment was made from: equal stamps need no work."""

    root: str
    python: str
    locks: dict[str, str]
    project: str


@dataclass(frozen=True)
class Plan:
    """What is to be done so that an environment serves a level."""

    rebuild: bool
    packages: bool
    project: bool


def plan(found: Stamp | None, now: Stamp, level: str) -> Plan:
    """Decide from the stamp found and the one this checkout would get now."""
    if found is None or (found.root, found.python) != (now.root, now.python) or _outdated(found, now):
        return Plan(rebuild=True, packages=True, project=True)
    return Plan(rebuild=False, packages=not _serves(found, level), project=found.project != now.project)


def _outdated(found: Stamp, now: Stamp) -> bool:
    return any(now.locks.get(name) != digest for name, digest in found.locks.items())


def _serves(found: Stamp, level: str) -> bool:
    """A level is served by its own packages, or by those of any level above it."""
    names = list(LEVELS)
    return any(set(LEVELS[above]) <= set(found.locks) for above in names[names.index(level) :])


def stamp_now() -> Stamp:
    """What an environment made from this checkout, by this Python, would be stamped with."""
    names = dict.fromkeys(name for files in LEVELS.values() for name in files)
    return Stamp(
        root=str(ROOT),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        locks={name: _digest(f"requirements/{name}.txt") for name in names},
        project=hashlib.sha256("".join(_digest(name) for name in PROJECT_FILES).encode()).hexdigest(),
    )


def _digest(name: str) -> str:
    try:
        return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
    except OSError as error:
        raise StepFailed(
            f"Set-up cannot read {name} ({error.strerror}): restore it (git checkout -- {name}), {AGAIN}"
        ) from error


def read_stamp() -> Stamp | None:
    """The stamp of an environment that still runs; None for anything half made, broken or absent."""
    try:
        found = Stamp(**json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if _runs() else None


def _runs() -> bool:
    """The Python inside may have gone with the system's, and an upgrade of it looks for another folder."""
    try:
        asked = subprocess.run([_python(), "-c", "import pip"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and os.access(VENV / "bin" / "ownstock", os.X_OK)


def _python() -> Path:
    return VENV / "bin" / "python"


def set_up(level: str) -> None:
    """Bring `.venv` to a level, and the pages with it; does nothing where stamps say that all is there."""
    with alone(LOCK):
        _set_up_packages(level)
        if level != "build":
            pages.build()
            _set_up_languages()


def _set_up_packages(level: str) -> None:
    now = stamp_now()
    found = read_stamp()
    wanted = plan(found, now, level)
    if not (wanted.rebuild or wanted.packages or wanted.project):
        return
    kept = {} if wanted.rebuild or found is None else found.locks
    LOG.unlink(missing_ok=True)
    STAMP.unlink(missing_ok=True)
    carry_out(wanted, level)
    locks = kept | {name: now.locks[name] for name in (LEVELS[level] if wanted.packages else ())}
    _write_stamp(Stamp(root=now.root, python=now.python, locks=locks, project=now.project))


def _set_up_languages() -> None:
    """Compile the catalogues that are newer than what the program reads of them."""
    if all(map(_is_compiled, LOCALES.glob("*/LC_MESSAGES/*.po"))):
        return
    with step("languages", "the catalogues of web/locale compiled"):
        run(
            [str(_python()), "-m", "tools.translations", "--compile"],
            log=LOG,
            sentence=f"The catalogues could not be compiled: mend src/ownstock/web/locale as said above, {AGAIN}",
            limit_seconds=STEP_LIMIT_SECONDS,
        )


def _is_compiled(catalogue: Path) -> bool:
    compiled = catalogue.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime


def carry_out(wanted: Plan, level: str) -> None:
    """The steps of a set-up, each one line on the screen."""
    if wanted.rebuild:
        _make_environment()
    if wanted.packages:
        _install_packages(level)
    if wanted.project:
        _install_project()


def _make_environment() -> None:
    with step("environment", f"Python {platform.python_version()} in .venv"):
        try:
            if VENV.exists():
                shutil.rmtree(VENV)
        except OSError as error:
            raise StepFailed(f"Set-up cannot remove the old .venv ({error}): remove it, {AGAIN}") from error
        run(
            [_base_python(), "-m", "venv", VENV],
            log=LOG,
            sentence=f"Set-up failed at the environment: {_base_python()} could not make one. On Debian and Ubuntu "
            f"install python3-venv; elsewhere name another Python (make PYTHON=...), {AGAIN}",
            limit_seconds=STEP_LIMIT_SECONDS,
        )


def _base_python() -> Path:
    """This Python, or the one below it when it belongs to an environment: an activated `.venv` cannot remake itself."""
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    return base if base.exists() else Path(sys.executable)


def _install_packages(level: str) -> None:
    files = [f"requirements/{name}.txt" for name in LEVELS[level]]
    # Ready-built packages only: building from source would fetch build tools that no lock names.
    command: list[str | Path] = [
        _python(),
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--no-compile",
    ]
    command += ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    command += [word for name in files for word in ("-r", name)]
    with step("packages", " ".join(files)):
        try:
            run(command, log=LOG, sentence="", limit_seconds=INSTALL_LIMIT_SECONDS)
        except StepFailed as failure:
            raise StepFailed(f"Set-up failed at the packages. {_cure(failure)}", failure.shown) from failure


def _cure(failure: StepFailed) -> str:
    for sign, sentence in CURES.items():
        if sign in failure.shown:
            return sentence
    return f"Check the network, and the package index that pip is set to, {AGAIN}"


def _install_project() -> None:
    command: list[str | Path] = [_python(), "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index"]
    command += ["--no-input", "--disable-pip-version-check", "--editable", "."]
    with step("ownstock", "installed as a link to this checkout"):
        sentence = f"Set-up failed at installing Ownstock itself: mend pyproject.toml as said above, {AGAIN}"
        run(command, log=LOG, sentence=sentence, limit_seconds=STEP_LIMIT_SECONDS)


def _write_stamp(stamp: Stamp) -> None:
    written = STAMP.with_suffix(".new")
    written.write_text(json.dumps(asdict(stamp), indent=1), encoding="utf-8")
    written.replace(STAMP)


def main() -> int:
    """Set up the level named on the command line."""
    if len(sys.argv) != 2 or sys.argv[1] not in LEVELS:
        say(f"usage: python -m tools.setup {'|'.join(LEVELS)}")
        return 2
    return closing(lambda: set_up(sys.argv[1]), log=LOG)


if __name__ == "__main__":
    sys.exit(main())
