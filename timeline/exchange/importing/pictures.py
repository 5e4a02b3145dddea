"""Fetch the pictures of rows, when a person asks for it, before anything is appended; and archive them with their happenings.

Owns which pictures are fetched, how much and how long, and the words that go with each. Must not choose happenings.
"""

import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, Final

from timeline import documents, size_limits
from timeline.documents import images
from timeline.documents.document import Document
from timeline.errors import TimelineError
from timeline.exchange.rows.row import Row
from timeline.exchange.text import html_text
from timeline.model import Picture, check
from timeline.shortening import shortened
from timeline.timeline import Timeline

SECONDS: Final = 600  # for all pictures of a file
MOST_BYTES: Final = 200_000_000  # of all of them
NO_ALT: Final = "has no alternative text. Describe the picture in a sentence to people who cannot see it, in a correction"
_TITLE: Final = 200
_LATER: Final = "was not fetched: the pictures before it took {}. Import the file again for the others"
_READ: Final = frozenset(("media", "media.url", "media.media", "media.caption", "media.credit", "media.alt"))
Fetch = Callable[[str], bytes]
"""Fetches the document at an address. Raises FetchRefused."""


class Pictures:
    """The pictures of rows that were fetched, or archived before."""

    def __init__(self, timeline: Timeline | None = None) -> None:
        self._timeline = timeline
        self._documents: dict[str, Document] = {}  # by address
        self._archived: dict[str, str] = {}  # the sources of others, by address
        self._refused: dict[str, str] = {}  # the reason, by address

    def fetch(self, rows: Iterable[Row], fetch: Fetch, seconds: float = SECONDS) -> None:
        """Fetch the pictures of these rows, each address once. One that was archived from its address is not fetched again."""
        end, left = time.monotonic() + seconds, MOST_BYTES
        for row in rows:
            address = _address(row)
            if not address or row.refused is not None or address in {*self._documents, *self._archived, *self._refused}:
                continue
            if (source_id := self._archived_source(address)) is not None:
                self._archived[address] = source_id
            elif time.monotonic() >= end or left <= 0:
                spent = f"{MOST_BYTES // 1_000_000} MB" if left <= 0 else f"{seconds / 60:g} minutes"
                self._refused[address] = _LATER.format(spent)
            else:
                left -= self._get(address, fetch)

    def _get(self, address: str, fetch: Fetch) -> int:
        """Fetch a picture, and return its size."""
        try:
            document = documents.picture(fetch(address), address)
        except TimelineError as error:
            self._refused[address] = f"was not fetched: {error.reason}"
            return 0
        if self._timeline and self._timeline.log.document_redaction(sha256(document.bytes).hexdigest()):
            self._refused[address] = "was redacted, and is not archived again"
        else:
            self._documents[address] = document
        return len(document.bytes)

    def _archived_source(self, address: str) -> str | None:
        """Return the source that was archived from an address, if it is a picture that is still there."""
        if self._timeline is None or not self._timeline.log.is_there:
            return None
        sql = "SELECT id FROM sources WHERE url = ? AND text_sha256 = ? AND media_type LIKE 'image/%' ORDER BY position"
        row = self._timeline.log.connection.execute(sql, (address, images.NO_TEXT)).fetchone()
        return None if row is None else str(row[0])

    def any(self) -> bool:
        """Whether there are any."""
        return bool(self._documents or self._archived)

    def has(self, row: Row) -> bool:
        """Whether the picture of a row is here."""
        return _address(row) in self._documents or _address(row) in self._archived

    def remark(self, row: Row) -> str | None:
        """Return what a person should know about the picture of a row: why there is none, or what it lacks."""
        return NO_ALT if self.has(row) and not row.media.get("alt") else self._refused.get(_address(row))

    def read(self, row: Row) -> Row:
        """Return a row whose picture is here without the drops that were made of it."""
        if not self.has(row):
            return row
        marked_up = {
            f"media.{name}" for name in ("caption", "credit") if "<" in row.media.get(name, "")
        }  # as text, its links are dropped
        return row._replace(dropped=tuple(one for one in row.dropped if one[0] not in _READ - marked_up))

    def archive(self, row: Row, timeline: Timeline) -> dict[str, Any]:
        """Archive the picture of a row unless it is archived, and return the `media` of its happening, or nothing.

        Raises StatementInvalid if its words are too long or malformed; then it is not archived.
        """
        address = _address(row)
        if not self.has(row):
            return {}
        words = {name: html_text.plain(row.media.get(name, "")).text for name in ("alt", "caption", "credit")}
        words["alt"] = row.media.get("alt", "").strip()  # not HTML
        words = {name: text for name, text in words.items() if text}
        size_limits.refuse({"media": [words]}, "happening")
        picture = check(Picture, {**words, "source": "x"}, "media")
        source = self._archived.get(address)
        if source is None:
            document, name = self._documents.pop(address), address.partition("?")[0]
            title = shortened(words.get("caption") or f"Picture: {row.fields.get('title', name)}", _TITLE)
            same = timeline.archived(sha256(document.bytes).hexdigest())
            archived = same[0] if same else timeline.archive_document(document, title=title, url=address, name=name)
            source = self._archived[address] = archived.id
        return {"media": [{**picture.model_dump(exclude_none=True), "source": source}]}


def _address(row: Row) -> str:
    """Return the address of the picture of a row; "" if there is none on the web."""
    if not row.media:
        return ""
    url = row.media.get("url", "").strip()
    url = f"https:{url}" if url.startswith("//") else url
    return url if url.lower().startswith(("http://", "https://")) else ""
