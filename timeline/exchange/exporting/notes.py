"""What a chronology says in plain text: its heading, each happening's facts, and its notes.

Owns their wording and the notes' numbers: each quotation has one, and each source is described in full once, then by its title.
Must not know a format.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from timeline.dates import worded
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About
from timeline.extractors import NOT_COMPARED
from timeline.reading import wording
from timeline.reading.records import Happening, Quotation, Source

LOSES: Final = {
    "title.spaces": "written as one space",
    "summary.spaces": "runs of spaces are written as one",
}
SHORT: Final = 48  # characters of a title that was given in full before
_FILE: Final = re.compile(r"[a-z0-9_.-]+").fullmatch


@dataclass(frozen=True, slots=True)
class Note:
    """A quotation as a note. `first` is the number of the note that describes its source in full; its own, where it does."""

    number: int
    first: int
    quotation: Quotation
    address: str | None

    @property
    def before(self) -> str:
        """What a reader must know before the source."""
        said = "Disputed by " if self.quotation.stance == "disputes" else ""
        if self.quotation.source.is_data:
            said += sentences.ENTRY if not said else f"an {sentences.ENTRY.lower()}"
        return f"{said.strip()} " if said else ""

    @property
    def page(self) -> str:
        """The page, where its source has pages."""
        return f", p. {self.quotation.page}" if self.quotation.page else ""

    @property
    def proof(self) -> list[str]:
        """What proves that the document is the one that was archived, and how the words were found."""
        told = []
        source = self.quotation.source
        if self.first == self.number:
            kind = f" as {source.media_type}" if source.media_type else ""
            told += [f"Archived {worded(source.archived_at[:10])}{kind}"] if source.archived_at else []
            told += [f"SHA-256 {source.sha256}"] if source.sha256 else []
            told += [f"{NOT_COMPARED[:1].upper()}{NOT_COMPARED[1:]}"] if source.is_as_given else []
        if self.quotation.supports:
            way = "against" if self.quotation.stance == "disputes" else "for"
            told.append(f"Cited {way}: {wording.one_line(self.quotation.supports)}")
        grade = self.quotation.grade
        told += [f"{grade.capitalize()}: {wording.GRADES[grade]}"] if grade != "exact" and grade in wording.GRADES else []
        return told


@dataclass(frozen=True, slots=True)
class Fact:
    """A field that a happening says, with its values: each is words, and where they lead, to another happening's id."""

    name: str
    values: Sequence[tuple[str, str | None]]


@dataclass(slots=True)
class Chronology:
    """Numbers the happenings of a chronology, and their quotations as they come."""

    about: About
    happenings: Sequence[Happening]
    notes: list[Note] = field(default_factory=list)
    described: dict[str, int] = field(default_factory=dict)
    told: dict[Hashable, Note] = field(default_factory=dict)
    entries: dict[str, tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Learn the happenings' numbers and titles, with whose claim each is."""
        self.entries = {one.id: (number, one.headline) for number, one in enumerate(self.happenings, start=1)}

    def take(self, happening: Happening) -> list[Note]:
        """Give the quotations of a happening their numbers, those that support it before those that dispute it.

        Words that are cited again for the same have a number already.
        """
        taken = []
        for quotation in sorted(happening.quotations, key=lambda one: (one.stance == "disputes", one.number)):
            source = quotation.source
            same = (source.id, quotation.start, quotation.quote, quotation.stance, quotation.supports)
            if same not in self.told:
                number = len(self.notes) + 1
                first = self.described.setdefault(source.id, number)
                address = source.url or (self.about.source(source.id) if self.about.page else None)
                self.told[same] = Note(number, first, quotation, address if first == number else None)
                self.notes.append(self.told[same])
            taken.append(self.told[same])
        return taken

    def facts(self, happening: Happening) -> Iterator[Fact]:
        """Say what a happening's other fields say, but for whose claim it is and how its date was read."""
        if happening.zone or happening.instant:
            yield Fact("Time zone", [(" = ".join(filter(None, (happening.zone, happening.instant))), None)])
        if happening.kind:
            yield Fact("Kind", [(happening.kind, None)])
        if place := _place(happening):
            yield Fact("Place", [(place, None)])
        if happening.actors:
            yield Fact("Who", [(one, None) for one in sentences.who(happening)])
        if happening.part_of:
            yield Fact("Part of", [(self._called(happening.part_of), happening.part_of)])
        if happening.related:
            yield Fact("Related", [(f"{self._called(other)} ({relation})", other) for other, relation in happening.related])
        if happening.tags:
            yield Fact("Tags", [(tag, None) for tag in happening.tags])

    def _called(self, id: str) -> str:
        """Call a happening by its title, where it is one of these."""
        return wording.one_line(self.entries[id][1]) or id if id in self.entries else id


def _place(happening: Happening) -> str:
    where = ", ".join(filter(None, (happening.latitude, happening.longitude)))
    return f"{happening.place} ({where})" if happening.place and where else happening.place or where


def described(source: Source) -> tuple[str | None, str, list[str]]:
    """Say which document it is: its author, its title, its publisher and date."""
    publisher = source.publisher if source.publisher != source.author else None
    return source.author, source.title or source.id, [part for part in (publisher, worded(source.published)) if part]


def short(title: str) -> str:
    """Shorten a title that was given in full before."""
    kept = title if len(title) <= SHORT else title[:SHORT].rsplit(" ", 1)[0].rstrip(" ,;:-–—")
    return kept if kept == title else f"{kept}…"


def heading(about: About) -> str:
    """Say what the whole is called; a name that is no more than a file's gets a word before it."""
    title = wording.one_line(about.title)
    if title in ("", "timeline"):
        return "Chronology"
    return f"Chronology: {title}" if _FILE(title) else title


def marks(happening: Happening, notes: Sequence[Note]) -> Iterator[tuple[str, str]]:
    """Say what a reader must know before believing it, each as (word, more)."""
    on, why = worded(happening.recorded_at[:10]), wording.one_line(happening.reason) or "no reason is known"
    if happening.status == "retracted":
        yield "Retracted", f"on {on}: {why}"
    elif happening.version > 1:
        yield "Corrected", f"on {on}: {why}"
    if against := [str(note.number) for note in notes if note.quotation.stance == "disputes"]:
        yield "Disputed:", f"a source says otherwise, see note{'' if len(against) == 1 else 's'} {', '.join(against)}"


def paragraphs(happening: Happening) -> list[list[str]]:
    """Give the paragraphs of what is summed up, each with its lines as they were recorded."""
    text = (happening.summary or "").replace("\r\n", "\n").replace("\r", "\n")
    found = ([line for line in map(wording.one_line, one.split("\n")) if line] for one in re.split(r"\n\s*\n", text))
    return [lines for lines in found if lines]


def chosen(about: About, total: int) -> str:
    """Say what was chosen, and as of when."""
    held = f"{total:,} happening{'' if total == 1 else 's'}"
    asked = f", {about.asked}" if about.asked else ""
    return f"{held}{asked}. As of position {about.position:,} of the log, {worded(about.at[:10])}."


def standing(happening: Happening) -> str:
    """Say which event of the log tells it, and who recorded that when."""
    on = worded(happening.recorded_at[:10])
    by = f" by {happening.recorded_by}" if happening.recorded_by else ""
    return f"Version {happening.version}, position {happening.position:,}, recorded on {on}{by}"


def verifying(about: About) -> str:
    """Say how a reader can verify it."""
    where = f" at {about.page}" if about.page else ""
    return (
        "Each quotation was found word for word in the text of its source as archived; each happening names its version and the"
        f" position of its event in the log. The sources and the history of every happening stand{where or ' in the timeline'};"
        " the command `timeline verify` checks the whole."
    )


def dated(happening: Happening) -> tuple[str, str]:
    """Say a date in words, and its EDTF where the words are not all of it."""
    words = worded(happening.date)
    exact = len(happening.date) == len("2025-11-24") and happening.date.replace("-", "").isdigit()
    return words[:1].upper() + words[1:], "" if exact or words == happening.date else happening.date
