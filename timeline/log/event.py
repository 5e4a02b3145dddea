"""An event as the log stores it, and the canonical JSON and hash of its data. Must not open files or interpret data."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pydantic_core import to_json

from timeline.fields import WITHOUT_STATEMENT

EventType = Literal[
    "SourceArchived",
    "SourceCorrected",
    "HappeningRecorded",
    "HappeningCorrected",
    "HappeningRetracted",
    "HappeningReviewed",
    "EventRedacted",
]


class Event(NamedTuple):
    """One immutable event: the columns of its row.

    `recorded_at` is UTC RFC 3339; `data` is canonical JSON, None once redacted.
    """

    position: int
    stream: str
    version: int
    type: EventType
    recorded_at: str
    recorded_by: str
    data: str | None
    salt: bytes | None
    data_hash: bytes

    @property
    def id(self) -> str:
        """`stream@version`."""
        return f"{self.stream}@{self.version}"

    @property
    def subject(self) -> str:
        """The id of the event's happening or source."""
        return self.stream.partition("/")[2]

    @property
    def makes_statement(self) -> bool:
        """Whether it states something about its happening or source."""
        return self.type not in WITHOUT_STATEMENT

    @property
    def payload(self) -> dict[str, Any]:
        """The data, parsed; empty once redacted."""
        parsed: dict[str, Any] = json.loads(self.data) if self.data is not None else {}
        return parsed

    def __repr__(self) -> str:
        """Return the position, type, stream and version."""
        return f"<Event {self.position}: {self.type} {self.id}{'' if self.data is not None else ', redacted'}>"


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(data: Mapping[str, Any], *, in_order: bool = False) -> str:
    """Write data as canonical JSON (RFC 8785).

    Events hold ASCII keys, text, integers, lists and objects; for these, sorted compact JSON is the canonical form. `verify` and
    the tests compare it with the rfc8785 library. `in_order`: the keys of all objects are sorted already, which is faster.
    """
    return to_json(data).decode() if in_order else _CANONICAL.encode(data)


def data_hash(salt: bytes, data: str) -> bytes:
    """Return SHA-256(salt || data), over the stored bytes."""
    return hashlib.sha256(salt + data.encode()).digest()
