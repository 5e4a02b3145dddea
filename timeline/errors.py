"""Every error that the program raises on purpose.

Owns the names that people catch. Must import nothing of ours.
Each message is one line: the subject, the actual and the expected state, and the next step.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple, Self


def on_one_line(name: str) -> str:
    """Return a name with line ends and other unprintable characters escaped."""
    if name.isprintable():
        return name
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in name)


class Sentence(str):
    """A sentence made from a template. Sentences of one kind have the same template, with different values."""

    __slots__ = ("kind",)
    kind: Hashable

    def __new__(cls, form: str, *values: object, kind: Hashable = None) -> Self:
        """Fill in the template as `str.format` does; without values, it is the sentence. Inner sentences are part of the `kind`."""
        made = super().__new__(cls, form.format(*values) if values else form)
        within = tuple(one.kind for one in values if isinstance(one, Sentence))
        made.kind = kind or ((form, within) if within else kind_of(form))
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Hashable]]:
        return (str(self),), {"kind": self.kind}


def kind_of(words: str) -> Hashable:
    """Return the kind of a sentence; a plain text is its own kind."""
    return words.kind if isinstance(words, Sentence) else words


class Fault(NamedTuple("Fault", [("field", str), ("reason", str)])):
    """A field at fault, as a dotted path counted from 1 ("citations.2.quote"; "" for the whole statement), and the reason.

    `value` is the value of the field, if it is known; `nearest` the passage that comes nearest to a wrong quotation.
    """

    value: object
    nearest: str

    def __new__(cls, field: str, reason: str, value: object = None, nearest: str = "") -> Self:
        """Make a fault."""
        made = super().__new__(cls, field, reason)
        made.value, made.nearest = value, nearest
        return made


def at_fault(field: str, faults: Iterable[tuple[str, str]]) -> bool:
    """Whether a field, or a field that contains it, is among the faults."""
    return any(field == other or field.startswith(f"{other}.") for other, _ in faults)


class _Message:
    """An error or a warning with a subject and a reason. Only this class joins them to a sentence."""

    args: tuple[Any, ...]
    _between = ": "

    @property
    def subject(self) -> str:
        """The subject, such as a stream or a path; "" if the reason includes it."""
        return self.args[0] if self.args[1:] else ""

    @property
    def reason(self) -> str:
        """The fault, the expected state, and the next step."""
        return self.args[-1] if len(self.args) <= 2 else self._between.join(self.args[1:])

    def __str__(self) -> str:
        return self._between.join(self.args)

    def beside(self, *subjects: str) -> str:
        """Return the sentence for a place that shows one of these subjects already: without it."""
        return self.reason if self.subject in subjects else str(self)

    def under(self, subject: object) -> Self:
        """Put an outer subject first, such as the file of a line."""
        self.args = (str(subject), *self.args)
        return self

    def renamed(self, was: str, now: str) -> Self:
        """Replace a name throughout the message."""
        self.args = tuple(one.replace(was, now) for one in self.args)
        return self


class StatementWarning(_Message, UserWarning):
    """Something to look at again. The statement is appended all the same."""


class PictureWithoutAlt(StatementWarning):
    """A picture of a happening has no alternative text, so that people who cannot see it do not learn what it shows."""


class FileLagsBehind(StatementWarning):
    """An append is in the shared log, but the file that follows it does not show it yet."""


class QuotedDateDiffers(StatementWarning):
    """A correction changes the date of a happening but keeps a quotation that states another one. It is appended all the same."""


class TimelineError(_Message, Exception):
    """A call was refused; nothing was changed. The message is one readable line made of the `subject` and the `reason`.

    `faults` pairs each field at fault, as a dotted path counted from 1 ("citations.2.quote"), with its reason.
    """

    def __init__(self, *message: object, faults: Sequence[tuple[str, str]] = ()) -> None:
        """Make the error from a reason, or from a subject and a reason."""
        super().__init__(*(one if isinstance(one, str) else str(one) for one in message))
        self.faults = tuple(one if isinstance(one, Fault) else Fault(*one) for one in faults)

    @classmethod
    def in_fields(cls, subject: str, faults: Sequence[tuple[str, str]]) -> Self:
        """Make the error from the faults in the fields of a subject."""
        text = "; ".join(f"{on_one_line(field)}: {reason}" for field, reason in faults)
        return cls(on_one_line(subject), Sentence(text, kind=tuple((one, kind_of(other)) for one, other in faults)), faults=faults)


# Statements


class DateInvalid(TimelineError):
    """A date is not EDTF (ISO 8601-2:2019), is impossible, or runs backwards. `wrong` is the reason without the text."""

    _between = " "

    def __init__(self, *message: object, faults: Sequence[tuple[str, str]] = (), wrong: str = "") -> None:
        super().__init__(*message, faults=faults)
        self.wrong = wrong


class QuoteNotFound(TimelineError):
    """A quotation is not in the text; the message shows the nearest passage, and `nearest` is that, as it is in the text."""

    def __init__(self, *message: object, faults: Sequence[tuple[str, str]] = (), nearest: str = "") -> None:
        super().__init__(*message, faults=faults)
        self.nearest = nearest


class QuoteAmbiguous(TimelineError):
    """A quotation is in the text more than once, and no prefix or suffix says which passage is meant."""


class StatementInvalid(TimelineError):
    """Fields of a source, a happening or a citation are missing, unknown or malformed."""


class TookTooLong(TimelineError):
    """A query took longer than is allowed."""


class FilterInvalid(TimelineError):
    """A filter on happenings or sources is invalid, such as a malformed date or an unknown status."""


class UnknownSource(TimelineError):
    """There is no source with that id."""


class UnknownHappening(TimelineError):
    """There is no happening with that id."""


class UnknownEvent(TimelineError):
    """There is no event at that position."""


class PartOfCircle(TimelineError):
    """A happening would be part of itself."""


class DocumentUnreadable(TimelineError):
    """A document cannot be archived: it is missing, empty, binary, or in an unknown encoding."""


class ExtraMissing(DocumentUnreadable):
    """Reading a document needs a package that is not installed."""


class OutsideFolder(DocumentUnreadable):
    """A path, or a link in it, leads out of the allowed folders; the file was not read."""


class BundleInvalid(TimelineError):
    """A bundle has faults; nothing was appended. The message has a line for each: file, line, field, and the next step.

    `changed` names the streams of entries that were appended before and have changed since, or whose documents have; `missing`
    those to which entries refer, and which neither the log nor the bundle has.
    """

    def __init__(
        self,
        *message: object,
        faults: Sequence[tuple[str, str]] = (),
        changed: frozenset[str] = frozenset(),
        missing: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(*message, faults=faults)
        self.changed = changed
        self.missing = missing


# Conflicts with the log


class AlreadyRecorded(TimelineError):
    """Another statement already has this id; to change it, append a correction.

    `differences` pairs each field that differs, as a dotted path, with the difference in words.
    """

    differences: tuple[tuple[str, str], ...] = ()


class VersionConflict(TimelineError):
    """The stream is not at the version that the writer expected."""


class AlreadyRetracted(TimelineError):
    """The happening has been retracted, so it can be neither corrected nor retracted again."""


class Redacted(TimelineError):
    """The data was redacted: it can be neither read, compared, nor restored."""


class AlreadyRedacted(Redacted):
    """The event is in the log already, redacted. Appending a bundle that still contains it passes over it."""


# The file


class DatabaseRefused(TimelineError):
    """The file cannot be used as a timeline: it is absent, foreign, newer, read-only, full or busy."""


class RedactionUnfinished(DatabaseRefused):
    """The event's data is removed for good, but traces remain in the file: repeat the redaction."""


class GuardsMissing(DatabaseRefused):
    """The triggers that keep the log append-only are missing or changed."""


class SharedLogUnreachable(DatabaseRefused):
    """The server of a shared log cannot be reached.

    `fault` is the reason without advice; `outcome` is what became of the call, where that is not known, else "".
    """

    def __init__(self, *message: object, fault: str = "", outcome: str = "") -> None:
        super().__init__(*message)
        self.fault, self.outcome = fault, outcome


class SharedLogDiffers(DatabaseRefused):
    """A file and the shared log do not hold the same events, or the shared log fails its own hashes. Nothing was written."""


# Proof


class ProofInvalid(TimelineError):
    """A proof fails: it is of another tree, cut short, or altered."""


class NoteInvalid(TimelineError):
    """A checkpoint or another signed note is malformed, or a signature is not valid."""


class KeyRefused(TimelineError):
    """A signing key cannot be used or made: it is absent, readable by others or altered, or the signing library is missing."""


# Publishing, projects, imports and fetching


class PublishingRefused(TimelineError):
    """A published folder, backup or restored timeline cannot be made there: it would overwrite something or be unsound."""


class ProjectRefused(TimelineError):
    """A project cannot be started there: the folder is not empty, or cannot be written."""


class ModelRefused(TimelineError):
    """A language model suggests nothing: llm does not know it, or it gave no answer, or one in another form than was asked for."""


class ImportRefused(TimelineError):
    """A file cannot be imported in the given format."""


class FetchRefused(TimelineError):
    """A document is not fetched: its address is not public, or the response is too slow, too large, or not a document."""
