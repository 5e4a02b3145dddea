"""A source in the archive, as a script holds it: to quote from, and to read. Must not look for words in the text."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from timeline import dates, notebook
from timeline.errors import DatabaseRefused, Redacted
from timeline.log import Event
from timeline.model import Citation, check


@dataclass(frozen=True, slots=True, repr=False)
class ArchivedSource:
    """A source in the archive, to quote from. Its fields are as the event has them; each is None where that was redacted.

    `found` is what the document says of itself, where it was just read: offered, and used only where the author said so.
    """

    id: str
    event: Event
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: str | None = None  # EDTF
    url: str | None = None
    language: str | None = None  # a BCP 47 tag
    media_type: str | None = None  # of its bytes
    sha256: str | None = None  # of its bytes, in hex
    extractor: str | None = None  # what read its text
    text_sha256: str | None = None
    found: Mapping[str, str] = field(default_factory=dict, compare=False)
    read: Callable[[str], bytes | None] | None = field(default=None, compare=False)

    @property
    def stream(self) -> str:
        """`source/<id>`."""
        return self.event.stream

    @property
    def version(self) -> int:
        """The version of the event that stands for the call."""
        return self.event.version

    @property
    def position(self) -> int:
        """The position of the event that stands for the call."""
        return self.event.position

    @property
    def earliest(self) -> str | None:
        """The first day on which it may have been published, YYYY-MM-DD; None where that is open or not known."""
        return dates.bounds(self.published)[0] if self.published else None

    @property
    def latest(self) -> str | None:
        """The last day on which it may have been published, YYYY-MM-DD; None where that is open or not known."""
        return dates.bounds(self.published)[1] if self.published else None

    @property
    def text(self) -> str:
        """The archived text, in which quotations are looked for.

        Raises Redacted where it is not there any more, and DatabaseRefused once the timeline is closed.
        """
        return self._document(self.text_sha256).decode()

    @property
    def document(self) -> bytes:
        """The document, byte for byte as it was received. Raises as `text` does."""
        return self._document(self.sha256)

    def quote(
        self,
        quote: str,
        *,
        prefix: str | None = None,
        suffix: str | None = None,
        stance: Literal["supports", "disputes"] = "supports",
        supports: str | None = None,
    ) -> Citation:
        """Cite words from this source, to the letter. They are looked for in the text when the happening is recorded.

        Parameters:
            quote: the words, to the letter.
            prefix: the words right before it, where the quotation is in the text twice.
            suffix: the words right after it, where the quotation is in the text twice.
            stance: "supports", or "disputes" where the source says otherwise.
            supports: what of the happening the words are cited for, in your words: "the day".

        Raises StatementInvalid where a field is malformed.
        """
        said = {"quote": quote, "prefix": prefix, "suffix": suffix, "stance": stance, "supports": supports}
        return check(Citation, {"source": self.id, **said}, f"source/{self.id}")

    def _document(self, sha256: str | None) -> bytes:
        try:
            content = None if self.read is None or sha256 is None else self.read(sha256)
        except sqlite3.ProgrammingError:
            raise DatabaseRefused(self.stream, "the timeline is closed. Read the document before that") from None
        if content is None:
            raise Redacted(self.stream, "its document is not in the archive: it was redacted, or taken out")
        return content

    def __repr__(self) -> str:
        """Say which source it is."""
        published = f", {self.published}" if self.published else ""
        return f"<{self.stream}@{self.version}: {self.title or '(redacted)'}{published}>"

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        published = dates.worded(self.published)
        about = [("By", self.author), ("Publisher", self.publisher), ("Published", published), ("Address", self.url)]
        return notebook.card(self.title or "(redacted)", f"{self.stream}@{self.version}", about)
