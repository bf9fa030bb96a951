"""One data folder: how it is made, and how the server in it is started and ended."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ownstock.base.errors import OwnstockError, Unavailable
from ownstock.site.embedded import reports
from ownstock.site.embedded.binaries import Binaries
from ownstock.site.embedded.home import Home, sync_folder, write_private
from ownstock.site.embedded.privileges import Standing, Way

PORT = 5432
SUPERUSER = "postgres"
LITTLE_ROOM_BYTES = 24 * 1024 * 1024
SHUTDOWN_SECONDS = 30.0
_PAUSE_SECONDS = 0.01
_PR_SET_PDEATHSIG = 1

_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    # Containers give /dev/shm 64 KiB or nothing.
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "128MB",
    "min_wal_size": "80MB",
    "max_wal_size": "512MB",
    "max_connections": "50",
    "jit": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_min_messages": "warning",
}


@dataclass(frozen=True)
class Profile:
    """How much a server is trusted to keep."""

    name: str
    initdb_options: tuple[str, ...]
    settings: dict[str, str]
    ending: signal.Signals


DURABLE = Profile(
    "durable",
    initdb_options=(),
    settings={"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"},
    ending=signal.SIGINT,
)
EPHEMERAL = Profile(
    "ephemeral",
    initdb_options=("--no-sync",),
    settings={"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"},
    ending=signal.SIGQUIT,
)
PROFILES = {profile.name: profile for profile in (DURABLE, EPHEMERAL)}


@dataclass(frozen=True)
class Cluster:
    """One data folder with the programs and the standing that fit it."""

    home: Home
    programs: Binaries
    standing: Standing
    profile: Profile = DURABLE
    data_name: str = "data"

    @property
    def folder(self) -> Path:
        """What holds the data folder and the socket."""
        return cluster_folder(self.home, self.standing.way)

    @property
    def data_folder(self) -> Path:
        """What PostgreSQL calls PGDATA."""
        return self.folder / self.data_name


def cluster_folder(home: Home, way: Way) -> Path:
    """Where the data of a way lies: in the home, or in a folder of its own where another account serves it."""
    return home.public_folder if way is Way.SETUID else home.folder


def make(cluster: Cluster) -> None:
    """Make the data folder, whole and on disk, or leave nothing. Raises Unavailable.

    The superuser's password is that of the home; it is written there before the folder gets its name.
    """
    new = cluster.data_folder.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    password = _password(cluster.home)
    note = cluster.folder / "superuser.new"
    try:
        write_private(note, password + "\n")
        cluster.standing.give(note)
        new.mkdir(mode=0o700)
        cluster.standing.give(new)
        run_offline(cluster, initdb_arguments(cluster, new, note))
        write_private(cluster.home.superuser_password, password + "\n")
        new.rename(cluster.data_folder)
        sync_folder(cluster.folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    finally:
        note.unlink(missing_ok=True)


def start(cluster: Cluster, socket_folder: Path) -> subprocess.Popen[bytes]:
    """Start the server and wait until it is ready, however long its recovery takes. Raises Unavailable if it ends."""
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (socket_folder / name).unlink(missing_ok=True)
    with cluster.home.open_log() as log:
        said_before_bytes = log.seek(0, os.SEEK_END)
        server = subprocess.Popen(
            server_arguments(cluster, socket_folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment(cluster),
            preexec_fn=_ending_with_parent(signal.SIGINT),
            **cluster.standing.popen_arguments(),
        )
    while not _is_ready(cluster, server.pid):
        if server.poll() is not None:
            raise _start_failure(cluster, said_before_bytes)
        time.sleep(_PAUSE_SECONDS)
    return server


def stop(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    """End the server: open transactions are broken off, committed ones are kept."""
    if server.poll() is not None:
        return
    server.send_signal(cluster.profile.ending)
    try:
        server.wait(SHUTDOWN_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def server_arguments(cluster: Cluster, socket_folder: Path) -> list[str]:
    """Give the server's command line; every setting is on it, so that old data gets new settings."""
    quoted = str(socket_folder).replace('"', '""')
    settings = _SETTINGS | cluster.profile.settings | {"unix_socket_directories": f'"{quoted}"'}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [cluster.programs.program("postgres"), "-D", str(cluster.data_folder), *options]


def initdb_arguments(cluster: Cluster, folder: Path, password_file: Path) -> list[str]:
    """Give the command line that makes a data folder: UTF-8, sorted by code point, passwords for everyone."""
    major = cluster.programs.major
    locale = ["--locale-provider=libc", "--locale=C.UTF-8"]
    if major >= 17:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    memory = ["-c", "dynamic_shared_memory_type=mmap"] if major >= 16 else []
    names = ["-D", str(folder), "-U", SUPERUSER, "-A", "scram-sha-256", "--pwfile", str(password_file)]
    fixed = ["--encoding=UTF8", "--data-checksums", *locale, *memory, *cluster.profile.initdb_options]
    return [cluster.programs.program("initdb"), *names, *fixed]


def environment(cluster: Cluster) -> dict[str, str]:
    """Give PostgreSQL's programs the same surroundings everywhere."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": str(cluster.folder)}


def _password(home: Home) -> str:
    if home.superuser_password.exists():
        return home.superuser_password.read_text(encoding="ascii").strip()
    return secrets.token_urlsafe(24)


def run_offline(cluster: Cluster, arguments: list[str]) -> None:
    """Run one of PostgreSQL's programs on a data folder that no server serves yet. Raises Unavailable if it fails."""
    answer = subprocess.run(
        arguments,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
        env=environment(cluster),
        # An initdb that outlived its supervisor would write, and on failure delete, in the next one's new folder.
        preexec_fn=_ending_with_parent(signal.SIGKILL),
        check=False,
        **cluster.standing.popen_arguments(),
    )
    if answer.returncode == 0:
        return
    reason = (answer.stderr or answer.stdout).strip()
    if reports.NO_ROOM in reason:
        raise reports.no_room(cluster.folder, cluster.home.log)
    raise Unavailable(
        f"The database in {cluster.folder} could not be made: {_telling_line(reason)} The log is {cluster.home.log}.",
        code="database_not_made",
        folder=str(cluster.folder),
        log=str(cluster.home.log),
        said=reason[-1000:],
    )


def _ending_with_parent(ending: signal.Signals) -> Callable[[], None] | None:
    """Have the kernel send the child a signal when its parent ends, however that ends. Linux only."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, int(ending), 0, 0, 0)
        # The parent may have ended before the kernel was asked.
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def _is_ready(cluster: Cluster, number: int) -> bool:
    try:
        lines = (cluster.data_folder / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(number) and lines[7].strip() == "ready"


def _start_failure(cluster: Cluster, said_before_bytes: int) -> OwnstockError:
    log = cluster.home.log
    said = log.read_bytes()[said_before_bytes:].decode(errors="replace").strip()
    is_full = shutil.disk_usage(cluster.folder).free < LITTLE_ROOM_BYTES
    if is_full or reports.NO_ROOM in said:
        return reports.no_room(cluster.folder, log)
    return Unavailable(
        f"The database server in {cluster.folder} did not start: {_telling_line(said)} The log is {log}.",
        code="database_not_started",
        folder=str(cluster.folder),
        log=str(log),
        said=said[-1000:],
    )


def _telling_line(said: str) -> str:
    """Give the line that names the cause: the last that is an error, else the last."""
    lines = said.splitlines() or ["it gave no reason"]
    errors = [line for line in lines if "FATAL:" in line or "error:" in line]
    return (errors or lines)[-1].strip().rstrip(".") + "."
