"""Hosts of their own on one machine: network namespaces on a bridge, whose links can be cut. Needs root and `ip`."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

NETWORK = "10.77.0"


def _ip(*words: str, check: bool = True) -> bool:
    return subprocess.run(["ip", *words], check=check, capture_output=not check).returncode == 0


class Network:
    """Hosts by name, each with an address. Without the rights, all are this machine, and no link can be cut."""

    def __init__(self, names: tuple[str, ...], *, apart: bool) -> None:
        """Name the hosts."""
        self.apart = apart
        self.mark = f"tl{os.getpid() % 100_000}"
        self.addresses = {name: f"{NETWORK}.{number}" if apart else "127.0.0.1" for number, name in enumerate(names, start=2)}
        self.cut_off: set[str] = set()

    def within(self, name: str) -> list[str]:
        """Return the words that run a command on a host."""
        return ["ip", "netns", "exec", f"{self.mark}-{name}"] if self.apart else []

    def cut(self, name: str) -> None:
        """Cut the link of a host: its packets vanish, and nobody is told."""
        _ip("-n", self.mark, "link", "set", name, "down")
        self.cut_off.add(name)

    def heal(self) -> None:
        """Mend all links."""
        for name in self.cut_off:
            _ip("-n", self.mark, "link", "set", name, "up")
        self.cut_off.clear()

    def make(self) -> None:
        """Make the namespaces, and a bridge between them in one more."""
        _ip("netns", "add", self.mark)
        _ip("-n", self.mark, "link", "add", "bridge", "type", "bridge")
        _ip("-n", self.mark, "link", "set", "bridge", "up")
        for name, address in self.addresses.items():
            own = f"{self.mark}-{name}"
            _ip("netns", "add", own)
            _ip("-n", self.mark, "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", own)
            _ip("-n", self.mark, "link", "set", name, "master", "bridge")
            _ip("-n", self.mark, "link", "set", name, "up")
            _ip("-n", own, "address", "add", f"{address}/24", "dev", "eth0")
            _ip("-n", own, "link", "set", "eth0", "up")
            _ip("-n", own, "link", "set", "lo", "up")

    def remove(self) -> None:
        """Remove what was made."""
        for name in (*(f"{self.mark}-{one}" for one in self.addresses), self.mark):
            _ip("netns", "delete", name, check=False)


@contextmanager
def network(*names: str) -> Iterator[Network]:
    """Make hosts for the block: namespaces where that is allowed, else this machine alone."""
    trial = f"tl{os.getpid() % 100_000}-try"
    apart = shutil.which("ip") is not None and os.geteuid() == 0 and _ip("netns", "add", trial, check=False)
    if apart:
        _ip("netns", "delete", trial, check=False)
    made = Network(names, apart=apart)
    try:
        if apart:
            made.make()
        yield made
    finally:
        if apart:
            made.remove()
