"""Messages as files in a folder of this machine, or one that is mounted into it."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from ownstock.base.errors import Refused, Unavailable


def folder_of(name: str) -> Path:
    """The folder that a channel means; it lies within the folder of channels, wherever links in it lead.

    Raises:
        Refused: it leads out of it.
    """
    base = Path(settings.CHANNELS_FOLDER)
    folder = base / name
    if not folder.resolve().is_relative_to(base.resolve()):
        raise Refused(f"The folder {name} leads out of the folder of channels.", code="bad_channel", folder=name)
    return folder


def write(content: bytes, path: Path) -> None:
    """Put a message into the outbox folder, whole or not at all, durably; the same message there already is fine.

    Raises:
        Refused: another message stands there under this name.
        Unavailable: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_whole(content, path)
        if path.read_bytes() == content:
            return
    except OSError as fault:
        sentence = f"{path} cannot be written ({fault.strerror})."
        raise Unavailable(sentence, code="outbox_folder", path=str(path)) from fault
    sentence = f"{path} already holds another message, perhaps of an earlier database. Move it away."
    raise Refused(sentence, code="file_exists", path=str(path))


def _write_whole(content: bytes, path: Path) -> None:
    passing = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with passing.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        passing.rename(path)
    finally:
        passing.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
