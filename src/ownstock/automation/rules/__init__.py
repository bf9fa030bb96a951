"""Pure decisions of what runs by itself, one room a noun."""

from ownstock.automation.rules.jobs import (
    BEAT_EVERY_SECONDS,
    EVERY_MINUTE,
    EVERY_MORNING,
    EVERY_QUARTER,
    INBOUND_AT_ONCE,
    POLL,
    POLL_EVERY_SECONDS,
    ROWS_AT_ONCE,
    SEAL_EVERY_SECONDS,
    SEAL_LATE_SECONDS,
    SWEEP,
    SWEEP_EVERY_SECONDS,
    SWEEP_PRIORITY,
    TICK_SECONDS,
    TICKER,
    late_seal_sentence,
    silence_sentence,
)

__all__ = [
    "BEAT_EVERY_SECONDS", "EVERY_MINUTE", "EVERY_MORNING", "EVERY_QUARTER", "INBOUND_AT_ONCE", "POLL", "POLL_EVERY_SECONDS",
    "ROWS_AT_ONCE", "SEAL_EVERY_SECONDS", "SEAL_LATE_SECONDS", "SWEEP", "SWEEP_EVERY_SECONDS", "SWEEP_PRIORITY", "TICKER",
    "TICK_SECONDS", "late_seal_sentence", "silence_sentence",
]  # fmt: skip
