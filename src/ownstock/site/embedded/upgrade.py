"""From one major version to the next: dump from the old server, restore into a new one, then swap the folders.

    python -m ownstock.site.embedded.upgrade HOME OLD_BINDIR

Both servers run side by side, and the dump flows from one into the other without a file between them. The new
version's own pg_dumpall reads the old server, as PostgreSQL recommends. The new one counts its transactions on from
where the old one is, because rows carry the ids of theirs. Until the swap the old data is not touched;
afterwards it stays as `data.MAJOR.bak`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import make_conninfo

from ownstock.base.errors import OwnstockError, Refused, Unavailable
from ownstock.site.embedded import binaries, cluster, opening, reports, sockets, transaction_ids
from ownstock.site.embedded.binaries import Binaries
from ownstock.site.embedded.cluster import PORT, SUPERUSER, Cluster
from ownstock.site.embedded.home import Home, public_folder
from ownstock.site.embedded.locks import owning
from ownstock.site.embedded.privileges import Way

# The new data folder is born with this role; the dump makes it once more.
_KNOWN_ROLE = f"CREATE ROLE {SUPERUSER};\n".encode()


def upgrade(home: Path, old_bindir: Path) -> None:
    """Bring the data of a home to the major version of the present programs, with the help of the old ones.

    Takes as long as a dump and a restore take, and as much room again as the data. Raises Refused (in use, nothing to
    upgrade, not the old version's programs) and Unavailable (no room, a restore that fails); the data is intact then.
    """
    place = Home.at(home)
    try:
        word = reports.ask(place, "upgrade", str(Path(old_bindir).resolve()))
    except OSError as error:
        raise reports.from_os_error(error, place) from error
    if word != "ready":
        raise _broken_off(place)


def main(arguments: list[str]) -> None:
    """Run as a program of its own: it may have to leave root behind for good."""
    os.umask(0o077)
    home = Home.at(Path(arguments[0]))
    try:
        _upgrade(home, Path(arguments[1]))
    except OwnstockError as error:
        reports.tell_error(error)
    except OSError as error:
        reports.tell_error(reports.from_os_error(error, home))
    else:
        reports.tell("ready")


def _upgrade(home: Home, old_bindir: Path) -> None:
    with owning(home.owner_lock) as is_ours:
        if not is_ours:
            raise Refused(
                f"The database in {home.folder} is in use. End what uses it, wait until its server has ended, "
                f"and upgrade then.",
                code="database_in_use",
                folder=str(home.folder),
            )
        old_programs, new_programs = binaries.inspect(old_bindir), binaries.find()
        new_programs, standing = opening.stand(home, new_programs)
        if standing.way is Way.SETUID:
            old_programs = binaries.public_copy(old_programs, public_folder() / "programs")
        old = Cluster(home, old_programs, standing)
        _require_upgradable(old, new_programs)
        new = replace(old, programs=new_programs, data_name="data.restoring")
        _restore(old, new)
        new.data_folder.rename(new.folder / "data.upgraded")
        opening.finish_switch(new.folder)
        opening.write_record(new)


def _require_upgradable(old: Cluster, new_programs: Binaries) -> None:
    major = binaries.made_by(old.data_folder)
    backup = opening.backup_folder(old.folder, major or 0)
    if major is None or major >= new_programs.major:
        reason = f"there is nothing to upgrade in {old.data_folder}: PostgreSQL {major} made it"
    elif major != old.programs.major:
        reason = f"{old.programs.folder} holds PostgreSQL {old.programs.major}, and PostgreSQL {major} made the data"
    elif backup.exists():
        reason = f"{backup} is there from an earlier upgrade; move it away or remove it first"
    else:
        return
    raise Refused(
        f"The database is not upgraded to PostgreSQL {new_programs.major}: {reason}.",
        code="database_not_upgradable",
        data_folder=str(old.data_folder),
        data_major=major or 0,
        programs_major=new_programs.major,
    )


def _restore(old: Cluster, new: Cluster) -> None:
    shutil.rmtree(new.data_folder, ignore_errors=True)
    try:
        cluster.make(new)
        with _running(old) as source:
            transaction_ids.begin_beyond(new, _next_transaction(old, source))
            with _running(new) as target:
                _copy(new, source, target)
    except BaseException:
        shutil.rmtree(new.data_folder, ignore_errors=True)
        raise


@contextmanager
def _running(served: Cluster) -> Iterator[Path]:
    with sockets.folder_for(served) as socket_folder:
        server = cluster.start(served, socket_folder)
        try:
            yield socket_folder
        finally:
            cluster.stop(served, server)


def _next_transaction(served: Cluster, socket_folder: Path) -> int:
    """Up to where a running server has counted its transactions."""
    conninfo = make_conninfo(
        host=str(socket_folder), port=PORT, dbname="postgres", user=SUPERUSER, password=_password(served.home)
    )
    with psycopg.connect(conninfo) as connection:
        [number] = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone() or [0]
    return int(number)


def _copy(new: Cluster, source: Path, target: Path) -> None:
    surroundings = cluster.environment(new) | {"PGPASSWORD": _password(new.home)}
    dump_command = [new.programs.program("pg_dumpall"), *_address(source)]
    strictly = ["-d", "postgres", "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    load_command = [new.programs.program("psql"), *_address(target), *strictly]
    with (
        new.home.open_log() as log,
        subprocess.Popen(dump_command, stdout=subprocess.PIPE, stderr=log, env=surroundings, cwd="/") as dump,
        subprocess.Popen(
            load_command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log, env=surroundings, cwd="/"
        ) as load,
    ):
        assert dump.stdout is not None
        assert load.stdin is not None
        _pour(dump.stdout, load.stdin)
    if dump.returncode or load.returncode:
        raise _broken_off(new.home)


def _pour(lines: Iterable[bytes], sink: IO[bytes]) -> None:
    """Pass the dump on, but for the role that is there already; stop where the reader has stopped."""
    with suppress(BrokenPipeError):
        is_known = False
        for line in lines:
            if not is_known and line == _KNOWN_ROLE:
                is_known = True
                continue
            sink.write(line)
    with suppress(BrokenPipeError):
        sink.close()


def _password(home: Home) -> str:
    return home.superuser_password.read_text(encoding="ascii").strip()


def _address(socket_folder: Path) -> list[str]:
    return ["-h", str(socket_folder), "-p", str(PORT), "-U", SUPERUSER, "--no-password"]


def _broken_off(home: Home) -> Unavailable:
    return Unavailable(
        f"The upgrade of the database in {home.folder} was broken off; the old data is intact. The log is {home.log}.",
        code="database_upgrade_broken_off",
        folder=str(home.folder),
        log=str(home.log),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
