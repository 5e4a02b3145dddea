"""The notes of a chronology: each quotation has a number, and each source is described once in full, then by its title.

Owns their numbers and what is said in them, in plain text. Must not know a format.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from timeline.exchange.writing import saying
from timeline.exchange.writing.record import About, Happening, Quotation, Source

_FILE: Final = re.compile(r"[a-z0-9_.-]+").fullmatch


@dataclass(frozen=True, slots=True)
class Note:
    """A quotation as a note: what stands before the words, the words, and where they stand."""

    number: int
    before: str
    quotation: Quotation
    where: str
    address: str | None


@dataclass(slots=True)
class Notes:
    """Numbers the quotations of a chronology as they come."""

    about: About
    notes: list[Note] = field(default_factory=list)
    told: dict[str, int] = field(default_factory=dict)

    def take(self, happening: Happening) -> list[Note]:
        """Give the quotations of a happening their numbers, those that support it before those that dispute it."""
        ordered = sorted(happening.quotations, key=lambda one: (one.stance == "disputes", one.number))
        begun = len(self.notes)
        for quotation in ordered:
            self.notes.append(self._note(quotation))
        return self.notes[begun:]

    def _note(self, quotation: Quotation) -> Note:
        source = quotation.source
        number = len(self.notes) + 1
        first = self.told.get(source.id)
        where = _full(source) if first is None else f"{source.title or source.id} (as in note {first})"
        if first is None:
            self.told[source.id] = number
        if quotation.page is not None:
            where += f", p. {quotation.page}"
        address = source.url or (self.about.source(source.id) if self.about.page else None)
        before = "Disputed by: " if quotation.stance == "disputes" else ""
        return Note(number, before, quotation, where, address if first is None else None)


def _full(source: Source) -> str:
    archived = f"archived {source.archived_at[:10]}" if source.archived_at else ""
    digest = f"SHA-256 {source.sha256}" if source.sha256 else ""
    return ", ".join(part for part in (saying.source(source), archived, digest) if part)


def heading(about: About) -> str:
    """Say what the whole is called; a name that is no more than a file's gets a word before it."""
    title = saying.one_line(about.title)
    if title in ("", "timeline"):
        return "Chronology"
    return f"Chronology: {title}" if _FILE(title) else title


def marks(happening: Happening) -> Iterator[str]:
    """Say what a reader must know before believing it."""
    if happening.status == "retracted":
        yield f"Retracted: {happening.reason or 'no reason is known'}"
    elif happening.version > 1:
        yield f"Corrected: {happening.reason or 'no reason is known'}"
    if any(quotation.stance == "disputes" for quotation in happening.quotations):
        yield "Disputed: a source says otherwise, see the notes"


def chosen(about: About, total: int) -> str:
    """Say what was chosen, and as of when."""
    held = f"{total:,} happening{'' if total == 1 else 's'}"
    asked = f", {about.asked}" if about.asked else ""
    return f"{held}{asked}. As of position {about.position:,} of the log, {about.at[:10]}."


def verifying(about: About) -> str:
    """Say how a reader can verify it."""
    where = f" at {about.page}" if about.page else ""
    return (
        "Each quotation was found word for word in the text of its source as archived; each happening names its version and the"
        f" position of its event in the log. The sources and the history of every happening stand{where or ' in the timeline'};"
        " the command `timeline verify` checks the whole."
    )


def told(happening: Happening) -> Iterable[tuple[str, str]]:
    """Say the other fields, each as (name, words)."""
    return [(name if name != "Date" else "On the date", saying.one_line(words)) for name, words in saying.lines(happening)]


def dated(happening: Happening) -> tuple[str, str]:
    """Say a date in words, and its EDTF where the words are not all of it."""
    words = saying.when(happening.date)
    exact = len(happening.date) == len("2025-11-24") and happening.date.replace("-", "").isdigit()
    return words[:1].upper() + words[1:], "" if exact or words == happening.date else happening.date
