"""Clauses over HTTP: what is asked of suppliers in words, each in versions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.catalog.actions import clauses as actions
from ownstock.catalog.models import Clause
from ownstock.catalog.queries import clauses as queries
from ownstock.catalog.rules.duties import SCOPES, Duty

router = Router()
READS, DECIDES = KeyHolder(Scope.SUPPLIERS_READ), KeyHolder(SCOPES[Duty.DECIDE])


class ClauseOut(Schema):
    """A clause in one of its versions."""

    code: str
    version: int
    text: str


class ClauseIn(Schema):
    """What a clause says from now on."""

    code: str = Field(min_length=1, max_length=40)
    text: str = Field(min_length=1, max_length=actions.MAX_CLAUSE_LENGTH)


@router.get("/clauses", auth=READS, response=list[ClauseOut], summary="The clauses")
def list_clauses(request: HttpRequest) -> Any:
    """Each clause in its newest version, by code."""
    return queries.clauses()


@router.post("/clauses", auth=DECIDES, response={201: ClauseOut}, summary="Keep a clause")
def keep_clause(request: HttpRequest, body: ClauseIn) -> Status[Clause]:
    """Write a clause down; another text is its next version, the same changes nothing, and sent orders keep theirs."""
    return Status(201, actions.keep_clause(body.code, body.text, actor=actor_of(request)))
