"""What was chosen, written in a format: which happenings in which order, and the bytes.

Owns the limits of what is written while a visitor waits. Must not decide what matches, nor know any format.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from datasette.database import Database, QueryInterrupted

from timeline.exchange.writing import reading
from timeline.exchange.writing.record import About, Format
from timeline.web import working
from timeline.web.pages import keys, rows
from timeline.web.pages.asked import Asked
from timeline.web.pages.choose import Params
from timeline.web.pages.files import Refused, TooBusy
from timeline.web.pages.state import State

MOST = rows.COUNT_TO  # happenings
LATEST = 1_000  # happenings: more than any feed holds
# Of many, the last recorded are met soon when looked for backwards; where they are not, what matches is sorted.
_BY_POSITION = {"happenings": "indexed by sqlite_autoindex_happenings_2", "happening_versions": "not indexed"}
SOON_MS = 300
MOST_BYTES = 50_000_000
# Of a processor's time, where that can be told: what others make a visitor wait for is not counted.
LONGEST_MS = 10_000
_worked = getattr(time, "thread_time", time.monotonic)
# SQLite looks at the time after so many of its steps.
_STEPS = 1_000
AGAIN = "Ask again in a minute."
NARROW = "Choose fewer with a filter, or write it on the command line: timeline export"

Chosen = Sequence[tuple[int, str]]
Tell = Callable[[sqlite3.Connection], About]


async def happenings(database: Database, what: Asked, format: Format) -> Chosen:
    """Give the (position, id) of all that was asked for, in the order of a format; of a feed, the last recorded ones.

    Raises Refused where there are more than are written at once, or they are not found in time.
    """
    latest = (format.most or LATEST) if format.order == "recorded" else None
    most = min(format.most or MOST, MOST)
    if latest is None and what.counted is None:
        raise TooBusy(f"What matches could not be counted in time. {AGAIN} {NARROW} {format.name}")
    if latest is None and (what.counted or 0) > most:
        found = f"{what.counted:,}" if (what.counted or 0) <= MOST else f"more than {MOST:,}"
        raise Refused(f"{found} happenings match, and {most:,} are the most at once here. {NARROW} {format.name}")
    found_rows: list[sqlite3.Row] = []
    for one in what.chosen:
        few = what.counted is not None and what.counted <= MOST
        backwards, sorting = (f"from {one.table} {by} where {one.sql}" for by in (_BY_POSITION[one.table], ""))
        ways = (one.counting.sql,) if few else (backwards, sorting)
        order = "" if latest is None else f" order by {one.table}.position desc limit {latest}"
        columns = f"{one.table}.position, id, date, {keys.COLUMNS}"
        try:
            found_rows += await _first_in_time(database, [f"select {columns} {way}{order}" for way in ways], one.params)
        except QueryInterrupted:
            raise TooBusy(f"The last recorded ones were not found in time. {AGAIN} {NARROW} {format.name}") from None
    if format.order == "recorded":
        found_rows.sort(key=lambda row: -row["position"])
    else:
        found_rows.sort(key=rows.key)
    return [(row["position"], row["id"]) for row in found_rows[: latest or most]]


def older(what: Asked, format: Format, chosen: Chosen) -> int | None:
    """Count what was asked for and is older than what a feed holds; None for some, of which the number is not known."""
    if format.order != "recorded":
        return 0
    if what.counted is not None and what.counted <= MOST:
        return what.counted - len(chosen)
    return None if len(chosen) >= (format.most or LATEST) else 0


async def _first_in_time(database: Database, ways: Sequence[str], params: Params) -> list[sqlite3.Row]:
    """Run the first of several statements that ask for the same, and is done soon; the last one has all the time there is."""
    for sql in ways[:-1]:
        with suppress(QueryInterrupted):
            return list((await database.execute(sql, params, custom_time_limit=SOON_MS)).rows)
    return list((await database.execute(ways[-1], params)).rows)


async def body(database: Database, state: State, format: Format, chosen: Chosen, tell: Tell) -> bytes:
    """Write the happenings in a format; as a bundle the log itself, where now is asked about.

    Raises Refused where that grows too large or takes too long, TimelineError where the log or the format refuses.
    """

    def write(connection: sqlite3.Connection) -> bytes:
        with _in_time(connection):
            if format.write_log is not None and not state.past:
                ids = [id for _, id in chosen] if state.given else None
                return _gathered(format, format.write_log(connection, ids, lambda _: None))
            said = reading.happenings(connection, [position for position, _ in chosen], as_of=state.as_of)
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
