"""Posting what many ask for at once in one transaction: each document for itself, all of them at the cost of one.

A transaction costs much more than a line. Callers who wait side by side in one process are therefore posted together: while
one transaction is under way the next callers gather, and the busier it is the more of them share one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from django.db import close_old_connections, connection
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.ledger.actions.posting import Posted, post, post_lines
from ownstock.ledger.rules.posting import PostingRequest, check

MOST_TOGETHER = 200
# So many single lines in a statement each cost less than one call of the posting function.
FEW = 6
IDLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One document to post, and who asks for it."""

    request: PostingRequest
    actor: str


def post_each(asked: Sequence[Asked]) -> list[Posted | Refused]:
    """Post documents of several callers, each on its own: what one of them is refused for leaves the others alone.

    A few are posted one by one. More are tried together; where that is refused, in halves, and so on. Keys must differ.
    """
    if len(asked) <= FEW:
        return [_post_alone(one) for one in asked]
    try:
        return [*_post_together(asked)]
    except Refused:
        pass
    half = len(asked) // 2
    return post_each(asked[:half]) + post_each(asked[half:])


def _post_alone(one: Asked) -> Posted | Refused:
    try:
        [posted] = post([one.request], actor=one.actor)
    except Refused as refusal:
        return refusal
    return posted


def _post_together(asked: Sequence[Asked]) -> list[Posted]:
    now = timezone.now()
    for one in asked:
        check(one.request, now=now)
    return post_lines([one.request for one in asked], actors=[one.actor for one in asked], now=now)


def post_soon(request: PostingRequest, *, actor: str) -> Posted:
    """Post one document, together with those that others ask this process for in the same moment.

    Inside a transaction of the caller's own it is posted in that one. Raises what `post` raises.
    """
    if connection.in_atomic_block:
        [posted] = post([request], actor=actor)
        return posted
    answer = _gathering.post(request, actor=actor)
    # Whoever waits needs no connection, and the thread that posts for all needs one.
    connection.close()
    return answer.result()


class Gathering:
    """Where callers of one process wait to be posted together; a thread of its own posts them, and ends when idle."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Asked, Future[Posted]]] = deque()
        self._lock = threading.Condition()
        self._is_at_work = False

    def post(self, request: PostingRequest, *, actor: str) -> Future[Posted]:
        """Have a document posted soon: the future gives what `post` returns, or raises what it raises."""
        answer: Future[Posted] = Future()
        with self._lock:
            self._waiting.append((Asked(request, actor), answer))
            if not self._is_at_work:
                self._is_at_work = True
                threading.Thread(target=self._work, name="posting", daemon=True).start()
            self._lock.notify()
        return answer

    def _work(self) -> None:
        while together := self._next():
            close_old_connections()
            try:
                answers = post_each([asked for asked, _ in together])
            except Exception as fault:
                # Whatever it is, those who wait must be told.
                for _, future in together:
                    future.set_exception(fault)
                continue
            for (_, future), answer in zip(together, answers, strict=True):
                _tell(future, answer)
        connection.close()

    def _next(self) -> list[tuple[Asked, Future[Posted]]]:
        """Those who are posted next, no key twice; nobody, after a while in which nobody came."""
        with self._lock:
            if not self._waiting and not self._lock.wait_for(lambda: bool(self._waiting), IDLE_SECONDS):
                self._is_at_work = False
                return []
            together: list[tuple[Asked, Future[Posted]]] = []
            later: list[tuple[Asked, Future[Posted]]] = []
            keys: set[str] = set()
            while self._waiting and len(together) < MOST_TOGETHER:
                one = self._waiting.popleft()
                (later if one[0].request.key in keys else together).append(one)
                keys.add(one[0].request.key)
            self._waiting.extendleft(reversed(later))
            return together


_gathering = Gathering()


def _tell(future: Future[Posted], answer: Posted | Refused) -> None:
    if isinstance(answer, Refused):
        future.set_exception(answer)
    else:
        future.set_result(answer)
