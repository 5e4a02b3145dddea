"""Which addresses may be reached: none of IANA's registries of special purposes. Nothing here looks up a name, or connects."""

# ruff: noqa: SIM905 networks are read at a glance as words

import ipaddress
import socket

import pytest

from timeline.capture import addresses, fetching
from timeline.capture.fetching import fetch
from timeline.errors import FetchRefused

# IANA: iana-ipv4-special-registry and iana-ipv6-special-registry, with multicast, what was given back, and what is not given out.
REGISTRIES = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29 192.0.0.8/32 192.0.0.9/32
192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16
192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 255.255.255.255/32
::1/128 ::/128 ::/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128
2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16
2620:4f:8000::/48 3fff::/20 3ffe::/16 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8 4000::/3 8000::/1
""".split()
PUBLIC = ["93.184.216.34", "192.0.1.1", "198.17.255.255", "198.20.0.0", "2606:2800:220:1::1", "2a00:1450::1", "2001:4860::8888"]


class Site(socket.socket):
    """A pair of sockets within this process, one of which says that it is reached at a public address."""

    def getpeername(self) -> tuple[str, int]:
        """Give the address."""
        return "93.184.216.34", 80


def refuse_traffic(monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[str]]) -> list[str]:
    """Answer for the name server, once for each name, and let every connection fail; list what was to be connected to."""
    reached: list[str] = []

    def look_up(host: str, port: int, *_: object, **__: object) -> list[object]:
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port)) for one in answers.pop(host)]

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        reached.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(addresses.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(fetching.socket, "create_connection", connect)
    return reached


@pytest.mark.parametrize("network", REGISTRIES)
def test_no_special_purpose_is_public(network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first to the last address, whatever this Python knows of them; also for a name that stands for it among others."""
    whole = ipaddress.ip_network(network)
    assert not addresses.is_public(str(whole[0]))
    assert not addresses.is_public(str(whole[-1]))
    assert not addresses.is_public(f"::ffff:{whole[-1]}") or whole.version == 6
    kind = ipaddress.IPv4Address if whole.version == 4 else ipaddress.IPv6Address
    monkeypatch.setattr(kind, "is_global", property(lambda _: True))
    for name in ("is_private", "is_reserved", "is_multicast", "is_loopback", "is_link_local", "is_unspecified"):
        monkeypatch.setattr(kind, name, property(lambda _: False))
    assert not addresses.is_public(str(whole[0]))
    assert not addresses.is_public(str(whole[-1]))
    reached = refuse_traffic(monkeypatch, {"example.org": ["93.184.216.34", str(whole[-1])]})
    with pytest.raises(FetchRefused, match=r"example\.org: stands for .*, which is not a public address"):
        fetch("http://example.org/")
    assert reached == []


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached_as_they_were_checked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up once, and what is connected to is the address that was checked."""
    assert addresses.is_public(address)
    reached = refuse_traffic(monkeypatch, {"example.org": [address]})
    with pytest.raises(FetchRefused, match="cannot be fetched"):
        fetch("http://example.org/")
    assert reached == [address]


@pytest.mark.parametrize("address", ["fe80::1%eth0", "2606:2800:220:1::1%1", "::ffff:93.184.216.34%1", "1", "", "example.org"])
def test_what_is_no_plain_address_is_not_public(address: str) -> None:
    """Nor one that is of a certain interface."""
    assert not addresses.is_public(address)


@pytest.mark.parametrize("inner", ["10.0.0.1", "192.0.0.9", "192.88.99.1", "127.0.0.1", "169.254.169.254"])
def test_an_address_within_another_is_what_counts(inner: str) -> None:
    """Mapped, translated, tunnelled."""
    number = int(ipaddress.IPv4Address(inner))
    halves = f"{number >> 16:x}:{number & 0xFFFF:x}"
    for text in (
        f"::ffff:{inner}",
        f"::{inner}",
        f"64:ff9b::{inner}",
        f"64:ff9b:1::{inner}",
        f"2002:{halves}::1",
        f"2001::{halves}",
    ):
        assert not addresses.is_public(text)


def test_each_address_that_one_is_led_to_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public site that leads to a house's own is left there: nothing is asked of the second address."""
    ours, theirs = socket.socketpair()
    theirs.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://within.example/\r\nContent-Length: 0\r\n\r\n")
    reached = refuse_traffic(monkeypatch, {"example.org": ["93.184.216.34"], "within.example": ["192.0.0.9"]})

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        reached.append(address[0])
        return Site(fileno=ours.detach())

    monkeypatch.setattr(fetching.socket, "create_connection", connect)
    with theirs, pytest.raises(FetchRefused, match=r"within\.example: stands for 192\.0\.0\.9, which is not a public address"):
        fetch("http://example.org/")
    assert reached == ["93.184.216.34"]
