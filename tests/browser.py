"""The Chromium that browser tests drive, as `make test` found or fetched it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

FOLDER = Path(__file__).resolve().parent.parent / ".cache" / "browser"
ANSWER = FOLDER / "path"
MISSING = "No Chromium for browser tests: run `make test`, which looks for one, or name one in OWNSTOCK_BROWSER."
# Chromium's own calls home say nothing about our pages, and slow a machine without network.
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)

# Where set-up unpacked libraries, Playwright's own Node may need them as well.
if (FOLDER / "node").exists():
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(FOLDER / "node"))


def chromium_path() -> Path | None:
    """The browser named by OWNSTOCK_BROWSER, else the one that set-up kept; None when there is none."""
    named = os.environ.get("OWNSTOCK_BROWSER")
    if not named and ANSWER.exists():
        named = ANSWER.read_text(encoding="utf-8").strip()
    return Path(named) if named and os.access(named, os.X_OK) else None


def launch(playwright: Playwright) -> Browser:
    """Start it headless; without one the test is skipped with a sentence, or fails where CI=true.

    The sandbox is off: root cannot use it, nor can some containers, and only our own pages are opened.
    """
    path = chromium_path()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    if path is None:
        pytest.skip(MISSING)
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS), chromium_sandbox=False)
