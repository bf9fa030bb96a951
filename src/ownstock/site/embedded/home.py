"""The folder of one embedded database: what lies where in it.

owner.lock           held by the supervisor
lease.lock           shared by everyone who uses the database
state.json           where the running server answers
cluster.json         which major version made the data, with which programs, in which way
superuser.password   kept from the application
roles.json           the passwords of the application's two roles
database.log         the supervisor's and the server's words
data/ socket/        (in the way `setuid`: in a folder of their own below OWNSTOCK_PG_PUBLIC_FOLDER)
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

PUBLIC_FOLDER_SETTING = "OWNSTOCK_PG_PUBLIC_FOLDER"
PUBLIC_FOLDER = "/var/lib/ownstock"
LOG_LIMIT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Home:
    """One database's folder, absolute."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Home:
        """Name the folder by its absolute path: the supervisor works elsewhere than its caller."""
        return cls(Path(folder).resolve())

    @property
    def owner_lock(self) -> Path:
        """Held, exclusively, by the supervisor as long as a server may run."""
        return self.folder / "owner.lock"

    @property
    def lease_lock(self) -> Path:
        """Held, shared, by everyone who uses the database."""
        return self.folder / "lease.lock"

    @property
    def state(self) -> Path:
        """Where the running server answers; absent while none does."""
        return self.folder / "state.json"

    @property
    def record(self) -> Path:
        """Which major version made the data, with which programs, in which way."""
        return self.folder / "cluster.json"

    @property
    def superuser_password(self) -> Path:
        """The password that never reaches the application."""
        return self.folder / "superuser.password"

    @property
    def roles(self) -> Path:
        """The passwords of the application's two roles."""
        return self.folder / "roles.json"

    @property
    def log(self) -> Path:
        """What the supervisor and the server have to say."""
        return self.folder / "database.log"

    @property
    def public_folder(self) -> Path:
        """This database's own folder, reachable by the account that root's server runs as."""
        return public_folder() / hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]

    def open_log(self) -> BinaryIO:
        """Open the log to add to it; only its owner reads it."""
        return open(self.log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600))

    def turn_log(self) -> None:
        """Begin a new log when the present one is long; one older log is kept."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            os.replace(self.log, self.log.with_suffix(".log.old"))


def public_folder() -> Path:
    """Where root keeps what a server under another account must reach (setting OWNSTOCK_PG_PUBLIC_FOLDER)."""
    return Path(os.environ.get(PUBLIC_FOLDER_SETTING) or PUBLIC_FOLDER)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
        sync_folder(path.parent)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Have the folder's names on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, facts: dict[str, Any]) -> None:
    """Write facts as a private file, whole or not at all."""
    write_private(path, json.dumps(facts, indent=1) + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """Read facts written by `write_json`; None while there are none."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return facts if isinstance(facts, dict) else None
