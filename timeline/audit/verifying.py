"""Run all checks of an audit in order, on one state of the file."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol

from timeline.any_log import AnyLog
from timeline.audit.documents import check_documents
from timeline.audit.events import EventsAudit
from timeline.audit.file import check_beside, check_file, check_guards
from timeline.audit.report import Report, Tally
from timeline.audit.tables import check_tables
from timeline.audit.texts import TextsAudit
from timeline.merkle import Key, Note

Step = Callable[[Tally], None]
_CLOCKS_DIFFER = timedelta(days=1)


class OpenTimeline(Protocol):
    """The parts of a `Timeline` that an audit uses."""

    @property
    def log(self) -> AnyLog:
        """The log."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """The clock."""


def verify(
    timeline: OpenTimeline,
    progress: Callable[[int], None] | None = None,
    *,
    against: Sequence[Note] = (),
    keys: Sequence[Key] = (),
) -> Report:
    """Check a whole timeline, and report the faults and their places.

    The log must extend the checkpoints in `against`, which come from elsewhere; all `keys`, if any, must have signed each.
    `progress` is called with numbers of checked events; each event counts twice. Nothing is written to the file. Damage is
    reported, never raised; only an interruption is raised.
    """
    log, advance = timeline.log, progress or (lambda _: None)
    tomorrow = f"{timeline.clock() + _CLOCKS_DIFFER:%Y-%m-%dT%H:%M:%S.999Z}"
    events, texts = EventsAudit(log, against, keys, tomorrow), TextsAudit(log)
    tallies: list[Tally] = []
    file = Tally("file")
    check_beside(log, file)
    with _one_state(log.connection):
        steps: list[tuple[Tally, Step]] = [
            (file, lambda tally: check_file(log, tally)),
            (Tally("guards"), lambda tally: check_guards(log, tally)),
            (events.events, lambda tally: events.check(advance)),
            (events.tree.tree, lambda tally: events.tree.finish()),
            (events.tree.checkpoints, lambda tally: events.tree.check_checkpoints()),
            (events.statements, lambda tally: events.check_circles()),
            (Tally("documents"), lambda tally: check_documents(log, tally, events.document_hashes)),
            (texts.texts, lambda tally: texts.gather()),
            (events.citations, lambda tally: None),
            (Tally("read tables"), lambda tally: check_tables(log, tally, advance)),
        ]
        for tally, step in steps:
            tallies.append(tally)
            _run(tally, step)
    _run(texts.texts, lambda tally: texts.check())  # slow, and needs no transaction: documents never change
    return Report(tuple(tally.done() for tally in tallies))


def _run(tally: Tally, step: Step) -> None:
    try:
        step(tally)
    except (sqlite3.Error, ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        tally.failed(tally.name, "cannot be checked to the end", error)


@contextmanager
def _one_state(connection: sqlite3.Connection) -> Iterator[None]:
    """Read the current state of the file throughout, even if another program appends meanwhile."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
