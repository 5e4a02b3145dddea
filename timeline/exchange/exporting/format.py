"""A format that happenings are written in, and what each is told of the whole.

Owns the addresses in an export. Must not read happenings, nor know any format. Standard library and leaves alone, so that the web
may write exports where there are no compiled packages.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import quote as percent

from timeline.reading.records import Happening

_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]*").fullmatch  # of a URI (RFC 3986, 2.3)
_NEVER: Final = "1970-01-01T00:00:00Z"  # when the last event of an empty log was recorded
_FARTHEST: Final = 2**62
_LOG: Final = 16  # of the first event's hash, in hex


@dataclass(frozen=True, slots=True)
class About:
    """What is said of the whole: its title, where its page is, how far the log had come, and what was asked for.

    `page` is the absolute address of the timeline's page, without a query, or None where it is not published. `at` is when the
    last event was recorded (UTC, RFC 3339), so that the same log gives the same export; `asked` the filters in words; `log` tells
    this log from every other, wherever it is published. `older` is how many that were asked for a feed does not hold; None: some.
    """

    title: str
    page: str | None = None
    description: str | None = None
    language: str | None = None
    position: int = 0
    at: str = "1970-01-01T00:00:00Z"
    as_of: int | None = None
    asked: str = ""
    query: str = ""
    log: str = ""
    older: int | None = 0

    @classmethod
    def read(
        cls,
        connection: sqlite3.Connection,
        *,
        title: str,
        page: str | None = None,
        description: str | None = None,
        language: str | None = None,
        as_of: int | None = None,
        asked: str = "",
        query: str = "",
        older: int | None = 0,
    ) -> "About":
        """Say of the whole what its file knows: how far the log had come, and when. `page` is the address of its page."""
        row = connection.execute(
            "SELECT position, recorded_at FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1",
            (_FARTHEST if as_of is None else as_of,),
        ).fetchone()
        position, at = (row[0], row[1]) if row else (0, _NEVER)
        page = page.partition("?")[0].rstrip("/") if page else None
        # The first event's hash is drawn with a salt of its own: no other log has it.
        first = connection.execute("SELECT lower(hex(data_hash)) FROM events WHERE position = 1").fetchone()
        log = first[0][:_LOG] if first else ""
        return cls(title, page, description, language, position, at, as_of, asked, query, log, older)

    @property
    def name(self) -> str:
        """Call what was chosen, so that two calendars or feeds of one timeline are told apart."""
        return f"{self.title} ({self.asked})" if self.asked else self.title

    def urn(self, what: str, id: str) -> str:
        """Name a thing of this log, the same wherever it is published."""
        return ":".join(part for part in ("urn:timeline", self.log, what, _percent(id)) if part)

    def happening(self, id: str) -> str:
        """Give the address of a happening's page; a URN where the timeline is not published."""
        return f"{self.page}/{_percent(id)}" if self.page else self.urn("happening", id)

    def source(self, id: str) -> str:
        """Give the address of a source's page; a URN where the timeline is not published."""
        return f"{self.page}/sources/{_percent(id)}" if self.page else self.urn("source", id)


def _percent(id: str) -> str:
    """Write an id as a part of an address: mostly it is one already."""
    return id if _UNRESERVED(id) else percent(id, safe="")


Write = Callable[[Iterable[Happening], About], Iterator[str | bytes]]
Told = Callable[[str], None]
"""Is told, in a line each, of what could not be written."""
WriteLog = Callable[[sqlite3.Connection, Sequence[str] | None, Told], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format that happenings are written in.

    `loses` names each field that it cannot say and what becomes of it, in words; `order` is whether happenings come in the order
    of time or the last recorded first; `most` how many it holds at most, where that is limited; `status` which happenings it holds
    unless others are asked for: who follows it has to hear of retractions. `write_log`
    is there where a format can hold the log itself: given the ids of the happenings that were chosen, or None for all, it writes
    their whole streams with the sources that they cite; `write` then writes no more than what now stands.
    """

    name: str
    title: str
    media_type: str
    suffix: str
    write: Write
    loses: Mapping[str, str] = field(default_factory=dict)
    order: Literal["time", "recorded"] = "time"
    most: int | None = None
    status: Literal["current", "all"] = "current"
    write_log: WriteLog | None = None


def with_near(asked: str, near: int) -> str:
    """Say in what was asked for how many of the happenings are only near the period; nothing where none is."""
    return f"{asked} ({near:,} of them only near the period, with an approximate date)" if near else asked
