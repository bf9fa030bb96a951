"""What takes long to reckon is kept for some minutes, and no longer than what it was reckoned from holds."""

from __future__ import annotations

import threading
import time
from itertools import count

import pytest

from ownstock.web import kept as keeping
from ownstock.web.kept import forget, kept

MOMENT_SECONDS = 0.02


def test_what_is_reckoned_quickly_is_reckoned_for_every_page() -> None:
    numbers = count()
    assert [kept("quick", lambda: next(numbers))[0] for _ in range(3)] == [0, 1, 2]


@pytest.fixture
def _all_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LONG_SECONDS", -1.0)
    monkeypatch.setattr(keeping, "FRESH_TIMES", 1e9)


@pytest.fixture
def _fresh_for_a_moment(_all_takes_long: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "FRESH_AT_MOST_SECONDS", MOMENT_SECONDS)
    monkeypatch.setattr(keeping, "SHOWN_TIMES", 1e4)


@pytest.mark.usefixtures("_all_takes_long")
def test_what_takes_long_is_kept_with_its_moment_until_somebody_changes_it() -> None:
    numbers = count()

    def reckoned(site: str) -> tuple[int, object]:
        return kept("slow", lambda: next(numbers), site)

    first = reckoned("NORTH")
    assert reckoned("NORTH") == first
    assert reckoned("SOUTH")[0] == 1, "Another question has an answer of its own."
    forget()
    assert reckoned("NORTH")[0] == 2


@pytest.mark.usefixtures("_fresh_for_a_moment")
def test_what_is_old_is_shown_while_it_is_reckoned_anew_beside_the_pages() -> None:
    may_end, numbers = threading.Event(), count()

    def reckoned() -> int:
        number = next(numbers)
        assert number == 0 or may_end.wait(20)
        return number

    assert kept("old", reckoned)[0] == 0
    time.sleep(2 * MOMENT_SECONDS)
    assert [kept("old", reckoned)[0] for _ in range(3)] == [0, 0, 0]
    may_end.set()
    deadline = time.monotonic() + 20
    while kept("old", reckoned)[0] == 0:
        assert time.monotonic() < deadline, "It is not reckoned anew."
        time.sleep(0.01)


@pytest.mark.usefixtures("_fresh_for_a_moment")
def test_what_is_much_older_is_not_shown_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "SHOWN_TIMES", 2)
    numbers = count()
    assert kept("older", lambda: next(numbers))[0] == 0
    time.sleep(3 * MOMENT_SECONDS)
    assert kept("older", lambda: next(numbers))[0] == 1


@pytest.mark.usefixtures("_fresh_for_a_moment")
def test_a_fault_beside_a_page_leaves_what_is_kept_and_is_written_down(caplog: pytest.LogCaptureFixture) -> None:
    def reckoned() -> int:
        if threading.current_thread() is threading.main_thread():
            return 0
        raise ZeroDivisionError

    first = kept("faulty", reckoned)
    time.sleep(2 * MOMENT_SECONDS)
    assert kept("faulty", reckoned) == first
    deadline = time.monotonic() + 20
    while "could not be reckoned anew" not in caplog.text:
        assert time.monotonic() < deadline, "Nothing is written down."
        time.sleep(0.01)
    assert kept("faulty", reckoned) == first


@pytest.mark.usefixtures("_all_takes_long")
def test_what_was_begun_before_somebody_changed_something_is_not_kept() -> None:
    def changed_meanwhile() -> int:
        forget()
        return 0

    assert kept("begun", changed_meanwhile)[0] == 0
    assert kept("begun", lambda: 1)[0] == 1


@pytest.mark.usefixtures("_all_takes_long")
def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_KEPT", 2)
    numbers = count()
    for question in ("one", "two", "three"):
        kept("room", lambda: next(numbers), question)
    assert kept("room", lambda: next(numbers), "three")[0] == 2
    assert kept("room", lambda: next(numbers), "one")[0] == 3
