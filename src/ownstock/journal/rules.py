"""Pure decisions of the journal: when to try again, and when to give up."""

from __future__ import annotations

MAX_ATTEMPTS = 36
ATTEMPTS_BEFORE_ALERT = 8
FIRST_RETRY_SECONDS = 5
LONGEST_RETRY_SECONDS = 3600


def retry_delay_seconds(attempts: int) -> int | None:
    """How long to wait after so many failed attempts; None when it is time to give up.

    The wait doubles from 5 seconds to an hour: 36 attempts span a day, so that an outage over
    night loses nothing; people are told after the eighth, some ten minutes.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    doublings: int = 2 ** max(attempts - 1, 0)
    return min(FIRST_RETRY_SECONDS * doublings, LONGEST_RETRY_SECONDS)
