"""Pure decisions about addresses that others give us: which of them a server of ours may talk to.

Whoever sets a URL must not be able to reach what lies inside our own network through us. So a name is resolved, every address
it stands for must be one of the public internet, and the connection goes to the very address that was looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from ownstock.base.errors import Refused

MAX_URL_LENGTH = 2_000
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# IANA's registries of special-purpose addresses (RFC 6890 and what came after it), without what is reachable from everywhere.
NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20",
        ),
    )
)  # fmt: skip
# All that was ever given out of IPv6; what lies outside is of a link, of a site, of nobody, or carries an older address.
GIVEN_OUT = IPv6Network("2000::/3")
TRANSLATED = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = IPv6Network("2002::/16")
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class WebAddress:
    """Where a URL leads: host as it is named, port, and what is asked for there."""

    host: str
    port: int
    path: str
    is_encrypted: bool


def is_public(address: Address) -> bool:
    """Whether an address is of the public internet, and so is any older one that it carries within."""
    if isinstance(address, IPv6Address):
        carried = list(_carried(address))
        if carried:
            return all(map(is_public, carried))
        if address not in GIVEN_OUT:
            return False
    return not any(address.version == network.version and address in network for network in NOT_PUBLIC)


def _carried(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 address that an IPv6 address stands for, by translation (RFC 6052) or 6to4 (RFC 3056).

    One that is merely mapped into IPv6 (::ffff:0:0/96) stands for it on this machine; nobody has to resolve to that.
    """
    if address in TRANSLATED:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
    elif address in SIX_TO_FOUR:
        yield IPv4Address(int(address) >> 80 & 0xFFFF_FFFF)


def check_host(text: str) -> str:
    """The name of a host in its registered form, or an address as it is.

    Raises:
        Refused: it is neither.
    """
    bare = text.strip().removeprefix("[").removesuffix("]")
    try:
        return str(ip_address(bare))
    except ValueError:
        pass
    try:
        name = bare.encode("idna").decode().lower().rstrip(".")
    except UnicodeError:
        name = ""
    # A name whose last part is a number would be read as an address by some.
    labels = name.split(".")
    if not (0 < len(name) <= 253 and all(map(LABEL.fullmatch, labels))) or re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):
        raise Refused(f"{text[:100]!r} is no name of a host.", code="bad_host")
    return name


def web_address(url: str, *, may_be_plain: bool = False) -> WebAddress:
    """Where a URL leads. `may_be_plain` takes http as well, for tests on this machine.

    Raises:
        Refused: it is not https, names no host, carries a user or password, or has characters that no URL has.
    """
    schemes = ("https", "http") if may_be_plain else ("https",)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    has_odd_characters = not url.isascii() or not url.isprintable() or " " in url or "\\" in url
    if len(url) > MAX_URL_LENGTH or has_odd_characters or parts.scheme not in schemes or not parts.hostname:
        raise Refused("An address to post to looks like https://host/path, without spaces.", code="bad_url")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise Refused("An address carries no user and no password; set a secret instead.", code="bad_url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    is_encrypted = parts.scheme == "https"
    return WebAddress(check_host(parts.hostname), port or (443 if is_encrypted else 80), path, is_encrypted)


def https_address(url: str) -> str:
    """A URL that orders may be posted to, as it is; http only names this machine, which only tests may reach.

    Raises:
        Refused: as `web_address`.
    """
    address = web_address(url, may_be_plain=True)
    if not address.is_encrypted and address.host not in ("127.0.0.1", "::1"):
        web_address(url)
    return url
