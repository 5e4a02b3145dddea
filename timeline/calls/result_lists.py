"""The results of the reading calls: lists of happenings, sources and search hits, which a notebook shows as tables.

Owns how they are shown. Must not read a log.
"""

from dataclasses import dataclass
from typing import Final, Literal

from timeline import dates, notebook
from timeline.archived_source import ArchivedSource
from timeline.model import HappeningVersion, VerifiedCitation, VerifiedDescription
from timeline.reading import wording

SHOWN: Final = 50  # rows that a notebook shows
_WHEN = ("When", "What", "Where", "Id")


class Happenings(list[HappeningVersion]):
    """Happenings in time order: a list."""

    def _repr_html_(self) -> str:
        """Show them in a notebook."""
        rows = [(dates.worded(one.date), title(one), one.place or "", one.id) for one in self[:SHOWN]]
        return notebook.table(_WHEN, rows, len(self) - SHOWN)


class Sources(list[ArchivedSource]):
    """Sources in the order in which they were archived: a list."""

    def _repr_html_(self) -> str:
        """Show them in a notebook."""
        rows = [(dates.worded(one.published), one.title or "(redacted)", one.publisher or "", one.id) for one in self[:SHOWN]]
        return notebook.table(("Published", "Title", "Publisher", "Id"), rows, len(self) - SHOWN)


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """A passage that has the searched words.

    `kind` is "happening" (one of its fields), "quotation" (words that it cites) or "document" (the text of a source). `passage` has
    the words in [brackets]. `happening` is None for a document; `source` and `citation` are None for a happening's own fields.
    """

    kind: Literal["happening", "quotation", "document"]
    title: str
    passage: str
    happening: HappeningVersion | None = None
    source: ArchivedSource | None = None
    citation: VerifiedCitation | VerifiedDescription | None = None

    @property
    def id(self) -> str:
        """The id of the happening, or of the source."""
        one = self.happening or self.source
        return one.id if one is not None else ""

    def __repr__(self) -> str:
        """Show its kind and id, whose claim it is, and the passage."""
        claim = self.happening.attributed_to if self.happening is not None else None
        return f"<{self.kind} {self.id}{f' (according to {claim})' if claim else ''}: {self.passage}>"

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        return notebook.card(self.title, self.id, [("In", self.kind), ("Passage", self.passage)])


class Hits(list[Hit]):
    """Search hits: happenings, then quotations, both in time order, then documents: a list."""

    def _repr_html_(self) -> str:
        """Show them in a notebook."""
        rows = [(one.kind, one.title, one.passage, one.id) for one in self[:SHOWN]]
        return notebook.table(("In", "Title", "Passage", "Id"), rows, len(self) - SHOWN)


def title(one: HappeningVersion) -> str:
    """Word a title, with its claimant and whether it is near a period or retracted."""
    return f"{one.title} {wording.marks(one.attributed_to, one.status, near=one.near)}".rstrip()
