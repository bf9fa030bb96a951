"""What every test may ask for: a database that forgets, one that keeps, the shared folder, a run of the command."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.memory import folder_of_run

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

# The files that take longer than twenty seconds, the longest first.
LONGEST = (
    "test_demo", "test_every_screen_in_browser", "test_embedded_database", "test_cli_installation", "test_worker_killed",
    "test_edi_circle", "test_automated_month", "test_ledger_killed", "test_channels_killed", "test_api_as_described",
    "test_item_site_in_browser", "test_supplier_circle", "test_lead_times_learned", "test_operations_in_browser",
    "test_set_up_by_mouse", "test_seal_restored", "test_scorecards_in_browser", "test_new_database", "test_law_six",
    "test_receiving_in_browser", "test_web_portal_in_browser", "test_history_killed", "test_role_matrix",
    "test_engine_global_model", "test_proposals_in_browser", "test_ticker", "test_seal_verify", "test_web_proposals",
    "test_stock_screens_in_browser", "test_today_in_browser", "test_web_answer_in_browser", "test_live",
    "test_order_life_in_browser", "test_web_in_browser", "test_suppliers_in_browser",
)  # fmt: skip

hypothesis.settings.register_profile("default", max_examples=40, deadline=None, derandomize=True)
hypothesis.settings.register_profile("nightly", max_examples=3_000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    """Make this run's folder, for its servers, one of each worker, and for what tests write, unless `--basetemp` is given.

    Passwords are hashed quickly; `slow_passwords` hashes them as the product does.
    """
    from django.conf import settings

    settings.PASSWORD_HASHERS = [QUICK_HASHER, *settings.PASSWORD_HASHERS]
    if TEST_HOME in os.environ:
        return
    config.stash[OWN_HOME] = folder = folder_of_run(os.getpid())
    os.environ[TEST_HOME] = str(folder)
    config.option.basetemp = config.option.basetemp or folder / "t"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the run's folder; a server itself ends with its last lease."""
    if home := config.stash.get(OWN_HOME, None):
        shutil.rmtree(home, ignore_errors=True)


OWN_HOME = pytest.StashKey[Path]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest files, then those with a slow test: a worker takes one at a time, and all shall end together.

    What is marked as nightly is left out unless it is asked for (`-m nightly`).
    """
    if "nightly" not in config.option.markexpr:
        nightly = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if item not in set(nightly)]
    place = {name: number for number, name in enumerate(LONGEST)}
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: (place.get(item.path.stem, len(place)), item.path not in slow))


def pytest_collection_finish() -> None:
    """Look for garbage in what the tests make, not again and again in all that is loaded: a twentieth of their time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


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
    _know_every_kind()


def _know_every_kind() -> None:
    """Have any test fail that records a deed which programs could not be told of, since no list of kinds has it."""
    from django.db.models.signals import post_save

    from ownstock.exchange.subscriptions.kinds import FAMILIES, KINDS
    from ownstock.journal.models import AuditEvent

    def check(instance: AuditEvent, **_: object) -> None:
        is_ours = instance.verb.partition(".")[0] in FAMILIES
        assert instance.verb in KINDS or not is_ours, f"{instance.verb} has no line in exchange/subscriptions/kinds.py"

    post_save.connect(check, sender=AuditEvent, weak=False)


@pytest.fixture(scope="session")
def lasting(django_db_setup: None, django_db_blocker: Any) -> Callable[[], AbstractContextManager[None]]:
    """What is written in this block stays for all tests of a class or a file, each of which is rolled back alone."""

    @contextmanager
    def block() -> Iterator[None]:
        from django.db import transaction

        outer: Any = transaction.atomic()
        outer._from_testcase = True  # as Django's own: what must be the outermost transaction may begin in a test
        with django_db_blocker.unblock(), outer:
            yield
            transaction.set_rollback(True)

    return block


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


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """What pages kept of another test's database, because it took long on a busy machine, is not shown in this one."""
    if pages := sys.modules.get("ownstock.web.kept"):
        pages.forget()


@pytest.fixture
def beside_browser(committed_db: Credentials, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a test look into its database while it drives a browser, whose loop runs in the test's own thread.

    Django keeps the connections of a loop apart, out of reach of who closes them; here they are the thread's.
    """
    from django.db import connections

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(connections, "_connections", threading.local())
    yield
    connections.close_all()


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
