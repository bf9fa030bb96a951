"""How long to wait before a program that ended is started again."""

from __future__ import annotations

LONGEST_SECONDS = 60
# What has lived so long did start: waiting longer would only keep people from it.
STARTED_SECONDS = 10.0
# What has lived so long is well: what ends it later is another matter.
STEADY_SECONDS = 60.0


def pause_seconds(endings: int) -> int:
    """0 after the first of several endings in a row, then 1, 2, 4 … seconds, at most a minute."""
    return 0 if endings <= 1 else min(2 ** min(endings - 2, 10), LONGEST_SECONDS)


class Pauses:
    """Counts endings in a row; `endings` is how many there were, each within a minute of its start."""

    def __init__(self) -> None:
        self.endings = 0
        self._failed_starts = 0

    def after(self, lived_seconds: float) -> int:
        """How many seconds to wait after an ending: longer each time, unless it had lived for ten seconds."""
        self.endings = 1 if lived_seconds >= STEADY_SECONDS else self.endings + 1
        self._failed_starts = 1 if lived_seconds >= STARTED_SECONDS else self._failed_starts + 1
        return pause_seconds(self._failed_starts)
