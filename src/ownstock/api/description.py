"""How the API describes itself: beside what each call takes and gives, who may ask and how a refusal looks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from ninja import NinjaAPI

SESSION = "SessionHolder"
REFUSALS = {
    "401": "No live key, and nobody is signed in.",
    "403": "The scopes of the key, or the roles of the person, do not allow it.",
}
PROBLEM = {"type": "object", "properties": {name: {"type": "string"} for name in ("type", "title", "detail", "code")}}


class DescribedAPI(NinjaAPI):
    """An API whose description names the sessions of browsers beside the keys of programs."""

    def get_openapi_schema(self, *asked: Any, **named: Any) -> Any:
        """The description, with what every operation has in common."""
        schema = super().get_openapi_schema(*asked, **named)
        schemes = schema.get("components", {}).setdefault("securitySchemes", {})
        schemes[SESSION] = {
            "type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME,
            "description": "A signed-in browser; writes need the header X-CSRFToken.",
        }  # fmt: skip
        for operations in schema["paths"].values():
            for operation in operations.values():
                _describe(operation)
        return schema


def _describe(operation: dict[str, Any]) -> None:
    holders = operation.get("security", [])
    if {"KeyHolder": []} not in holders:
        return
    if {SESSION: []} not in holders:
        holders.append({SESSION: []})
    for status, sentence in REFUSALS.items():
        content = {"application/problem+json": {"schema": PROBLEM}}
        operation["responses"].setdefault(status, {"description": sentence, "content": content})
