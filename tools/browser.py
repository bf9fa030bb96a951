"""Find or get a Chromium for the browser tests: `python -m tools.browser`; the answer is kept in .cache/browser/path.

    1. the setting OWNSTOCK_BROWSER
    2. Chromium or Chrome on PATH, or among the Mac's applications
    3. the one that a former set-up unpacked
    4. Debian's package, downloaded by apt (which checks signatures) and unpacked under .cache/browser
    5. the one that Playwright downloads

Nothing outside the checkout is changed and no rights are needed, so the ways are the same for root.
A browser counts only once it has started and printed a page.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.setup import LOCK, VENV
from tools.steps import ROOT, StepFailed, alone, closing, run, say, step

FOLDER = ROOT / ".cache" / "browser"
ANSWER = FOLDER / "path"
LOG = ROOT / ".cache" / "browser.log"
SETTING = "OWNSTOCK_BROWSER"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPLICATIONS = ("Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome")
MISSING = (
    "No Chromium was found or could be fetched, so the browser tests are skipped (a failure where CI=true). "
    f"Install Chromium or Chrome, or name one: {SETTING}=/path/to/chromium"
)
START_LIMIT_SECONDS = 60
FETCH_LIMIT_SECONDS = 600

LAUNCHER = """#!/bin/sh
# Starts a program with the libraries and fonts unpacked beside this file.
here=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here"/{program} "$@"
"""
# The shell draws the same pages with a third less work: it has no windows of its own to care for.
# Playwright brings its own Node, which on a minimal system lacks one library.
PACKAGES = ("chromium-headless-shell", "libatomic1")
PROGRAMS = {
    "chromium": "debian/usr/lib/chromium/chromium-headless-shell",
    "node": "../../.venv/lib/python3.*/site-packages/playwright/driver/node",
}
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">debian/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def get() -> None:
    """Settle which Chromium the tests drive, print it, and keep the answer."""
    with alone(LOCK):
        found = _named() or _kept() or _search()
        say(f"browser     {found or MISSING}")


def _named() -> Path | None:
    """The one that the setting names: a wrong name is told, not passed over."""
    named = os.environ.get(SETTING)
    if named and not starts(Path(named)):
        raise StepFailed(f"{SETTING} names {named}, which does not start as a Chromium. Correct it or unset it.")
    return Path(named) if named else None


def _kept() -> Path | None:
    """The answer of a former run, as long as the file is there: it had started then."""
    if not ANSWER.exists():
        return None
    kept = Path(ANSWER.read_text(encoding="utf-8").strip())
    return kept if os.access(kept, os.X_OK) else None


def _search() -> Path | None:
    LOG.unlink(missing_ok=True)
    for way in (_installed, _unpacked, _from_debian, _from_playwright):
        found = next((path for path in way() if starts(path)), None)
        if found is not None:
            ANSWER.parent.mkdir(parents=True, exist_ok=True)
            ANSWER.write_text(f"{found}\n", encoding="utf-8")
            return found
    ANSWER.unlink(missing_ok=True)
    return None


def starts(browser: Path) -> bool:
    """Whether this file starts and prints an empty page."""
    if not os.access(browser, os.X_OK):
        return False
    with tempfile.TemporaryDirectory() as profile:
        command: list[str | Path] = [browser, "--headless", "--no-sandbox", "--disable-gpu"]
        command += [f"--user-data-dir={profile}", "--dump-dom", "about:blank"]
        try:
            run(command, log=LOG, sentence="", limit_seconds=START_LIMIT_SECONDS)
        except StepFailed:
            return False
    return True


def _installed() -> Iterator[Path]:
    for name in NAMES:
        if found := shutil.which(name):
            yield Path(found)
    for home in (Path("/Applications"), Path.home() / "Applications"):
        yield from (home / name for name in MAC_APPLICATIONS)


def _unpacked() -> Iterator[Path]:
    yield FOLDER / "chromium"


def _from_debian() -> Iterator[Path]:
    if shutil.which("apt-get") and shutil.which("dpkg-deb") and _fetched("Debian's package", _unpack_debian):
        yield FOLDER / "chromium"


def _fetched(note: str, fetch: Callable[[], object]) -> bool:
    """Try one way of fetching; a way that is closed here leaves its reason in the log."""
    try:
        with step("chromium", note):
            fetch()
    except StepFailed as failure:
        say(f"chromium    not by {note}: {failure.sentence}")
        return False
    return True


def _unpack_debian() -> None:
    """Download Chromium and what it lacks on this machine, unpack all in one place, write the launchers."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    apt = ["apt-get", *_apt_options()]
    why = f"apt could not fetch it (see {LOG.relative_to(ROOT)})"
    run([*apt, "update"], log=LOG, sentence=why, limit_seconds=FETCH_LIMIT_SECONDS)
    install = [*apt, "install", "--yes", "--download-only", "--no-install-recommends", *PACKAGES]
    run(install, log=LOG, sentence=why, limit_seconds=FETCH_LIMIT_SECONDS)
    root = FOLDER / "debian"
    for package in sorted((FOLDER / "apt" / "archives").glob("*.deb")):
        why = f"{package.name} could not be unpacked"
        run(["dpkg-deb", "-x", package, root], log=LOG, sentence=why, limit_seconds=FETCH_LIMIT_SECONDS)
    shutil.rmtree(FOLDER / "apt")
    _write_launchers(root)


def _apt_options() -> list[str]:
    """apt's own settings and sources, but lists, downloads and locks in a folder of ours: no rights are needed."""
    private = FOLDER / "apt"
    for part in ("lists/partial", "archives/partial"):
        (private / part).mkdir(parents=True)
    options = {
        "Dir::State": private,
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::State::lists": private / "lists",
        "Dir::Cache": private,
        "Dir::Cache::archives": private / "archives",
        "Dir::Log": private,
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "1",
        "Acquire::Retries": "1",
        "Acquire::http::Timeout": "20",
        "Acquire::https::Timeout": "20",
    }
    return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]


def _write_launchers(root: Path) -> None:
    if not (FOLDER / PROGRAMS["chromium"]).exists():
        raise StepFailed("this system's package holds no program")
    (FOLDER / "fonts.conf").write_text(FONTS, encoding="utf-8")
    libraries = sorted({path.parent for path in root.glob("**/lib/*-linux-gnu*/**/*.so*")})
    shown = ":".join(f"$here/{path.relative_to(FOLDER)}" for path in libraries)
    for name, program in PROGRAMS.items():
        launcher = FOLDER / name
        launcher.write_text(LAUNCHER.format(libraries=shown, program=program), encoding="utf-8")
        launcher.chmod(0o755)


def _from_playwright() -> Iterator[Path]:
    asked = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    if _fetched("Playwright's download", lambda: _playwright("-m", "playwright", "install", "chromium")):
        yield Path(_playwright("-c", asked).strip())


def _playwright(*arguments: str) -> str:
    return run(
        [VENV / "bin" / "python", *arguments],
        log=LOG,
        sentence=f"Playwright failed (see {LOG.relative_to(ROOT)})",
        limit_seconds=FETCH_LIMIT_SECONDS,
        extra={"PLAYWRIGHT_BROWSERS_PATH": str(FOLDER / "playwright")},
    )


if __name__ == "__main__":
    sys.exit(closing(get, log=LOG))
