"""The API, put together; `ownstock.site.urls` mounts `urls`."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

import ownstock
from ownstock.access.rules import Scope
from ownstock.api import (
    alerts,
    audit,
    automation,
    channels,
    clauses,
    conformity,
    counts,
    demand,
    imports,
    inbox,
    invoices,
    jobs,
    ledger,
    messages,
    notices,
    orders,
    overrides,
    policies,
    postings,
    projections,
    proposals,
    scorecards,
    subscriptions,
    supplier_papers,
    suppliers,
    trace,
    transfers,
)
from ownstock.api.description import DescribedAPI
from ownstock.api.keys import KeyHolder
from ownstock.api.problems import nowhere, say_no, told_of_methods

# No page to try it out: that would load scripts from elsewhere. openapi.json describes it all.
api = DescribedAPI(
    title="Ownstock",
    version=ownstock.__version__,
    description="What may be asked of Ownstock. Every call carries an API key, or the session of a signed-in browser; "
    "every refusal is a sentence.",
    # Each operation states its scope; one that forgot to needs them all.
    auth=KeyHolder(*Scope),
    docs_url=None,
    urls_namespace="api",
)
say_no(api)
for router in (
    proposals.router,
    projections.router,
    alerts.router,
    audit.router,
    orders.router,
    overrides.router,
    policies.router,
    automation.router,
    demand.router,
    postings.router,
    ledger.router,
    imports.router,
    counts.router,
    trace.router,
    channels.router,
    messages.router,
    subscriptions.router,
    jobs.router,
    inbox.router,
    transfers.router,
    notices.router,
    conformity.router,
    invoices.router,
    supplier_papers.router,
    clauses.router,
    suppliers.router,
    scorecards.router,
):
    api.add_router("", router)
urls = api.urls
# Sign-in is for people; the key of a program is looked at by each operation.
for pattern in urls[0]:
    assert pattern.callback is not None
    pattern.callback = login_not_required(told_of_methods(pattern.callback))
# Also for addresses with line breaks, which no operation has.
urls[0].append(re_path(r"^(?P<address>[\s\S]*)$", csrf_exempt(login_not_required(nowhere))))
