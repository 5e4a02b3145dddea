"""What was chosen, written in a format: which happenings in which order, and the bytes.

Owns the limits of what is written while a visitor waits. Must not decide what matches, nor know any format.
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
from timeline.web import working
from timeline.web.pages.files import Refused, TooBusy

MOST = matches.COUNT_TO  # happenings
LATEST = 1_000  # happenings: more than any feed holds
# Of many, the last recorded are met soon when looked for backwards; where they are not, what matches is sorted.
SOON_MS = 300
MOST_BYTES = 50_000_000
# Of a processor's time, where that can be told: what others make a visitor wait for is not counted.
LONGEST_MS = 10_000
_worked = getattr(time, "thread_time", time.monotonic)
# SQLite looks at the time after so many of its steps.
_STEPS = 1_000
AGAIN = "Ask again in a minute."
NARROW = "Choose fewer with a filter, or write it on the command line: timeline export"

Chosen = Sequence[sqlite3.Row]
Tell = Callable[[sqlite3.Connection], About]


def happenings(snapshot: Snapshot, what: Matches, format: Format) -> Chosen:
    """Give the (position, id, near) of all that was asked for, in the order of a format; of a feed, the last recorded ones.

    Raises Refused where there are more than are written at once, or they are not found in time.
    """
    most = min(format.most or MOST, MOST)
    if format.order == "recorded":
        return _latest(snapshot, what, format)
    if what.counted is None:
        raise TooBusy(f"What matches could not be counted in time. {AGAIN} {NARROW} {format.name}")
    if what.counted > most:
        found = f"{what.counted:,}" if what.are_few else f"more than {MOST:,}"
        raise Refused(f"{found} happenings match, and {most:,} are the most at once here. {NARROW} {format.name}")
    return list(matches.every(snapshot, what.chosen))


def _latest(snapshot: Snapshot, what: Matches, format: Format) -> Chosen:
    """Give the (position, id, near) of the last recorded ones."""
    chosen = what.chosen
    order = f"order by position desc limit {format.most or LATEST}"
    sorting = f"select * from (select happenings.position, id, {chosen.near} as near {chosen.listing.sql} {EACH}) {order}"
    backwards = f"select position, id, {chosen.near} as near from happenings where {chosen.sql} {order}"
    try:
        if not what.are_few:
            with suppress(TookTooLong):
                return snapshot.rows(backwards, chosen.params, index=BY_POSITION, within_ms=SOON_MS)
        return snapshot.rows(sorting, chosen.params, index=chosen.listing.index)
    except TookTooLong:
        raise TooBusy(f"The last recorded ones were not found in time. {AGAIN} {NARROW} {format.name}") from None


def older(what: Matches, format: Format, chosen: Chosen) -> int | None:
    """Count what was asked for and is older than what a feed holds; None for some, of which the number is not known."""
    if format.order != "recorded":
        return 0
    if what.are_few:
        return (what.counted or 0) - len(chosen)
    return None if len(chosen) >= (format.most or LATEST) else 0


async def body(database: Database, state: State, format: Format, chosen: Chosen, tell: Tell) -> bytes:
    """Write the happenings in a format; as a bundle the log itself, where now is asked about.

    Raises Refused where that grows too large or takes too long, TimelineError where the log or the format refuses.
    """

    def write(connection: sqlite3.Connection) -> bytes:
        with _in_time(connection):
            if format.write_log is not None and not state.past:
                ids = [row["id"] for row in chosen] if state.given else None
                return _gathered(format, format.write_log(connection, ids, lambda _: None))
            said = at_positions(connection, [row["position"] for row in chosen], as_of=state.as_of)
            return _gathered(format, format.write(said, tell(connection)))

    try:
        # Each takes one of the few threads that all questions to the database share.
        async with working.exporting.next():
            written: bytes = await database.execute_fn(write)
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        raise _too_long(format) from None
    return written


@contextmanager
def _in_time(connection: sqlite3.Connection) -> Iterator[None]:
    """Have SQLite stop when this thread has worked for too long."""
    until = _worked() + LONGEST_MS / 1000
    connection.set_progress_handler(lambda: _worked() > until, _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, _STEPS)


def _gathered(format: Format, chunks: Iterable[str | bytes]) -> bytes:
    gathered, until = bytearray(), _worked() + LONGEST_MS / 1000
    for chunk in chunks:
        gathered += chunk.encode() if isinstance(chunk, str) else chunk
        if len(gathered) > MOST_BYTES:
            raise Refused(f"This is more than {MOST_BYTES // 1_000_000} megabytes, too much for a page. {NARROW} {format.name}")
        if _worked() > until:
            raise _too_long(format)
    return bytes(gathered)


def _too_long(format: Format) -> TooBusy:
    return TooBusy(f"This took longer than {LONGEST_MS // 1000} seconds of work. {AGAIN} {NARROW} {format.name}")
