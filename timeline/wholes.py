"""Who is part of whom, followed upwards through the log: which circles there are.

Owns the walk: each happening is looked at once, however many walks lead to it. Must not append.
"""

from typing import Final

from timeline.log import Log

_REMEMBERED: Final = 1_000_000  # happenings; beyond them some are looked at again, which only takes time


class Wholes:
    """The chains of wholes of a log that does not change meanwhile."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._cleared: set[str] = set()  # whose chain was followed
        self._rings: dict[str, list[str]] = {}  # who is in a circle that was not told yet, with all of it

    def circle(self, happening: str) -> list[str]:
        """Follow a happening's chain back to itself; empty where it is in no circle, or in one that was told before."""
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
            at = self._whole(at)
        if at is not None and at in chain:
            names = list(chain)
            ring = names[names.index(at) :]
            self._rings.update(dict.fromkeys(ring, ring))
        if len(self._cleared) > _REMEMBERED:
            self._cleared.clear()
        self._cleared.update(chain)

    def _whole(self, happening: str) -> str | None:
        row = self.log.connection.execute(
            "SELECT json_extract(data, '$.statement.part_of') FROM events"
            " WHERE stream = ? AND type <> 'EventRedacted' ORDER BY version DESC LIMIT 1",
            (f"happening/{happening}",),
        ).fetchone()
        return None if row is None else row[0]
