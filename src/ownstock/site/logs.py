"""What stands in the logs: no address that opens something by itself."""

from __future__ import annotations

import logging
import re

SECRET_ADDRESS = re.compile(r"(/answer/)[^/?#\s'\"]+")


class HideTokens(logging.Filter):
    """Writes into logs no address that opens something by itself: of `/answer/…` only the beginning is left."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, without tokens; the request itself, which others may print, is left out too."""
        record.msg = SECRET_ADDRESS.sub(r"\1…", record.getMessage())
        record.args = ()
        record.__dict__.pop("request", None)
        return True
