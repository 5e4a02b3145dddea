"""Every error the program raises on purpose.

Owns the names people catch. Must not know how anything else works: it imports nothing of ours.
Each message is one line that says the subject, what was found, what was expected, and what to do next.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple, Self


def on_one_line(name: str) -> str:
    """Write a name as it was given, but for line ends and whatever else cannot be seen, which are escaped."""
    if name.isprintable():
        return name
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in name)


class Sentence(str):
    """A form with values in it. Sentences of one kind say the same of different things: they are of one form."""

    __slots__ = ("kind",)
    kind: Hashable

    def __new__(cls, form: str, *values: object, kind: Hashable = None) -> Self:
        """Fill in the form, as `str.format` does; without values it is the sentence. Sentences among them count for the `kind`."""
        made = super().__new__(cls, form.format(*values) if values else form)
        within = tuple(one.kind for one in values if isinstance(one, Sentence))
        made.kind = kind or ((form, within) if within else kind_of(form))
        return made


def kind_of(words: str) -> Hashable:
    """Give the kind of a sentence; one that was not made as such is alone of its kind."""
    return words.kind if isinstance(words, Sentence) else words


class Fault(NamedTuple("Fault", [("field", str), ("reason", str)])):
    """A field at fault, as a dotted path counted from 1 ("citations.2.quote"; "" is the whole), and what is wrong with it.

    `value` is what was given there, where that is known.
    """

    value: object

    def __new__(cls, field: str, reason: str, value: object = None) -> Self:
        """Make one."""
        made = super().__new__(cls, field, reason)
        made.value = value
        return made


def at_fault(field: str, faults: Iterable[tuple[str, str]]) -> bool:
    """Whether a field, or what holds it, is at fault already."""
    return any(field == other or field.startswith(f"{other}.") for other, _ in faults)


class _About:
    """An error or a warning: the subject and the reason are held apart, and the sentence is made of them here alone."""

    args: tuple[Any, ...]
    _between = ": "

    @property
    def subject(self) -> str:
        """What it is about: a stream, a path; "" where the reason says that itself."""
        return self.args[0] if self.args[1:] else ""

    @property
    def reason(self) -> str:
        """What is wrong, what was expected, and what to do next."""
        return self.args[-1] if len(self.args) <= 2 else self._between.join(self.args[1:])

    def __str__(self) -> str:
        """Write the sentence."""
        return self._between.join(self.args)

    def beside(self, *subjects: str) -> str:
        """Write it for a place that names one of these subjects already: without it."""
        return self.reason if self.subject in subjects else str(self)

    def under(self, subject: object) -> Self:
        """Say what holds the subject: the file of a line."""
        self.args = (str(subject), *self.args)
        return self

    def renamed(self, was: str, now: str) -> Self:
        """Call something that it names otherwise throughout."""
        self.args = tuple(one.replace(was, now) for one in self.args)
        return self


class QuotedDateDiffers(_About, UserWarning):
    """A correction changes the date of a happening and keeps a quotation that states another one. It is appended all the same."""


class TimelineError(_About, Exception):
    """Something was refused; nothing was changed. The message is one readable line, of the `subject` and the `reason`.

    `faults` pairs each field at fault, as a dotted path counted from 1 ("citations.2.quote"), with what is wrong with it.
    """

    def __init__(self, *said: object, faults: Sequence[tuple[str, str]] = ()) -> None:
        """Take the reason, and before it the subject that it is about."""
        super().__init__(*(one if isinstance(one, str) else str(one) for one in said))
        self.faults = tuple(one if isinstance(one, Fault) else Fault(*one) for one in faults)

    @classmethod
    def in_fields(cls, subject: str, faults: Sequence[tuple[str, str]]) -> Self:
        """Tell of faults in the fields of a subject."""
        told = "; ".join(f"{on_one_line(field)}: {reason}" for field, reason in faults)
        return cls(on_one_line(subject), Sentence(told, kind=tuple((one, kind_of(other)) for one, other in faults)), faults=faults)


# What was said


class DateInvalid(TimelineError):
    """A date is not EDTF (ISO 8601-2:2019), or is impossible, or runs backwards. `wrong` is why, without the text."""

    _between = " "

    def __init__(self, *said: object, faults: Sequence[tuple[str, str]] = (), wrong: str = "") -> None:
        super().__init__(*said, faults=faults)
        self.wrong = wrong


class QuoteNotFound(TimelineError):
    """A quotation is not in the text; the message shows the nearest passage."""


class QuoteAmbiguous(TimelineError):
    """A quotation stands in the text more than once, and nothing says which is meant."""


class StatementInvalid(TimelineError):
    """Fields of a source, a happening or a citation are missing, unknown or malformed."""


class TookTooLong(TimelineError):
    """A query took longer than it may."""


class FilterInvalid(TimelineError):
    """What happenings or sources are asked for makes no sense: a date that is none, a status that there is not."""


class UnknownSource(TimelineError):
    """No source of that id has been archived."""


class UnknownHappening(TimelineError):
    """No happening of that id has been recorded."""


class UnknownEvent(TimelineError):
    """No event stands at that position."""


class PartOfCircle(TimelineError):
    """A happening would become a part of itself."""


class DocumentUnreadable(TimelineError):
    """A document cannot be archived: missing, empty, binary, or in an encoding that is not known."""


class ExtraMissing(DocumentUnreadable):
    """A document cannot be read without a package that is not installed."""


class OutsideFolder(DocumentUnreadable):
    """A file leads out of the folder that it may come from, by its path or through a link; nothing of it was read."""


class BundleInvalid(TimelineError):
    """A bundle has faults; nothing of it was appended. One line for each: file, line, field, what to do.

    `changed` names the streams of entries, or documents, that were appended before and say something else now.
    """

    def __init__(self, *said: object, faults: Sequence[tuple[str, str]] = (), changed: frozenset[str] = frozenset()) -> None:
        super().__init__(*said, faults=faults)
        self.changed = changed


# What stands in the log already


class AlreadyRecorded(TimelineError):
    """The id is taken by something else; a correction is the way to change it."""


class VersionConflict(TimelineError):
    """The stream is not at the version the writer expected."""


class AlreadyRetracted(TimelineError):
    """The happening has been retracted, so it can be neither corrected nor retracted anew."""


class Redacted(TimelineError):
    """What was said there has been redacted: it can be neither read, compared, nor put back."""


class AlreadyRedacted(Redacted):
    """The event that would be appended is in the log, redacted; a bundle that still holds it passes it over."""


# The file


class DatabaseRefused(TimelineError):
    """The file cannot be used as a timeline: absent, foreign, newer, read-only, full or busy."""


class RedactionUnfinished(DatabaseRefused):
    """What an event said is gone for good, but the file could not be cleaned of it yet: the redaction is to be repeated."""


class GuardsMissing(DatabaseRefused):
    """The triggers that keep the log append-only are not as they were made."""


# Proof


class ProofInvalid(TimelineError):
    """A proof does not show what it is said to show: it is of another tree, cut short, or altered."""


class NoteInvalid(TimelineError):
    """A checkpoint, or another signed note, is not in the form of one, or a signature under it does not hold."""


class KeyRefused(TimelineError):
    """A key for signing cannot be used or made: absent, open to others, altered, or without the library that signs."""


# What leaves the house


class PublishingRefused(TimelineError):
    """A folder, backup or restored timeline cannot be made there, or must not be: it would write over something or be unsound."""


class ProjectRefused(TimelineError):
    """A project cannot be started there: the folder holds something, or cannot be written."""


class FetchRefused(TimelineError):
    """A document is not fetched: its address is not public, or what answers is too slow, too large, or no document."""
