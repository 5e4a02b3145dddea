"""The audit as a whole: which checks are made, in which order, all on one state of the file."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from timeline.audit.beside import check_beside
from timeline.audit.documents import check_documents
from timeline.audit.events import EventsAudit
from timeline.audit.file import check_file, check_guards
from timeline.audit.report import Report, Tally
from timeline.audit.tables import check_tables
from timeline.audit.texts import TextsAudit
from timeline.merkle import Key, Note
from timeline.timeline import Timeline

Step = Callable[[Tally], None]
_CLOCKS_DIFFER = timedelta(days=1)


def verify(
    timeline: Timeline,
    progress: Callable[[int], None] | None = None,
    *,
    against: Sequence[Note] = (),
    keys: Sequence[Key] = (),
) -> Report:
    """Check the whole of a timeline, and report what is wrong where.

    `against` are checkpoints that were kept elsewhere: the log must only add to each, and where there are `keys`, each must be
    signed by one of them.
    `progress` is told of events as they are done; each is met twice. Nothing is written to the file, and damage is
    reported, never raised; only an interruption is.
    """
    log, advance = timeline.log, progress or _nobody
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
            (events.statements, lambda tally: events.check_wholes()),
            (Tally("documents"), lambda tally: check_documents(log, tally, events.named)),
            (texts.texts, lambda tally: texts.gather()),
            (events.citations, lambda tally: None),
            (Tally("read tables"), lambda tally: check_tables(log, tally, advance)),
        ]
        for tally, step in steps:
            tallies.append(tally)
            _make(tally, step)
    _make(texts.texts, lambda tally: texts.check())  # which takes long, and needs no one state: documents never change
    return Report(tuple(tally.done() for tally in tallies))


def _make(tally: Tally, step: Step) -> None:
    try:
        step(tally)
    except (sqlite3.Error, ValueError, TypeError, LookupError, RecursionError) as error:
        tally.failed(tally.name, "cannot be checked to the end", error)


def _nobody(steps: int) -> None:
    """Tell nobody of progress."""


@contextmanager
def _one_state(connection: sqlite3.Connection) -> Iterator[None]:
    """Read everything as it stands now, whoever appends meanwhile."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
