"""The application's database in the embedded server, and the two roles it connects as; never the superuser.

ownstock_owner   owns the database and its schema: migrates, rebuilds, restores
ownstock_app     may connect and look up names; migrations grant it the tables it needs
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ownstock.base.errors import Unavailable
from ownstock.site.embedded import reports
from ownstock.site.embedded.client import Server
from ownstock.site.embedded.home import Home, read_json, write_json

OWNER = "ownstock_owner"
APP = "ownstock_app"
# Any number serves, as long as nobody else locks it in the database `postgres`.
_LOCK = 7_267_001


@dataclass(frozen=True)
class Login:
    """How one role reaches one database."""

    host: str
    port: int
    dbname: str
    user: str
    password: str = field(repr=False)

    @property
    def conninfo(self) -> str:
        """The login as libpq's connection string."""
        return make_conninfo(host=self.host, port=self.port, dbname=self.dbname, user=self.user, password=self.password)

    @property
    def url(self) -> str:
        """The login as a URL, in the form of DATABASE_URL; the socket's folder is its host."""
        user, password, host = (quote(part, safe="") for part in (self.user, self.password, self.host))
        return f"postgresql://{user}:{password}@{host}:{self.port}/{quote(self.dbname, safe='')}"


@dataclass(frozen=True)
class Credentials:
    """The two logins of one database."""

    owner: Login
    app: Login


def ensure_database(server: Server, name: str = "ownstock") -> Credentials:
    """Give the logins of a database, made with its two roles if it is not there. Safe to call at the same time."""
    with alone(server) as connection:
        credentials = _ensure_roles(server, connection, name)
        if not exists(connection, name):
            build(server, connection, name)
    return credentials


def build(
    server: Server, connection: psycopg.Connection, name: str, fill: Callable[[Credentials], None] | None = None
) -> None:
    """Make a database under a passing name, open it to the two roles, fill it, and only then give it its name.

    A database that exists is therefore always whole.
    """
    passing = f"{name}_in_the_making"
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(passing)))
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(sql.Identifier(passing), sql.Identifier(OWNER))
    )
    with psycopg.connect(server.conninfo(passing), autocommit=True) as inside:
        _open_schema(inside)
    open_database(connection, passing)
    if fill is not None:
        fill(logins(server, passing))
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(passing), sql.Identifier(name)))


def drop_database(server: Server, name: str = "ownstock") -> None:
    """Forget a database and all that is in it.

    Raises:
        Unavailable: somebody is connected to it.
    """
    with alone(server) as connection:
        try:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        except psycopg.errors.ObjectInUse as error:
            raise Unavailable(
                f"The database in {server.home} is in use; end what works in it, such as `ownstock serve`, and try again.",
                code="database_in_use",
                folder=str(server.home),
            ) from error


def open_database(connection: psycopg.Connection, name: str) -> None:
    """Let the two roles, and nobody else, connect to a database."""
    database, app = sql.Identifier(name), sql.Identifier(APP)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, app))


def exists(connection: psycopg.Connection, name: str) -> bool:
    """Tell whether the server has a database of this name."""
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def logins(server: Server, name: str) -> Credentials:
    """Give the logins of a database whose roles exist."""
    passwords = read_json(Home.at(server.home).roles) or {}
    owner, app = (Login(server.host, server.port, name, role, passwords[role]) for role in (OWNER, APP))
    return Credentials(owner, app)


@contextmanager
def alone(server: Server) -> Iterator[psycopg.Connection]:
    """Connect as superuser while nobody else makes roles or databases.

    Raises Unavailable when the disk is full or the server has gone.
    """
    home = Home.at(server.home)
    try:
        with psycopg.connect(server.conninfo(), autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
            yield connection
    except OSError as error:
        raise reports.from_os_error(error, home) from error
    except psycopg.errors.DiskFull as error:
        raise reports.no_room(home.folder, home.log) from error
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"The database server in {home.folder} does not answer: {error}. The log is {home.log}.",
            code="database_not_ready",
            folder=str(home.folder),
            log=str(home.log),
        ) from error


def _ensure_roles(server: Server, connection: psycopg.Connection, name: str) -> Credentials:
    file = Home.at(server.home).roles
    is_new = read_json(file) is None
    if is_new:
        write_json(file, {role: secrets.token_urlsafe(24) for role in (OWNER, APP)})
    credentials = logins(server, name)
    for login in (credentials.owner, credentials.app):
        _ensure_role(connection, login, is_new)
    return credentials


def _ensure_role(connection: psycopg.Connection, login: Login, is_new_password: bool) -> None:
    """The password crosses, and is logged, in no readable form."""
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login.user,)).fetchone()
    if found and not is_new_password:
        return
    secret = connection.pgconn.encrypt_password(login.password.encode(), login.user.encode(), b"scram-sha-256")
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}").format(
            sql.SQL("ALTER" if found else "CREATE"), sql.Identifier(login.user), sql.Literal(secret.decode())
        )
    )


def _open_schema(connection: psycopg.Connection) -> None:
    connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER)))
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(APP)))
