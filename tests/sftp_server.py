"""A real SFTP server on loopback that behaves as well or as badly as a test asks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

import asyncssh

USER, PASSWORD = "shop", "geheim-4711"


class Mood(Enum):
    """How the server takes the next file."""

    KIND = auto()
    WRITING = auto()  # holds in the middle of a file
    RENAMING = auto()  # holds before the passing name becomes the real one
    RENAMED = auto()  # has renamed, and does not say so until it is told to
    CUT = auto()  # has renamed, and drops the line instead of saying so
    FULL = auto()  # has no room
    FETCHED = auto()  # holds after a file was read, before it is closed
    MOVING = auto()  # holds before a file that was read is moved


@dataclass
class SftpServer:
    """What tests see of it: where it is, how it is to behave, what lies on it, whether somebody got there."""

    folder: Path
    mood: Mood = Mood.KIND
    port: int = 0
    host_key: str = ""
    written: list[tuple[str, bytes]] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def turns(self, mood: Mood) -> None:
        """Behave otherwise from now on."""
        self.mood = mood
        self.reached.clear()
        self.may_answer.clear()

    def wait_until_reached(self, seconds: float = 20) -> None:
        """Wait until a client is where the mood holds it."""
        assert self.reached.wait(seconds), f"No client came as far as {self.mood}."

    def lies_in(self, folder: str) -> dict[str, bytes]:
        """The files of a folder."""
        return {path.name: path.read_bytes() for path in sorted((self.folder / folder).iterdir()) if path.is_file()}

    def settings(self) -> dict[str, str]:
        """The settings of a channel to it."""
        return {
            "host": "127.0.0.1", "port": str(self.port), "user": USER, "host_key": self.host_key,
            "out_folder": "in", "in_folder": "out", "done_folder": "out/done",
        }  # fmt: skip


class _Login(asyncssh.SSHServer):
    def __init__(self, known_key: asyncssh.SSHKey | None) -> None:
        self.known_key = known_key

    def public_key_auth_supported(self) -> bool:
        return self.known_key is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self.known_key is not None and (username, key.public_data) == (USER, self.known_key.public_data)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: Any, server: SftpServer) -> None:
        super().__init__(channel, chroot=str(server.folder).encode())
        self.server = server
        self.line = channel.get_connection()

    async def _hold(self, mood: Mood) -> None:
        if self.server.mood is mood:
            self.server.reached.set()
            while not self.server.may_answer.is_set() and not self.line.is_closed():
                await asyncio.sleep(0.01)

    async def write(self, file_obj: Any, offset: int, data: bytes) -> int:
        if self.server.mood is Mood.FULL:
            raise asyncssh.SFTPNoSpaceOnFilesystem("No room")
        half = len(data) // 2
        if self.server.mood is Mood.WRITING:
            super().write(file_obj, offset, data[:half])
        await self._hold(Mood.WRITING)
        return super().write(file_obj, offset, data)  # type: ignore[return-value]

    async def close(self, file_obj: Any) -> None:
        await self._hold(Mood.FETCHED)
        super().close(file_obj)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self._hold(Mood.RENAMING)
        await self._hold(Mood.MOVING)
        super().rename(oldpath, newpath)
        path = self.server.folder / newpath.decode().lstrip("/")
        if path.parent.name == "in":
            self.server.written.append((path.name, path.read_bytes()))
        if self.server.mood is Mood.CUT:
            self.server.reached.set()
            self.line.abort()
        await self._hold(Mood.RENAMED)


@contextmanager
def sftp_server(folder: Path, *, known_key: asyncssh.SSHKey | None = None) -> Iterator[SftpServer]:
    """Run the server in a thread of its own for as long as the block lasts; it knows a password, and a key if given."""
    server = SftpServer(folder)
    for name in ("in", "out/done"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    key = asyncssh.generate_private_key("ssh-ed25519")
    server.host_key = key.export_public_key().decode().strip()
    loop = asyncio.new_event_loop()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[key], server_factory=lambda: _Login(known_key),
            sftp_factory=lambda channel: _Files(channel, server),
        )  # fmt: skip

    listening = loop.run_until_complete(listen())
    server.port = listening.get_port()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.may_answer.set()
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _end(listening: asyncssh.SSHAcceptor) -> None:
    listening.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
