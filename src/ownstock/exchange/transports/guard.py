"""Which addresses a connection of ours may go to: a name is resolved once, and the address that was judged is used."""

from __future__ import annotations

import socket
from ipaddress import ip_address

from django.conf import settings

from ownstock.base.errors import Refused, Unavailable
from ownstock.exchange.channels.addresses import Address, is_public

MAX_ADDRESSES = 8


def checked_addresses(host: str, port: int, *, may_be_internal: bool = False) -> list[str]:
    """The addresses that a name stands for, each one that we may connect to.

    `may_be_internal` lets pass the hosts of our own network that the installation names (OWNSTOCK_INTERNAL_HOSTS).

    Raises:
        Refused: one of them is not of the public internet; nothing is connected to then.
        Unavailable: the name is not known now.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as fault:
        raise Unavailable(f"The name {host} is not known ({fault.strerror or fault}).", code="unknown_host") from fault
    addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))[:MAX_ADDRESSES]
    is_named = may_be_internal and host in settings.INTERNAL_HOSTS
    for address in addresses:
        if not (is_named or is_allowed(ip_address(address.partition("%")[0]))):
            raise Refused(
                f"{host} stands for {address}, which is no address of the public internet; nothing was sent there.",
                code="not_public",
                host=host,
                address=address,
            )
    return addresses


def is_allowed(address: Address) -> bool:
    """Whether an address may be connected to: a public one; this machine itself only where a test setting says so."""
    return is_public(address) or (settings.LOOPBACK_ALLOWED and address.is_loopback)


def connect(addresses: list[str], port: int, timeout: float) -> socket.socket:
    """A connection to the first of some judged addresses that answers.

    Raises:
        OSError: none does.
    """
    last: OSError = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as fault:
            last = fault
    raise last
