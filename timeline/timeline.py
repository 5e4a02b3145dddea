"""The Timeline: archive, record, correct, retract, redact, prove, and read the timeline now or as of a position.

Joins the calls of the modules in `timeline.calls`, and adds the call of the audit.
"""

from collections.abc import Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Self

from timeline import audit
from timeline.calls.entries import Entries
from timeline.calls.following import APPENDING, FollowingCalls, appending
from timeline.calls.open_timeline import Opened
from timeline.calls.proving import Proving
from timeline.calls.reading import Reading
from timeline.log import followed
from timeline.merkle import Key, Note
from timeline.shared_log import connecting


class Timeline(Entries, Reading, Proving):
    """A timeline file, open for appending and reading. Use it as a context manager.

    Example:
        >>> with Timeline("council.db", by="Ann") as council:
        ...     minutes = council.archive(text="It sat for four days.", id="minutes", title="Minutes")
        ...     event = council.record("sitting", title="A sitting", date="2025", citations=[minutes.quote("four days")])
        ...     [(happening.date, happening.title) for happening in council.happenings()]
        [('2025', 'A sitting')]
    """

    if not TYPE_CHECKING:  # it takes what `__init__` takes

        @wraps(Opened.__init__)
        def __new__(cls, path: str | Path = "timeline.db", **options: object) -> Self:
            """Return a timeline that appends to the shared log, where its file follows one."""
            appends = not options.get("read_only") and options.get("guarded", True) and not options.get("rebuilding")
            if cls is Timeline and appends and not connecting.is_url(path) and followed.read(path) is not None:
                return object.__new__(FollowingTimeline)
            return object.__new__(cls)

    def verify(self, *, against: Sequence[Note] = (), keys: Sequence[Key] = ()) -> audit.Report:
        """Check everything that can be checked, and report the faults and their places; see timeline.audit.

        The log must extend the checkpoints in `against`, which come from elsewhere; `keys` must have signed them.
        """
        self.log.refuse_absent()
        return audit.verify(self, against=against, keys=keys)


class FollowingTimeline(FollowingCalls, Timeline):
    """A timeline whose file follows a shared log: it appends there, and reads the file."""

    def open_shared(self, url: str) -> Timeline:
        """Open the shared log, to append to it with the author and the clock of this timeline."""
        return Timeline(url, by=self.by, clock=self.clock)


for _name in APPENDING:
    setattr(FollowingTimeline, _name, appending(getattr(Timeline, _name)))
