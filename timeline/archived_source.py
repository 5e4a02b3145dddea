"""An archived source, to read and to quote from in a script. Must not look for words in the text."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from timeline import dates, notebook
from timeline.errors import DatabaseRefused, Redacted
from timeline.log.log import Event
from timeline.model import Citation, DescribedCitation, check


@dataclass(frozen=True, slots=True, repr=False)
class ArchivedSource:
    """An archived source, to quote from. Its fields are those of the event; None where redacted.

    `found` holds the document's own details if it was just read: suggestions, used only if the author asks for them.
    """

    id: str
    event: Event
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: str | None = None  # EDTF
    url: str | None = None
    language: str | None = None  # a BCP 47 tag
    collected_by: str | None = None
    collected_at: str | None = None  # EDTF
    collected_from: str | None = None
    collected_with: str | None = None
    collection_note: str | None = None
    custody: Sequence[Mapping[str, str]] = ()  # the steps since it was collected: when (EDTF), who, what
    media_type: str | None = None  # of its bytes
    sha256: str | None = None  # of its bytes, in hex
    extractor: str | None = None  # the name of the extractor of its text
    text_sha256: str | None = None
    document_says: Mapping[str, str] = field(default_factory=dict, compare=False)
    read: Callable[[str], bytes | None] | None = field(default=None, compare=False)

    @property
    def stream(self) -> str:
        """`source/<id>`."""
        return self.event.stream

    @property
    def version(self) -> int:
        """The version of the source's event."""
        return self.event.version

    @property
    def position(self) -> int:
        """The position of the source's event."""
        return self.event.position

    @property
    def earliest(self) -> str | None:
        """The first day on which it may have been published, YYYY-MM-DD; None if that is open or unknown."""
        return dates.bounds(self.published)[0] if self.published else None

    @property
    def latest(self) -> str | None:
        """The last day on which it may have been published, YYYY-MM-DD; None if that is open or unknown."""
        return dates.bounds(self.published)[1] if self.published else None

    @property
    def text(self) -> str:
        """The archived text, in which quotations are searched.

        Raises Redacted if it was removed, and DatabaseRefused once the timeline is closed.
        """
        return self._document(self.text_sha256).decode()

    @property
    def document(self) -> bytes:
        """The document, byte for byte as received. Raises the same errors as `text`."""
        return self._document(self.sha256)

    def quote(
        self,
        quote: str,
        *,
        prefix: str | None = None,
        suffix: str | None = None,
        stance: Literal["supports", "disputes"] = "supports",
        supports: str | None = None,
        fragment: str | None = None,
    ) -> Citation:
        """Cite words from this source. They are searched in the text when the happening is recorded.

        Parameters:
            quote: the exact words.
            prefix: the words right before the quotation, if it is in the text twice.
            suffix: the words right after the quotation, if it is in the text twice.
            stance: "supports", or "disputes" if the source contradicts the happening.
            supports: the part of the happening that the words support, in your words: "the day".
            fragment: where the words are in a picture, in percent from the left and top, with width and height,
                "xywh=percent:10,20,30,40"; or in a recording, in seconds, "t=10,20".

        Raises StatementInvalid if a field is malformed.
        """
        fields = {"quote": quote, "prefix": prefix, "suffix": suffix, "stance": stance, "supports": supports, "fragment": fragment}
        return check(Citation, {"source": self.id, **fields}, f"source/{self.id}")

    def describe(
        self,
        description: str,
        *,
        fragment: str,
        stance: Literal["supports", "disputes"] = "supports",
        supports: str | None = None,
    ) -> DescribedCitation:
        """Cite a part of this picture or recording that has no words to quote. Every reader sees that the description is yours.

        Parameters:
            description: what is to be seen or heard there, in your words: "A man at a lectern".
            fragment: the part. Of a picture, in percent from the left and top, with width and height, "xywh=percent:10,20,30,40";
                of a recording, in seconds, "t=10,20".
            stance: as in `quote`.
            supports: as in `quote`.

        Raises StatementInvalid if a field is malformed.
        """
        fields = {"description": description, "fragment": fragment, "stance": stance, "supports": supports}
        return check(DescribedCitation, {"source": self.id, **fields}, f"source/{self.id}")

    def _document(self, sha256: str | None) -> bytes:
        try:
            content = None if self.read is None or sha256 is None else self.read(sha256)
        except sqlite3.ProgrammingError:
            raise DatabaseRefused(self.stream, "the timeline is closed. Read the document before you close it") from None
        if content is None:
            raise Redacted(self.stream, "its document is not in the archive: it was redacted or removed")
        return content

    def __repr__(self) -> str:
        published = f", {self.published}" if self.published else ""
        return f"<{self.stream}@{self.version}: {self.title or '(redacted)'}{published}>"

    def _repr_html_(self) -> str:
        """Return the HTML for a notebook."""
        published = dates.worded(self.published)
        about = [("By", self.author), ("Publisher", self.publisher), ("Published", published), ("Address", self.url)]
        return notebook.card(self.title or "(redacted)", f"{self.stream}@{self.version}", about)
