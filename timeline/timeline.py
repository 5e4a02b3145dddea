"""The Timeline: archive, record, correct, retract, redact, prove, and read what is known or was known.

Owns the calls' coming together, each subject's from a module of `timeline.calls`, and the auditor's call.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from timeline.calls.entries import Entries
from timeline.calls.proving import Proving
from timeline.calls.reading import Reading
from timeline.merkle import Key, Note

if TYPE_CHECKING:
    from timeline.audit import Report


class Timeline(Entries, Reading, Proving):
    """A timeline file, open for appending and reading. Use it as a context manager.

    Example:
        >>> with Timeline("council.db", by="Ann") as council:
        ...     minutes = council.archive(text="It sat for four days.", id="minutes", title="Minutes")
        ...     event = council.record("sitting", title="A sitting", date="2025", citations=[minutes.quote("four days")])
        ...     [(happening.date, happening.title) for happening in council.happenings()]
        [('2025', 'A sitting')]
    """

    def verify(self, *, against: Sequence[Note] = (), keys: Sequence[Key] = ()) -> "Report":
        """Check everything that can be checked, and report what is wrong where; see timeline.audit.

        `against` are checkpoints that were kept elsewhere, to which the log must only add; `keys` those that must have signed them.
        """
        self.log.refuse_absent()
        from timeline import audit  # noqa: PLC0415 - the auditor stands above what it audits

        return audit.verify(self, against=against, keys=keys)
