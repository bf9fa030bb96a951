"""Programs for test_generations.py, which runs each as a process of its own.

They fork, so nothing here may start a thread.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ownstock.base.errors import Unavailable
from ownstock.engine.generations import Array, Generation, read, writing

# Of these the interpreter tells before it takes them.
STEPS = {"os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir"}
LENGTH = 300_000
WRITERS, ADDITIONS = 3, 12


def begin(store: Path) -> None:
    """The first generation, number 0."""
    with writing(store, afresh=True) as draft:
        draft.put("kept", np.arange(9))
        draft.put("numbers", np.zeros(LENGTH))
        draft.publish({"number": 0})


def add(store: Path, pieces: Callable[[int], Iterator[Array]] | None = None) -> None:
    """The next one: an array kept, another filled with its number."""
    with writing(store) as draft:
        assert draft.current is not None
        number = draft.current.facts["number"] + 1
        draft.keep("kept")
        whole = iter([np.full(LENGTH, float(number))])
        draft.put_pieces("numbers", pieces(number) if pieces else whole, (LENGTH,), np.float64)
        draft.publish({"number": number})


def number_of(store: Path) -> int:
    """The number of the current generation, every byte of it read."""

    def checked(generation: Generation) -> int:
        number = int(generation.facts["number"])
        assert (generation.verified("numbers") == number).all()
        assert (generation.verified("kept") == np.arange(9)).all()
        return number

    return read(store, checked)


def in_a_child(work: Callable[[], object]) -> int:
    """Start it in a process of its own, which ends with 0 where all went well."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return pid


def die() -> None:
    """As a process does that is killed."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(store: Path, step: int, told: int) -> None:
    """Write the next generation, but die before a step on the file system; tell which it was."""
    counted = itertools.count()

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        is_file = event == "open" and str(arguments[0]).startswith(str(store))
        if (is_file or event in STEPS) and next(counted) == step:
            os.write(told, event.encode())
            die()

    sys.addaudithook(watch)
    add(store)


def killed_at_every_step(store: Path) -> list[dict[str, Any]]:
    """What is read before and after each death, and after the next writer."""
    deaths: list[dict[str, Any]] = []
    for step in itertools.count():
        before = number_of(store)
        hear, tell = os.pipe()
        pid = in_a_child(partial(die_at, store, step, tell))
        os.close(tell)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with os.fdopen(hear) as pipe:
            event = pipe.read()
        after = number_of(store)
        if code == 0:
            return deaths
        add(store)
        left = sorted(path.name for path in store.iterdir())
        deaths.append(
            {"event": event, "code": code, "new": after - before, "next": number_of(store) - after, "left": left}
        )
    return deaths


def killed_half_way_through_an_array(store: Path) -> list[dict[str, Any]]:
    """The same, with some of the bytes written."""

    def half(number: int) -> Iterator[Array]:
        yield np.full(LENGTH // 2, float(number))
        die()

    before = number_of(store)
    code = os.waitstatus_to_exitcode(os.waitpid(in_a_child(lambda: add(store, half)), 0)[1])
    after = number_of(store)
    drafts = [path.name for path in store.glob("draft-*/numbers.bin")]
    add(store)
    left = sorted(path.name for path in store.iterdir())
    return [{"code": code, "new": after - before, "next": number_of(store) - after, "drafts": drafts, "left": left}]


def until_the_disk_is_full(store: Path) -> list[dict[str, Any]]:
    """Add generation after generation, each beside a larger file of others, until there is no more room."""
    for number in itertools.count(1):
        try:
            add(store)
        except Unavailable as error:
            left = sorted(path.name for path in store.iterdir())
            return [
                {
                    "failed": number,
                    "code": error.code,
                    "sentence": error.sentence,
                    "read": number_of(store),
                    "left": left,
                }
            ]
        (store.parent / "others").write_bytes(bytes(number << 20))
    return []


def add_often(store: Path) -> None:
    """Add so many, again where another writes."""
    for _ in range(ADDITIONS):
        while True:
            try:
                add(store)
                break
            except Unavailable as error:
                if error.code != "history_store_locked":
                    raise


def written_by_several(store: Path) -> list[dict[str, Any]]:
    """Read while others write, and tell what was read."""
    running = {in_a_child(lambda: add_often(store)) for _ in range(WRITERS)}
    seen, codes = [number_of(store)], []
    while running:
        seen.append(number_of(store))
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            running.remove(pid)
            codes.append(os.waitstatus_to_exitcode(status))
    return [{"seen": seen, "codes": codes, "last": number_of(store)}]


if __name__ == "__main__":
    begin(Path(sys.argv[2]))
    print(json.dumps(globals()[sys.argv[1]](Path(sys.argv[2]))))
