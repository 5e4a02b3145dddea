"""The records that people read: happenings with their quotations, and sources.

Plain dataclasses. Must not read a database, nor know a page or a format. Imports only the standard library and leaves, so that
pages work without compiled packages.
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from timeline.documents import extractors, fragments
from timeline.reading import wording

SPREADSHEETS: Final = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
)
"""Media types of tables with several sheets."""
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
        *SPREADSHEETS,
    }
)
"""Media types of data files, which hold entries, not prose."""
_TABLES: Final = frozenset(("text/csv", "text/tab-separated-values", *SPREADSHEETS))
_ROW_BEGINS, _ROW_ENDS = re.compile(r"(?:^|[\r\n\f])[\t,;| ]*\Z"), re.compile(r"[\t,;| ]*(?:[\r\n\f]|\Z)")
"""Before and after a whole row there is another, or nothing: its empty cells may be left out."""

PDF: Final = "application/pdf"
PAGES: Final = frozenset(("text/html", "application/xhtml+xml", "multipart/related", "application/warc", "application/wacz"))
"""Media types of web pages: at their address, a browser shows the page itself."""
HEAD: Final = 4096
"""Characters at the beginning of a table, enough for its column names."""


class Step(NamedTuple):
    """One step in the custody of a source: what was done, when (EDTF) and by whom."""

    when: str | None
    who: str | None
    what: str


@dataclass(frozen=True, slots=True)
class Source:
    """An archived document as known at the time of reading; redacted fields are None."""

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
    head: str | None = None  # the beginning of a table's text
    extractor: str | None = None
    collected_by: str | None = None
    collected_at: str | None = None  # EDTF
    collected_from: str | None = None
    collected_with: str | None = None
    collection_note: str | None = None
    custody: tuple["Step", ...] = ()

    @property
    def is_data(self) -> bool:
        """Whether it is a table or another data file."""
        return self.media_type in DATA

    @property
    def has_pages(self) -> bool:
        """Whether form feeds divide its text into pages."""
        return self.media_type == PDF or (self.media_type == "image/tiff" and extractors.ocr(self.extractor or "") is not None)

    @property
    def caveat(self) -> str | None:
        """The words that warn of its text; None if this program read the document's own words."""
        return extractors.caveat(self.extractor or "")


@dataclass(slots=True)  # not frozen: that would take longer than the rest of its construction
class Quotation:
    """A quotation from a source, with code point offsets in its text. `page` counts from 1, if there are pages.

    `fragment` is the part of a picture or recording that is cited. With a `description` of that part, by the person who cites it,
    nothing is quoted: `quote` is empty.
    """

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
    fragment: str | None = None
    description: str | None = None

    @property
    def disputes(self) -> bool:
        """Whether it contradicts the happening."""
        return self.stance == "disputes"

    @property
    def is_entry(self) -> bool:
        """Whether it is an entry of a data file, and no prose. Words out of a row of a table are quoted like any others."""
        if self.source.media_type not in _TABLES:
            return self.source.is_data
        return _ROW_BEGINS.search(self.prefix) is not None and _ROW_ENDS.match(self.suffix) is not None

    @property
    def words(self) -> str:
        """The words that are quoted or, where nothing is, those of the description."""
        return self.quote if self.description is None else self.description

    @property
    def part(self) -> str | None:
        """The part of the picture or recording, in words."""
        return fragments.words(self.fragment) if self.fragment else None

    @property
    def grade_note(self) -> str | None:
        """How it matched, if not exactly, or whose words a description is in."""
        if self.description is not None:
            return wording.BY_CITER
        return None if self.grade == "exact" else wording.GRADES.get(self.grade, self.grade)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a happening, with what is said of it; if it was redacted, its source has no SHA-256."""

    source: Source
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(slots=True)  # not frozen: that would take longer than the rest of its construction
class Happening:
    """One version of a happening. `earliest` and `latest` are ISO days, None on an open or unknown side."""

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
    superseded_by: str | None = None
    media: tuple[Picture, ...] = ()
    corrected: bool = False  # whether an earlier version says something else
    review: str | None = None  # "confirmed" or "doubted", by others than its author

    @property
    def retracted(self) -> bool:
        """Whether it was retracted."""
        return self.status == "retracted"

    @property
    def headline(self) -> str:
        """The title, after the name of its author if it is a claim."""
        return wording.headline(self.title, self.attributed_to)
