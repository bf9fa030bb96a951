"""Fingerprints of content: the same content gives the same bytes on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable


def fingerprint(content: object) -> bytes:
    """SHA-256 of JSON-like content with sorted keys; values JSON does not know are written as text."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def fingerprint_lines(lines: Iterable[str]) -> bytes:
    """SHA-256 of an ordered list of texts, each closed by a newline."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode())
        digest.update(b"\n")
    return digest.digest()
