"""What commands ask, answer and refuse, run in this process on the test's own database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from decimal import Decimal
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from ownstock.access.models import ApiKey, User
from ownstock.access.queries import live_key
from ownstock.base.errors import Unavailable
from ownstock.catalog.models import Company, Item
from ownstock.cli.command import Root
from ownstock.journal import actions as journal
from ownstock.journal.models import AuditEvent
from ownstock.journal.queries import trail
from ownstock.ledger.models import Balance, Movement
from ownstock.planning import actions as planning
from ownstock.planning.models import Proposal
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Acknowledgement, Delivery, PurchaseOrder
from ownstock.site.entry import cli
from tests.factories import ACTOR, TODAY, Business, opening, sell_every_week, small_business

PASSWORD = "correct horse battery staple"
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


def run(*words: object) -> Result:
    """Run a command on the database that Django is connected to."""
    return CliRunner(catch_exceptions=False).invoke(cli, [str(word) for word in words], obj=nullcontext)


def answer(*words: object) -> Result:
    """Run a command that must succeed."""
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result


def commands(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, *path, name)


@pytest.fixture
def business(db: None) -> Business:
    return small_business()


@pytest.fixture
def proposal(business: Business) -> Proposal:
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 4)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    return Proposal.objects.get()


@pytest.fixture
def order(proposal: Proposal) -> PurchaseOrder:
    """An order of one line, placed."""
    [drafted] = planning.approve([proposal.pk], actor=ACTOR)
    return purchasing.place(drafted.number, actor=ACTOR)


@pytest.fixture
def bad_items(tmp_path: Path) -> Path:
    """A file of 60 items, each without a readable cost."""
    path = tmp_path / "items.csv"
    path.write_text("sku,description,unit_cost\n" + "".join(f"SKU{n},Thing {n},much\n" for n in range(60)))
    return path


def refuse_to_connect() -> AbstractContextManager[None]:
    raise AssertionError("this must not connect")


@pytest.mark.parametrize("path", [path for path in commands(cli) if path], ids=" ".join)
def test_help_is_given_without_a_database(path: tuple[str, ...]) -> None:
    result = CliRunner(catch_exceptions=False).invoke(cli, [*path, "--help"], obj=refuse_to_connect)
    assert result.exit_code == 0
    assert "Usage: " in result.stdout


@pytest.mark.parametrize(
    ("words", "hint"),
    [(["propsals"], "proposals"), (["ledger", "verfy"], "verify"), (["plan", "--om", "2026-03-02"], "--on")],
)
def test_a_mistyped_word_is_answered_with_the_near_one_and_without_a_database(words: list[str], hint: str) -> None:
    result = CliRunner(catch_exceptions=False).invoke(cli, words, obj=refuse_to_connect)
    assert result.exit_code == 2
    assert hint in result.stderr


def test_a_value_that_cannot_be_read_is_named_with_an_example() -> None:
    assert "is no date such as 2026-03-31" in run("plan", "--on", "2.3.2026").stderr
    assert "is no number such as" in run("cut", "PO-1", "1", "some", "--reason", "x").stderr
    assert "with its time zone" in run("post", "--moved-at", "2026-03-02T09:00").stderr


def ended_by(error: BaseException) -> Result:
    root = Root("ownstock", context_settings={"obj": nullcontext})

    @root.command()
    def fail() -> None:
        raise error

    return CliRunner().invoke(root, ["fail"])


def test_what_may_succeed_later_ends_with_75() -> None:
    result = ended_by(Unavailable("The server is down.", code="down"))
    assert (result.exit_code, result.stdout, result.stderr) == (75, "", "The server is down.\n")


def test_ctrl_c_ends_with_130_and_a_sentence() -> None:
    result = ended_by(KeyboardInterrupt())
    assert result.exit_code == 130
    assert "Stopped." in result.stderr


def test_a_refusal_is_a_sentence_on_standard_error(business: Business) -> None:
    result = run("place", "PO-000099")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "There is no purchase order PO-000099.\n"


def test_a_refusal_for_a_program_carries_its_data(business: Business) -> None:
    refusal = json.loads(run("place", "PO-000099", "--json").stderr)
    assert refusal == {
        "code": "no_order", "sentence": "There is no purchase order PO-000099.", "facts": {"number": "PO-000099"},
    }  # fmt: skip


def test_a_bad_file_is_refused_fault_by_fault_and_nothing_is_written(db: None, bad_items: Path) -> None:
    result = run("import", "items", bad_items)
    lines = result.stderr.splitlines()
    assert result.exit_code == 1
    assert lines[0] == "items.csv: 60 faults in 60 rows. Nothing was written."
    assert lines[1].startswith("row 2, unit_cost: 'much' must be a number")
    assert (len(lines), lines[-1]) == (52, "… and 10 more; --json lists them.")
    assert not Item.objects.exists()


def test_a_program_gets_every_fault_of_a_bad_file(db: None, bad_items: Path) -> None:
    facts = json.loads(run("import", "items", bad_items, "--json").stderr)["facts"]
    assert (facts["fault_count"], len(facts["faults"])) == (60, 60)


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(db: None, tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("sku,description,unit_cost\nCUP,Cup,2.50\n")
    told = answer("import", "items", tmp_path / "items.csv", "--dry-run").stdout
    assert told.splitlines() == [
        "  sku → sku",
        "  description → description",
        "  unit_cost → unit_cost",
        "items: 1 row read; 1 created, 0 updated, 0 unchanged. Nothing was written: this was a dry run.",
    ]
    assert not Item.objects.exists()


def test_movements_are_imported_once(business: Business, tmp_path: Path) -> None:
    file = tmp_path / "movements.csv"
    file.write_text("posting_key,kind,sku,source,target,quantity\na1,adjustment,CUP,DIFFERENCES,SHOP,7\n")
    first, again = (json.loads(answer("import", "movements", file, "--json").stdout) for _ in range(2))
    assert (first["created"], again["created"], again["unchanged"]) == (1, 0, 1)
    assert Balance.objects.get().on_hand == 7


def test_the_journal_remembers_who_did_it(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNSTOCK_ACTOR", "user:anna")
    answer("company", "set", "Blue Rim", "GBP")
    answer("company", "set", "Blue Rim Ltd", "GBP", "--actor", "user:bea")
    assert list(AuditEvent.objects.order_by("id").values_list("actor", flat=True)) == ["user:anna", "user:bea"]
    assert Company.objects.get().name == "Blue Rim Ltd"


def test_a_password_comes_from_a_file_or_the_environment_and_is_hashed_slowly(
    db: None, slow_passwords: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    answer("user", "create", "anna", "--password-file", tmp_path / "password")
    monkeypatch.setenv("OWNSTOCK_PASSWORD", PASSWORD)
    answer("user", "create", "bea")
    made = User.objects.filter(username__in=("anna", "bea"))
    assert [user.check_password(PASSWORD) for user in made] == [True, True]
    assert all(user.password.startswith("pbkdf2_sha256$") for user in made)


def test_a_password_is_never_taken_from_the_command_line(db: None) -> None:
    assert "No such option '--password'" in run("user", "create", "anna", "--password", PASSWORD).stderr
    assert "--password-file" in run("user", "create", "anna").stderr
    assert not User.objects.exists()


def test_a_key_works_from_its_making_to_its_end(db: None) -> None:
    made = json.loads(answer("key", "create", "the till", "--scope", "all", "--json").stdout)
    assert live_key(made["key"]) == ApiKey.objects.get(label="the till")
    answer("key", "revoke", made["prefix"])
    assert live_key(made["key"]) is None
    assert "No live key" in run("key", "revoke", made["prefix"]).stderr


def test_one_movement_is_posted_once_and_taken_back_once(business: Business) -> None:
    words = ["post", "--key", "a1", "--kind", "adjustment", "--sku", "CUP", "--quantity", "2.5"]
    words += ["--source", "DIFFERENCES", "--target", "SHOP"]
    assert answer(*words).stdout == "a1: 2.5 of CUP from DIFFERENCES to SHOP.\n"
    assert "nothing was posted now" in answer(*words).stdout
    for _ in range(2):
        answer("reverse", "a1", "--reason", "counted again")
    assert (Movement.objects.count(), Balance.objects.get().on_hand) == (2, 0)
    assert trail("posting:a1").get(verb="ledger.reversed").reason == "counted again"


def test_on_hand_and_movements_are_shown(business: Business) -> None:
    opening("CUP", 12)
    opening("PLATE", 3)
    assert answer("balances", "--sku", "CUP").stdout.split() == [
        "sku", "location", "lot", "status", "on_hand", "CUP", "SHOP", "released", "12",
    ]  # fmt: skip
    [movement] = json.loads(answer("movements", "CUP", "--json").stdout)
    assert (movement["quantity"], movement["posting"]) == ("12", "opening:CUP")
    assert [row["sku"] for row in json.loads(answer("items", "plat", "--json").stdout)] == ["PLATE"]
    for words in (
        ["movements", "MUG"],
        ["balances", "--sku", "MUG"],
        ["lot", "list", "MUG"],
        ["ledger", "value", "--sku", "MUG"],
    ):
        told = run(*words)
        assert (told.exit_code, told.stderr) == (1, "There is no item MUG in the catalogue; import it first.\n")
    assert "There is no location ATTIC" in run("balances", "--location", "ATTIC").stderr


def test_a_list_says_when_it_is_not_all(business: Business) -> None:
    result = answer("items", "--limit", 1)
    assert "The first 1 of 2" in result.stderr
    assert "PLATE" not in result.stdout


def test_a_name_cannot_command_the_terminal(business: Business) -> None:
    Item.objects.filter(sku="CUP").update(description="Cup\x1b[2J")
    assert "Cup?[2J" in answer("items").stdout


def test_the_ledger_is_verified_and_rebuilt(committed_db: object) -> None:
    small_business()
    opening("CUP", 12)
    assert answer("ledger", "verify").stdout == "The ledger is as it was posted.\n"
    Balance.objects.update(on_hand=11)
    wrong = run("ledger", "verify")
    assert (wrong.exit_code, "11 kept, but its movements say 12" in wrong.stdout) == (1, True)
    [difference] = json.loads(answer("ledger", "rebuild", "--json").stdout)
    assert (difference["kept"], difference["derived"]) == ("11", "12")
    assert answer("ledger", "rebuild").stdout == "Every balance was the sum of its movements.\n"


def test_a_plan_tells_what_it_changed_and_what_it_could_not_plan(business: Business) -> None:
    sell_every_week("CUP", WEEKLY)
    Item.objects.filter(sku="PLATE").update(unit_cost=0)
    told = answer("plan", "--on", TODAY).stdout
    assert told.splitlines()[0].endswith("1 new proposal, 0 changed, 0 withdrawn.")
    assert "Not planned: PLATE at SHOP. Its unit cost is zero" in told
    assert json.loads(answer("plan", "--on", TODAY, "--json").stdout)["create"] == 0


def test_a_program_gets_the_reason_exactly_as_stored(proposal: Proposal) -> None:
    assert json.loads(answer("proposal", proposal.pk, "--json").stdout) == proposal.reason


def test_a_person_gets_the_whole_reason_in_sums_that_add_up(proposal: Proposal) -> None:
    printed = answer("proposal", proposal.pk).stdout
    assert proposal.reason["sentence"] in printed
    sums = [block for block in printed.split("\n\n") if re.search(r"  \+\d", block)]
    assert [block.splitlines()[0] for block in sums] == ["Inventory position", "Need", "Quantity"]
    for block in sums:
        *parts, total = (int(line.split()[-1]) for line in block.splitlines()[1:])
        assert sum(parts) == total
    assert total == proposal.quantity
    numbers = {**proposal.reason["inputs"], **proposal.reason["decision"], **proposal.reason["forecast"]}
    missing = [name for name, value in numbers.items() if isinstance(value, int) and str(value) not in printed]
    assert missing == []


def test_proposals_are_approved_by_supplier_or_turned_down(business: Business) -> None:
    for sku in ("CUP", "PLATE"):
        sell_every_week(sku, WEEKLY)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    cup, plate = Proposal.objects.order_by("item_site__item__sku")
    [drafted] = json.loads(answer("approve", "--all", "--supplier", "ALPHA", "--json").stdout)
    answer("reject", plate.pk, "--because", "too dear")
    assert (drafted["supplier"], drafted["lines"]) == ("ALPHA", 1)
    cup.refresh_from_db()
    plate.refresh_from_db()
    assert (cup.state, plate.state, plate.decided_because) == ("approved", "rejected", "too dear")
    assert run("approve", "--all").stderr == "No proposals are pending.\n"
    assert run("approve", cup.pk, "--all").exit_code == 2


def test_all_drafts_are_placed_and_shown(proposal: Proposal) -> None:
    planning.approve([proposal.pk], actor=ACTOR)
    [placed] = json.loads(answer("place", "--all", "--json").stdout)
    assert placed["state"] == "placed"
    assert answer("place", "--all").stdout == "There are no drafts to place.\n"
    assert placed["number"] in answer("orders", "--state", "placed").stdout
    assert placed["number"] in answer("order", placed["number"]).stdout


ANSWERS = {
    "answer.csv": "line,quantity,promised_on\n1,6,2026-03-16\n1,2,2026-03-20\n",
    "answer.json": '{"answers": [{"line": 1, "promises": [{"quantity": 6, "promised_on": "2026-03-16"},'
    ' {"quantity": "2", "promised_on": "2026-03-20"}]}]}',
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_comes_from_a_file(order: PurchaseOrder, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(ANSWERS[name])
    for _ in range(2):
        answer("acknowledge", order.number, "--file", tmp_path / name, "--message-key", "mail-1")
    parts = list(Delivery.objects.order_by("number"))
    comes = [(part.quantity - part.cancelled_quantity, part.latest_promised_on) for part in parts]
    assert comes == [(Decimal(6), date(2026, 3, 16)), (Decimal(2), date(2026, 3, 20))]
    assert parts[1].refused_quantity == parts[0].line.quantity - 8
    assert Acknowledgement.objects.get().message_key == "mail-1"


def test_an_answer_comes_from_options(order: PurchaseOrder) -> None:
    answer("acknowledge", order.number, "--line", 1, "--quantity", 6, "--promised-on", "2026-03-18")
    assert Delivery.objects.get().latest_promised_on == date(2026, 3, 18)
    answer("acknowledge", order.number, "--line", 1, "--quantity", 0)
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_an_answer_accepts_all(order: PurchaseOrder) -> None:
    answer("acknowledge", order.number, "--accept-all")
    delivery = Delivery.objects.get()
    assert (delivery.quantity, delivery.latest_promised_on) == (delivery.line.quantity, delivery.requested_on)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.csv", "line,quantity,promised_on\n1,six,2026-03-16\n1,6,\n", "row 3, promised_on: A day is needed."),
        ("a.json", '{"answers": [{"line": "1", "promises": []}]}', "a.json is no answer"),
        ("a.json", "[1]", "a.json is no answer"),
        ("a.json", '{"answers": [{"line": 1, "promises": [{"quantity": 1}]}]}', "a.json is no answer"),
        ("a.doc", "x", "a.doc is neither .csv"),
    ],
)
def test_a_bad_answer_changes_nothing(
    order: PurchaseOrder, tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    (tmp_path / name).write_text(text)
    result = run("acknowledge", order.number, "--file", tmp_path / name)
    assert (result.exit_code, sentence in result.stderr) == (1, True)
    assert not Acknowledgement.objects.exists()


def test_goods_are_received_once_on_the_day_they_came(order: PurchaseOrder) -> None:
    before = Balance.objects.get(item__sku="CUP").on_hand
    for _ in range(2):
        answer("receive", order.number, "--line", 1, "--quantity", 6, "--key", "note-1", "--on", "2026-03-16")
    movement = Movement.objects.get(posting__key="note-1")
    assert (movement.quantity, movement.moved_at.date()) == (6, date(2026, 3, 16))
    assert Balance.objects.get(item__sku="CUP").on_hand == before + 6


def test_all_that_is_open_is_received(order: PurchaseOrder) -> None:
    assert "is received; 1 line received." in answer("receive", order.number, "--all-open", "--key", "note-1").stdout
    assert run("receive", order.number, "--all-open", "--key", "note-2").stderr.startswith("Nothing is open")


def test_what_will_not_come_is_cut(order: PurchaseOrder) -> None:
    told = answer("cut", order.number, 1, Delivery.objects.get().quantity, "--reason", "discontinued").stdout
    assert told.startswith(f"{order.number} is cancelled;")
    assert trail(f"purchase_order:{order.number}").get(verb="purchasing.cut").reason == "discontinued"


def test_what_needs_a_look_is_listed(order: PurchaseOrder) -> None:
    def late() -> list[str]:
        told = json.loads(answer("alerts", "--json").stdout)
        return [alert["sentence"] for alert in told if alert["kind"] == "late_delivery"]

    assert late() == []
    planning.plan(planned_on=date(2026, 6, 1), actor=ACTOR)
    [sentence] = late()
    assert order.number in sentence


def test_what_somebody_has_seen_to_is_closed(db: None) -> None:
    journal.raise_alert("happened:1", kind="test", sentence="It is odd.", facts={}, is_closable=True)
    [alert] = json.loads(answer("alerts", "--json").stdout)
    assert alert["ends"] == "by you"
    assert "Say why." in run("alert", "close", alert["number"], "--reason", " ").stderr
    said = ("alert", "close", alert["number"], "--reason", "Asked them.", "--actor", "user:anna")
    assert answer(*said).stdout == f"Alert {alert['number']} is cleared: closed by user:anna: Asked them.\n"
    assert answer("alerts").stdout == "Nothing needs a look.\n"


def test_what_was_given_up_is_sent_again(order: PurchaseOrder) -> None:
    row = journal.claim(lease_seconds=60)
    assert row is not None
    journal.give_up(row, "no address")
    [given_up] = json.loads(answer("outbox", "list", "--state", "dead", "--json").stdout)
    assert (given_up["key"], given_up["error"]) == (row.key, "no address")
    answer("outbox", "revive", row.key)
    assert json.loads(answer("outbox", "list", "--json").stdout)[0]["state"] == "waiting"
    assert "Nothing dead waits" in run("outbox", "revive", row.key).stderr
