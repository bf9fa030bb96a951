"""Work on many item-sites, divided into blocks that threads take one by one.

Item-sites are independent, so the answer is the same whatever the number of threads. Kernels let go of the
interpreter; two threads keep two cores busy.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

BLOCK = 4_096
# Below this many item-sites, starting threads costs more than it saves.
FEW = 2 * BLOCK


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_blocks(rows: int, work: Callable[[int, int], object], threads: int | None = None) -> None:
    """Call `work(first, last)` for blocks of rows that cover 0 … rows - 1; `threads` at once, by default one a core."""
    blocks = [(first, min(first + BLOCK, rows)) for first in range(0, rows, BLOCK)]
    threads = 1 if rows <= FEW else threads or cores()
    if threads == 1:
        for first, last in blocks:
            work(first, last)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, *block) for block in blocks]:
            done.result()
