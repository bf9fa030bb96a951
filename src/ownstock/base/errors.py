"""The two ways Ownstock says no.

    OwnstockError
    ├── Refused       the caller can mend it: a value, a step out of order, too little stock
    └── Unavailable   nobody did wrong: a server is down, a lock is held; try again later

Each is a sentence for a person, and carries the data behind the sentence for a program.
A broken invariant is neither: it is an assert and a database constraint.
"""

from __future__ import annotations


class OwnstockError(Exception):
    """A sentence for a person, with the data behind it.

    `code` is a stable name for programs (`not_enough_stock`), `facts` the values the sentence speaks of.
    """

    def __init__(self, sentence: str, *, code: str, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return self.sentence


class Refused(OwnstockError):
    """The caller can mend this: the sentence says what is wrong and what to do."""


class Unavailable(OwnstockError):
    """Nobody did wrong; the same call may succeed later."""
