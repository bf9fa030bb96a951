"""What stands in the logs: lines for people or JSON for programs, and no address that opens something by itself."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from typing import Any

from ownstock.journal.running import job_name

SECRET_ADDRESS = re.compile(r"(/answer/)[^/?#\s'\"]+")
TEXT, JSON = "text", "json"
request_id: ContextVar[str] = ContextVar("request_id", default="")
FIELDS = {"asctime": "at", "levelname": "level", "name": "logger", "message": "message"}


class HideTokens(logging.Filter):
    """Writes into logs no address that opens something by itself: of `/answer/…` only the beginning is left."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, without tokens; the request itself, which others may print, is left out too."""
        record.msg = SECRET_ADDRESS.sub(r"\1…", record.getMessage())
        record.args = ()
        record.__dict__.pop("request", None)
        return True


class SayWhere(logging.Filter):
    """Adds to each record in which request or job it was said."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, with the request's number and the job's name where there is one."""
        for name, value in (("request_id", request_id.get()), ("job_name", job_name.get())):
            if value:
                setattr(record, name, value)
        return True


def logging_settings(kind: str) -> dict[str, Any]:
    """Django's settings for logs: `text` leaves lines as the programs write them, `json` makes each an object."""
    filters: dict[str, Any] = {"hide_tokens": {"()": HideTokens}, "say_where": {"()": SayWhere}}
    found: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": filters,
        # What a link opens by its address alone must not stand in a log.
        "loggers": {name: {"filters": ["hide_tokens"]} for name in ("django.request", "django.server")},
    }
    if kind != JSON:
        return found
    return {
        **found,
        "formatters": {
            JSON: {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "fmt": " ".join(f"%({name})s" for name in FIELDS),
                "rename_fields": FIELDS,
                "json_ensure_ascii": False,
            }
        },
        "handlers": {
            JSON: {"class": "logging.StreamHandler", "formatter": JSON, "filters": ["hide_tokens", "say_where"]}
        },
        "root": {"handlers": [JSON], "level": "WARNING"},
        "loggers": {
            "ownstock": {"level": "INFO"},
            # Django would write its own lines beside ours.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            **found["loggers"],
        },
    }
