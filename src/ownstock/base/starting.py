"""How a program begins: what it loads stays until it ends, so nobody looks for garbage in it, then or later."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load what a program consists of, a seventh sooner: no garbage is looked for meanwhile, nor in it ever after."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
