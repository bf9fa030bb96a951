"""Secrets of channels, encrypted with a key that comes from the installation's own: whoever has a dump alone reads none."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings

from ownstock.base.errors import Refused

NONCE_BYTES = 12
PURPOSE = b"ownstock.exchange.channel-secrets.1"


def seal(text: str, *, place: str) -> bytes:
    """Encrypt a secret (AES-256-GCM) so that it opens at its own place alone: one moved to another channel does not."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher().encrypt(nonce, text.encode(), place.encode())


def unseal(sealed: bytes, *, place: str) -> str:
    """Decrypt a secret.

    Raises:
        Refused: it was sealed under another secret key, or for another place.
    """
    from cryptography.exceptions import InvalidTag

    try:
        opened: bytes = _cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except InvalidTag:
        raise Refused(
            f"The secret {place} was sealed under another secret key of this installation; set it again.",
            code="secret_lost",
        ) from None
    return opened.decode()


def _cipher() -> Any:
    # The library loads only where a secret is touched.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(settings.SECRET_KEY.encode())
    return AESGCM(key)
