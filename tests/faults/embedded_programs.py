"""Programs that use an embedded database beside the test, and what they are begun in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ownstock
from ownstock.site.embedded import binaries, leftovers
from ownstock.site.embedded.locks import is_owned

IS_ROOT = os.geteuid() == 0
IS_LINUX = sys.platform == "linux"

# Prints the answers to some questions, or the error and what it left behind.
ASK = """
import json, os, sys
from pathlib import Path
import psycopg
from ownstock.base.errors import OwnstockError
from ownstock.site.embedded.client import lease
home = Path(sys.argv[1])
try:
    with lease(home, grace_seconds=0.3) as server, psycopg.connect(server.conninfo()) as connection:
        answer = [connection.execute(question).fetchone()[0] for question in sys.argv[2:]]
        print(json.dumps({"pid": server.pid, "way": server.way, "answer": answer}))
except OwnstockError as error:
    names = sorted(os.listdir(home)) if home.exists() else []
    print(json.dumps({"kind": type(error).__name__, "code": error.code, "sentence": str(error), "names": names}))
"""

# Asks for the application's database.
WANT = """
import json, sys
from pathlib import Path
from ownstock.site.embedded.client import lease
from ownstock.site.embedded.databases import ensure_database
with lease(Path(sys.argv[1]), grace_seconds=0.3) as server:
    print(json.dumps({"url": ensure_database(server).app.url}))
"""

# Holds a lease until it is killed.
HOLD = """
import sys, time
from pathlib import Path
from ownstock.site.embedded.client import lease
print(lease(Path(sys.argv[1]), grace_seconds=0).pid, flush=True)
time.sleep(60)
"""

# Holds the tests' own server until it is killed.
HOLD_EPHEMERAL = """
import time
from ownstock.site.embedded.ephemeral import ephemeral_server
with ephemeral_server() as server:
    print(server.pid, server.home, flush=True)
    time.sleep(60)
"""

# Keeps a row, fills the disk, tries to start, makes room, and looks for the row.
FILL_UP = """
import json, sys, time
from pathlib import Path
import psycopg
from ownstock.base.errors import Unavailable
from ownstock.site.embedded.client import lease
from ownstock.site.embedded.locks import is_owned
home, ballast = Path(sys.argv[1]) / "home", Path(sys.argv[1]) / "ballast"
with lease(home, grace_seconds=0) as server, psycopg.connect(server.conninfo()) as connection:
    connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
while is_owned(home / "owner.lock"):
    time.sleep(0.02)
try:
    with ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
except OSError:
    pass
try:
    lease(home, grace_seconds=0)
    code = "none"
except Unavailable as error:
    code = error.code
ballast.unlink()
with lease(home, grace_seconds=0) as server, psycopg.connect(server.conninfo()) as connection:
    print(json.dumps({"code": code, "kept": connection.execute("SELECT number FROM kept").fetchone()[0]}))
"""

# Runs the rest of its command line where every account exists, but no further namespace is allowed: what a
# container is whose filter refuses them.
WITHOUT_NAMESPACES = """
import ctypes, os, sys
made, mapped = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    ctypes.CDLL(None).unshare(0x10000000)
    os.write(made[1], b"x")
    os.read(mapped[0], 1)
    open("/proc/sys/user/max_user_namespaces", "w").write("0")
    os.execv(sys.argv[1], sys.argv[1:])
os.read(made[0], 1)
for kind in ("uid", "gid"):
    open(f"/proc/{child}/{kind}_map", "w").write("0 0 65536")
os.write(mapped[1], b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def begin(program: str, *arguments: str | Path, within: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Begin one of the programs above, in namespaces of its own if `within` says so."""
    places = (str(Path(ownstock.__file__).parents[1]), os.environ.get("PYTHONPATH"))
    surroundings = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, places))}
    command = [*within, sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=surroundings, cwd="/"
    )


def told(program: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a program and read the object it printed."""
    said, complaint = program.communicate(timeout=60)
    assert said, complaint
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer


def first_words(program: subprocess.Popen[str]) -> list[str]:
    """Read the first line of a program that goes on."""
    assert program.stdout is not None
    return program.stdout.readline().split()


def killed(program: subprocess.Popen[str]) -> None:
    """Kill a program as a crash or an operator would."""
    program.kill()
    program.communicate()


def unshared(*options: str) -> tuple[str, ...]:
    """A command's beginning that runs the rest in namespaces of its own; skips where that is not allowed."""
    command = ("unshare", *options)
    if not IS_LINUX or subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"This machine does not allow `{' '.join(command)}`.")
    return command


def mounted(size: str, folder: str) -> tuple[str, ...]:
    """A command's beginning that runs the rest with a small memory disk on a folder."""
    namespaces = unshared("--mount") if IS_ROOT else unshared("--mount", "--map-root-user")
    return (*namespaces, "sh", "-c", f'mount -t tmpfs -o size={size} tmpfs "{folder}" && exec "$@"', "sh")


def older_programs() -> Path:
    """The folder of an older PostgreSQL's programs, where the system has one; skips where it has none."""
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        for folder in sorted(Path("/").glob(pattern)):
            if (folder / "initdb").exists() and 15 <= binaries.inspect(folder).major < binaries.find().major:
                return folder
    pytest.skip("This machine has no older PostgreSQL to upgrade from.")


def lives(number: int) -> bool:
    """Tell whether a program runs; one that ended and waits to be noticed does not."""
    try:
        os.kill(number, 0)
        return not IS_LINUX or Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def await_true(is_so: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until something has come about."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def await_end(home: Path) -> None:
    """Wait until no server runs in a home."""
    await_true(lambda: not is_owned(home / "owner.lock") and not leftovers.servers_in(home / "data"))
