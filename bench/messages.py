"""Messages of suppliers, read and timed: `python -m bench.messages read FILE...` or `python -m bench.messages speed`.

`read` prints a line of JSON a file: what it is, whether it is valid under a partner's profile (`--profile`, else tolerant),
what is wrong and at which segment, and what its messages say. Of a kind that has no table, it is told that it was not read:
valid then speaks of its envelope and of the segments that are known. `speed`, the default, makes an interchange of orders
and reads it in three depths: cut into segments, with its envelope opened, checked against the tables and made documents.
Beside them the raw limit in the same run: the same bytes divided by `bytes.split`. Prints a table and, last, a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ownstock.exchange.documents import (
    AcknowledgementDocument,
    Document,
    InvoiceDocument,
    ItemCodes,
    OrderChangeDocument,
    OrderDocument,
    OrderedLine,
    Party,
    ShippingNoticeDocument,
)
from ownstock.exchange.x12.composing import Identity, compose
from ownstock.exchange.x12.envelope import Interchange, open_envelope
from ownstock.exchange.x12.messages.order import write_order
from ownstock.exchange.x12.problems import Problem, Strictness, is_accepted
from ownstock.exchange.x12.reading import Reading, ReadMessage, read
from ownstock.exchange.x12.syntax import Segment, scan

LINES, REPEATS, MEGABYTES = 40, 5, 10.0
# Orders more than by the size of the first, as no two are as long.
ROOM = 25
NOT_X12 = "not_x12"


def told(path: Path, profile: Strictness) -> dict[str, Any]:
    """What a file says and what is wrong with it, ready for JSON. One message is told with the file, several in a list."""
    reading = read(path.read_bytes(), profile)
    codes = {problem.code for problem in reading.problems}
    messages = list(_messages(reading))
    kinds = sorted({message["kind"] for message in messages})
    facts: dict[str, Any] = {
        "file": str(path),
        "format": None if NOT_X12 in codes else "x12",
        "kind": kinds[0] if len(kinds) == 1 else kinds or None,
        "valid": reading.is_accepted,
        "read": bool(reading.messages) and all(message.is_read for message in reading.messages),
        "unread_kinds": sorted({one.message.kind for one in reading.messages if not one.is_read}),
        "profile": str(profile),
        "strict": reading.is_accepted and is_accepted(Strictness.STRICT, reading.problems),
        "errors": [_problem(problem) for problem in reading.problems],
        "interchanges": len(reading.interchanges),
    }
    return {**messages[0], **facts} if len(messages) == 1 else {**facts, "messages": messages}


def _problem(problem: Problem) -> dict[str, Any]:
    return {name: value for name, value in asdict(problem).items() if value not in (None, "")}


def _messages(reading: Reading) -> Iterator[dict[str, Any]]:
    for interchange in reading.interchanges:
        firsts = {message.first for message in interchange.messages}
        for message in reading.messages:
            if message.message.first in firsts:
                yield _message(interchange, message)


def _message(interchange: Interchange, message: ReadMessage) -> dict[str, Any]:
    document = asdict(message.document) if message.document else {}
    numbers = _order_numbers(message.document)
    return {
        "kind": message.message.kind,
        "control_number": message.message.control_number,
        "interchange": interchange.control_number,
        "valid": message.is_accepted,
        "order_number": numbers[0] if numbers else None,
        "order_numbers": numbers,
        "line_count": len(document.get("lines", ())),
        "lines": document.pop("lines", ()),
        "document": document,
    }


def _order_numbers(document: Document | None) -> list[str]:
    """The orders that a document speaks of."""
    match document:
        case OrderDocument():
            numbers = [document.number]
        case ShippingNoticeDocument():
            numbers = [line.order_number for line in document.lines]
        case OrderChangeDocument() | AcknowledgementDocument() | InvoiceDocument():
            numbers = [document.order_number]
        case _:
            numbers = []
    return list(dict.fromkeys(filter(None, numbers)))


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    assert isinstance(value, date)
    return value.isoformat()


def read_files(files: list[Path], profile: Strictness) -> None:
    """Print a line for each file."""
    for path in files:
        print(json.dumps(told(path, profile), default=_plain))


def interchange_of(size: int) -> bytes:
    """One interchange of orders with 40 lines each, of at least so many bytes."""
    identity = Identity(
        sender=("ZZ", "OWNSTOCK"),
        receiver=("ZZ", "SUPPLIER"),
        control_number=1,
        written_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    )
    one, two = (len(compose(identity, "850", [_order(0)] * count)) for count in (1, 2))
    return compose(identity, "850", [_order(number) for number in range(size // (two - one) + ROOM)])


def _order(number: int) -> list[Segment]:
    lines = [_line(number, line) for line in range(1, LINES + 1)]
    party = Party(
        role="ship_to", name="Main warehouse", code="MAIN", street=("1 Long Street",), town="Leeds", country="GB"
    )
    order = OrderDocument(
        number=f"PO-{number:06}", ordered_on=date(2026, 3, 2), currency="EUR", parties=(party,), lines=tuple(lines)
    )
    return write_order(order)


def _line(number: int, line: int) -> OrderedLine:
    item = (number * LINES + line) * 7919 % 100_000
    codes = ItemCodes(sku=f"SKU-{item:05}", supplier_sku=f"V{item:05}-A", gtin=f"{4_000_000_000_000 + item}")
    price = Decimal(item % 9973 + 1).scaleb(-2)
    return OrderedLine(
        line=str(line),
        codes=codes,
        quantity=Decimal(item % 499 + 1),
        unit="EA",
        price=price,
        description=f"Article number {item} of the spring range",
        requested_on=date(2026, 3, 2 + item % 28),
    )


def divided(raw: bytes) -> int:
    """The raw limit: the same bytes divided into segments and elements, and nothing else."""
    return sum(len(piece.split(b"*")) for piece in raw.split(b"~"))


def cut(raw: bytes) -> int:
    """Cut into interchanges and segments, limits watched."""
    return sum(len(one.segments) for one in scan(raw).cuts)


def opened(raw: bytes) -> int:
    """The same, with groups, messages, counts and control numbers."""
    return sum(len(open_envelope(one)[0].messages) for one in scan(raw).cuts)


def documents(raw: bytes) -> int:
    """The same, each segment checked against its table and each message made a document."""
    return sum(message.document is not None for message in read(raw).messages)


def measure_speed(size: int) -> dict[str, Any]:
    """The rates, in 10^6 bytes per second, and the most memory of a read, in MiB above what the bytes take."""
    raw = interchange_of(size)
    fields: dict[str, Any] = {"bench": "messages", "bytes": len(raw), "load_before": round(os.getloadavg()[0], 2)}
    depths: dict[str, Callable[[bytes], int]] = {
        "split": divided,
        "cut": cut,
        "parsed": opened,
        "documents": documents,
    }
    for name, work in depths.items():
        wall, cpu = (round(len(raw) / taken / 1e6, 1) for taken in _fastest(work, raw))
        fields |= {f"{name}_mb_per_s": wall, f"{name}_mb_per_cpu_s": cpu}
        print(f"{name:10} {wall:8.1f} MB/s {cpu:8.1f} MB/CPU s   {(work.__doc__ or '').splitlines()[0]}")
    for name in ("parsed", "documents"):
        fields[f"{name}_peak_mib"] = _peak_mib(lambda name=name: depths[name](raw))  # type: ignore[misc]
        print(f"{name:10} {fields[f'{name}_peak_mib']:8.1f} MiB at most, above the bytes themselves")
    return fields


def _fastest(work: Callable[[bytes], int], raw: bytes) -> tuple[float, float]:
    """The seconds and the processor's seconds of the fastest of some runs; the others tell of a busy machine."""
    spent = []
    for _ in range(REPEATS):
        start, cpu_start = time.perf_counter(), time.process_time()
        work(raw)
        spent.append((time.perf_counter() - start, time.process_time() - cpu_start))
    return min(wall for wall, _ in spent), min(cpu for _, cpu in spent)


def _peak_mib(work: Callable[[], object]) -> float:
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / 2**20, 1)


def main() -> None:
    """Read the command line, and read files or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    works = parser.add_subparsers(dest="work")
    reading = works.add_parser("read", help="what files say and what is wrong with them")
    reading.add_argument("files", nargs="+", type=Path)
    reading.add_argument("--profile", type=Strictness, choices=list(Strictness), default=Strictness.TOLERANT)
    speed = works.add_parser("speed", help="how fast a generated interchange is read")
    speed.add_argument("--megabytes", type=float, default=MEGABYTES)
    chosen = parser.parse_args()
    if chosen.work == "read":
        read_files(chosen.files, chosen.profile)
    else:
        print(json.dumps(measure_speed(int(getattr(chosen, "megabytes", MEGABYTES) * 1e6))))


if __name__ == "__main__":
    main()
