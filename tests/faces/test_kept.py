"""What takes long to reckon is kept for some minutes, and no longer than what it was reckoned from holds."""

from __future__ import annotations

from itertools import count

import pytest

from ownstock.web import kept as keeping
from ownstock.web.kept import forget, kept


def test_what_is_reckoned_quickly_is_reckoned_for_every_page() -> None:
    numbers = count()
    assert [kept("quick", lambda: next(numbers))[0] for _ in range(3)] == [0, 1, 2]


def test_what_takes_long_is_kept_with_its_moment_until_somebody_changes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LONG_SECONDS", -1.0)
    numbers = count()

    def reckoned(site: str) -> tuple[int, object]:
        return kept("slow", lambda: next(numbers), site)

    first = reckoned("NORTH")
    assert reckoned("NORTH") == first
    assert reckoned("SOUTH")[0] == 1, "Another question has an answer of its own."
    forget()
    assert reckoned("NORTH")[0] == 2
