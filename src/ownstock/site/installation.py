"""What an installation needs before Django can work: where its data lies, its secret key, its database."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.db import OperationalError, connections
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from ownstock.base.errors import Refused, Unavailable
from ownstock.site import schema
from ownstock.site.embedded.client import lease
from ownstock.site.embedded.databases import drop_database, ensure_database

HOME_VARIABLE = "OWNSTOCK_HOME"
DATABASE_PARTS = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
# Any number serves, as long as nobody else locks it in the same database.
MIGRATION_LOCK = 7_267_002


@dataclass(frozen=True, slots=True)
class Database:
    """Where the database is, for the role that appends and for the one that migrates, and whether we run it ourselves."""

    url: str
    owner_url: str
    is_embedded: bool


def home() -> Path:
    """The installation's data folder: `OWNSTOCK_HOME`, else `.data` in a checkout, else the user's data folder."""
    if named := os.environ.get(HOME_VARIABLE):
        return Path(named).absolute()
    checkout = Path(__file__).parents[3]
    if (checkout / "pyproject.toml").is_file() and (checkout / "src" / "ownstock").is_dir():
        return checkout / ".data"
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "ownstock"


def database(url: str) -> dict[str, Any]:
    """Turn a libpq address (URL or key=value text) into Django's settings for it.

    Raises:
        Refused: it is no such address.
    """
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(url))
    except ProgrammingError as error:
        raise Refused(
            "DATABASE_URL (or DATABASE_OWNER_URL) is no address of a PostgreSQL database such as "
            "postgresql://user:password@host:5432/name",
            code="bad_database_url",
        ) from error
    named = {name: str(parts.pop(key, "")) for name, key in DATABASE_PARTS.items()}
    # The driver's own cursors then keep the plans of what they ask again and again; Django's do not ask for it.
    options: dict[str, Any] = {"prepare_threshold": 5, **parts}
    if os.environ.get("OWNSTOCK_PROCESS") == "web":
        options["pool"] = {"min_size": 1, "max_size": 16, "timeout": 10}
    return {"ENGINE": "django.db.backends.postgresql", **named, "OPTIONS": options}


@contextmanager
def connected() -> Iterator[None]:
    """Work with the database, with tables of this version; when it goes away meanwhile, that is told in a sentence.

    Raises:
        Refused, Unavailable: as `connect`.
    """
    connect()
    with telling_when_gone():
        yield


def connect() -> Database:
    """Find the database, starting our own where none is named, and see to it that its tables are of this version.

    Our own is brought up to date; another's is not touched.

    Raises:
        Refused: the database that is named has tables of another version, ours cannot be run here, or the server counts
            its transactions from anew.
        Unavailable: the database does not answer.
    """
    # The models need the settings, and these read this module.
    from ownstock.site import transactions

    found = locate()
    with telling_when_gone():
        _require_current(found)
        transactions.require_counted_on()
    return found


def locate() -> Database:
    """Make the data folder and the secret key where they are missing, start our own database where none is named.

    Django then knows all three.

    Raises:
        Refused, Unavailable: the embedded database cannot be started; the sentence says what to do.
    """
    folder = home()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.SECRET_KEY = os.environ.get("OWNSTOCK_SECRET_KEY") or _secret_key(folder / "secret_key")
    found = _named_database() or _embedded_database(folder)
    # Before the first connection: afterwards Django would keep the old address.
    settings.DATABASES["default"].update(database(found.url))
    settings.DATABASES["owner"].update(database(found.owner_url))
    return found


def migrate(output: TextIO | None = None) -> bool:
    """Bring the tables up to this version, one process at a time; tells whether there was anything to do."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            is_late = not schema.is_current()
            if is_late:
                schema.migrate(output)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    return is_late


def _require_current(found: Database) -> None:
    if schema.is_current():
        return
    if not found.is_embedded:
        raise Refused(
            "The tables of the database are not of this version. To bring them up to it, run ownstock db migrate",
            code="not_migrated",
        )
    print("Bringing the tables of the database up to this version …", file=sys.stderr)
    migrate()


@contextmanager
def telling_when_gone() -> Iterator[None]:
    """Tell in a sentence that the database does not answer, whatever was asked of it. Raises Unavailable."""
    try:
        yield
    except OperationalError as error:
        said = " ".join(str(error).split())
        raise Unavailable(f"The database does not answer: {said}", code="database_not_ready") from error


def _secret_key(path: Path) -> str:
    """The key that signs sessions, made once and readable by its owner alone."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        # Whoever comes second takes the first one's key, which is there whole or not at all.
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()


@contextmanager
def fresh_demo() -> Iterator[Path]:
    """Work in an installation of the demo's own, beside the real one and empty: gives its folder.

    Where `DATABASE_URL` names a database, that one is used, and left as it is.

    Raises:
        Unavailable: somebody is at work in the demo's own database.
    """
    folder = home() / "demo"
    os.environ[HOME_VARIABLE] = str(folder)
    # Orders of the demo go nowhere but into its own folder, whatever is set for the real installation.
    os.environ.pop("OWNSTOCK_SMTP_URL", None)
    os.environ["OWNSTOCK_OUTBOX"] = str(folder / "outbox")
    # Nor does it touch the real one's history: this process has read its settings already, others have yet to.
    settings.HISTORY_FOLDER = folder / "history"
    os.environ["OWNSTOCK_HISTORY"] = str(settings.HISTORY_FOLDER)
    if _named_database() is None:
        _forget_database(folder)
    with connected():
        yield folder


def _forget_database(folder: Path) -> None:
    """Drop what an earlier demo made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    drop_database(lease(folder))
    shutil.rmtree(folder / "outbox", ignore_errors=True)


def _named_database() -> Database | None:
    url = os.environ.get("DATABASE_URL")
    return Database(url, os.environ.get("DATABASE_OWNER_URL") or url, is_embedded=False) if url else None


def _embedded_database(folder: Path) -> Database:
    if not (folder / "state.json").exists():
        print("Starting the database …", file=sys.stderr)
    credentials = ensure_database(lease(folder))
    return Database(credentials.app.url, credentials.owner.url, is_embedded=True)
