"""What rules say in English and pages in the language of whoever reads them: the catalogues take these texts from here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from ownstock.access.rules import Role, Scope
from ownstock.automation.rules.autonomy import AutonomyState, Evidence
from ownstock.automation.rules.standing import CHECKS, RuleAction, VerdictOutcome
from ownstock.catalog.models import Agreement
from ownstock.catalog.rules import QualificationState, SourceClass
from ownstock.catalog.rules.commitments import CommitmentOutlook
from ownstock.catalog.rules.lapses import LapseKind
from ownstock.exchange.channels.rules import Content, MessageFormat
from ownstock.exchange.confirmations.rules import RejectReason
from ownstock.exchange.documents import Verdict
from ownstock.exchange.inbox.rules import InboundState
from ownstock.exchange.rules import AttemptOutcome, OrderTopic, OutboundState
from ownstock.exchange.subscriptions.kinds import FAMILIES, KINDS
from ownstock.journal.events import SIGNATURES
from ownstock.journal.models import JobRun
from ownstock.ledger.rules.posting import Kind, Status
from ownstock.planning.rules.edits import EditReason
from ownstock.planning.rules.kpis import KPI_FORMULAS
from ownstock.planning.rules.overrides import OverrideKind, ReasonCode
from ownstock.planning.rules.proposals import ProposalState
from ownstock.planning.rules.waterfall import STEPS
from ownstock.purchasing.queries.variances import Grouping
from ownstock.purchasing.rules import scorecards
from ownstock.purchasing.rules.answers import AnswerOutcome
from ownstock.purchasing.rules.discrepancies import DiscrepancyKind, SettlementKind
from ownstock.purchasing.rules.disputes import DisputeEnd
from ownstock.purchasing.rules.invoices import ChargeKind, InvoiceKind, InvoiceState
from ownstock.purchasing.rules.matching import FindingCode
from ownstock.purchasing.rules.notices import NoticePurpose
from ownstock.purchasing.rules.orders import OrderState
from ownstock.purchasing.rules.transfers import TransferState

# What pages write by the filter `words`: states, kinds and outcomes.
NAMED: Sequence[type[Enum]] = (
    AnswerOutcome, AttemptOutcome, AutonomyState, ChargeKind, CommitmentOutlook, Content, DiscrepancyKind, DisputeEnd,
    EditReason, Evidence, FindingCode, Grouping, InboundState, InvoiceKind, InvoiceState, JobRun.State, Kind, LapseKind,
    MessageFormat, NoticePurpose, OrderState, OrderTopic, OutboundState, OverrideKind, ProposalState, QualificationState,
    ReasonCode, RuleAction, SettlementKind, SourceClass, Status, TransferState, Verdict, VerdictOutcome,
)  # fmt: skip
# Who did something, where it was no person.
ACTORS = ("answer link", "job", "key")
# What a library asks for that has no word for it in some language.
OF_LIBRARIES = ("Username",)


def texts() -> Iterator[str]:
    """Each text as it stands in the rules, words instead of underscores."""
    for kind in NAMED:
        yield from (str(member.value).replace("_", " ").replace(".", " ") for member in kind)
    yield from (*ACTORS, *OF_LIBRARIES)
    yield from (one.meaning for kind in (Role, Scope, RejectReason) for one in kind)
    yield from (*SIGNATURES.values(), *STEPS.values(), *FAMILIES.values(), *KINDS.values(), *CHECKS.values())
    yield from (text for one in KPI_FORMULAS.values() for text in (one.name, one.formula))
    yield from (*scorecards.TITLES.values(), *scorecards.FORMULAS.values())
    for field in Agreement._meta.get_fields():
        yield field.name.capitalize().replace("_", " ").replace("Otif", "OTIF")
        yield from filter(None, [str(getattr(field, "help_text", "")).replace("`", "")])
