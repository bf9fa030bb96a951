"""No address of a network that is not public passes, however it is dressed up; and no URL leads where it does not say."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.exchange.channels.addresses import check_host, https_address, is_public, web_address

OLD = st.integers(0, 2**32 - 1).map(IPv4Address)
NEW = st.integers(0, 2**128 - 1).map(IPv6Address)
INTERNAL = st.sampled_from(
    ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "0.0.0.0/8"]
).flatmap(lambda text: st.integers(0, ip_network(text).num_addresses - 1).map(lambda n: ip_network(text)[n]))


@given(OLD)
def test_an_old_address_that_passes_is_global(address: IPv4Address) -> None:
    assert not is_public(address) or (address.is_global and not address.is_multicast)


@given(NEW)
def test_a_new_address_that_passes_is_global(address: IPv6Address) -> None:
    is_translated = address in ip_network("64:ff9b::/96")
    assert not is_public(address) or is_translated or (address.is_global and not address.is_multicast)


@given(INTERNAL)
def test_an_internal_address_passes_in_no_dress(address: IPv4Address) -> None:
    number = int(address)
    dressed: list[IPv4Address | IPv6Address] = [
        address,
        IPv6Address(number),
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(int(IPv6Address("64:ff9b::")) | number),
        IPv6Address(int(IPv6Address("64:ff9b:1::")) | number),
        IPv6Address(0x2002 << 112 | number << 80 | 1),
    ]
    assert not any(map(is_public, dressed))


@given(OLD)
def test_a_translated_address_is_judged_by_what_it_carries(address: IPv4Address) -> None:
    assert is_public(IPv6Address(int(IPv6Address("64:ff9b::")) | int(address))) == is_public(address)


@pytest.mark.parametrize("text", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::808:808"])
def test_addresses_of_the_internet_pass(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "169.254.169.254",
        "fd00:ec2::254",
        "::1",
        "::",
        "fe80::1",
        "ff02::1",
        "2001:db8::1",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
def test_what_is_known_for_harm_does_not(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "http://supplier.example/in", "ftp://supplier.example/", "https://", "https:///x", "https://user@supplier.example/",
        "https://user:password@supplier.example/", "https://supplier.example:99999/", "https://exa mple/",
        "//supplier.example",
        "https://2130706433/",
        "https://0x7f.1/", "https://127.1/", "https://supplier.example\\@inside/", "javascript:1",
        "https://supplier.example/\r\nHost: inside", "https://[::1", "https://a..b/", "https://" + "a" * 2000,
    ],
)  # fmt: skip
def test_a_url_that_may_mean_something_else_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        web_address(url)


def test_a_url_is_taken_apart() -> None:
    address = web_address("https://Supplier.example:8443/in/orders?from=us")
    assert (address.host, address.port, address.path) == ("supplier.example", 8443, "/in/orders?from=us")


def test_plain_http_is_for_this_machine_alone() -> None:
    assert https_address("http://127.0.0.1:8000/x") == "http://127.0.0.1:8000/x"
    with pytest.raises(Refused):
        https_address("http://supplier.example/")


@given(st.text(max_size=60))
def test_whatever_is_given_as_a_host_there_is_an_answer(text: str) -> None:
    try:
        found = check_host(text)
    except Refused:
        return
    assert found
    assert found.isascii()
    assert not set(found) & set("/@?# \r\n")
