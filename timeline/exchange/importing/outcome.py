"""What becomes of each row of a file, and of the file: what an import would do, or did.

Owns how that is counted. Must not decide it, nor print it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

from timeline.exchange.importing.row import Row
from timeline.timeline import Timeline

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})  # one for all rows, of which there may be a million
Verb = Literal["new", "corrected", "unchanged", "refused"]


@dataclass(slots=True)
class Outcome:
    """What becomes of one row. `act` does it; nothing is to be done for what is unchanged or refused."""

    row: Row
    verb: Verb
    stream: str = ""
    fields: tuple[str, ...] = ()
    """The fields that a correction changes."""
    was: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """What they hold before it, where that is known."""
    remarks: list[tuple[str, str]] = field(default_factory=list)
    """Field, and what a person should know of it besides what the row itself says."""
    reason: str = ""
    """Why it is refused."""
    act: Callable[[Timeline], object] | None = None

    def refuse(self, reason: str) -> None:
        """Let nothing become of it after all."""
        self.verb, self.reason, self.act = "refused", reason, None


@dataclass(slots=True)
class Plan:
    """What becomes of a file: its source, where it becomes one, and every row, in the file's order."""

    outcomes: list[Outcome] = field(default_factory=list)
    source: str | None = None
    """The source that the rows cite."""
    archives: bool = False
    """Whether that source is new."""
    earlier: str | None = None
    """The source that the last version of the file is."""
    vanished: list[str] = field(default_factory=list)
    """Happenings of earlier versions whose rows the file no longer has."""
    notes: list[str] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        """Count the rows by what becomes of them; together they are all the rows."""
        return Counter(outcome.verb for outcome in self.outcomes)

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return any(outcome.act for outcome in self.outcomes)
