"""Find circles among the happenings of a log that are part of each other.

Owns the walk up the chains of `part_of`; it visits each happening once, however many chains lead to it. Must not append.
"""

from typing import Final

from timeline.any_log import AnyLog

_REMEMBERED: Final = 1_000_000  # happenings; beyond that, some are visited again, which only takes time


class PartOfChains:
    """The `part_of` chains of a log that does not change meanwhile."""

    def __init__(self, log: AnyLog) -> None:
        self.log = log
        self._cleared: set[str] = set()  # happenings whose chain was followed
        self._rings: dict[str, list[str]] = {}  # the circle of each happening in a circle not returned yet

    def circle(self, happening: str) -> list[str]:
        """Return the circle through a happening, from it back to itself; empty if there is none, or it was returned before."""
        if happening not in self._cleared:
            self._follow(happening)
        ring = self._rings.get(happening, [])
        for one in ring:
            del self._rings[one]
        at = ring.index(happening) if ring else 0
        return [*ring[at:], *ring[:at], happening] if ring else []

    def _follow(self, happening: str) -> None:
        chain: dict[str, None] = {}
        at: str | None = happening
        while at is not None and at not in self._cleared and at not in chain:
            chain[at] = None
            at = self.log.part_of(f"happening/{at}")
        if at is not None and at in chain:
            names = list(chain)
            ring = names[names.index(at) :]
            self._rings.update(dict.fromkeys(ring, ring))
        if len(self._cleared) > _REMEMBERED:
            self._cleared.clear()
        self._cleared.update(chain)
