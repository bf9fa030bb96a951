"""Which rules decided: callers store it beside every plan, so that a decision can be recomputed under its own rules."""

from __future__ import annotations

VERSION = "5"
