"""The demo: a year of a real shop, once around the circle, on one page."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from ownstock.base.errors import Refused, Unavailable
from ownstock.catalog.queries import is_catalog_empty
from ownstock.exchange.queries import messages_sent
from ownstock.lab import demo as story
from ownstock.lab.retail.tables import CURRENCY, SampleCompany
from ownstock.ledger.queries import verify
from ownstock.planning.models import Proposal
from ownstock.purchasing import queries as order_queries
from ownstock.purchasing.models import PurchaseOrder

WORKER_SECONDS = 600
WIDTH = 110
SHOWN_REASONS = 3
REASONS_FILE = "reasons.jsonl"
Fresh = Callable[[], AbstractContextManager[Path]]


@dataclass(slots=True)
class Page:
    """What the demo shows at its end, gathered on the way."""

    folder: Path
    company: SampleCompany | None = None
    plans: list[tuple[str, int]] = field(default_factory=list)
    orders: list[PurchaseOrder] = field(default_factory=list)
    answers: list[story.SupplierAnswer] = field(default_factory=list)
    dearest: list[Proposal] = field(default_factory=list)
    weekly_demand: float = 0.0


def demo_command(fresh: Fresh) -> click.Command:
    """The command; `fresh` opens an empty installation of the demo's own and gives its folder."""

    @click.command("demo")
    def demo() -> None:
        """Take a year of a real shop once around the circle: import, plan, approve, order, answer, receive, plan again.

        It works in a folder and a database of its own, made anew each time, and touches nothing else.
        """
        with fresh() as folder:
            if not is_catalog_empty():
                raise Refused("The demo needs an empty database, and the one in DATABASE_URL is not.", code="not_empty")
            page = Page(folder)
            _run(page)
            for line in _page(page):
                click.echo(line)

    return demo


def _run(page: Page) -> None:
    """The steps, each told as it is done."""
    files = page.folder / "import"
    with _step("read the year, give every line its fate, write the import files"):
        page.company = story.write_tables(files)
    with _step("import places, items, suppliers and supply terms"):
        story.import_catalog(files)
    with _step("post a year of movements") as progress:
        story.import_year(files, progress)
    with _step("plan every item, approve, place one order per supplier"):
        page.plans.append(("first plan", story.plan().run.proposed_count))
        _keep_reasons(page)
        page.orders = story.approve_and_place()
        page.plans.append(("plan again, right after approval", _pending_after_plan()))
    with _step("the worker sends the orders"):
        _send()
    with _step("the suppliers answer; what they cut or delay is planned and ordered again"):
        page.answers = story.answer(page.orders)
        page.plans.append(("plan after the answers", _pending_after_plan()))
        page.orders += story.approve_and_place()
        _send()
    with _step("goods arrive in parts, the late ones excepted; plan a last time"):
        story.receive(page.orders[: len(page.answers)], waiting_for=_late_supplier(page.answers))
        page.plans.append(("plan after the receipts", _pending_after_plan()))
    with _step("verify the ledger"):
        _refuse_findings()


def _pending_after_plan() -> int:
    story.plan()
    return len(story.pending())


def _keep_reasons(page: Page) -> None:
    """Write every reason of the first plan to a file, as stored, and keep the dearest for the page."""
    proposals = story.pending()
    page.dearest = proposals[:SHOWN_REASONS]
    page.weekly_demand = sum(7 * p.reason["forecast"]["mean_per_day"] for p in proposals)
    with (page.folder / REASONS_FILE).open("w", encoding="utf-8") as file:
        for proposal in proposals:
            file.write(json.dumps({"sku": proposal.item_site.item.sku, **proposal.reason}, ensure_ascii=False) + "\n")


def _late_supplier(answers: Sequence[story.SupplierAnswer]) -> str:
    return next(answer.supplier for answer in answers if "late" in answer.kind)


def _send() -> None:
    """Run the real worker until nothing waits."""
    command = [sys.executable, "-m", "ownstock", "worker", "--once"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WORKER_SECONDS, check=False)
    except subprocess.TimeoutExpired as fault:
        minutes = WORKER_SECONDS // 60
        raise Unavailable(
            f"The worker was not done in {minutes} minutes: this machine is too busy. Run the same command again.",
            code="worker_failed",
        ) from fault
    if done.returncode:
        raise Unavailable(f"The worker failed: {done.stderr.strip()[-500:]}", code="worker_failed")


def _refuse_findings() -> None:
    findings = verify()
    if findings:
        raise Unavailable(f"The ledger is not as it was posted: {findings[0].sentence}", code="ledger_altered")


@contextmanager
def _step(what: str) -> Iterator[story.Progress]:
    """Say what is being done and how long it took; on a terminal, how far it is."""
    start = time.perf_counter()

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r  {what} … {done / total:4.0%}", nl=False, err=True)

    yield progress
    end = "\r" if sys.stderr.isatty() else ""
    click.echo(f"{end}  {what} ({time.perf_counter() - start:.1f} s)", err=True)


def _page(page: Page) -> Iterator[str]:
    assert page.company is not None
    yield ""
    yield f"THE SAMPLE COMPANY, {story.TODAY:%d %B %Y}: a UK gift wholesaler's real invoice lines, December 2009 to 2010"
    yield "(UCI Online Retail II, CC BY 4.0). Stock, receipts, suppliers and supply terms are ASSUMED: the source has none."
    yield from _fates(page.company)
    yield from _stock_and_forecast(page)
    yield from _orders(page)
    yield from _reasons(page.dearest)
    yield from _next(page)


def _fates(company: SampleCompany) -> Iterator[str]:
    rows = story.fates(company)
    yield ""
    yield f"EVERY LINE ONCE: {sum(row.lines for row in rows):,}"
    for row in rows:
        yield f"  {_words(row.fate):<9} {row.lines:>9,}  {row.reason}"


def _stock_and_forecast(page: Page) -> Iterator[str]:
    stock = story.stock_figures()
    yield ""
    yield from _filled(
        "STOCK",
        f"{stock.items_on_hand:,} items on hand, {stock.items_at_zero:,} at zero; {stock.units:,.0f} units worth "
        f"{CURRENCY} {stock.value:,.0f} at assumed cost, the receipts of this demo included",
    )
    name, count = page.plans[0]
    yield from _filled(
        "FORECAST",
        f"{count:,} items need an order in the {name}; their customers are expected to take "
        f"{page.weekly_demand:,.0f} units a week",
    )


def _orders(page: Page) -> Iterator[str]:
    answers = {answer.number: answer for answer in page.answers}
    yield ""
    yield from _filled("ORDERS", f"{len(page.orders)} placed, {messages_sent()} sent")
    for order in page.orders:
        order.refresh_from_db()
        value = sum(line.quantity * line.price for line in order_queries.lines(order))
        told = _told(answers.get(order.number))
        yield f"  {order.number}  {order.supplier.name:<28} {CURRENCY} {value:>9,.0f}  {told}; now {_words(order.state)}"
    yield ""
    yield "PLANS"
    for name, count in page.plans:
        yield f"  {name:<34} {count:>5,} proposals"


def _told(answer: story.SupplierAnswer | None) -> str:
    if answer is None:
        return "no answer yet"
    return f"answered {answer.kind}" + (f", {answer.cut:,.0f} units cut" if answer.cut else "")


def _words(state: str) -> str:
    return state.replace("_", " ")


def _reasons(dearest: Sequence[Proposal]) -> Iterator[str]:
    yield ""
    yield f"THE {len(dearest)} MOST VALUABLE REASONS (5/7: in stock on 5 days of 7)"
    for proposal in dearest:
        item, given, decided = proposal.item_site.item, proposal.reason["inputs"], proposal.reason["decision"]
        weeks = " ".join(map(_week, given["weeks"]))
        steps = " ".join(f"{s['step']} {s['units']:+,d}" for s in proposal.reason["steps"])
        for text in (
            f"{item.sku} {item.description}. {proposal.reason['sentence']}",
            f"Weekly demand: {weeks}. Usable {given['usable']:,}, open orders {_arrivals(given)}, "
            f"lead time {given['lead_time_days']} d, review {given['review_period_days']} d, MOQ {given['moq']}, "
            f"multiple {given['order_multiple']}, unserved demand {given['unserved_demand']}, "
            f"unit cost {given['unit_cost']}, holding {given['holding_rate']} a year, "
            f"shortage {given['shortage_cost']} a unit.",
            f"Expected by week: {_expected(proposal.reason['forecast'])}.",
            f"{steps} = {decided['quantity']:,}. Expected cost {decided['expected_cost']:,.2f}; of ordering nothing "
            f"{decided['expected_cost_of_zero']:,.2f}; so it saves {proposal.value:,.2f} {CURRENCY}.",
        ):
            yield from textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _week(week: dict[str, float]) -> str:
    share = week["in_stock_fraction"]
    return f"{week['demand']:g}" + (f" ({share * 7:g}/7)" if share < 1 else "")


def _expected(forecast: dict[str, Any]) -> str:
    means = " ".join(f"{mean:.10g}" for mean in forecast["mean_by_bucket"])
    return f"{means}, variance {forecast['variance_ratio']:.10g} times the mean"


def _arrivals(given: dict[str, list[dict[str, int]]]) -> str:
    return ", ".join(f"{a['quantity']} in {a['arrives_in_days']} d" for a in given["arrivals"]) or "none"


def _filled(heading: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{heading:<10} ", subsequent_indent=" " * 11)


def _next(page: Page) -> Iterator[str]:
    program = "ownstock" if shutil.which("ownstock") else Path(sys.executable).with_name("ownstock")
    home = page.folder
    yield ""
    yield "WHAT TO DO NEXT"
    yield f"  see it in a browser    OWNSTOCK_HOME={home} {program} serve"
    yield f"  every reason in full   {home / REASONS_FILE}"
    yield f"  the orders as sent     {home / 'outbox'}"
    yield f"  the files imported     {home / 'import'}"
    yield f"  start with your own    {program} import --help"
