"""What an export is made of: happenings with their quotations and sources, and what is said of the whole.

Owns these records and the addresses in them. Must not read a database, nor know any format. Standard library and leaves alone, so
that the web may write exports where there are no compiled packages.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import quote as percent

from timeline import extractors

_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]*").fullmatch  # of a URI (RFC 3986, 2.3)
DATA: Final = frozenset(
    {
        "text/csv",
        "text/tab-separated-values",
        "text/calendar",
        "application/json",
        "application/jsonl",
        "application/ld+json",
        "application/vnd.citationstyles.csl+json",
        "application/x-bibtex",
        "application/x-research-info-systems",
    }
)
"""Media types of files of entries: what is quoted from them is an entry as it stands, which is evidence and no prose."""

PAGES: Final = frozenset(("text/html", "application/xhtml+xml", "multipart/related", "application/warc"))
"""Media types of pages of the web: at their address, a browser shows the page itself."""
HEAD: Final = 4096
"""Characters at the beginning of a table within which its columns are named."""


@dataclass(frozen=True, slots=True)
class Source:
    """An archived document, as known when it is exported; what was redacted is None."""

    id: str
    title: str | None
    publisher: str | None = None
    author: str | None = None
    published: str | None = None  # EDTF
    url: str | None = None
    language: str | None = None
    media_type: str | None = None
    sha256: str | None = None
    archived_at: str | None = None
    head: str | None = None  # how the text of a table begins
    extractor: str | None = None

    @property
    def is_data(self) -> bool:
        """Whether it is a table or another file of entries."""
        return self.media_type in DATA

    @property
    def is_as_given(self) -> bool:
        """Whether nobody compared its text with the document."""
        return self.extractor is not None and extractors.is_as_given(self.extractor)


@dataclass(slots=True)  # not frozen: that takes longer than all else of making one
class Quotation:
    """Words that stand in a source; offsets in code points into its text, `page` counted from 1 where it has pages."""

    number: int
    source: Source
    quote: str
    prefix: str
    suffix: str
    start: int
    end: int
    grade: str
    stance: str
    supports: str | None = None
    page: int | None = None


@dataclass(slots=True)  # not frozen: that takes longer than all else of making one
class Happening:
    """What occurred, as one version tells it. `earliest` and `latest` are ISO days, None on an open or unknown side."""

    id: str
    version: int
    position: int
    recorded_at: str
    recorded_by: str | None  # None: nobody gave a name
    status: str
    title: str
    date: str
    earliest: str | None
    latest: str | None
    reason: str | None = None
    date_note: str | None = None
    zone: str | None = None
    instant: str | None = None
    summary: str | None = None
    kind: str | None = None
    place: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    part_of: str | None = None
    attributed_to: str | None = None
    actors: tuple[tuple[str, str | None], ...] = ()  # name, role
    tags: tuple[str, ...] = ()
    related: tuple[tuple[str, str], ...] = ()  # the other's id, the relation
    quotations: tuple[Quotation, ...] = ()


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
