"""Locks of the database are numbers: two that share one by accident wait for each other without end."""

from __future__ import annotations

import re
from collections import defaultdict

from tests.docs.sources import ROOT

NAMED = re.compile(r"^_?(?:\w*LOCK|QUEUES) = (0x[0-9A-Fa-f_]+|[0-9_]+)$", re.MULTILINE)
WRITTEN = re.compile(r"advisory\w*lock\((\d+)")


def test_no_two_locks_share_a_number() -> None:
    holders: dict[int, set[str]] = defaultdict(set)
    for path in (ROOT / "src" / "ownstock").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for number in [*NAMED.findall(source), *WRITTEN.findall(source)]:
            holders[int(number, 0)].add(path.relative_to(ROOT).as_posix())
    assert len(holders) > 10
    assert [(hex(number), sorted(places)) for number, places in holders.items() if len(places) > 1] == []
