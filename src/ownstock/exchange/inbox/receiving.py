"""Looking into folders for what came, ours and suppliers': take in, then move out of the way, then apply.

Whoever is killed in between leaves the file where it is; it is taken for a duplicate then, and moved.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from django.db.models.functions import Now

from ownstock.base.errors import OwnstockError, Refused, Unavailable
from ownstock.exchange import transports
from ownstock.exchange.channels import queries as channels
from ownstock.exchange.channels.rules import ChannelKind
from ownstock.exchange.inbox.actions import apply_safely, take_in
from ownstock.exchange.inbox.rules import MAX_MESSAGE_BYTES, is_on_its_way
from ownstock.exchange.models import Channel, InboundMessage
from ownstock.exchange.transports.folder import folder_of
from ownstock.journal import actions as journal
from ownstock.journal.queues import held

# A file in a folder here is whole when nobody has touched it for so long.
SETTLED_SECONDS = 5.0
MAX_FILES = 200
SILENT_SECONDS = 600
log = logging.getLogger(__name__)


def poll(name: str) -> int:
    """Look into a channel for what came, unless somebody does already; returns how many files were taken in.

    A server that does not answer is told of after ten minutes, one that refuses us at once.
    """
    with held(f"poll:{name}") as is_free:
        if not is_free:
            return 0
        channel = channels.channel(name)
        try:
            taken = LOOKS[ChannelKind(channel.kind)](channel)
        except OwnstockError as error:
            log.warning("%s was not looked into: %s", name, error)
            _tell_blocked(channel, error)
            return 0
        Channel.objects.filter(pk=channel.pk).update(polled_at=Now())
        journal.clear_alert(f"poll_failed:{name}", because="it was looked into again")
    for message in taken:
        apply_safely(message)
    return len(taken)


def _tell_blocked(channel: Channel, error: OwnstockError) -> None:
    last = channel.polled_at or channel.created_at
    if isinstance(error, Unavailable) and time.time() - last.timestamp() < SILENT_SECONDS:
        return
    sentence = f"Nothing has come by the channel {channel.name} since {last:%Y-%m-%d %H:%M} UTC: {error.sentence}"
    facts = {"channel": channel.name, "code": error.code}
    journal.raise_alert(f"poll_failed:{channel.name}", kind="poll_failed", sentence=sentence, facts=facts)


def _look_there(channel: Channel) -> list[InboundMessage]:
    """Take in what lies on a supplier's server."""
    from ownstock.exchange.transports import sftp

    source, done = channel.settings["in_folder"], channel.settings["done_folder"]
    taken = []
    with sftp.session(sftp.server_of(channel), transports.time_limit()) as there:
        for file in sftp.listed(there, source):
            if is_on_its_way(file.name) or _is_left(channel, file.name, file.size):
                continue
            content = sftp.fetch(there, source, file)
            if content is not None:
                taken.append(take_in(channel, content, name=file.name))
                sftp.move(there, f"{source}/{file.name}", done, file.name)
    return taken


def _look_here(channel: Channel) -> list[InboundMessage]:
    """Take in what lies in a folder of this machine."""
    source, done = folder_of(channel.settings["in_folder"]), folder_of(channel.settings["done_folder"])
    taken = []
    try:
        source.mkdir(parents=True, exist_ok=True)
        done.mkdir(parents=True, exist_ok=True)
        for path in sorted(path for path in source.iterdir() if path.is_file() and not path.is_symlink())[:MAX_FILES]:
            if is_on_its_way(path.name) or _is_left(channel, path.name, path.stat().st_size):
                continue
            content = _whole(path)
            if content is not None:
                taken.append(take_in(channel, content, name=path.name))
                path.rename(_free(done, path.name))
    except OSError as fault:
        raise Unavailable(f"The folder {source} cannot be used ({fault.strerror}).", code="folder_blocked") from fault
    return taken


def _whole(path: Path) -> bytes | None:
    """A file's bytes, once nobody writes it any more: untouched for a while, and the same before and after the reading."""
    before = path.stat()
    if time.time() - before.st_mtime < SETTLED_SECONDS:
        return None
    content = path.read_bytes()
    after = path.stat()
    is_same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return content if is_same and len(content) == before.st_size else None


def _free(folder: Path, name: str) -> Path:
    """A place in a folder for a file; where its name is taken there, with a number behind it."""
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{name}.{number}"
    return path


def _is_left(channel: Channel, name: str, size: int) -> bool:
    """Whether a file is left where it is: it is empty, or too large, of which people are told."""
    if size <= MAX_MESSAGE_BYTES:
        return size == 0
    sentence = (
        f"{name[:100]} in the channel {channel.name} has {size / 2**20:,.1f} MiB; {MAX_MESSAGE_BYTES // 2**20} are taken. It "
        "was left where it is; ask the supplier to divide it, and take it away."
    )
    facts = {"channel": channel.name, "name": name, "bytes": size}
    journal.raise_alert(
        f"inbound_too_large:{channel.name}/{name}"[:200], kind="inbound_too_large", sentence=sentence, facts=facts,
        is_closable=True,
    )  # fmt: skip
    return True


LOOKS: Mapping[ChannelKind, Callable[[Channel], list[InboundMessage]]] = {
    ChannelKind.SFTP: _look_there,
    ChannelKind.FOLDER: _look_here,
}


def check_polled(name: str) -> Channel:
    """A channel that can be looked into.

    Raises:
        Refused: there is none of this name, or nothing is fetched by it.
    """
    channel = channels.channel(name)
    if not channels.polled().filter(pk=channel.pk).exists():
        raise Refused(f"Nothing is fetched by the channel {name}.", code="not_polled", channel=name)
    return channel
