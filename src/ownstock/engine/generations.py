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

import errno
import fcntl
import json
import math
import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ownstock.base.errors import Refused, Unavailable

FORMAT = 2
BLOCK_BYTES = 4 << 20
CURRENT, LOCK, MANIFEST = "CURRENT", "LOCK", "manifest.json"
_DRAFT, _GENERATION = "draft-", "generation-"
_IS_GENERATION = re.compile(rf"{_GENERATION}[0-9]{{8,}}")
# Readers who find a generation gone look for the new one; so many in a row mean that something else is wrong.
_MOST_MISSED = 10
_ROOM = "Make room on its disk, then try again"
_RIGHTS = "Give this account the right to it, or keep the store elsewhere"
_PLACE = "A file is where its folder belongs: move it, or keep the store elsewhere"
_REMEDIES = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: "Allow larger files there, then try again",
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: _RIGHTS,
    errno.EEXIST: _PLACE,
    errno.ENOTDIR: _PLACE,
}

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
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size != told["bytes"]:
                    raise _damaged(self.folder, f"{path.name} has {size} bytes instead of {told['bytes']}", name)
                if size == 0:
                    return np.zeros(shape, dtype)
                return np.memmap(file, dtype, mode="c", shape=shape).view(np.ndarray)
        except FileNotFoundError:
            raise _damaged(self.folder, f"{path.name} is not there", name) from None

    def verified(self, name: str) -> Array:
        """An array, all of it read and held against its checksums. Raises Refused that names the block that is not right."""
        array = self.array(name)
        checksums = self.arrays[name]["checksums"]
        with ThreadPoolExecutor() as cores:
            found = list(cores.map(_checksum, _blocks([array])))
        for block, (is_now, told) in enumerate(zip(found, checksums, strict=True)):
            if is_now != told:
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
        # All that needs room on the disk is written before the first step that others can see.
        pointer = store / f"{_DRAFT}{CURRENT}"
        pointer.write_text(published.name, encoding="utf-8")
        self.folder.rename(published)
        pointer.replace(store / CURRENT)
        kept = {published} | ({self.current.folder} if self.current else set())
        _remove({path for path in store.glob(f"{_GENERATION}*") if path not in kept})


def read(store: Path, use: Callable[[Generation], Result]) -> Result:
    """What `use` makes of the current generation; begun anew with the next one where its files are cleared away meanwhile.

    Raises Refused where there is none, or it cannot be read by this version, or it is not as it was written.
    """
    for _ in range(_MOST_MISSED):
        try:
            name = _current_name(store)
            try:
                return use(_generation(store / name))
            except Refused:
                # A newer one may have become current meanwhile, and this one have been cleared away.
                if _current_name(store) == name:
                    raise
        except OSError as error:
            raise _out_of_reach(store, "read", error) from error
    raise Unavailable(
        f"The history store in {store} changes faster than it can be read. Try again when nobody writes it.",
        code="history_store_busy",
        folder=store,
    )


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
                _remove(set(store.glob(f"{_DRAFT}*")))
    except OSError as error:
        raise _out_of_reach(store, "written", error) from error


def _last(store: Path) -> Generation | None:
    """The current generation by name alone, whatever its content."""
    try:
        return Generation(store / _current_name(store), {}, {})
    except Refused:
        return None


def _take(descriptor: int, store: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Unavailable(
            f"Another process is writing the history store in {store}. Try again when it is done.",
            code="history_store_locked",
            folder=store,
        ) from None


def _current_name(store: Path) -> str:
    try:
        name = (store / CURRENT).read_bytes().decode("utf-8", "replace").strip()
    except FileNotFoundError:
        raise Refused(
            f"There is no history store in {store}. Rebuild it from the ledger.",
            code="history_store_missing",
            folder=store,
        ) from None
    if not _IS_GENERATION.fullmatch(name):
        raise _damaged(store / CURRENT, "it names no generation")
    return name


def _generation(folder: Path) -> Generation:
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
        checksum, version = content.pop("checksum"), content["format"]
    except FileNotFoundError:
        raise _damaged(folder, f"{MANIFEST} is not there") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _damaged(folder, f"{MANIFEST} cannot be read") from None
    if version != FORMAT:
        raise Refused(
            f"The history store in {folder.parent} has format {version}, and this version reads {FORMAT}. Rebuild it from "
            "the ledger, or use the version that wrote it.",
            code="history_store_format",
            folder=folder.parent,
            found=version,
            wanted=FORMAT,
        )
    if checksum != _text_checksum(content):
        raise _damaged(folder, f"{MANIFEST} is not what was written")
    return Generation(folder, content["facts"], content["arrays"])


def _damaged(part: Path, problem: str, array: str = "", block: int = -1) -> Refused:
    """Of a generation's folder, or of the file that names the current one."""
    return Refused(
        f"The history store in {part.parent} is damaged: {part.name}: {problem}. Rebuild it from the ledger.",
        code="history_store_damaged",
        folder=part.parent,
        generation=part.name,
        array=array,
        block=block,
    )


def _out_of_reach(store: Path, what: str, error: OSError) -> Unavailable:
    remedy = _REMEDIES.get(error.errno or 0, "Mend that, then try again")
    kept = "; what it held is still there" if what == "written" else ""
    return Unavailable(
        f"The history store in {store} cannot be {what}: {error.strerror or error}. {remedy}{kept}.",
        code=f"history_store_not_{what}",
        folder=store,
    )


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
