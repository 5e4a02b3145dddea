"""One entry of a bundle: its fields, the faults in its form, and the line of each field.

Owns the verbs, the fields of each verb, and the rules for text. Must not read files, append, or judge a statement.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from timeline import documents, errors
from timeline.calls.entries import flat_review
from timeline.misshapen_input import COMMA, NOT_TEXT, not_a_field, not_text
from timeline.model import Actor, Author, HappeningFields, Picture, PlacedCitation, Relation, SourceFields, Step, check
from timeline.size_limits import FIELDS as MOST
from timeline.size_limits import NAMED

Fault = tuple[str, str]

_HAPPENING = tuple(HappeningFields.__annotations__)
_SOURCE = tuple(SourceFields.__annotations__)
FIELDS: Mapping[str, tuple[str, ...]] = {
    "source": ("id", "file", "text", "transcript", "encoding", "media_type", "record", "ocr", "base64", "extractor", *_SOURCE),
    "happening": ("id", *_HAPPENING),
    "correct": ("correct", "reason", "expected_version", *_HAPPENING),
    "correct_source": ("correct_source", "reason", "expected_version", *_SOURCE),
    "retract": ("retract", "reason", "superseded_by", "expected_version"),
    "review": ("review", "version", "verdict", "comment", "expected_version"),
}
_INNER: Mapping[str, tuple[str, ...]] = {  # the fields of the items in lists
    "citations": (*PlacedCitation.model_fields, "description"),
    "actors": tuple(Actor.model_fields),
    "related": tuple(Relation.model_fields),
    "media": tuple(Picture.model_fields),
    "custody": tuple(Step.model_fields),
}
BY = "by"  # of a bundle, beside its entries: their author
ENOUGH = 1_000  # faults of an entry after which checking stops
LONGEST_ID = 200
DEEPEST = 12  # a quotation of an entry is at depth 6
_EMPTY = "has no value. Give it one, or leave it out"
_CUT = 'a "#" after a space ends a text without quotation marks'
_UNCUT = "Put quotation marks around it, or the comment on a line of its own"
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
_PLACE = re.compile(r"citations\.[0-9]+\.start_char").fullmatch  # exports write this field
_VERSION = re.compile("[1-9][0-9]{0,8}").fullmatch
_VERSIONS = ("version", "expected_version")
_NUMBERS = ("latitude", "longitude", *_VERSIONS)


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number, character for character; it is never converted to a float."""

    text: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Takes the place of a missing value. `cut_off`: the name may be the rest of a text that a comma inside { } has split."""

    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A text that a comment may have cut short."""

    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with `content` in the form of `Timeline.append`, and the line of each field by its dotted path, counted from 1.

    `faults` are those in its form; where they leave nothing to try, `content` is empty. `rest` has the other fields of an entry
    whose id is missing or too long, so that they are checked too. `weight` is its share of the file's bytes, for progress bars.
    `number` counts the entries of a request from 1. `broken`: it could not be read as an object. `by` is the author whom the bundle
    names; "": nobody.
    """

    content: Mapping[str, Any]
    line: int
    verb: str = ""
    id: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    weight: int = 0
    rest: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0
    broken: bool = False
    by: str = ""

    @property
    def fields(self) -> Mapping[str, Any]:
        """The fields of the source or happening, for any verb, also without a valid id."""
        if not self.content:
            return self.rest
        inner: Mapping[str, Any] = self.content[self.verb] if self.verb in ("source", "happening") else self.content
        return inner

    @property
    def stream(self) -> str:
        """The stream of the entry; without an id, only its kind."""
        kind = "source" if self.verb in ("source", "correct_source") else "happening"
        return f"{kind}/{self.id}" if self.id else kind

    def line_of(self, path: str) -> int:
        """Return the line of a field, or of the field that contains it."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path, self.line)


class Placed(errors.Fault):
    """A fault of an entry, with its place in the file and the reason in words; and what it is, for programs.

    `entry` is None for a fault of the whole file, `name` is the field, `error` the error that revealed it.
    """

    entry: Entry | None
    name: str
    error: errors.TimelineError | None

    def __new__(
        cls,
        place: str,
        reason: str,
        entry: Entry | None = None,
        name: str = "",
        nearest: str = "",
        error: errors.TimelineError | None = None,
    ) -> "Placed":
        """Make a fault."""
        made = super().__new__(cls, place, reason, nearest=nearest)
        made.entry, made.name, made.error = entry, name, error
        return made


def unreadable(line: int, reason: str, weight: int = 0, *, broken: bool = False) -> Entry:
    """Make an entry for a part of a file that is none; line 0 means the whole file."""
    return Entry({}, line, faults=(("", reason),), weight=weight, broken=broken)


def author(name: object) -> str:
    """Return the name of an author as it is recorded. Raises ValueError with the reason where it is none."""
    try:
        return check(Author, {BY: name}, BY).by
    except errors.StatementInvalid as error:
        raise ValueError(f"{BY} {error.faults[0].reason}") from None


def make(content: Mapping[str, Any], line: int, lines: Mapping[str, int], folder: Path, weight: int) -> Entry:
    """Make an entry from an object in the form of a JSON line; `file` is relative to the folder."""
    content = flat_review(content)
    if len(content) > MOST:
        return unreadable(line, _too_many(content), weight)
    verbs = [verb for verb in FIELDS if verb in content]
    if len(verbs) != 1:
        return unreadable(line, _which_verb(verbs, list(content)), weight)
    verb = verbs[0]
    faults: list[Fault] = []
    fields = content
    if verb in ("source", "happening"):
        faults += [(name[:NAMED], f'is beside "{verb}". Move it inside, or leave it out') for name in content if name != verb]
        fields = content[verb]
        if not isinstance(fields, Mapping):
            return unreadable(line, f'"{verb}" has no fields. Write them as {{"id": …, "title": …}}', weight)
        if len(fields) > MOST:
            return unreadable(line, _too_many(fields), weight)
    fields = _known_fields(FIELDS[verb], fields, faults, emptied=verb in ("correct", "correct_source"))
    fields = {name: plain(value, name, faults) for name, value in fields.items()}
    if verb == "source":
        faults += [(name, not_text(value)) for name, value in fields.items() if name != "custody" and not isinstance(value, str)]
        fields = {name: value if name == "custody" or isinstance(value, str) else "?" for name, value in fields.items()}
        if fields.get("file") and not documents.is_address(fields["file"]):  # archiving refuses an address
            fields["file"] = str(folder / fields["file"])
    _number(fields, faults)
    key = "id" if verb in ("source", "happening") else verb
    id = fields.get(key)
    if not isinstance(id, str) or not id:
        if all(field != key for field, _ in faults):
            faults.append((key, "is missing. Give the id" if id in (None, "") else not_text(id)))
        id = ""
    elif len(id) > LONGEST_ID:
        faults.append((key, f"has {len(id):,} characters, expected {LONGEST_ID} at most. Give a shorter id"))
        id = ""
    content = {verb: fields} if verb in ("source", "happening") else fields
    return Entry(content if id else {}, line, verb, id, lines, tuple(faults), weight, {} if id else fields)


def _number(fields: dict[str, Any], faults: list[Fault]) -> None:
    """Convert versions to numbers: YAML has them as text, the calls take numbers."""
    for name in _VERSIONS:
        if name in fields and not (isinstance(text := fields[name], str) and _VERSION(text)):
            faults.append((name, "is not a version number. Write it like this: 2"))
            del fields[name]
        elif name in fields:
            fields[name] = int(fields[name])


def _too_many(fields: Mapping[str, Any]) -> str:
    return f"has {len(fields):,} fields, expected {MOST} at most. Write an entry for each happening or source"


def _which_verb(verbs: list[str], names: list[str]) -> str:
    if verbs:
        return f"has {' and '.join(verbs)} at once. Write an entry for each"
    near = [match for name in names[:5] for match in get_close_matches(name[:NAMED], FIELDS, n=1)]
    advice = f'. Did you mean "{near[0]}"?' if near else f". Write one of {', '.join(FIELDS)}"
    return f"does not say what it is{advice}"


def _known_fields(
    names: Sequence[str], fields: Mapping[str, Any], faults: list[Fault], path: str = "", *, emptied: bool = False
) -> dict[str, Any]:
    """Return the known fields; a misspelt one counts as the nearest, so that this is not reported as missing too.

    A name without a value is a fault, except in a correction, where it empties the field (`emptied`).
    """
    fields_by_name: dict[str, Any] = {}
    for name, value in fields.items():
        if len(faults) >= ENOUGH:
            break
        shown = name[:NAMED]
        absent = value is None or isinstance(value, Absent)
        cut_off = isinstance(value, Absent) and value.cut_off
        if name in names and not absent:
            fields_by_name[name] = value
        elif name in names and emptied and not cut_off:
            fields_by_name[name] = None
        elif name in names:
            faults.append((path + shown, f"{_EMPTY}. {COMMA}" if cut_off else _EMPTY))
        else:
            near = get_close_matches(shown, [other for other in names if other not in fields], n=1)
            if near and not absent:
                fields_by_name.setdefault(near[0], value)
            faults.append((path + shown, not_a_field(name, near, cut_off=cut_off)))
    return fields_by_name


def plain(value: object, path: str, faults: list[Fault], depth: int = 0) -> object:
    """Return text, lists and mappings of them; anything else adds a fault, and becomes text that can still be checked."""
    if len(faults) >= ENOUGH:
        return ""
    if depth > DEEPEST:
        faults.append((path, f"is nested more than {DEEPEST} deep. Write it flat"))
        return ""
    if isinstance(value, Mapping):
        names = _INNER.get(path.partition(".")[0]) if depth == 1 else None
        if len(value) <= MOST:
            value = _known_fields(names or tuple(value), value, faults, f"{path}." if path else "")
        return {name: plain(inner, f"{path}.{name[:NAMED]}".lstrip("."), faults, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_item(inner, f"{path}.{number}", faults, depth + 1) for number, inner in enumerate(value, start=1)]
    return _checked_text(value, path, faults)


def _item(value: object, path: str, faults: list[Fault], depth: int) -> object:
    if value is None and len(faults) < ENOUGH:
        faults.append((path, "is empty. Fill it in, or leave it out"))
        return "?"
    return plain(value, path, faults, depth)


def _checked_text(value: object, path: str, faults: list[Fault]) -> str | None:
    match value:
        case str() if match := _NOT_TEXT.search(value):
            character = "a NUL character" if match[0] == "\0" else "half a character (a lone surrogate)"
            faults.append((path, f"holds {character}. Remove it"))
            return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", value)
        case str() | None:
            return value
        case Cut():
            faults.append((path, f"{_CUT}, here after “{' '.join(value.text.split())[-NAMED:]}”. {_UNCUT}"))
            return value.text
        case Absent():
            faults.append((path, _EMPTY))
            return ""
        case Number():
            if path not in _NUMBERS and not _PLACE(path):
                faults.append((path, "is a number. Write it in quotes"))
            return value.text
    faults.append((path, NOT_TEXT))
    return str(value).lower()
