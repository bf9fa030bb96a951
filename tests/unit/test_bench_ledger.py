"""The parts of the ledger's benchmark that decide what its figures mean: what pgbench is told, percentiles, the table."""

from __future__ import annotations

import pytest

from bench.ledger_cost import Cost, percentile, total
from bench.ledger_large import Large
from bench.ledger_pgbench import NotReplayable, Sent, between_marks, figures_of, script_of, statements
from bench.ledger_report import Figure, Report, at_least, at_most, written

LOG = """\
2026-01-05 10:00:00.123 UTC [71] LOG:  statement: SELECT 'bench begins'
2026-01-05 10:00:00.124 UTC [71] LOG:  execute _pg3_0:\x20
\tINSERT INTO movement
\tSELECT $1::text, $2::bigint, $3::text
2026-01-05 10:00:00.124 UTC [71] DETAIL:  Parameters: $1 = 'it''s', $2 = '17', $3 = NULL
2026-01-05 10:00:00.125 UTC [71] LOG:  statement: SELECT 'bench ends'
2026-01-05 10:00:00.126 UTC [71] LOG:  statement: COMMIT
"""
DRAWN = {"17": ("sku", "random(1, 99)")}


def test_the_log_tells_each_statement_with_its_lines_and_parameters() -> None:
    sent = between_marks(statements(LOG))
    assert sent == [Sent("\nINSERT INTO movement\nSELECT $1::text, $2::bigint, $3::text", ("it's", "17", None))]


def test_a_script_draws_what_differs_and_keeps_the_rest() -> None:
    script = script_of(between_marks(statements(LOG)), DRAWN)
    assert script.text.splitlines() == [
        "\\set sku random(1, 99)", "INSERT INTO movement", "SELECT :s0p0::text, :sku::bigint, :s0p2::text;",
    ]  # fmt: skip
    assert script.constants == {"s0p0": "it's"}, "what is NULL must stay unknown to pgbench"


def test_an_empty_text_stands_in_the_script_itself() -> None:
    assert script_of([Sent("SELECT $1", ("",))], DRAWN).text.endswith("SELECT '';\n")


def test_the_tenth_parameter_is_not_the_first() -> None:
    values = tuple(str(k) for k in range(20, 30))
    script = script_of([Sent("SELECT $10, $1", values)], DRAWN)
    assert script.text.endswith("SELECT :s0p9, :s0p0;\n")
    assert script.constants["s0p9"] == "29"


def test_a_value_that_was_sent_as_a_literal_is_drawn_too() -> None:
    assert script_of([Sent("SELECT '17'")], DRAWN).text.endswith("SELECT :sku;\n")


@pytest.mark.parametrize("sent", [Sent("SELECT $1", ("{17,18}",)), Sent("SELECT '{17}'")])
def test_a_value_inside_another_cannot_be_replayed(sent: Sent) -> None:
    with pytest.raises(NotReplayable):
        script_of([sent], DRAWN)


def test_digits_within_a_fingerprint_are_no_such_value() -> None:
    assert script_of([Sent("SELECT $1", ("\\xa17b",))], DRAWN).constants == {"s0p0": "\\xa17b"}


def test_pgbench_s_figures_are_read() -> None:
    said = (
        "number of transactions actually processed: 14890\nnumber of failed transactions: 3 (0.020%)\n"
        "latency average = 5.289 ms\ntps = 3025.362657 (without initial connection time)\n"
    )
    assert figures_of(said) == {"count": 14890, "failed": 3, "tps": 3025.362657}


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(k) for k in range(1, 101)]
    assert [percentile(values, percent) for percent in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7.0], 95) == 7
    assert percentile([3.0, 1.0], 1) == 1


def test_costs_add_up_and_are_shared_out() -> None:
    cost = total([Cost(100, 1.0, 0.1, 0.02), Cost(300, 1.0, 0.3, 0.02)])
    assert cost.per_second == 200
    assert cost.each_us() == pytest.approx((1000, 100))
    assert Cost().per_second == 0


def test_a_target_is_met_on_its_own_side() -> None:
    assert at_least(35, "%").is_met(35)
    assert not at_least(35, "%").is_met(34.9)
    assert at_most(5, "ms").is_met(5)
    assert not at_most(5, "ms").is_met(5.1)


def test_the_table_says_what_was_missed(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.rate("batches", "batches", Cost(20_000, 1.0, 0.4, 0.2), "movements/s", target=at_least(30_000, "/s"))
    report.add(Figure("close", "closing", 0.24, "s"))
    heading, first, second = report.table().splitlines()
    assert heading.startswith("what")
    assert first.split() == ["batches", "20,000", "movements/s", "20", "10", "≥", "30,000", "/s", "MISSED"]
    assert second.split() == ["closing", "0.24", "s"]
    told = report.told()["figures"]
    assert told["batches"]["is_met"] is False
    assert told["batches"]["server_us"] == 20
    assert "is_met" not in told["close"]
    assert "MISSED" in capsys.readouterr().out


def test_latencies_are_told_in_milliseconds(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.latency("on_hand", "on hand", [0.001] * 95 + [0.004] * 5, target=at_most(5, "ms"))
    [figure] = report.figures
    assert (figure.value, figure.facts["p99_ms"], figure.is_met) == (1, 4, True)


@pytest.mark.parametrize(("number", "words"), [(1234.5, "1,234"), (12.345, "12.3"), (1.234, "1.23"), (5.0, "5")])
def test_numbers_are_short(number: float, words: str) -> None:
    assert written(number) == words


def test_a_large_ledger_issues_only_lots_that_were_received() -> None:
    large = Large(20_000)
    received = {(line.sku, line.target, line.lot) for line in large.receipts(0, large.balances)}
    assert len(received) == large.balances == 2_000
    left = list(large.departures(0, 3_000))
    assert {(line.sku, line.source, line.lot) for line in left} <= received
    assert all(line.source != line.target for line in left)


def test_a_build_that_goes_on_draws_the_same_again() -> None:
    large = Large(20_000)
    assert list(large.departures(4_000, 4_100)) == list(large.departures(4_000, 4_100))
