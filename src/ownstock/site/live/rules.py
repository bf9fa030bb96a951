"""Pure decisions of live pages: which topics a page asks for, what it is told, how much is kept for one that is slow."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ownstock.base.errors import Refused
from ownstock.journal.rules import MAX_SUBJECTS, Changes

# A page that lost its stream asks again after this time.
RETRY_MILLISECONDS = 3_000
HEARTBEAT_SECONDS = 15.0
# Whether somebody is still signed in is looked at so often, for all streams in one go.
CHECK_SECONDS = 60.0
STREAMS_OF_ALL, STREAMS_OF_ONE = 500, 20
# A stream ends then, and its page opens the next: whatever lies between us and a page that does not read is let go of.
LONGEST_SECONDS, MOST_BYTES = 3_600.0, 8 * 2**20
MAX_TOPICS = 20
# So many announcements, some thirteen seconds of constant change, are kept for pages that come back.
ANNOUNCEMENTS_KEPT = 64
ANYTHING = Changes({}, (), is_complete=False)
BEAT = b": still here\n\n"
ENDED = b"event: ended\ndata: {}\n\n"


def topics_of(asked: str) -> frozenset[str]:
    """The topics that a page names, parted by commas: subjects, kinds of subjects or names of tables. None are all.

    Raises:
        Refused: they are too many.
    """
    topics = frozenset(topic.strip() for topic in asked.split(",") if topic.strip())
    if len(topics) > MAX_TOPICS:
        raise Refused(f"A page may ask for {MAX_TOPICS} topics at most, not {len(topics)}.", code="too_many_topics")
    return topics


def announced(text: str) -> tuple[int, Changes]:
    """What an announcement of the ticker says: the watermark, and the changes up to it."""
    told = json.loads(text)
    return int(told["watermark"]), Changes(told["counts"], tuple(told["subjects"]), bool(told["is_complete"]))


def merged(sooner: Changes | None, later: Changes) -> Changes:
    """Two sets of changes as one. Of very many, the first subjects are kept, and it is told that there are more."""
    if sooner is None:
        return later
    counts = dict(sooner.counts)
    for table, count in later.counts.items():
        counts[table] = counts.get(table, 0) + count
    subjects = tuple(dict.fromkeys((*sooner.subjects, *later.subjects)))
    is_complete = sooner.is_complete and later.is_complete and len(subjects) <= MAX_SUBJECTS
    return Changes(counts, subjects[:MAX_SUBJECTS], is_complete)


def wanted(changes: Changes, topics: frozenset[str]) -> Changes | None:
    """What of some changes a page with these topics is told; None where nothing concerns it.

    Of changes that are not complete, nobody knows whom they concern: everybody is told.
    """
    if not topics:
        return changes
    subjects = tuple(subject for subject in changes.subjects if _concerns(subject, topics))
    counts: Mapping[str, int] = {table: count for table, count in changes.counts.items() if table in topics}
    if not subjects and not counts and changes.is_complete:
        return None
    return Changes(changes.counts if subjects else counts, subjects, changes.is_complete)


def _concerns(subject: str, topics: frozenset[str]) -> bool:
    """Whether a topic is the subject itself or its kind; a kind alone, as `stock`, is told of many, and concerns each."""
    kind = subject.partition(":")[0]
    if subject in topics or kind in topics:
        return True
    return subject == kind and any(topic.startswith(f"{kind}:") for topic in topics)


def opening(watermark: int | None) -> bytes:
    """The first words of a stream: when to come back, and up to where the page knows what changed."""
    known = "" if watermark is None else f"id: {watermark}\n"
    return f"retry: {RETRY_MILLISECONDS}\n{known}\n".encode()


def event(watermark: int, changes: Changes) -> bytes:
    """One event of a stream."""
    told = {"subjects": list(changes.subjects), "tables": dict(changes.counts), "is_complete": changes.is_complete}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return f"event: changed\nid: {watermark}\ndata: {text}\n\n".encode()


@dataclass(slots=True)
class Announcements:
    """The last announcements: what a page that comes back has missed."""

    since: int | None = None
    _kept: deque[tuple[int, Changes]] = field(default_factory=deque)

    def begin(self, watermark: int) -> None:
        """Know nothing of before a watermark, and all from there on."""
        self.since = watermark
        self._kept.clear()

    def keep(self, watermark: int, changes: Changes) -> None:
        """Keep one more; of too many, the oldest is forgotten."""
        self._kept.append((watermark, changes))
        if len(self._kept) > ANNOUNCEMENTS_KEPT:
            self.since = self._kept.popleft()[0]

    @property
    def watermark(self) -> int | None:
        """Up to where all is known."""
        return self._kept[-1][0] if self._kept else self.since

    def missed(self, last: str) -> Changes | None:
        """What a page has missed that knows all up to a watermark, as it says it; ANYTHING where that cannot be told."""
        known = int(last) if last.isascii() and last.isdigit() and len(last) <= 20 else None
        if known is None or self.since is None or self.watermark is None or not self.since <= known <= self.watermark:
            return ANYTHING
        return _all(changes for watermark, changes in self._kept if watermark > known)


def _all(several: Iterable[Changes]) -> Changes | None:
    found: Changes | None = None
    for changes in several:
        found = merged(found, changes)
    return found
