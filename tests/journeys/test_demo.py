"""The demo, run as a person would: a year of a real shop, once around the circle, recounted and recomputed from outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import psycopg
import pytest

from ownstock.lab.retail.packed import PACKED_FILE
from tests.engine_cases import Case, reasons
from tests.retail_company import company
from tests.retail_recount import balances_from_raw
from tests.unit.reason_checker import recompute
from tests.unit.test_engine_reason import CENT, check

pytestmark = pytest.mark.slow
DEMO_SECONDS = 360
# Half a cent, and what the ten digits printed of a mean of some thousand units leave open.
CENT_PRINTED = CENT + 1e-5


@dataclass(frozen=True)
class Demo:
    """What a run of the demo left behind."""

    page: str
    folder: Path
    address: str

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.address) as connection:
            return connection.execute(statement).fetchall()

    @property
    def reasons(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "reasons.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    from ownstock.site.embedded.client import lease
    from ownstock.site.embedded.databases import ensure_database

    home = tmp_path_factory.mktemp("demo")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE")}
    done = subprocess.run(
        [sys.executable, "-m", "ownstock", "demo"], env={**kept, "OWNSTOCK_HOME": str(home)}, capture_output=True,
        text=True, timeout=DEMO_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with lease(home / "demo", grace_seconds=0) as server:
        yield Demo(done.stdout, home / "demo", ensure_database(server).app.conninfo)


def test_every_line_of_the_source_has_one_fate(demo: Demo) -> None:
    counts = re.findall(r"^  (posted|refused|not stock) +([\d,]+)  ", demo.page, re.MULTILINE)
    assert sum(int(count.replace(",", "")) for _, count in counts) == 525_461
    assert {fate for fate, _ in counts} == {"posted", "refused", "not stock"}


def test_every_line_that_was_posted_is_a_movement(demo: Demo) -> None:
    [(movements,)] = demo.rows(
        "SELECT count(*) FROM ledger_movement m JOIN ledger_posting p ON p.id = m.posting_id WHERE p.key LIKE 'retail:%'"
    )
    assert movements == company().lines.filter(fate="posted").height


def test_an_independent_recount_of_the_raw_file_equals_every_balance(demo: Demo) -> None:
    shared = os.environ.get("OWNSTOCK_SHARED")
    raw = Path(shared) / "data" / "online_retail" / PACKED_FILE.name if shared else PACKED_FILE
    received = demo.rows(
        "SELECT i.sku, sum(r.quantity)::int FROM purchasing_receipt r JOIN purchasing_delivery d ON d.id = r.delivery_id "
        "JOIN purchasing_order_line l ON l.id = d.line_id JOIN catalog_item i ON i.id = l.item_id GROUP BY i.sku"
    )
    bought = pl.DataFrame(received, schema={"sku": pl.String, "quantity": pl.Int64}, orient="row")
    assumed = company().movements.filter("assumed").select("sku", pl.col("quantity").cast(pl.Int64))
    refused = company().lines.filter(fate="refused")["line_number"]
    counted = balances_from_raw(raw, refused, pl.concat([assumed, bought]))
    kept = dict(demo.rows("SELECT i.sku, b.on_hand::int FROM ledger_balance b JOIN catalog_item i ON i.id = b.item_id"))
    assert len(kept) == 4_096
    assert kept == counted


def test_every_printed_reason_is_recomputed_from_its_printed_inputs(demo: Demo) -> None:
    """To the unit and to the cent, whether it counts unit by unit or in steps."""
    steps = [reason["decision"]["lattice_step"] for reason in demo.reasons]
    assert min(steps.count(1), len(steps) - steps.count(1)) > 500
    for reason in demo.reasons:
        check(reason)


def test_every_reason_that_was_stored_later_is_recomputed_too(demo: Demo) -> None:
    """Those that were decided while orders were open."""
    stored = [reason for (reason,) in demo.rows("SELECT reason FROM planning_proposal")]
    assert sum(bool(reason["inputs"]["arrivals"]) for reason in stored) > 100
    for reason in stored:
        check(reason)


def test_the_page_alone_suffices_to_recompute_its_reasons(demo: Demo) -> None:
    """The page is read as a person would: nothing but what is printed on it, and its money to the cent."""
    page = re.sub(r"\n {4}(?=\S)", " ", demo.page.split("MOST VALUABLE REASONS", 1)[1].split("WHAT TO DO NEXT")[0])
    steps = re.findall(r"(?:; computed in steps of (\d+) units)?\.\n  Weekly demand", page)
    weekly = re.findall(r"Weekly demand: (.*?)\. Usable ([\d,]+), open orders (.*?), lead time (.*)", page)
    expected = re.findall(r"Expected by week: ([\d. e-]+), variance ([\d.]+) times the mean", page)
    decided = re.findall(r"= ([\d,]+)\. Expected cost ([\d,.]+); of ordering nothing ([\d,.]+);", page)
    assert len(steps) == len(weekly) == len(decided) == len(expected) == 3
    for step, (_, usable, arrivals, rest), (means, ratio), answer in zip(steps, weekly, expected, decided, strict=True):
        found, (quantity, cost, cost_of_zero) = recompute(_read(usable, arrivals, rest, means, ratio)), answer
        assert (found["quantity"], found["lattice_step"]) == (_number(quantity), int(step or 1))
        assert found["expected_cost"] == pytest.approx(_number(cost), rel=0, abs=CENT_PRINTED)
        assert found["expected_cost_of_zero"] == pytest.approx(_number(cost_of_zero), rel=0, abs=CENT_PRINTED)


def test_what_the_command_prints_of_a_proposal_suffices_to_recompute_it(demo: Demo) -> None:
    """An order that was placed while others were on their way."""
    [(pk, stored)] = demo.rows(
        "SELECT id, reason FROM planning_proposal WHERE reason->'inputs'->'arrivals' <> '[]' ORDER BY value DESC LIMIT 1"
    )
    done = subprocess.run(
        [sys.executable, "-m", "ownstock", "proposal", str(pk)], env={**os.environ, "OWNSTOCK_HOME": str(demo.folder)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    check(_read_from_command(done.stdout) | {"decision": stored["decision"], "steps": stored["steps"]})


def _read_from_command(printed: str) -> dict[str, Any]:
    sections = dict(section.split("\n", 1) for section in printed.split("\n\n")[2:] if "\n" in section)
    known, expected = (
        dict(re.findall(r"^  (\w+) +(\S.*)$", sections[name], re.MULTILINE)) for name in ("Known", "Expected")
    )
    heading, *rows = (line.split() for line in sections["Open arrivals"].splitlines())
    numbers = (
        "usable", "backordered", "lead_time_days", "review_period_days", "moq", "order_multiple", "unit_cost",
        "holding_rate", "shortage_cost",
    )  # fmt: skip
    return {
        "inputs": {name: _number(known[name]) for name in numbers}
        | {"arrivals": [dict(zip(heading, map(int, row), strict=True)) for row in rows]}
        | {"unserved_demand": known["unserved_demand"], "goal": "cost", "target": 0},
        "forecast": {name: json.loads(expected[name]) for name in ("mean_by_bucket", "bucket_days", "variance_ratio")},
    }


def _read(usable: str, arrivals: str, rest: str, means: str, ratio: str) -> dict[str, Any]:
    lead, review, moq, multiple, unserved, unit_cost, holding, shortage = re.findall(
        r"^(\d+) d, review (\d+) d, MOQ (\d+), multiple (\d+), unserved demand (\w+), unit cost ([\d.]+), "
        r"holding ([\d.]+) a year, shortage ([\d.]+) a unit", rest
    )[0]  # fmt: skip
    return {
        "forecast": {
            "mean_by_bucket": [float(mean) for mean in means.split()], "variance_ratio": float(ratio), "bucket_days": 7.0,
        },
        "inputs": {
            "arrivals": [
                {"quantity": int(q), "arrives_in_days": int(days)} for q, days in re.findall(r"(\d+) in (\d+) d", arrivals)
            ],
            "usable": int(_number(usable)), "backordered": 0, "lead_time_days": int(lead),
            "review_period_days": int(review), "moq": int(moq), "order_multiple": int(multiple),
            "unserved_demand": unserved, "unit_cost": float(unit_cost), "holding_rate": float(holding),
            "shortage_cost": float(shortage), "goal": "cost", "target": 0,
        },
    }  # fmt: skip


def _number(text: str) -> float:
    return json.loads(text.replace(",", ""))


def test_a_thousand_single_changes_to_the_demos_inputs_change_or_justify_anew_each_reason(demo: Demo) -> None:
    rng = np.random.default_rng(525_461)
    chosen = rng.permutation(len(known := demo.reasons))[:1_000]
    before = [_case(known[number]) for number in chosen]
    after = [_with_one_change(one, rng) for one in before]
    moved = 0
    for old, new in zip(reasons(before), reasons(after), strict=True):
        assert old["inputs"] != new["inputs"]
        decided = new["decision"]
        check(new)
        moved += decided != old["decision"]
    assert moved > 800


def _case(reason: dict[str, Any]) -> Case:
    given = dict(reason["inputs"])
    weeks = given.pop("weeks")
    arrivals = [[a["arrives_in_days"], a["quantity"]] for a in given.pop("arrivals")]
    known = [[k["wanted_in_days"], k["quantity"]] for k in given.pop("known")]
    return {
        **given, "arrivals": arrivals, "known": known, "demand": [w["demand"] for w in weeks], "returned": [],
        "in_stock": [w["in_stock_fraction"] for w in weeks],
    }  # fmt: skip


def _with_one_change(case: Case, rng: np.random.Generator) -> Case:
    """One input of a case made larger, or the other of two."""
    name = str(rng.choice(sorted(case.keys() - {"returned", "in_stock", "backordered", "goal", "target"})))
    if name == "demand":
        week = int(rng.integers(len(case["demand"])))
        return case | {"demand": [d + (rng.integers(1, 50) if w == week else 0) for w, d in enumerate(case["demand"])]}
    if name in ("arrivals", "known"):
        return case | {name: [*case[name], [int(rng.integers(0, 30)), int(rng.integers(1, 50))]]}
    if name == "unserved_demand":
        return case | {name: "backorder" if case[name] == "lost" else "lost"}
    if isinstance(case[name], float):
        return case | {name: case[name] * float(rng.uniform(1.1, 2))}
    return case | {name: case[name] + int(rng.integers(1, 20))}


def test_the_orders_left_as_mail_with_a_pdf_and_a_csv(demo: Demo) -> None:
    files = sorted((demo.folder / "outbox").glob("*.eml"))
    assert len(files) == len(demo.rows("SELECT number FROM purchasing_purchase_order")) >= 5
    for file in files:
        kinds = [part.get_content_type() for part in message_from_bytes(file.read_bytes()).walk()]
        assert {"application/pdf", "text/csv"} <= set(kinds)


def test_the_circle_closes(demo: Demo) -> None:
    counts = [int(n.replace(",", "")) for n in re.findall(r" ([\d,]+) proposals$", demo.page, re.MULTILINE)]
    first, after_approval, after_answers, after_receipts = counts
    assert first > 2_000
    assert 0 < after_answers < first
    assert (after_approval, after_receipts) == (0, 0)


def test_the_ledger_verifies_after_the_demo(demo: Demo) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ownstock", "ledger", "verify"], env={**os.environ, "OWNSTOCK_HOME": str(demo.folder)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
