"""Check what was typed without recording it: how the date is read, where each quotation is, and the faults of each field.

Owns the wording of these answers beside a field. The rules are those of the calls that record. Must not write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from timeline import dates, quotes
from timeline.calls import faults
from timeline.desk import drawn_date
from timeline.desk.form import Form, Quotation
from timeline.documents import fragments
from timeline.errors import DateInvalid, QuoteAmbiguous, StatementInvalid, TimelineError
from timeline.exchange.importing import naming
from timeline.model import HappeningFields
from timeline.selection import period

if TYPE_CHECKING:
    from timeline.timeline import Timeline

MOST_PLACES: Final = 12
MOST_QUOTATIONS: Final = 100  # of a form
MOST_EXPLAINED: Final = 3  # quotations for which the nearest passage is searched
_MISSING: Final = {
    "citations": "is quoted from nothing yet. Select words in the document, or paste them above",
    "title": "is empty. Say what happened, in a line",
}
_TOO_MANY: Final = f"is more than {MOST_QUOTATIONS} quotations, the most. Remove some"
_ANY: Final = {"source": "any", "quote": "any"}
_AROUND: Final = 48  # characters beside an ambiguous quotation
_GRADES: Final = {
    "exact": "letter for letter",
    "normalised": "but for white space and invisible characters",
    "typographic": "but for the kind of quotation marks, dashes or ligatures",
}


@dataclass(frozen=True)
class DateReading:
    """How a typed date is read: in EDTF and in words, and how it will be drawn, in words and as SVG."""

    edtf: str
    words: str
    drawn: str
    picture: str


@dataclass(frozen=True)
class Place:
    """One of the places of an ambiguous quotation, with the words around it."""

    start: int
    before: str
    after: str


@dataclass(frozen=True)
class Verified:
    """The state of a quotation: where it is and how well it matches; the places to choose from; or the fault."""

    note: str = ""
    fault: str = ""
    start: int = 0
    end: int = 0
    places: Sequence[Place] = ()
    more: bool = False  # whether there are more places than these


@dataclass(frozen=True)
class Checked:
    """The answers to a form. `faults` has the reasons of each field; those of quotations are with the quotations."""

    date: DateReading | None = None
    quotations: Sequence[Verified] = ()
    faults: Mapping[str, Sequence[str]] = field(default_factory=dict)
    choices: Sequence[tuple[str, str]] = ()  # the possible readings of a date in doubt: EDTF and words

    @property
    def is_sound(self) -> bool:
        """Whether nothing is at fault."""
        return not self.faults and not any(one.fault or one.places for one in self.quotations)


def check(timeline: Timeline, form: Form, *, everything: bool) -> Checked:
    """Check a form. Without `everything`, fields that are still empty are no faults yet."""
    reading, reason = read_date(form.date)
    choices = [] if reading else date_choices(form.date)
    reasons: dict[str, list[str]] = defaultdict(list)
    if reason and (everything or form.date.strip()):
        reasons["date"].append(reason)
    entry = form.entry(reading.edtf if reading else form.date.strip())
    for name, fault in _faults(timeline, form, entry):
        outer = name.partition(".")[0]
        was_typed = name == "id" or bool(entry.get(outer))
        if name.startswith("citations.") or (name == "date" and reason) or not (everything or was_typed):
            continue
        worded = _MISSING.get(outer, fault) if not entry.get(outer) else fault
        if worded not in reasons[outer]:
            reasons[outer].append(worded)
    if form.certainty == "claim" and not form.attributed_to.strip() and everything:
        reasons["attributed_to"].append("is empty. Name who claims this, or choose “It happened”")
    if form.certainty != "claim" and form.attributed_to.strip():
        reasons["attributed_to"].append("names who claims this, but “It happened” is chosen. Choose one, or empty the name")
    texts: dict[str, quotes.Text] = {}
    verified: list[Verified] = []
    for number, one in enumerate(form.quotations):
        with quotes.briefly(sum(bool(state.fault) for state in verified) >= MOST_EXPLAINED):
            verified.append(verify(timeline, one, texts) if number < MOST_QUOTATIONS else Verified(fault=_TOO_MANY))
    for number, one in enumerate(form.quotations):
        if not one.is_empty and one in form.quotations[:number]:
            verified[number] = Verified(fault="is quoted twice. Remove one of the two")
    return Checked(reading, verified, {name: listed for name, listed in reasons.items() if listed}, choices)


def read_date(typed: str) -> tuple[DateReading | None, str]:
    """Read a date, in EDTF or in words; or return the reason why it cannot be read, and how to write it."""
    typed = typed.strip()
    if not typed:
        return None, "is empty. Write it as the document says it: 2007, November 2025, 24 Nov 2025, or in EDTF"
    try:
        edtf = typed if dates.is_date(typed) else period.edtf(typed)
        dates.refuse_no_date(edtf)
    except DateInvalid as error:
        return None, error.reason
    drawn = drawn_date.of(edtf)
    return DateReading(edtf, dates.words(edtf), drawn.words, drawn.svg), ""


def date_choices(typed: str) -> list[tuple[str, str]]:
    """Return the possible readings of a date in doubt, in EDTF and in words."""
    fault = period.fault(typed.strip()) if typed.strip() else None
    return [(one, dates.words(one)) for one in (fault.choices if fault else ())]


def verify(timeline: Timeline, quotation: Quotation, texts: dict[str, quotes.Text]) -> Verified:
    """Find a quotation in its document: the passage, the places to choose from, or the reason why it is not there.

    `texts` holds the documents that were read already.
    """
    if quotation.is_empty:
        return Verified()
    try:
        part = _part(timeline, quotation)
        if not quotation.quote.strip():
            return Verified(note=f"Described, not quoted: {part}")
        if quotation.source not in texts:
            texts[quotation.source] = quotes.Text(timeline.text(quotation.source))
        text = texts[quotation.source]
        passage, count = _passage(text, quotation)
    except QuoteAmbiguous:
        passages = quotes.places(text, quotation.quote, MOST_PLACES + 1)
        return Verified(places=[_place(text, one) for one in passages[:MOST_PLACES]], more=len(passages) > MOST_PLACES)
    except TimelineError as error:
        return Verified(fault=error.reason)
    where = f"characters {passage.start_char:,} to {passage.end_char:,}" + (f", in {part}" if part else "")
    return Verified(f"Found {count}, {_GRADES[passage.grade]}, {where}", "", passage.start_char, passage.end_char)


def _part(timeline: Timeline, quotation: Quotation) -> str:
    """Word the part of a picture or recording that is cited; "" for the words of any other document. Raises StatementInvalid."""
    fragment = fragments.of_typed_words(quotation.fragment)
    if quotation.quote.strip() and not fragment:
        return ""
    if not fragment:
        raise StatementInvalid(quotation.source, "Names no part. Mark it on the picture, or type the region or the time")
    try:
        fault = fragments.misplaced(fragment, timeline.source(quotation.source).media_type or "")
    except ValueError as error:
        fault = str(error)
    if fault:
        raise StatementInvalid(quotation.source, f"The part {fault}")
    if quotation.quote.strip() and quotation.description.strip():
        raise StatementInvalid(quotation.source, "Has both words and a description. Empty one of the two")
    if not (quotation.quote.strip() or quotation.description.strip()):
        raise StatementInvalid(quotation.source, "Has no description. Say in your own words what is to be seen or heard there")
    return fragments.words(fragment)


def _passage(text: quotes.Text, quotation: Quotation) -> tuple[quotes.Passage, str]:
    """Find a quotation where it is there once, or at the place that was chosen; and say which."""
    try:
        return quotes.find(text, quotation.quote, quotation.prefix or None, quotation.suffix or None), "once"
    except QuoteAmbiguous:
        if not quotation.has_place:
            raise
        return quotes.at(text, quotation.quote, int(quotation.start_char)), "at the chosen place"


def id_of(form: Form) -> str:
    """Return the id under which a new happening is recorded: the typed one, or one made of the title."""
    return form.id.strip() or id_of_title(form.title)


def id_of_title(title: str) -> str:
    """Return the id made of a title; "" for an empty one."""
    return naming.of_title("", title).lstrip("-") if title.strip() else ""


def _place(text: quotes.Text, passage: quotes.Passage) -> Place:
    start, end = passage.start_char, passage.end_char
    before, after = text.raw[max(0, start - _AROUND) : start], text.raw[end : end + _AROUND]
    return Place(start, " ".join(before.split()), " ".join(after.split()))


def _faults(timeline: Timeline, form: Form, entry: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield the faults of the fields. Quotations are verified one by one, so here one stands for all."""
    entry = {**entry, "citations": [_ANY] if entry["citations"] else []}
    arguments = {**dict.fromkeys(HappeningFields.__annotations__), **entry, "id": form.id.strip() or "new"}
    if not entry["citations"]:
        arguments["citations"] = None
    return [(one.field, one.reason) for one in faults.of_record(timeline, arguments, ())]
