"""Folders of arrays that never change once published: a writer adds the next, readers keep the one they opened.

    store/
        CURRENT                  the name of the generation to read
        LOCK                     held by the one writer
        generation-00000007/     the one before, for readers who have just opened it
        generation-00000008/
            manifest.json        what the arrays are, and their checksums, block by block
            demand.bin …         the arrays as they lie in memory, little end first

A generation is written beside the others, renamed into place, and becomes current by the replacement of one small file:
whoever is killed in between leaves the old one. Arrays that did not change are hard links to the same bytes. Nothing is
forced to disk: a power cut can tear the newest generation, and the checksums then say so.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ownstock.base.errors import Refused, Unavailable

FORMAT = 1
BLOCK_BYTES = 4 << 20
CURRENT, LOCK, MANIFEST = "CURRENT", "LOCK", "manifest.json"
_DRAFT, _GENERATION = "draft-", "generation-"
# Readers who find a generation gone look for the new one; so many in a row mean that something else is wrong.
_MOST_MISSED = 10

Array = npt.NDArray[Any]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Generation:
    """One published folder: `facts` are the writer's, `arrays` says dtype, shape and checksums of each array by name."""

    folder: Path
    facts: dict[str, Any]
    arrays: dict[str, dict[str, Any]]

    @property
    def number(self) -> int:
        """Counts from 1."""
        return int(self.folder.name.removeprefix(_GENERATION))

    def array(self, name: str) -> Array:
        """An array, mapped into memory: read when touched; changes to it stay with this process."""
        told = self.arrays[name]
        shape, dtype = tuple(told["shape"]), np.dtype(told["dtype"])
        path = _file(self.folder, name)
        if path.stat().st_size != told["bytes"]:
            raise _damaged(self.folder, f"{path.name} has {path.stat().st_size} bytes instead of {told['bytes']}", name)
        if told["bytes"] == 0:
            return np.zeros(shape, dtype)
        return np.memmap(path, dtype, mode="c", shape=shape).view(np.ndarray)

    def verified(self, name: str) -> Array:
        """An array, all of it read and held against its checksums. Raises Refused that names the block that is not right."""
        array = self.array(name)
        checksums = self.arrays[name]["checksums"]
        for block, (found, told) in enumerate(zip(_blocks([array]), checksums, strict=True)):
            if _checksum(found) != told:
                rows = _rows_of(block, array)
                raise _damaged(
                    self.folder, f"block {block} of {name}.bin ({rows}) is not what was written", name, block
                )
        return array


@dataclass
class Draft:
    """The next generation while it is written. `current` is the one before, None in an empty store."""

    folder: Path
    current: Generation | None
    arrays: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put(self, name: str, array: Array) -> None:
        """Write an array."""
        self.put_pieces(name, [array], array.shape, array.dtype)

    def put_pieces(self, name: str, pieces: Iterable[Array], shape: tuple[int, ...], dtype: npt.DTypeLike) -> None:
        """Write an array that comes piece by piece, some rows each, so that it need never be in memory as a whole."""
        little = np.dtype(dtype).newbyteorder("<")
        checksums: list[int] = []
        with _file(self.folder, name).open("wb") as file:
            for block in _blocks(np.ascontiguousarray(piece, little) for piece in pieces):
                checksums.append(_checksum(block))
                file.writelines(block)
            size = file.tell()
        assert size == little.itemsize * math.prod(shape), f"{name} is not of shape {shape}"
        self.arrays[name] = {"dtype": little.str, "shape": list(shape), "bytes": size, "checksums": checksums}

    def keep(self, name: str) -> None:
        """Take an array over from the current generation, without copying it where the file system can."""
        assert self.current is not None
        source, target = _file(self.current.folder, name), _file(self.folder, name)
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
        self.arrays[name] = self.current.arrays[name]

    def publish(self, facts: dict[str, Any]) -> None:
        """Make it the current generation; the one before stays, older ones go."""
        content = {"format": FORMAT, "facts": facts, "arrays": self.arrays}
        text = json.dumps({**content, "checksum": _text_checksum(content)}, indent=1)
        (self.folder / MANIFEST).write_text(text, encoding="utf-8")
        store, number = self.folder.parent, 1 + (self.current.number if self.current else 0)
        published = store / f"{_GENERATION}{number:08}"
        self.folder.rename(published)
        pointer = store / f"{_DRAFT}{CURRENT}"
        pointer.write_text(published.name, encoding="utf-8")
        pointer.replace(store / CURRENT)
        kept = {published} | ({self.current.folder} if self.current else set())
        _remove({path for path in store.glob(f"{_GENERATION}*") if path not in kept})


def read(store: Path, use: Callable[[Generation], Result]) -> Result:
    """What `use` makes of the current generation; begun anew with the next one where its files are cleared away meanwhile.

    Raises Refused where there is none, or it cannot be read by this version, or it is not as it was written.
    """
    missed = ""
    for _ in range(_MOST_MISSED):
        name = _current_name(store)
        if name is None:
            raise Refused(
                f"There is no history store in {store}. Rebuild it from the ledger.",
                code="history_store_missing",
                folder=store,
            )
        if name == missed:
            raise _damaged(store / name, "a file of it is not there")
        try:
            return use(_generation(store / name))
        except FileNotFoundError:
            missed = name
        except OSError as error:
            raise _out_of_reach(store, "read", error) from error
    raise Unavailable(f"The history store in {store} changes faster than it can be read.", code="history_store_busy")


@contextmanager
def writing(store: Path, *, afresh: bool = False) -> Iterator[Draft]:
    """Be the one writer: hold the lock, clear away what a killed one left, and draft the next generation.

    `afresh` does not read the current generation's content, so that a damaged store can be replaced. Raises Unavailable
    where another process writes, or the folder cannot be written.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
        with (store / LOCK).open("a") as lock:
            _take(lock.fileno(), store)
            before = _last(store) if afresh else read(store, lambda generation: generation)
            newer = {path for path in store.glob(f"{_GENERATION}*") if before is None or path.name > before.folder.name}
            _remove({*store.glob(f"{_DRAFT}*"), *newer})
            folder = store / f"{_DRAFT}{os.getpid()}"
            folder.mkdir()
            try:
                yield Draft(folder, before)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise Unavailable(
            f"The history store in {store} cannot be written: {error.strerror}.",
            code="history_store_not_writable",
            folder=store,
        ) from error


def _last(store: Path) -> Generation | None:
    """The current generation by name alone, whatever its content."""
    name = _current_name(store)
    is_one = name is not None and name.removeprefix(_GENERATION).isdecimal()
    return Generation(store / str(name), {}, {}) if is_one else None


def _take(descriptor: int, store: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Unavailable(
            f"Another process is writing the history store in {store}. Try again when it is done.",
            code="history_store_locked",
            folder=store,
        ) from None


def _current_name(store: Path) -> str | None:
    try:
        return (store / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def _generation(folder: Path) -> Generation:
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    try:
        content = json.loads(text)
        checksum, version = content.pop("checksum"), content["format"]
    except (ValueError, KeyError, AttributeError):
        raise _damaged(folder, "its manifest cannot be read") from None
    if version != FORMAT:
        raise Refused(
            f"{folder.name} of the history store has format {version}; this version reads {FORMAT}. Rebuild it.",
            code="history_store_format",
            found=version,
            wanted=FORMAT,
        )
    if checksum != _text_checksum(content):
        raise _damaged(folder, "its manifest is not what was written")
    return Generation(folder, content["facts"], content["arrays"])


def _damaged(folder: Path, problem: str, array: str = "", block: int = -1) -> Refused:
    return Refused(
        f"The history store is damaged: {folder.name}: {problem}. Rebuild it from the ledger.",
        code="history_store_damaged",
        generation=folder.name,
        array=array,
        block=block,
    )


def _out_of_reach(store: Path, what: str, error: OSError) -> Unavailable:
    sentence = f"The history store in {store} cannot be {what}: {error.strerror}."
    return Unavailable(sentence, code=f"history_store_not_{what}", folder=store)


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.bin"


def _bytes(array: Array) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _blocks(pieces: Iterable[Array]) -> Iterator[list[memoryview]]:
    """The bytes of all pieces in blocks of BLOCK_BYTES, each block as the parts that make it up."""
    block: list[memoryview] = []
    room = BLOCK_BYTES
    for piece in pieces:
        content = _bytes(piece)
        while content.nbytes:
            part, content = content[:room], content[room:]
            block.append(part)
            room -= part.nbytes
            if room == 0:
                yield block
                block, room = [], BLOCK_BYTES
    if block:
        yield block


def _checksum(block: list[memoryview]) -> int:
    checksum = 0
    for part in block:
        checksum = zlib.crc32(part, checksum)
    return checksum


def _text_checksum(content: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())


def _rows_of(block: int, array: Array) -> str:
    """Which rows of an array lie in a block, for people: counted from 1."""
    row_bytes = max(array.nbytes // max(array.shape[0], 1), 1)
    first = block * BLOCK_BYTES // row_bytes + 1
    last = min(-(-(block + 1) * BLOCK_BYTES // row_bytes), array.shape[0])
    return f"rows {first:,} to {last:,}"


def _remove(paths: set[Path]) -> None:
    for path in sorted(paths):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
