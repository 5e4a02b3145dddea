"""The description of an export format, and what every export knows about its timeline.

Owns the addresses in an export. Must not read happenings, nor know any format. Imports the standard library and the leaves alone:
the web exports where there are no compiled packages.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import quote as percent

from timeline.documents import images
from timeline.reading.records import Happening, Source

_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]*").fullmatch  # of a URI (RFC 3986, 2.3)
_NEVER: Final = "1970-01-01T00:00:00Z"  # when the last event of an empty log was recorded
_FARTHEST: Final = 2**62
WITHIN: Final = 200_000  # bytes of a picture that an export may hold
_LOG: Final = 16  # hex digits of the first event's hash


@dataclass(frozen=True, slots=True)
class About:
    """The timeline of an export: its title and address, the state of its log, and the filters.

    `page` is the absolute address of the timeline's page without a query; None if it is not published. `at` is when the last event
    was recorded (UTC, RFC 3339), so that the same log gives the same export. `filters` is in words; `query` is their query string.
    `log` identifies this log wherever it is published. `older` is the number of chosen happenings that a feed leaves out; None if
    that number is unknown and not 0. `picture` reads the bytes of a small picture by its SHA-256. `withheld` tells whether the
    document with a SHA-256 cannot be had from the timeline's pages.
    """

    title: str
    page: str | None = None
    description: str | None = None
    language: str | None = None
    position: int = 0
    at: str = "1970-01-01T00:00:00Z"
    as_of: int | None = None
    filters: str = ""
    query: str = ""
    log: str = ""
    older: int | None = 0
    picture: Callable[[str], bytes | None] | None = None
    withheld: Callable[[str], bool] = lambda _: False

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
        filters: str = "",
        query: str = "",
        older: int | None = 0,
        pictures: bool = True,
    ) -> "About":
        """Add the position, time and identity of the log to what the caller knows. `page` may have a query.

        `pictures`: whether the export may hold archived pictures, and lead to archived documents.
        """
        row = connection.execute(
            "SELECT position, recorded_at FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1",
            (_FARTHEST if as_of is None else as_of,),
        ).fetchone()
        position, at = (row[0], row[1]) if row else (0, _NEVER)
        page = page.partition("?")[0].rstrip("/") if page else None
        # The hash of the first event has a random salt, so no other log has the same.
        first = connection.execute("SELECT lower(hex(data_hash)) FROM events WHERE position = 1").fetchone()
        log = first[0][:_LOG] if first else ""

        def picture(sha256: str) -> bytes | None:
            sql = "SELECT bytes FROM documents WHERE ? AND sha256 = ? AND length(bytes) < ?"
            row = connection.execute(sql, (pictures, sha256, WITHIN)).fetchone()
            return bytes(row[0]) if row else None

        def withheld(sha256: str) -> bool:
            return not pictures or connection.execute("SELECT 1 FROM withheld WHERE sha256 = ?", (sha256,)).fetchone() is not None

        return cls(title, page, description, language, position, at, as_of, filters, query, log, older, picture, withheld)

    @property
    def name(self) -> str:
        """The title with the filters, so that two calendars or feeds of one timeline have different names."""
        return f"{self.title} ({self.filters})" if self.filters else self.title

    def urn(self, kind: str, id: str) -> str:
        """Return the URN of a part of this log. It does not depend on where the log is published."""
        return ":".join(part for part in ("urn:timeline", self.log, kind, _percent(id)) if part)

    def happening(self, id: str) -> str:
        """Return the address of a happening's page, or a URN if the timeline is not published."""
        return f"{self.page}/{_percent(id)}" if self.page else self.urn("happening", id)

    def source(self, id: str) -> str:
        """Return the address of a source's page, or a URN if the timeline is not published."""
        return f"{self.page}/sources/{_percent(id)}" if self.page else self.urn("source", id)

    def document(self, source: Source) -> str | None:
        """Return the address of a document as received; None if it cannot be had, or the timeline is not published."""
        if self.page is None or source.sha256 is None or self.withheld(source.sha256):
            return None
        return f"{self.source(source.id)}/document"

    def image(self, source: Source) -> str | None:
        """Return the address of a picture's file; None if it cannot be had, or the timeline is not published."""
        if self.document(source) is None or source.sha256 is None:
            return None
        return f"{self.source(source.id)}/image{images.query(source.sha256, source.media_type)}"


def _percent(id: str) -> str:
    """Escape an id for an address. Most ids need no escaping."""
    return id if _UNRESERVED(id) else percent(id, safe="")


Write = Callable[[Iterable[Happening], About], Iterator[str | bytes]]
Report = Callable[[str], None]
"""Called with one line for each thing that could not be written."""
WriteLog = Callable[[sqlite3.Connection, Sequence[str] | None, Report], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format for exports.

    `loses` maps each field that the format cannot hold to a description of what happens to it. `order` is "time", or "recorded" for
    the last recorded first. `most` is the largest number of happenings, if there is one. `status` is the default filter: formats
    that people follow include retractions. `write_log` is set if a format can hold the log itself: given the ids of the chosen
    happenings, or None for all, it writes their whole streams with the sources that they cite. `write` writes the current versions.
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


def with_near(filters: str, near: int) -> str:
    """Add to the filters how many happenings are only near the period, if any are."""
    return f"{filters} ({near:,} of them only near the period, with an approximate date)" if near else filters
