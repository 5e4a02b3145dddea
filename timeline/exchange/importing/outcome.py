"""The outcome of an import for each row of a file, and for the file: planned or done.

Owns the counts. Must not decide, nor print.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from timeline.exchange.rows.row import NOTHING, Row
from timeline.timeline import Timeline

Verb = Literal["new", "corrected", "unchanged", "refused"]
REDACTED: Final = "{} was redacted, and is not restored"
DIFFERS: Final = 'is "{}" in the timeline and "{}" in the file: not changed. Correct it if the file is right'


@dataclass(slots=True)
class Outcome:
    """The outcome of one row. `act` appends it. An unchanged or refused row has no `act`."""

    row: Row
    verb: Verb
    stream: str = ""
    fields: tuple[str, ...] = ()
    """The fields that a correction changes."""
    was: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """Their values before it, if known."""
    remarks: list[tuple[str, str]] = field(default_factory=list)
    """Field, and what a person should know about it."""
    reason: str = ""
    """Why it is refused."""
    act: Callable[[Timeline], object] | None = None

    def refuse(self, reason: str) -> None:
        """Refuse the row."""
        self.verb, self.reason, self.act = "refused", reason, None


@dataclass(slots=True)
class Plan:
    """The outcome of a file: its source, if it becomes one, and every row in the file's order."""

    outcomes: list[Outcome] = field(default_factory=list)
    source: str | None = None
    """The source that the rows cite."""
    archives: bool = False
    """Whether that source is new."""
    earlier: str | None = None
    """The source of the last version of the file."""
    vanished: list[str] = field(default_factory=list)
    """Happenings of earlier versions whose rows are not in the file any more."""
    notes: list[str] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        """Count all rows by their outcome."""
        return Counter(outcome.verb for outcome in self.outcomes)

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return any(outcome.act for outcome in self.outcomes)
