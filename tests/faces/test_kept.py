"""What takes long to reckon is kept for some minutes, and no longer than what it was reckoned from holds."""

from __future__ import annotations

import threading
import time
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


@pytest.fixture
def _old_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LONG_SECONDS", -1.0)
    monkeypatch.setattr(keeping, "FRESH_SECONDS", -1.0)


@pytest.mark.usefixtures("_old_at_once")
def test_what_is_old_is_shown_while_it_is_reckoned_anew_once_beside_the_pages() -> None:
    may_end, numbers = threading.Event(), count()

    def reckoned() -> int:
        number = next(numbers)
        assert number == 0 or may_end.wait(20)
        return number

    assert kept("old", reckoned)[0] == 0
    assert [kept("old", reckoned)[0] for _ in range(3)] == [0, 0, 0]
    may_end.set()
    deadline = time.monotonic() + 20
    while kept("old", reckoned)[0] == 0:
        assert time.monotonic() < deadline, "It is not reckoned anew."
        time.sleep(0.01)


@pytest.mark.usefixtures("_old_at_once")
def test_a_fault_beside_a_page_leaves_what_is_kept_and_is_written_down(caplog: pytest.LogCaptureFixture) -> None:
    def reckoned() -> int:
        if threading.current_thread() is threading.main_thread():
            return 0
        raise ZeroDivisionError

    first = kept("faulty", reckoned)
    assert kept("faulty", reckoned) == first
    deadline = time.monotonic() + 20
    while "could not be reckoned anew" not in caplog.text:
        assert time.monotonic() < deadline, "Nothing is written down."
        time.sleep(0.01)
    assert kept("faulty", reckoned) == first
