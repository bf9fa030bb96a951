"""Pure decisions of the journal: when to try again, when to give up, and how a change is announced."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MAX_ATTEMPTS = 36
ATTEMPTS_BEFORE_ALERT = 8
FIRST_RETRY_SECONDS = 5
LONGEST_RETRY_SECONDS = 3600
# Whoever listens here hears of changes; PostgreSQL takes less than 8,000 bytes at once.
CHANGES = "ownstock_changes"
MAX_ANNOUNCEMENT_BYTES = 7_900
MAX_SUBJECTS = 100
# Of a job that fails: a minute, then five times as long each time, then people are told.
JOB_ATTEMPTS = 5
FIRST_JOB_RETRY_SECONDS = 60
# Steps of a plan may take minutes; a run that is silent for longer died.
JOB_SILENT_SECONDS = 1_800
RUNS_KEPT_DAYS = 30


def retry_delay_seconds(attempts: int) -> int | None:
    """How long to wait after so many failed attempts; None when it is time to give up.

    The wait doubles from 5 seconds to an hour: 36 attempts span a day, so that an outage over
    night loses nothing; people are told after the eighth, some ten minutes.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    doublings: int = 2 ** max(attempts - 1, 0)
    return min(FIRST_RETRY_SECONDS * doublings, LONGEST_RETRY_SECONDS)


def job_retry_seconds(attempts: int) -> int | None:
    """How long to wait before a job is tried again that failed so many times; None when it is left to people."""
    if attempts >= JOB_ATTEMPTS:
        return None
    fivefold: int = 5 ** max(attempts - 1, 0)
    return FIRST_JOB_RETRY_SECONDS * fivefold


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two watermarks: how many facts in each table, and to what they happened.

    Where not `is_complete`, more happened than the subjects say, and a reader must look for itself.
    """

    counts: Mapping[str, int]
    subjects: Sequence[str]
    is_complete: bool


def announcement(watermark: int, changes: Changes) -> str:
    """The text of one announcement, JSON: up to which watermark, and as many subjects as there is room for."""
    subjects = list(changes.subjects[:MAX_SUBJECTS])
    while True:
        is_complete = changes.is_complete and len(subjects) == len(changes.subjects)
        told = {
            "watermark": watermark,
            "counts": dict(changes.counts),
            "subjects": subjects,
            "is_complete": is_complete,
        }
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        if len(text.encode()) <= MAX_ANNOUNCEMENT_BYTES:
            return text
        subjects = subjects[: len(subjects) * 3 // 4]
