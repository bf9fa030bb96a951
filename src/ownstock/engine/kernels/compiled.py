"""How kernels are compiled: to serial machine code that lets other threads run, kept on disk for the next process.

Threads divide blocks of item-sites among them (see `blocks`); a kernel never starts threads of its own, so that a web
process that plans one item does not seize the machine. Sums may be reassociated, but a "not a number" stays one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from threading import RLock
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

_RELAXED = {"reassoc", "contract", "arcp", "nsz", "afn"}
_lock = RLock()


class _Kernel:
    """A kernel that is not needed yet: the compiler takes a fifth of the start of a program, and few programs plan."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self._ready: Any = None
        update_wrapper(self, function)

    def __call__(self, *arguments: Any) -> Any:
        return (self._ready or self.ready())(*arguments)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.ready(), name)

    def ready(self) -> Any:
        """The kernel as the compiler knows it, and in place of each in its module, as compiled code must find them."""
        with _lock:
            if self._ready is None:
                import numba

                self._ready = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=_RELAXED)(self.function)
                known = self.function.__globals__
                known.update({name: value.ready() for name, value in known.items() if isinstance(value, _Kernel)})
            return self._ready


def compiled(function: Function) -> Function:
    """A kernel: compiled at its first call, then read from the cache beside the sources (or in the user's folder)."""
    kernel: Any = _Kernel(function)
    return kernel
