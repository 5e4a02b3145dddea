"""Decide which network addresses may be reached: public ones, never those of a private network.

Owns the check of every address that a host name resolves to. Must not connect to any.
"""

import ipaddress
import socket
import threading
from typing import Final

from timeline.errors import FetchRefused, on_one_line

# IANA's registries of special-purpose addresses. Each version of Python knows a different part of them.
_SPECIAL: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private use
        "100.64.0.0/10",  # shared by a provider's customers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link local
        "172.16.0.0/12",  # private use
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.168.0.0/16",  # private use
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the limited broadcast
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID, AMT, AS112, drones
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # 6bone, returned
        "3fff::/20",  # documentation
    )
)
# All other IPv6 addresses are private, link-local, multicast, for translation (64:ff9b::/96, 64:ff9b:1::/48), or unassigned.
_UNICAST: Final = ipaddress.IPv6Network("2000::/3")


def resolved(host: str, port: int, seconds: float, *, allow_loopback: bool = False) -> list[str]:
    """Resolve a host name once, and return its addresses. Raises FetchRefused if any is not public, TimeoutError, or OSError."""
    addresses: list[str] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = threading.Thread(target=look_up, daemon=True)  # a name server may be slow
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError
    if failed:
        raise OSError(f"its host, {on_one_line(host)}, is not known")
    for address in addresses:
        if not is_public(address) and not (allow_loopback and ipaddress.ip_address(address).is_loopback):
            subject = "is" if address == host else f"stands for {on_one_line(address)}, which is"
            raise FetchRefused(on_one_line(host), f"{subject} not a public address. Save the page yourself, and archive the file")
    return addresses


def is_public(text: str) -> bool:
    """Return whether an address is public. One that embeds another address is not, except an IPv4-mapped one."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id:
            return False
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address not in _UNICAST:
            return False
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not (
        address.is_multicast
        or address.is_private
        or address.is_reserved
        or address.is_loopback
        or address.is_link_local
        or address.is_unspecified
    )
