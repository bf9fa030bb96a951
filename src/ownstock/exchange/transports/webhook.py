"""Webhooks out (Standard Webhooks): a signed POST to an address that was judged before anything is said to it."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

from django.conf import settings

from ownstock.base.errors import Refused, Unavailable
from ownstock.exchange.channels.addresses import WebAddress, web_address
from ownstock.exchange.rules import Answered, answered
from ownstock.exchange.transports.guard import checked_addresses, connect

READ_SECONDS = 30.0
# Of what a receiver answers, so much is read, and so much of it told.
MAX_ANSWER_BYTES = 4_096
MAX_TOLD = 200
CONTENT_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8", "x12": "application/edi-x12"}


class Named(Protocol):
    """What a parcel says of itself."""

    @property
    def message_id(self) -> str:
        """Its identity."""

    @property
    def format(self) -> str:
        """How it is written."""

    @property
    def file_name(self) -> str:
        """What it is called."""


def head_of(parcel: Named) -> dict[str, str]:
    """The headers that are the same in every attempt: identity and kind of content."""
    return {
        "webhook-id": parcel.message_id,
        "Content-Type": CONTENT_TYPES[parcel.format],
        "Content-Disposition": f'attachment; filename="{parcel.file_name}"',
        "User-Agent": "Ownstock",
    }


def post(
    content: bytes,
    head: Mapping[str, str],
    url: str,
    secrets: Sequence[str],
    ends_at: float,
    *,
    may_be_internal: bool = False,
) -> str:
    """Post a message, signed for this moment by each secret, and tell where it went. Redirects are not followed.

    `may_be_internal` lets pass the hosts of our own network that the installation names (OWNSTOCK_INTERNAL_HOSTS).

    Raises:
        Refused: the address is not allowed, or the receiver does not want the message.
        Unavailable: the receiver is not there, is too slow or asks to come back later.
    """
    address = web_address(url, may_be_plain=settings.LOOPBACK_ALLOWED)
    addresses = checked_addresses(address.host, address.port, may_be_internal=may_be_internal)
    headers = {**head, **_signature(head["webhook-id"], content, secrets)}
    try:
        connection = _Connection(address, addresses, ends_at)
        try:
            status, retry_after, said = connection.ask(address.path, content, headers)
        finally:
            connection.end()
    except (http.client.HTTPException, OSError, ValueError) as fault:
        sentence = f"{address.host} did not take the message ({str(fault) or type(fault).__name__})."
        raise Unavailable(sentence, code="webhook_blocked", host=address.host) from fault
    _judge(address.host, status, retry_after, said)
    return f"{address.host} ({status})"


def _signature(message_id: str, content: bytes, secrets: Sequence[str]) -> dict[str, str]:
    from standardwebhooks import Webhook

    now = datetime.now(UTC)
    signatures = [Webhook(secret).sign(message_id, now, content.decode()) for secret in secrets]
    return {"webhook-timestamp": str(int(now.timestamp())), "webhook-signature": " ".join(signatures)}


def _judge(host: str, status: int, retry_after: str, said: str) -> None:
    """Let 2xx pass. What a receiver answered is told as it is, short."""
    verdict, wait_seconds = answered(status, retry_after)
    words = f"{host} answers {status}" + (f": {said}" if said else ".")
    if verdict is Answered.GONE:
        raise Refused(f"{words} Nobody takes messages there any more; set another address.", code="webhook_gone")
    if verdict is Answered.REFUSED:
        raise Refused(f"{words} It does not want the message.", code="webhook_refused", status=status)
    if verdict is Answered.LATER:
        raise Unavailable(f"{words} It is tried again.", code="webhook_later", status=status, wait_seconds=wait_seconds)


class _Connection:
    """One exchange with a receiver. Whatever it does, and however slowly, it is cut off when the time is over."""

    def __init__(self, address: WebAddress, addresses: list[str], ends_at: float) -> None:
        left = max(ends_at - time.monotonic(), 0.1)
        timeout = min(left, READ_SECONDS)
        line = connect(addresses, address.port, timeout)
        # A second hold on the same line: it can be cut while somebody reads from the first.
        self._line = line.dup()
        self._clock = threading.Timer(left, self._cut)
        self._clock.daemon = True
        self._clock.start()
        self._is_cut = False
        self._http = http.client.HTTPConnection(address.host, address.port, timeout=timeout)
        self._http.sock = line
        if address.is_encrypted:
            try:
                self._http.sock = ssl.create_default_context().wrap_socket(line, server_hostname=address.host)
            except OSError:
                self.end()
                raise

    def ask(self, path: str, content: bytes, headers: Mapping[str, str]) -> tuple[int, str, str]:
        """(status, Retry-After, the beginning of what was answered)."""
        self._http.request("POST", path, content, dict(headers))
        response = self._http.getresponse()
        said = response.read(MAX_ANSWER_BYTES)
        if self._is_cut:
            raise TimeoutError("it answers too slowly")
        return response.status, response.getheader("Retry-After", ""), _told(said)

    def _cut(self) -> None:
        self._is_cut = True
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Hang up."""
        self._clock.cancel()
        self._http.close()
        self._line.close()


def _told(said: bytes) -> str:
    """The beginning of an answer as a sentence may quote it."""
    text = " ".join(said.decode("utf-8", "replace").split())
    return "".join(c for c in text if c.isprintable())[:MAX_TOLD]
