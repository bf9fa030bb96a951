"""The command that sets stated answers beside ours: `python -m bench.published`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import published
from bench.stated.compare import NotReadable
from bench.stated.demand import distribution

BACKORDERS = {
    "rows": [
        {
            "lam": 20,
            "K": 64.0,
            "h": 1.0,
            "p": 9.0,
            "lead_time": 0,
            "published": {"s": 14, "S": 62, "cost": 49.173},
            "computed": {"s": 14, "S": 62, "cost": 49.17303574493932},
            "effort": 3.5,
        }
    ]
}


def run(monkeypatch: pytest.MonkeyPatch, *files: Path) -> int:
    monkeypatch.setattr("sys.argv", ["published", *map(str, files)])
    return published.main()


def table(folder: Path, content: Any, name: str = "table.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_a_table_that_is_met_ends_well_and_names_what_was_not_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, table(tmp_path, BACKORDERS)) == 0
    told = last_line(capsys)
    assert told["beyond"] == 0
    assert told["files"][0]["compared"] == 6
    assert told["files"][0]["not_computed"] == {"effort": 1}


@pytest.mark.parametrize(
    ("side", "name", "value"), [("published", "cost", 49.172), ("computed", "cost", 49.1731), ("published", "S", 63)]
)
def test_a_number_that_is_off_ends_with_1(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    side: str,
    name: str,
    value: float,
) -> None:
    wrong = json.loads(json.dumps(BACKORDERS))
    wrong["rows"][0][side][name] = value
    assert run(monkeypatch, table(tmp_path, wrong)) == 1
    assert last_line(capsys)["beyond"] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ([1], "holds no table"),
        ({"rows": [{"weight": 3}]}, "is of no family known here"),
        ({"rows": [BACKORDERS["rows"][0] | {"published": {"s": 14, "S": 62}}, {"lam": 3}]}, "has a row without"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_2_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: Any, said: str
) -> None:
    assert run(monkeypatch, table(tmp_path, content)) == 2
    assert said in capsys.readouterr().err


def test_a_missing_file_does_not_keep_the_others_from_being_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path / "none.json", table(tmp_path, BACKORDERS)) == 2
    told = last_line(capsys)
    assert told["files"][0]["compared"] == 6
    assert "cannot be opened" in told["not_readable"][0]


def test_a_row_with_demand_of_no_known_name_is_named_and_the_others_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seasonal = BACKORDERS["rows"][0] | {"demand": "seasonal"}
    assert run(monkeypatch, table(tmp_path, {"rows": [seasonal, *BACKORDERS["rows"]]})) == 0
    told = last_line(capsys)["files"][0]
    assert told["compared"] == 6
    assert any("'seasonal' names no distribution" in name for name in told["not_computed"])


def test_a_tie_between_two_policies_is_no_deviation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At a mean of 75, points 66 and 67 cost the same to the last digit of a computer."""
    row = {name: value for name, value in BACKORDERS["rows"][0].items() if name != "computed"}
    ties = [{**row, "lam": 75, "published": {"s": s, "S": 86}} for s in (66, 67)]
    assert run(monkeypatch, table(tmp_path, {"rows": ties})) == 0
    assert last_line(capsys)["files"][0]["compared"] == 4


@pytest.mark.parametrize(
    ("text", "mean", "variance"),
    [
        ("poisson7", 7, 7),
        ("poisson(8) per period", 8, 8),
        ("intermittent_poisson0.3", 0.3, 0.3),
        ("nbinom_mean3_var9", 3, 9),
        ("geometric", 5, 30),
        ("uniform_2_6", 4, 2),
        ("discrete uniform {0,1,2,3,4}", 2, 2),
        ("fixed_5", 5, 0),
    ],
)
def test_demand_is_read_as_tables_write_it(text: str, mean: float, variance: float) -> None:
    (found,) = distribution(text, mean=5)
    points = np.arange(found.size)
    assert found.sum() == pytest.approx(1)
    assert found @ points == pytest.approx(mean)
    assert found @ (points - mean) ** 2 == pytest.approx(variance)


def test_two_points_share_as_mean_or_variance_say() -> None:
    assert distribution("two_point_3_or_9", mean=6.6)[0][[3, 9]] == pytest.approx([0.4, 0.6])
    assert distribution("two_point_2_or_8", variance=7.56)[0][[2, 8]] == pytest.approx([0.7, 0.3])
    assert distribution("two_point_2_or_8")[0][[2, 8]] == pytest.approx([0.5, 0.5])


def test_demand_of_no_known_name_is_not_guessed() -> None:
    with pytest.raises(NotReadable):
        distribution("seasonal")


@pytest.mark.slow
@pytest.mark.shared
def test_all_tables_beside_the_project_are_met(
    shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *sorted((shared / "tables").glob("*.json"))) == 0
    assert last_line(capsys)["beyond"] == 0
