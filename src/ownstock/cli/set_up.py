"""What a company's data lack, as the page of its set-up tells it."""

from __future__ import annotations

from dataclasses import asdict

from ownstock.catalog.queries import base_currency
from ownstock.cli.command import command
from ownstock.cli.options import json_option
from ownstock.cli.render import tell
from ownstock.exchange.set_up.health import health_now


@command("data-health")
@json_option
def health() -> None:
    """Say what the data lack and what was assumed for it, the gravest first."""
    found, currency = health_now(), base_currency()
    share = (
        "nothing is on hand" if found.plannable_share is None else f"{found.plannable_share:.0%} of it can be planned"
    )
    lines = [f"{found.figures.items:,} items, {found.figures.value:,.0f} {currency} on hand at cost; {share}."]
    lines += [
        " ".join(filter(None, [
            f"{'!' if finding.tone == 'bad' else '-'} {finding.sentence}",
            f"{finding.value:,.0f} {currency} lie in them." if finding.value else "", finding.advice,
        ]))
        for finding in found.findings
    ]  # fmt: skip
    tell("\n".join(lines), asdict(found))
