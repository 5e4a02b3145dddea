"""The wording of a chronology: its heading, the facts of each happening, and numbered notes.

Each quotation is a note. The first note of a source describes it in full, later ones by its title. Must not know any format.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from timeline.dates import worded
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About
from timeline.reading import wording
from timeline.reading.records import Happening, Quotation, Source

LOSES: Final = {
    "title.spaces": "written as one space",
    "summary.spaces": "runs of spaces are written as one",
}
SHORT: Final = 48  # characters of a title that an earlier note has in full
_NO_ADDRESS: Final = re.compile(r"[\s<>\"{}|\\^`\x00-\x1f]")
_FILE_NAME: Final = re.compile(r"[a-z0-9_.-]+").fullmatch


@dataclass(frozen=True, slots=True)
class Footnote:
    """A quotation as a note. `first` is the number of the note that describes its source in full, which may be this one.

    That one has the `address` of the source, and of its `document` as received, as far as there are any.
    """

    number: int
    first: int
    quotation: Quotation
    address: str | None
    document: str | None = None

    @property
    def before(self) -> str:
        """The words before the source: whether it disputes the happening, and whether an entry is quoted."""
        words = "Disputed by " if self.quotation.stance == "disputes" else ""
        if self.quotation.is_entry:
            words += sentences.ENTRY if not words else f"an {sentences.ENTRY.lower()}"
        return f"{words.strip()} " if words else ""

    @property
    def page(self) -> str:
        """The page, if its source has pages, and the part of a picture or recording."""
        return sentences.place(self.quotation, "p.")

    @property
    def proof(self) -> list[str]:
        """The hash and date of the archived document, the purpose of the citation, and how the quotation matched."""
        lines = []
        source = self.quotation.source
        if self.first == self.number:
            kind = f" as {source.media_type}" if source.media_type else ""
            lines += [f"Archived {worded(source.archived_at[:10])}{kind}"] if source.archived_at else []
            lines += sentences.collection(source)
            lines += [f"SHA-256 {source.sha256}"] if source.sha256 else []
            lines += [f"{source.caveat[:1].upper()}{source.caveat[1:]}"] if source.caveat else []
        if self.quotation.supports:
            way = "against" if self.quotation.stance == "disputes" else "for"
            lines.append(f"Cited {way}: {wording.one_line(self.quotation.supports)}")
        grade = self.quotation.grade
        if grade in wording.GRADES or self.quotation.description is not None:
            lines += [f"{grade.capitalize()}: {note}"] if (note := self.quotation.grade_note) else []
        return lines


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of a happening with its values: each is words, and the id of the happening to which they link, if any."""

    name: str
    values: Sequence[tuple[str, str | None]]


@dataclass(slots=True)
class Chronology:
    """Numbers the happenings of a chronology, and their quotations in the order of `number_notes`."""

    about: About
    happenings: Sequence[Happening]
    notes: list[Footnote] = field(default_factory=list)
    entries: dict[str, tuple[int, str]] = field(default_factory=dict)
    """The number and the headline of each happening, by its id."""
    _first_notes: dict[str, int] = field(default_factory=dict)
    _note_of: dict[Hashable, Footnote] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.entries = {happening.id: (number, happening.headline) for number, happening in enumerate(self.happenings, start=1)}

    def number_notes(self, happening: Happening) -> list[Footnote]:
        """Return the notes of a happening, those that support it before those that dispute it.

        A quotation that was cited before for the same purpose keeps its number.
        """
        notes = []
        for quotation in sorted(happening.quotations, key=lambda quotation: (quotation.stance == "disputes", quotation.number)):
            source = quotation.source
            same = (source.id, quotation.start, quotation.words, quotation.stance, quotation.supports, quotation.fragment)
            if same not in self._note_of:
                number = len(self.notes) + 1
                first = self._first_notes.setdefault(source.id, number)
                address = source.url or (self.about.source(source.id) if self.about.page else None)
                addresses = (address, self.about.document(source)) if first == number else (None, None)
                self._note_of[same] = Footnote(number, first, quotation, *addresses)
                self.notes.append(self._note_of[same])
            notes.append(self._note_of[same])
        return notes

    def facts(self, happening: Happening) -> Iterator[Fact]:
        """Yield the other fields of a happening, except its claim and its date note."""
        if happening.zone or happening.instant:
            yield Fact("Time zone", [(" = ".join(filter(None, (happening.zone, happening.instant))), None)])
        if happening.kind:
            yield Fact("Kind", [(happening.kind, None)])
        if place := _place(happening):
            yield Fact("Place", [(place, None)])
        if happening.actors:
            yield Fact("Who", [(name, None) for name in sentences.actor_names(happening)])
        if happening.part_of:
            yield Fact("Part of", [(self._title(happening.part_of), happening.part_of)])
        if happening.related:
            yield Fact("Related", [(f"{self._title(other)} ({relation})", other) for other, relation in happening.related])
        if happening.tags:
            yield Fact("Tags", [(tag, None) for tag in happening.tags])
        if happening.review:
            yield Fact("Review", [(f"{happening.review} by a second person", None)])

    def _title(self, id: str) -> str:
        """Return the headline of a happening in this chronology, or the id of any other."""
        return wording.one_line(self.entries[id][1]) or id if id in self.entries else id


def _place(happening: Happening) -> str:
    where = ", ".join(filter(None, (happening.latitude, happening.longitude)))
    return f"{happening.place} ({where})" if happening.place and where else happening.place or where


def source_parts(source: Source) -> tuple[str | None, str, list[str]]:
    """Describe a source: its author, its title, and the rest: its publisher and date."""
    return source.author, source.title or source.id, sentences.publication(source)


def short_title(title: str) -> str:
    """Shorten a title that an earlier note has in full."""
    short = title if len(title) <= SHORT else title[:SHORT].rsplit(" ", 1)[0].rstrip(" ,;:-–—")
    return short if short == title else f"{short}…"


def web_address(address: str) -> str | None:
    """Return an address of the web, escaped for a link. The address of a source may be anything: others are None."""
    return escaped_address(address) if address.lower().startswith(("http://", "https://")) else None


def escaped_address(address: str) -> str:
    """Escape the characters that no address may have."""
    return _NO_ADDRESS.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), address)


def heading(about: About) -> str:
    """Return the heading. If the title is a mere file name, "Chronology" comes before it."""
    title = wording.one_line(about.title)
    if title in ("", "timeline"):
        return "Chronology"
    return f"Chronology: {title}" if _FILE_NAME(title) else title


def warnings(happening: Happening, notes: Sequence[Footnote]) -> Iterator[tuple[str, str]]:
    """Yield what a reader must know before believing a happening, each as (word, explanation)."""
    on, why = worded(happening.recorded_at[:10]), wording.one_line(happening.reason) or "no reason is known"
    if happening.status == "retracted":
        yield "Retracted", f"on {on}: {why}"
    elif happening.version > 1:
        yield "Corrected", f"on {on}: {why}"
    if against := [str(note.number) for note in notes if note.quotation.stance == "disputes"]:
        yield "Disputed:", f"a source says otherwise, see note{'' if len(against) == 1 else 's'} {', '.join(against)}"


def paragraphs(happening: Happening) -> list[list[str]]:
    """Return the paragraphs of the summary, each as a list of its lines."""
    text = (happening.summary or "").replace("\r\n", "\n").replace("\r", "\n")
    blocks = re.split(r"\n\s*\n", text)
    paragraphs = ([line for line in map(wording.one_line, block.split("\n")) if line] for block in blocks)
    return [lines for lines in paragraphs if lines]


def scope(about: About, total: int) -> str:
    """State the number of happenings, the filters, and the position and day of the log."""
    count = f"{total:,} happening{'' if total == 1 else 's'}"
    filters = f", {about.filters}" if about.filters else ""
    return f"{count}{filters}. As of position {about.position:,} of the log, {worded(about.at[:10])}."


def version_line(happening: Happening) -> str:
    """State the version of a happening, the position of its event, and who recorded it when."""
    on = worded(happening.recorded_at[:10])
    by = f" by {happening.recorded_by}" if happening.recorded_by else ""
    return f"Version {happening.version}, position {happening.position:,}, recorded on {on}{by}"


def how_to_verify(about: About) -> str:
    """Explain how a reader can verify the chronology."""
    where = f" at {about.page}" if about.page else " in the timeline"
    return (
        "A program found each quotation word for word in the archived text of its source. Each happening names its version and the"
        f" position of its event in the log. The sources and the history of every happening are{where}. The command"
        " `timeline verify` checks all of it."
    )


def date_and_edtf(happening: Happening) -> tuple[str, str]:
    """Return the date in words, and its EDTF if that says more; otherwise ""."""
    words = worded(happening.date)
    exact = len(happening.date) == len("2025-11-24") and happening.date.replace("-", "").isdigit()
    return words[:1].upper() + words[1:], "" if exact or words == happening.date else happening.date
