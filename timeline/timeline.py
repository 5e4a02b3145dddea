"""The Timeline: archive, record, correct, retract, redact, prove, and read the timeline now or as of a position.

Joins the calls of the modules in `timeline.calls`, and adds the call of the audit.
"""

from collections.abc import Sequence

from timeline import audit
from timeline.calls.entries import Entries
from timeline.calls.proving import Proving
from timeline.calls.reading import Reading
from timeline.merkle import Key, Note


class Timeline(Entries, Reading, Proving):
    """A timeline file, open for appending and reading. Use it as a context manager.

    Example:
        >>> with Timeline("council.db", by="Ann") as council:
        ...     minutes = council.archive(text="It sat for four days.", id="minutes", title="Minutes")
        ...     event = council.record("sitting", title="A sitting", date="2025", citations=[minutes.quote("four days")])
        ...     [(happening.date, happening.title) for happening in council.happenings()]
        [('2025', 'A sitting')]
    """

    def verify(self, *, against: Sequence[Note] = (), keys: Sequence[Key] = ()) -> audit.Report:
        """Check everything that can be checked, and report the faults and their places; see timeline.audit.

        The log must extend the checkpoints in `against`, which come from elsewhere; `keys` must have signed them.
        """
        self.log.refuse_absent()
        return audit.verify(self, against=against, keys=keys)
