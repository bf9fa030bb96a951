"""How the API describes itself: beside what each call takes and gives, who may ask and how a refusal looks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from ninja import NinjaAPI

SESSION = "SessionHolder"
# Of calls that give a file.
BYTES = {
    "responses": {200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}
}
WRITING = frozenset({"post", "put", "patch", "delete"})
# What any call may answer instead; the keys are the names of the answers in the description.
REFUSALS = {
    HTTPStatus.UNAUTHORIZED: "No live key, and nobody is signed in.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A value is malformed, or a rule speaks against it; the sentence says which and why.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Nobody did wrong: send the same again after Retry-After seconds.",
}
OF_SCOPES = {HTTPStatus.FORBIDDEN: "The scopes of the key, or the roles of the person, do not allow it."}
OF_NAMES = {HTTPStatus.NOT_FOUND: "There is nothing by a name that the call gives."}
OF_BODIES = {
    HTTPStatus.BAD_REQUEST: "The body is not what its content type says.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large; split it.",
}
OF_WRITES = {HTTPStatus.CONFLICT: "A key was used for other content, or somebody changed it meanwhile."}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people."},
        "code": {"type": "string", "description": "A stable name for programs."},
        "facts": {"type": "object", "description": "The values behind the sentence."},
        "fields": {
            "type": "array",
            "description": "Of a malformed call: each value that is wrong.",
            "items": {
                "type": "object",
                "required": ["field", "sentence"],
                "properties": {"field": {"type": "string"}, "sentence": {"type": "string"}},
            },
        },
    },
}


class DescribedAPI(NinjaAPI):
    """An API whose description names the sessions of browsers beside the keys of programs, and every refusal."""

    def get_openapi_schema(self, *asked: Any, **named: Any) -> Any:
        """The description, with what every operation has in common."""
        schema = super().get_openapi_schema(*asked, **named)
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = PROBLEM
        components["responses"] = {_name(status): _answer(sentence) for status, sentence in _all().items()}
        schemes = components.setdefault("securitySchemes", {})
        schemes[SESSION] = {
            "type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME,
            "description": "A signed-in browser; writes need the header X-CSRFToken.",
        }  # fmt: skip
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                _describe(method, operation)
        return schema


def _all() -> dict[HTTPStatus, str]:
    return {**REFUSALS, **OF_SCOPES, **OF_NAMES, **OF_BODIES, **OF_WRITES}


def _name(status: HTTPStatus) -> str:
    return status.phrase.replace(" ", "")


def _answer(sentence: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": sentence, "content": {"application/problem+json": {"schema": schema}}}


def _describe(method: str, operation: dict[str, Any]) -> None:
    """Say who may ask, and how the call may be refused."""
    holders = operation.get("security", [])
    has_scopes = {"KeyHolder": []} in holders
    if has_scopes and {SESSION: []} not in holders:
        holders.append({SESSION: []})
    has_body = "requestBody" in operation
    refusals = {
        **REFUSALS,
        **(OF_SCOPES if has_scopes else {}),
        **(OF_NAMES if has_body or operation.get("parameters") else {}),
        **(OF_BODIES if has_body else {}),
        **(OF_WRITES if method in WRITING else {}),
    }
    told = operation["responses"]
    for status in refusals:
        if not {status, str(int(status))} & told.keys():
            told[str(int(status))] = {"$ref": f"#/components/responses/{_name(status)}"}
