"""The address under which others reach these pages, as a setting gives it."""

from __future__ import annotations

from urllib.parse import urlsplit

from ownstock.base.errors import Refused


def public_url(text: str) -> str:
    """The address without a slash at its end; empty where none is set.

    Raises:
        Refused: it is no web address, or says more than a server and a folder.
    """
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if text and (not is_address or "?" in text or "#" in text or "@" in text or not text.isprintable() or " " in text):
        raise Refused(
            f"OWNSTOCK_URL is no address such as https://orders.example.com: {text!r}.", code="bad_url", url=text
        )
    return text.rstrip("/")


def hosts_of(url: str) -> list[str]:
    """The name of its server, as `ALLOWED_HOSTS` wants it."""
    return [urlsplit(url).hostname or ""] if url else []


def origins_of(url: str) -> list[str]:
    """Its scheme and server, as browsers name an origin."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if url else []


def is_secure(url: str) -> bool:
    """Whether browsers reach it by https alone, so that no cookie need ever go without."""
    return urlsplit(url).scheme == "https"
