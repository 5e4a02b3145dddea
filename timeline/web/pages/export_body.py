"""The content of an export file: which happenings, in which order, and the bytes.

Owns the limits of a file that a visitor waits for. Must not decide what matches, nor know any format.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from datasette.database import Database

from timeline.errors import TookTooLong
from timeline.exchange.exporting.format import About, Format
from timeline.reading.happenings import at_positions
from timeline.selection import matches
from timeline.selection.matches import Matches
from timeline.selection.snapshot import BY_POSITION, EACH, Snapshot
from timeline.selection.state import State
from timeline.web import scheduling
from timeline.web.pages.plain_answers import Refused, TooBusy

MOST = matches.COUNT_TO  # happenings
LATEST = 1_000  # happenings: more than any feed holds
# A backward scan meets the latest of many matches soon. If it does not, they are listed and sorted.
SOON_MS = 300
MOST_BYTES = 50_000_000
# Of processor time, if the platform reports it: time spent waiting for others does not count.
LONGEST_MS = 10_000
_processor_time = getattr(time, "thread_time", time.monotonic)
_STEPS = 1_000  # SQLite instructions between two looks at the clock
AGAIN = "Ask again in a minute."
NARROW = "Choose fewer with a filter, or write it on the command line: timeline export"

Rows = Sequence[sqlite3.Row]
"""(position, id, near) of each happening, in the order of the file."""


def happenings(snapshot: Snapshot, result: Matches, format: Format) -> Rows:
    """Return the happenings of a file in the format's order; of a feed, only the latest ones.

    Raises Refused if there are more than a file may hold, TooBusy if they could not be read in time.
    """
    most = min(format.most or MOST, MOST)
    if format.order == "recorded":
        return _latest(snapshot, result, format)
    if result.counted is None:
        raise TooBusy(f"The matches could not be counted in time. {AGAIN} {NARROW} {format.name}")
    if result.counted > most:
        count = f"{result.counted:,}" if result.are_few else f"more than {MOST:,}"
        raise Refused(f"{count} happenings match, and {most:,} are the most at once here. {NARROW} {format.name}")
    return list(matches.every(snapshot, result.chosen))


def _latest(snapshot: Snapshot, result: Matches, format: Format) -> Rows:
    """Return the happenings that were recorded last."""
    chosen = result.chosen
    order = f"order by position desc limit {format.most or LATEST}"
    sorting = f"select * from (select happenings.position, id, {chosen.near} as near {chosen.listing.sql} {EACH}) {order}"
    backwards = f"select position, id, {chosen.near} as near from happenings where {chosen.sql} {order}"
    try:
        if not result.are_few:
            with suppress(TookTooLong):
                return snapshot.rows(backwards, chosen.params, index=BY_POSITION, within_ms=SOON_MS)
        return snapshot.rows(sorting, chosen.params, index=chosen.listing.index)
    except TookTooLong:
        raise TooBusy(f"The latest happenings could not be read in time. {AGAIN} {NARROW} {format.name}") from None


def older(result: Matches, format: Format, rows: Rows) -> int | None:
    """Count the matches that are too old for a feed; None if there are some but their number is not known."""
    if format.order != "recorded":
        return 0
    if result.are_few:
        return (result.counted or 0) - len(rows)
    return None if len(rows) >= (format.most or LATEST) else 0


async def write(
    database: Database, state: State, format: Format, rows: Rows, about: Callable[[sqlite3.Connection], About]
) -> bytes:
    """Write the happenings in a format. A bundle of the present holds the log itself.

    Raises Refused if the file grows too large, TooBusy if it takes too long, TimelineError if the log or the format refuses.
    """

    def work(connection: sqlite3.Connection) -> bytes:
        with _limited(connection):
            if format.write_log is not None and not state.past:
                ids = [row["id"] for row in rows] if state.given else None
                return _joined(format, format.write_log(connection, ids, lambda _: None))
            records = at_positions(connection, [row["position"] for row in rows], as_of=state.as_of)
            return _joined(format, format.write(records, about(connection)))

    try:
        # A file occupies one of the few threads that all queries of the database share.
        async with scheduling.exporting.next():
            content: bytes = await database.execute_fn(work)
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        raise _too_long(format) from None
    return content


@contextmanager
def _limited(connection: sqlite3.Connection) -> Iterator[None]:
    """Interrupt SQLite when this thread has worked for too long."""
    until = _processor_time() + LONGEST_MS / 1000
    connection.set_progress_handler(lambda: _processor_time() > until, _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, _STEPS)


def _joined(format: Format, chunks: Iterable[str | bytes]) -> bytes:
    content, until = bytearray(), _processor_time() + LONGEST_MS / 1000
    for chunk in chunks:
        content += chunk.encode() if isinstance(chunk, str) else chunk
        if len(content) > MOST_BYTES:
            raise Refused(f"This is more than {MOST_BYTES // 1_000_000} megabytes, too much for a page. {NARROW} {format.name}")
        if _processor_time() > until:
            raise _too_long(format)
    return bytes(content)


def _too_long(format: Format) -> TooBusy:
    return TooBusy(f"This took longer than {LONGEST_MS // 1000} seconds of work. {AGAIN} {NARROW} {format.name}")
