"""Pure decisions of what runs by itself: how often, how much at once, what to say of a silence."""

from __future__ import annotations

from datetime import datetime

SWEEP = "sweep"
SWEEP_EVERY_SECONDS = 60
EVERY_MINUTE = "* * * * *"
EVERY_MORNING = "30 4 * * *"
EVERY_QUARTER = "*/15 * * * *"
# One row a job: however slow a mail server is, the sweep waits for no more than one attempt.
ROWS_AT_ONCE = 1
POLL = "poll"
POLL_EVERY_SECONDS = 60
INBOUND_AT_ONCE = 200
# Of waiting jobs the highest goes first.
SWEEP_PRIORITY = 10
TICKER = "ticker"
# Five announcements a second at most; a page that is told more often shows no more.
TICK_SECONDS = 0.2
SEAL_EVERY_SECONDS = 1.0
BEAT_EVERY_SECONDS = 5
# Facts are sealed within seconds; only what an open transaction holds back waits longer, as an import of a minute does.
SEAL_LATE_SECONDS = 60


def silence_sentence(job: str, beat_at: datetime, expected_every_seconds: int) -> str:
    """What is wrong when a job has given no sign of life for too long, and what to do."""
    return (
        f"The job {job} was last seen at {beat_at:%Y-%m-%d %H:%M:%S} UTC, and promised a sign of life every "
        f"{expected_every_seconds} seconds. See whether the worker runs and what its log says."
    )


def late_seal_sentence(oldest_seconds: float) -> str:
    """What is wrong when facts have waited too long for their seal, and what to do."""
    return (
        f"Facts that were recorded {oldest_seconds:,.0f} seconds ago are not sealed yet. A transaction has been open for "
        "that long: see which (pg_stat_activity), and end it if nobody needs it. What waits is sealed by itself then."
    )
