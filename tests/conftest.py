"""What every test may ask for: a database that forgets, one that keeps, the shared folder, a run of the command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from ownstock.site.embedded.client import Server
    from ownstock.site.embedded.databases import Credentials

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ownstock.site.settings")
# Bytecode is kept whatever the shell says: every program that a test starts would compile Django's sources anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
TEST_HOME = "OWNSTOCK_TEST_HOME"
TEMPLATE = "ownstock_template"
QUICK_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"

hypothesis.settings.register_profile("default", max_examples=40, deadline=None, derandomize=True)
hypothesis.settings.register_profile("nightly", max_examples=3_000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder of this run's servers, one of each worker: the first test that needs a database starts it.

    Passwords are hashed quickly; `slow_passwords` hashes them as the product does.
    """
    from django.conf import settings

    settings.PASSWORD_HASHERS = [QUICK_HASHER, *settings.PASSWORD_HASHERS]
    if TEST_HOME not in os.environ:
        os.environ[TEST_HOME] = tempfile.mkdtemp(prefix="ownstock-")
        config.stash[OWN_HOME] = Path(os.environ[TEST_HOME])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the servers' folder; a server itself ends with its last lease."""
    if home := config.stash.get(OWN_HOME, None):
        shutil.rmtree(home, ignore_errors=True)


OWN_HOME = pytest.StashKey[Path]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that hold a slow test: a worker takes one file at a time, and all shall end together.

    What is marked as nightly is left out unless it is asked for (`-m nightly`).
    """
    if "nightly" not in config.option.markexpr:
        nightly = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if item not in set(nightly)]
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where CI runs, a browser or shared-data test that skips has failed: nothing may hide there."""
    outcome: Any = yield
    report = outcome.get_result()
    must_run = item.get_closest_marker("shared") or item.get_closest_marker("browser")
    if report.skipped and must_run and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped where CI=true: {report.longrepr}"


@pytest.fixture(scope="session")
def server(worker_id: str) -> Iterator[Server]:
    """The worker's own PostgreSQL, without fsync: on a shared one, each would hold back the watermark of all."""
    from ownstock.site.embedded.client import lease
    from ownstock.site.embedded.cluster import EPHEMERAL

    with lease(Path(os.environ[TEST_HOME]) / worker_id, grace_seconds=0, timeout_seconds=60, profile=EPHEMERAL) as held:
        yield held


def _point_django_at(credentials: Credentials) -> None:
    from django.db import connections

    for alias, login in (("default", credentials.app), ("owner", credentials.owner)):
        connections[alias].close()
        connections[alias].settings_dict.update(
            HOST=login.host, PORT=str(login.port), NAME=login.dbname, USER=login.user, PASSWORD=login.password
        )


def _fill_template(credentials: Credentials) -> None:
    from django.db import connections

    from ownstock.site import schema

    _point_django_at(credentials)
    schema.migrate()
    connections.close_all()


@pytest.fixture(scope="session")
def new_database(server: Server, worker_id: str, django_db_blocker: Any) -> Callable[[str], Credentials]:
    """Make a fresh database with all tables."""
    from ownstock.site.embedded.ephemeral import clone, create_template

    with django_db_blocker.unblock():
        create_template(server, TEMPLATE, _fill_template)
    return lambda name: clone(server, TEMPLATE, f"{name}_{worker_id}")


@pytest.fixture(scope="session")
def django_db_setup(new_database: Callable[[str], Credentials], django_db_blocker: Any) -> None:
    """The database behind `db`: whatever a test writes there is rolled back."""
    with django_db_blocker.unblock():
        _point_django_at(new_database("rollback"))


@pytest.fixture
def committed_db(
    new_database: Callable[[str], Credentials],
    django_db_setup: None,
    django_db_blocker: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Credentials]:
    """A database of this test's own, for what commits, races or runs in other processes (their environment names it)."""
    from django.conf import settings
    from django.db import connections

    with django_db_blocker.unblock():
        before = {alias: dict(connections[alias].settings_dict) for alias in connections}
        credentials = new_database("committed")
        _point_django_at(credentials)
        monkeypatch.setenv("DATABASE_URL", credentials.app.url)
        monkeypatch.setenv("DATABASE_OWNER_URL", credentials.owner.url)
        monkeypatch.setenv("OWNSTOCK_HISTORY", str(tmp_path / "history"))
        monkeypatch.setattr(settings, "HISTORY_FOLDER", tmp_path / "history")
        try:
            yield credentials
        finally:
            connections.close_all()
            for alias, former in before.items():
                connections[alias].settings_dict.update(former)


@pytest.fixture
def slow_passwords(settings: Any) -> None:
    """Passwords hashed as the product hashes them."""
    settings.PASSWORD_HASHERS = [name for name in settings.PASSWORD_HASHERS if name != QUICK_HASHER]


@pytest.fixture
def shared() -> Path:
    """The folder of data and samples beside the project; tests that need it skip without it."""
    folder = os.environ.get("OWNSTOCK_SHARED")
    if not folder or not Path(folder).is_dir():
        pytest.skip("Needs the shared data: set OWNSTOCK_SHARED to its folder.")
    return Path(folder)


@pytest.fixture
def ownstock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command as a person would, in a folder of its own: `ownstock("item", "list")`."""
    monkeypatch.setenv("OWNSTOCK_HOME", str(tmp_path / "home"))

    def run(*arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ownstock", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=tmp_path, check=False)

    return run
