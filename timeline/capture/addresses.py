"""Which addresses of the network may be reached: public ones, never a house's own.

Owns the checking of every address that a name stands for. Must not connect to any.
"""

import ipaddress
import socket
import threading
from typing import Final

from timeline.errors import FetchRefused, on_one_line

_TRANSLATED: Final = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))


def resolved(host: str, port: int, seconds: float, *, allow_loopback: bool = False) -> list[str]:
    """Look a name up, once, and give its addresses. Raises FetchRefused where any of them is not public, TimeoutError, OSError."""
    found: list[str] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = threading.Thread(target=look_up, daemon=True)  # a name server may keep one waiting
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError
    if failed:
        raise OSError(f"its host, {on_one_line(host)}, is not known")
    for address in found:
        if not is_public(address) and not (allow_loopback and ipaddress.ip_address(address).is_loopback):
            named = "is" if address == host else f"stands for {on_one_line(address)}, which is"
            raise FetchRefused(f"{on_one_line(host)}: {named} not a public address. Save the page yourself, and archive the file")
    return found


def is_public(text: str) -> bool:
    """Whether an address is one of the public network; what carries another address within it is not."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address.scope_id or address.is_site_local or any(address in network for network in _TRANSLATED):
            return False
    return address.is_global and not (
        address.is_multicast
        or address.is_private
        or address.is_reserved
        or address.is_loopback
        or address.is_link_local
        or address.is_unspecified
    )
