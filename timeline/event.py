"""An event as the log holds it, and the form of its data: canonical JSON, and its hash. Must not know a file, nor what is said."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic_core import to_json

EventType = Literal[
    "SourceArchived",
    "SourceCorrected",
    "HappeningRecorded",
    "HappeningCorrected",
    "HappeningRetracted",
    "EventRedacted",
]


@dataclass(frozen=True, slots=True, repr=False)
class Event:
    """The immutable record of what was said. `recorded_at` is UTC RFC 3339; `data` is canonical JSON, None once redacted."""

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
        """The id of the happening or source that it is of."""
        return self.stream.partition("/")[2]

    @property
    def payload(self) -> dict[str, Any]:
        """The data, parsed; empty once redacted."""
        parsed: dict[str, Any] = json.loads(self.data) if self.data is not None else {}
        return parsed

    def __repr__(self) -> str:
        """Say which event it is."""
        return f"<Event {self.position}: {self.type} {self.id}{'' if self.data is not None else ', redacted'}>"


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(data: Mapping[str, Any], *, in_order: bool = False) -> str:
    """Write data as canonical JSON (RFC 8785).

    For what events hold (ASCII keys, text, integers, lists, objects) sorted compact JSON is the canonical form; `verify` and the
    tests compare it with the rfc8785 library. `in_order`: the keys of all its objects are in order already, which is quicker.
    """
    return to_json(data).decode() if in_order else _CANONICAL.encode(data)


def data_hash(salt: bytes, data: str) -> bytes:
    """SHA-256(salt || data), over the stored bytes."""
    return hashlib.sha256(salt + data.encode()).digest()
