"""How keys are made and compared: pure decisions."""

from __future__ import annotations

import hashlib
import hmac

PREFIX_LENGTH = 8


def split_key(token: str) -> tuple[str, bytes]:
    """Part a key as its holder sends it into public prefix and the hash that is compared."""
    return token[:PREFIX_LENGTH], hashlib.sha256(token.encode()).digest()


def is_same_secret(presented: bytes, stored: bytes) -> bool:
    """Whether two hashes are equal, in a time that does not tell how far they agree."""
    return hmac.compare_digest(presented, stored)
