"""What the writers of test_ledger_killed.py ask of the ledger, and what must come of it: plain Python, no ledger in it.

Each writer has items of its own, on which it alone works, one request after the other: of these the model knows what must
happen. All of them work on the hot items too: there either may happen, and the sum of what was answered must be there.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str, str, str, str]

HOT = ("HOT1", "HOT2")
HELD = ("NORTH", "NORTH-1", "SOUTH")
SUPPLIER, CUSTOMER = "SUPPLIERS", "CUSTOMERS"
LOTS = ("L1", "L2")


def own_items(writer: int) -> tuple[str, str]:
    """The items of one writer: a plain one, and one in lots that quality releases."""
    return f"W{writer}-PLAIN", f"W{writer}-LOTS"


@dataclass
class Writer:
    """Chooses what one writer asks next, from what became of what it asked before."""

    number: int
    chance: random.Random
    may_call: bool
    skew_seconds: int = 0
    asked: list[Json] = field(default_factory=list)

    def next(self) -> Json:
        """The next request; its keys tell the writer and how many came before."""
        key = f"w{self.number}:{len(self.asked)}"
        choices = [self._receipt, self._receipt, self._sale, self._sale, self._move, self._document, self._several]
        if self.asked:
            choices += [self._again, self._reused]
        if self.may_call:
            choices += [self._release, self._reverse] if self.asked else [self._release]
        request = self.chance.choice(choices)(key)
        self.asked.append(request)
        return request

    def _receipt(self, key: str) -> Json:
        plain, lots = own_items(self.number)
        if self.chance.random() < 0.3:
            lot = self.chance.choice(LOTS)
            line = self._line(lots, SUPPLIER, "NORTH", lot=lot, target_status="quarantine")
            return _posting(_document(key, "receipt", [line]))
        line = self._line(self._item(plain), SUPPLIER, self.chance.choice(HELD), most=9)
        return _posting(_document(key, "receipt", [line]))

    def _sale(self, key: str) -> Json:
        plain, lots = own_items(self.number)
        if self.chance.random() < 0.2:
            line = self._line(lots, "NORTH", CUSTOMER, lot=self.chance.choice(LOTS))
        else:
            line = self._line(self._item(plain), self.chance.choice(HELD), CUSTOMER)
        return _posting(_document(key, "issue", [line]))

    def _move(self, key: str) -> Json:
        plain, _ = own_items(self.number)
        source, target = self.chance.sample(HELD, 2)
        return _posting(_document(key, "transfer", [self._line(self._item(plain), source, target)]))

    def _document(self, key: str) -> Json:
        return _posting(self._lines_in_any_order(key))

    def _several(self, key: str) -> Json:
        return _posting(*(self._lines_in_any_order(f"{key}:{n}") for n in range(self.chance.randint(2, 3))))

    def _lines_in_any_order(self, key: str) -> Json:
        plain, _ = own_items(self.number)
        items = self.chance.sample((*HOT, plain), 3)
        ends = [
            (SUPPLIER, place) if self.chance.random() < 0.7 else (place, CUSTOMER)
            for place in self.chance.sample(HELD, 3)
        ]
        lines = [self._line(sku, source, target) for sku in items for source, target in ends]
        return _document(key, "adjustment", lines)

    def _release(self, key: str) -> Json:
        _, lots = own_items(self.number)
        quantity = str(self.chance.randint(1, 5))
        return {"verb": "release", "key": key, "sku": lots, "lot": self.chance.choice(LOTS), "quantity": quantity}

    def _reverse(self, key: str) -> Json:
        return {"verb": "reverse", "key": key, "of": self.chance.choice(keys_of(self.chance.choice(self.asked)))}

    def _again(self, key: str) -> Json:
        return self.chance.choice(self.asked)

    def _reused(self, key: str) -> Json:
        """The key of an earlier request with other content."""
        plain, _ = own_items(self.number)
        earlier = self.chance.choice(keys_of(self.chance.choice(self.asked)))
        return _posting(_document(earlier, "return", [self._line(plain, SUPPLIER, "SOUTH")]))

    def _item(self, plain: str) -> str:
        return self.chance.choice((plain, plain, *HOT))

    def _line(self, sku: str, source: str, target: str, *, most: int = 5, **more: str) -> Json:
        line: Json = {
            "sku": sku,
            "source": source,
            "target": target,
            "quantity": str(self.chance.randint(1, most)),
            **more,
        }
        if self.skew_seconds:
            line["moved_at"] = (datetime.now(UTC) + timedelta(seconds=self.skew_seconds)).isoformat()
        return line


def _document(key: str, kind: str, lines: list[Json]) -> Json:
    return {"key": key, "kind": kind, "lines": lines}


def _posting(*documents: Json) -> Json:
    return {"verb": "post", "postings": list(documents)}


def keys_of(request: Json) -> list[str]:
    """The keys that a request posts under."""
    return [p["key"] for p in request["postings"]] if request["verb"] == "post" else [request["key"]]


@dataclass
class Posted:
    """What was posted under one key: its content, what it did to balances, what took it back."""

    content: str
    lines: int
    changes: Counter[Place]
    is_reversal: bool = False
    reversed_by: str = ""


class Model:
    """What is on hand and what was posted, by what the writers were answered; and what does not fit together."""

    def __init__(self) -> None:
        self.posted: dict[str, Posted] = {}
        self.on_hand: Counter[Place] = Counter()
        self.faults: list[str] = []

    def follow(self, request: Json, answer: Json, attempts: int) -> None:
        """Take in what one request was answered, after so many attempts."""
        wanted, is_shared = self._wanted(request)
        got = answer.get("code", "posted")
        if got != wanted and not (is_shared and {got, wanted} <= {"posted", "not_enough_on_hand"}):
            self.faults.append(f"{request} was answered {answer}; {wanted} was due")
        if got != "posted":
            return
        expected = [key not in self.posted for key in keys_of(request)]
        if answer["is_new"] != expected and (attempts == 1 or any(answer["is_new"])):
            self.faults.append(f"{request} was answered {answer} after {attempts} attempts; new were {expected}")
        for key, posted in self._effects(request):
            if key not in self.posted:
                self.posted[key] = posted
                self.on_hand.update(posted.changes)
                if request["verb"] == "reverse":
                    self.posted[request["of"]].reversed_by = key

    def _wanted(self, request: Json) -> tuple[str, bool]:
        """What must be answered; and whether others' work may have it otherwise."""
        if request["verb"] == "reverse":
            of = self.posted.get(request["of"])
            if of is None or of.is_reversal:
                return "no_posting" if of is None else "is_reversal", False
            if of.reversed_by:
                return "posted" if of.reversed_by == request["key"] else "already_reversed", False
        if request["verb"] == "release" and not self._knows_lot(request["sku"], request["lot"]):
            return "no_lot", False
        effects = self._effects(request)
        if any(key in self.posted and self.posted[key].content != new.content for key, new in effects):
            return "key_reused", False
        changes: Counter[Place] = Counter()
        for key, new in effects:
            if key not in self.posted:
                changes.update(new.changes)
        is_short = any(self.on_hand[place] + change < 0 for place, change in changes.items() if place[0] not in HOT)
        return "not_enough_on_hand" if is_short else "posted", not is_short and any(
            place[0] in HOT for place in changes
        )

    def _knows_lot(self, sku: str, lot: str) -> bool:
        return any((place[0], place[2]) == (sku, lot) for place in self.on_hand)

    def _effects(self, request: Json) -> list[tuple[str, Posted]]:
        content = json.dumps(request, sort_keys=True)
        if request["verb"] == "post":
            return [
                (p["key"], Posted(json.dumps(p, sort_keys=True), len(p["lines"]), changes_of(p["lines"])))
                for p in request["postings"]
            ]
        if request["verb"] == "reverse":
            of = self.posted[request["of"]]
            back: Counter[Place] = Counter({place: -change for place, change in of.changes.items()})
            return [(request["key"], Posted(content, of.lines, back, is_reversal=True))]
        line = {**request, "source": "NORTH", "target": "NORTH", "source_status": "quarantine"}
        return [(request["key"], Posted(content, 1, changes_of([line])))]

    def kept(self) -> dict[Place, Decimal]:
        """Balances that are not zero."""
        return {place: Decimal(quantity) for place, quantity in self.on_hand.items() if quantity}


def changes_of(lines: list[Json]) -> Counter[Place]:
    """What lines change, by item, place, lot and status; the world outside keeps nothing."""
    changes: Counter[Place] = Counter()
    for line in lines:
        for end, sign in (("source", -1), ("target", 1)):
            if line[end] in HELD:
                place = (line["sku"], line[end], line.get("lot", ""), line.get(f"{end}_status", "released"))
                changes[place] += sign * int(line["quantity"])
    return changes


def answered(journal: str) -> Iterator[tuple[Json, Json, int]]:
    """The requests of a writer's journal with their answers and how often each was attempted, in order."""
    attempts: dict[int, int] = defaultdict(int)
    requests: dict[int, Json] = {}
    for row in map(json.loads, journal.splitlines()):
        if "ask" in row:
            attempts[row["n"]] += 1
            requests[row["n"]] = row["ask"]
        else:
            yield requests[row["n"]], row["answer"], attempts[row["n"]]
