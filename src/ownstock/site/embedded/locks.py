"""Who owns the server, and who uses it.

Both are `flock` locks: the kernel lets go of them when their holder ends, however it ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A client that only looks whether the owner lock is held takes it, shared, for a moment: an owner asks more than once.
_OWNER_ATTEMPTS = 10
_PAUSE_SECONDS = 0.02


class Lock:
    """One open lock file: never inherited by another program, dropped by a forked child."""

    def __init__(self, path: Path) -> None:
        """Open the lock file, made if need be; nothing is locked yet."""
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _open_locks.add(self)

    def try_shared(self) -> bool:
        """Take the lock beside other shared holders; False while somebody holds it alone."""
        return self._try(fcntl.LOCK_SH)

    def try_alone(self) -> bool:
        """Take the lock alone; False while anybody else holds it."""
        return self._try(fcntl.LOCK_EX)

    def is_at(self, path: Path) -> bool:
        """Tell whether this file is still the one that others find at the path."""
        try:
            return self._descriptor is not None and os.path.samestat(os.fstat(self._descriptor), path.stat())
        except FileNotFoundError:
            return False

    def let_go(self) -> None:
        """Give the lock back and keep the file open."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file; the lock goes with it. Closing twice is harmless."""
        descriptor, self._descriptor = self._descriptor, None
        _open_locks.discard(self)
        if descriptor is not None:
            os.close(descriptor)

    def _try(self, kind: int) -> bool:
        if self._descriptor is None:
            return False
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                return False
            raise
        return True


# Held here so that a lease lasts as long as its program, even when nobody keeps the object.
_open_locks: set[Lock] = set()


def _drop_inherited() -> None:
    """A forked child shares the parent's locks until it closes them; closing does not unlock the parent's."""
    for lock in tuple(_open_locks):
        lock.close()


os.register_at_fork(after_in_child=_drop_inherited)


@contextmanager
def owning(path: Path) -> Iterator[bool]:
    """Hold the owner lock; gives False where somebody else does."""
    lock = Lock(path)
    try:
        yield _insist(lock)
    finally:
        lock.close()


def is_owned(path: Path) -> bool:
    """Tell whether a supervisor lives."""
    lock = Lock(path)
    try:
        return not lock.try_shared()
    finally:
        lock.close()


def _insist(lock: Lock) -> bool:
    for _ in range(_OWNER_ATTEMPTS):
        if lock.try_alone():
            return True
        time.sleep(_PAUSE_SECONDS)
    return False
