"""SFTP: files put on a supplier's server whole or not at all, and taken from it.

Only the host key that the channel names is trusted. What is said to the server is awaited step by step in a loop of this
session's own, so that between two steps the database may be asked.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncssh
from asyncssh import SFTPClient

from ownstock.base.errors import Refused, Unavailable
from ownstock.exchange.channels import queries as channels
from ownstock.exchange.channels.rules import SecretName
from ownstock.exchange.inbox.rules import MAX_MESSAGE_BYTES
from ownstock.exchange.models import Channel
from ownstock.exchange.transports.guard import checked_addresses

STEP_SECONDS = 30.0
BLOCK_BYTES = 256 * 1024
MAX_FILES = 200
Found = TypeVar("Found")
# It tells every connection at the level of information, with names of users and files.
logging.getLogger("asyncssh").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class SftpServer:
    """Where files are put and found, and as whom; its secrets stand in no sentence."""

    host: str
    port: int
    user: str
    host_key: str
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """How it is called in sentences and logs."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class FileThere:
    """A file on the server, as its folder lists it."""

    name: str
    size: int
    changed_at: float


def server_of(channel: Channel) -> SftpServer:
    """The server that a channel means, with its secrets.

    Raises:
        Refused: it has none, or they were sealed under another secret key.
    """
    said = channel.settings
    held = channels.secrets(channel)
    if not held:
        raise Refused(
            f"The channel {channel.name} has neither password nor private_key; set one.",
            code="no_secret",
            channel=channel.name,
        )
    return SftpServer(
        said["host"], said["port"], said["user"], said["host_key"],
        password=held.get(SecretName.PASSWORD, ""), private_key=held.get(SecretName.PRIVATE_KEY, ""),
    )  # fmt: skip


class Session:
    """A connection to a server; each step waits for its end, half a minute at most and never beyond the session's time."""

    def __init__(self, runner: asyncio.Runner, client: SFTPClient, ends_at: float) -> None:
        self._runner, self.client, self._ends_at = runner, client, ends_at

    def step(self, asked: Awaitable[Found]) -> Found:
        """Ask one thing of the server and wait for it."""
        return self._runner.run(_limited(asked, self._ends_at))


async def _limited(asked: Awaitable[Found], ends_at: float) -> Found:
    async with asyncio.timeout(max(min(ends_at - time.monotonic(), STEP_SECONDS), 0.05)):
        return await asked


@contextmanager
def session(server: SftpServer, ends_at: float) -> Iterator[Session]:
    """Connect for as long as the block lasts; every fault of the connection is told in a sentence.

    Raises:
        Refused: the server has another key than the channel names, the address is not allowed, a folder is not there or
            not ours, or the private key cannot be read.
        Unavailable: the server is not there, does not let us in, or is too slow.
    """
    addresses = checked_addresses(server.host, server.port, may_be_internal=True)
    with _telling(server), asyncio.Runner() as runner:
        connection = runner.run(_limited(_connected(server, addresses), ends_at))
        try:
            client = runner.run(_limited(connection.start_sftp_client(), ends_at))
            yield Session(runner, client, ends_at)
        finally:
            connection.abort()
            with suppress(TimeoutError, OSError, asyncssh.Error):
                runner.run(_limited(connection.wait_closed(), ends_at))


async def _connected(server: SftpServer, addresses: list[str]) -> asyncssh.SSHClientConnection:
    trusted: tuple[list[Any], list[Any], list[Any]] = ([asyncssh.import_public_key(server.host_key)], [], [])
    keys = [asyncssh.import_private_key(server.private_key)] if server.private_key else None
    last: OSError = OSError("no address")
    for address in addresses:
        try:
            return await asyncssh.connect(
                address, server.port, username=server.user, password=server.password or None, client_keys=keys,
                known_hosts=trusted, agent_path=None, config=None, x509_trusted_certs=None, keepalive_interval=15,
                preferred_auth="publickey" if keys else "password,keyboard-interactive",
            )  # fmt: skip
        except ConnectionRefusedError as fault:
            last = fault
    raise last


@contextmanager
def _telling(server: SftpServer) -> Iterator[None]:
    """Turn every fault into a sentence."""
    try:
        yield
    except asyncssh.HostKeyNotVerifiable as fault:
        raise Refused(
            f"The server {server.name} shows another host key than the channel names. Ask the supplier whether it changed; "
            "until then nothing goes there.",
            code="host_key",
        ) from fault
    except asyncssh.KeyImportError as fault:
        raise Refused(
            f"A key of the channel for {server.name} cannot be read. Set it again.", code="bad_key"
        ) from fault
    except asyncssh.PermissionDenied as fault:
        raise Unavailable(f"The server {server.name} does not let {server.user} in.", code="sftp_login") from fault
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPPermissionDenied) as fault:
        raise Refused(
            f"A folder on {server.name} is not there or not ours ({fault.reason}). Mend it, or set another.",
            code="sftp_folder",
        ) from fault
    except TimeoutError as fault:
        raise Unavailable(f"The server {server.name} answers too slowly.", code="sftp_slow") from fault
    except (asyncssh.Error, OSError) as fault:
        said = str(fault) or type(fault).__name__
        raise Unavailable(f"The server {server.name} does not do it ({said}).", code="sftp_blocked") from fault


def put(there: Session, folder: str, name: str, content: bytes) -> str:
    """Put a file on the server: under a passing name first, then renamed. The same file there already is fine.

    Returns its path.

    Raises:
        Refused: another file has this name.
    """
    path, passing = f"{folder}/{name}", f"{folder}/{name}.tmp"
    client = there.client
    if there.step(client.exists(path)):
        if _read_up_to(there, path, len(content) + 1) == content:
            return path
        raise Refused(f"{path} is there already, and is another file. Move it away.", code="file_exists", path=path)
    _write(there, passing, content)
    if there.step(client.stat(passing)).size != len(content):
        raise Unavailable(f"{passing} has not the size of what was written.", code="sftp_blocked")
    there.step(client.rename(passing, path))
    return path


def _write(there: Session, path: str, content: bytes) -> None:
    file = there.step(there.client.open(path, "wb"))
    try:
        for start in range(0, len(content), BLOCK_BYTES):
            there.step(file.write(content[start : start + BLOCK_BYTES]))
        # Not every server can be asked to put a file on its disk.
        with suppress(asyncssh.SFTPOpUnsupported):
            there.step(file.fsync())
    finally:
        there.step(file.close())


def _read_up_to(there: Session, path: str, count: int) -> bytes:
    file = there.step(there.client.open(path, "rb"))
    try:
        content = bytearray()
        while len(content) < count:
            part: Any = there.step(file.read(min(BLOCK_BYTES, count - len(content))))
            if not part:
                break
            content += part
        return bytes(content)
    finally:
        there.step(file.close())


def listed(there: Session, folder: str) -> list[FileThere]:
    """The files of a folder, by name, the first of very many; what is hidden or still on its way is left out."""
    names = [entry for entry in there.step(there.client.readdir(folder)) if entry.attrs.size is not None]
    found = [
        FileThere(str(entry.filename), entry.attrs.size or 0, entry.attrs.mtime or 0)
        for entry in names
        if entry.attrs.type in (asyncssh.FILEXFER_TYPE_REGULAR, asyncssh.FILEXFER_TYPE_UNKNOWN)
    ]
    return sorted(found, key=lambda file: file.name)[:MAX_FILES]


def fetch(there: Session, folder: str, file: FileThere) -> bytes | None:
    """A file's bytes; None where it is still being written, by its size before and after."""
    path = f"{folder}/{file.name}"
    content = _read_up_to(there, path, MAX_MESSAGE_BYTES + 1)
    after = there.step(there.client.stat(path))
    is_whole = len(content) == file.size == after.size and (after.mtime or 0) == file.changed_at
    return content if is_whole else None


def move(there: Session, source: str, folder: str, name: str) -> None:
    """Move a file into a folder; where its name is taken there, under one with a number behind it."""
    target, number = f"{folder}/{name}", 1
    while there.step(there.client.exists(target)):
        number += 1
        target = f"{folder}/{name}.{number}"
    there.step(there.client.rename(source, target))
