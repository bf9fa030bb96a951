"""Published answers met: `python -m bench.published FILE...` reads tables, computes each number anew, and compares.

A table is a JSON file with `rows`; of which family it is, its fields say. Without a file, those in `tables` of the
folder that the setting OWNSTOCK_SHARED names. Numbers that we do not compute are named. Ends with 1 when a number lies
beyond its tolerance, with 2 when a file cannot be read. Prints a table for people and, last, one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.stated import backorders, bullwhip, constrained, dual_sourcing, leadtime, lost_sales
from bench.stated.compare import Answer, Check, Family, NotReadable, Table

FAMILIES = (
    backorders.FAMILY,
    lost_sales.BY_POLICY,
    lost_sales.WITH_ORDER_COST,
    leadtime.MIXTURE,
    leadtime.CROSSOVER,
    dual_sourcing.FAMILY,
    bullwhip.FAMILY,
    constrained.FAMILY,
)
BEYOND, UNREADABLE = 1, 2


def read(path: Path) -> tuple[Family, Table]:
    """A table and its family. Raises NotReadable with a sentence."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotReadable(f"{path} cannot be opened: {error.strerror}.") from error
    except ValueError as error:
        raise NotReadable(f"{path} is not JSON: {error}.") from error
    if not isinstance(table, dict) or not isinstance(table.get("rows"), list):
        raise NotReadable(f"{path} holds no table: an object with `rows` is needed.")
    for family in FAMILIES:
        if family.is_mine(table):
            return family, table
    known = "; ".join(family.name for family in FAMILIES)
    raise NotReadable(f"{path} is of no family known here. Known are: {known}.")


def show(answer: Answer) -> None:
    """Print one row: each quantity, stated and computed, and how far off."""
    print(f"  {answer.row}")
    for check in answer.checks:
        mark = " " if check.is_within else "!"
        print(
            f"   {mark}{check.name:<38} {check.stated:>18.10g} {check.computed:>18.10g}"
            f" {check.deviation:>9.1e} of {check.tolerance:.1e}"
        )


def strain(check: Check) -> float:
    """How much of its tolerance a deviation takes; a number that is none takes all and more."""
    share = check.deviation / check.tolerance
    return share if share == share else float("inf")


def compare(path: Path) -> dict[str, Any]:
    """Read, compute and print one file; what is to be told of it in one line. Raises NotReadable."""
    family, table = read(path)
    print(f"\n{path.name}: {family.name}")
    print(f"    {'':<38} {'stated':>18} {'computed':>18}  deviation")
    started = time.perf_counter()
    checks: list[Check] = []
    left_out: Counter[str] = Counter()
    try:
        for answer in family.answers(table):
            show(answer)
            checks += answer.checks
            left_out.update(answer.not_computed)
    except (KeyError, TypeError, IndexError) as error:
        raise NotReadable(f"{path} has a row without what its family needs: {error!r}.") from error
    for name, times in sorted(left_out.items()):
        print(f"    not computed: {name} ({times} rows)")
    return summary(path, family, checks, left_out) | {"seconds": round(time.perf_counter() - started, 2)}


def summary(path: Path, family: Family, checks: list[Check], left_out: Counter[str]) -> dict[str, Any]:
    """One file in a few figures."""
    worst = max(checks, key=strain, default=None)
    beyond = [check for check in checks if not check.is_within]
    if worst is not None:
        print(
            f"  {len(checks)} numbers compared, {len(beyond)} beyond their tolerance; nearest to it: {worst.name},"
            f" {worst.deviation:.2g} of {worst.tolerance:.2g}"
        )
    return {
        "file": path.name,
        "family": family.name,
        "compared": len(checks),
        "beyond": len(beyond),
        "worst_deviation": max((check.deviation for check in checks), default=None),
        "worst_share_of_tolerance": None if worst is None else round(strain(worst), 4),
        "not_computed": dict(sorted(left_out.items())),
    }


def main() -> int:
    """Compare all files; 0 when all is well, 1 beyond a tolerance, 2 where a file cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    files = parser.parse_args().files or sorted(Path(os.environ.get("OWNSTOCK_SHARED", ""), "tables").glob("*.json"))
    if not files:
        print("Nothing to compare: name a file, or set OWNSTOCK_SHARED to the folder that holds `tables`.")
    found, faults = [], []
    for path in files:
        try:
            found.append(compare(path))
        except NotReadable as error:
            print(error, file=sys.stderr)
            faults.append(str(error))
    beyond = sum(each["beyond"] for each in found)
    print()
    print(json.dumps({"bench": "published", "beyond": beyond, "files": found, "not_readable": faults}))
    return UNREADABLE if faults else BEYOND if beyond else 0


if __name__ == "__main__":
    sys.exit(main())
