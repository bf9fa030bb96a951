"""Compile the engine's kernels, so that whatever runs next reads them from the disk: `python -m tools.kernels`.

In a fresh clone several programs would otherwise compile the same at the same time.
"""

from __future__ import annotations

import ownstock.engine as engine
from bench.workloads import workload

ITEM_SITES = 40


def main() -> None:
    """Make a small plan and its planned orders: between them they call nearly every kernel."""
    frames = workload(ITEM_SITES).frames
    engine.plan(*frames)
    engine.planned_orders(*frames)


if __name__ == "__main__":
    main()
