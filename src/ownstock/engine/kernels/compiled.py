"""How kernels are compiled: to serial machine code that lets other threads run, kept on disk for the next process.

Threads divide blocks of item-sites among them (see `blocks`); a kernel never starts threads of its own, so that a web
process that plans one item does not seize the machine. Sums may be reassociated, but a "not a number" stays one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_RELAXED = {"reassoc", "contract", "arcp", "nsz", "afn"}


def compiled(function: Function) -> Function:
    """A kernel: compiled at its first call, then read from the cache beside the sources (or in the user's folder)."""
    kernel: Function = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=_RELAXED)(function)
    return kernel
