"""The models of sources, happenings and citations: frozen, and strict about malformed values.

Owns the fields, and the messages about faults. Must not read the log, nor search for quotations.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypedDict, TypeVar

from pydantic import Discriminator, Field, StringConstraints, Tag, ValidationError, model_validator

from timeline import dates, notebook, size_limits
from timeline.actors import actor_id
from timeline.documents import fragments
from timeline.errors import Fault, StatementInvalid
from timeline.field_types import (
    EXPECTED,
    IDENTIFIER,
    LANGUAGE,
    MEDIA_TYPE,
    ONE_LINE,
    Date,
    Degrees,
    Fragment,
    Grade,
    Identifier,
    Model,
    Text,
    WebAddress,
    each_once,
    one_or_many,
    up_to,
)
from timeline.misshapen_input import NOT_TEXT, misshapen, not_a_field
from timeline.reading import wording

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

TOGETHER = "latitude and longitude"  # the field named in the fault if only one of them is given
_IS_IDENTIFIER = re.compile(IDENTIFIER.strip("^$")).fullmatch


class Reason(Model):
    """The reason for a correction or retraction, and the happening that replaces a retracted one."""

    reason: Text
    superseded_by: Identifier | None = None


class Review(Model):
    """A verdict on the version of a happening that was read."""

    version: Annotated[int, Field(strict=True, ge=1)]
    verdict: Literal["confirmed", "doubted"]
    comment: Text | None = None


class Author(Model):
    """The author of an event."""

    by: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=ONE_LINE)]


class Step(Model):
    """One step in the custody of a document: what was done with it, when (EDTF) and by whom."""

    when: Date | None = None
    who: Text | None = None
    what: Text


class Source(Model):
    """An archived document: its bibliography, how it was obtained, and the hashes of its bytes and of its text.

    `published` and `collected_at` are EDTF dates; `language` a BCP 47 tag; `media_type` as in RFC 6838; the hashes SHA-256 in hex.
    `custody` has the steps since it was collected, in their order.
    """

    title: Text
    publisher: Text | None = None
    author: Text | None = None
    published: Date | None = None
    url: WebAddress | None = None
    language: Annotated[str, StringConstraints(pattern=LANGUAGE)] | None = None
    collected_by: Text | None = None
    collected_at: Date | None = None
    collected_from: Text | None = None
    collected_with: Text | None = None
    collection_note: Text | None = None
    custody: tuple[Annotated[Step, one_or_many("what")], ...] = ()
    media_type: Annotated[str, StringConstraints(pattern=MEDIA_TYPE)]
    sha256: str
    text_sha256: str
    extractor: str


class Citation(Model):
    """A source and a quotation from it.

    `prefix` and `suffix` are the words right before and after (W3C TextQuoteSelector), needed if the quotation is there twice.
    `supports` names the part of the happening that the quotation supports. `fragment` is the part of a picture or recording where
    the words are (a W3C Media Fragment).
    """

    source: Identifier
    quote: Text
    prefix: str | None = None
    suffix: str | None = None
    stance: Literal["supports", "disputes"] = "supports"
    supports: Text | None = None
    fragment: Fragment | None = None


class DescribedCitation(Model):
    """A part of a picture or recording, described in the words of the person who cites it: nothing is quoted.

    `fragment` is a W3C Media Fragment, `xywh=percent:10,20,30,40` or, in seconds, `t=10,20`; the other fields are as in Citation.
    """

    source: Identifier
    description: Text
    fragment: Fragment
    stance: Literal["supports", "disputes"] = "supports"
    supports: Text | None = None


class PlacedCitation(Citation):
    """A citation whose place is known from an import or an exported bundle: it is searched only there.

    `start_char` counts code points.
    """

    start_char: int


def _citation_tag(value: object) -> str:
    fields = value if isinstance(value, Mapping) else {}
    if isinstance(value, DescribedCitation) or ("description" in fields and "quote" not in fields):
        return _DESCRIBED
    return _PLACED if isinstance(value, PlacedCitation) or "start_char" in fields else _ANYWHERE


_PLACED, _ANYWHERE, _DESCRIBED = "placed", "anywhere", "described"  # pydantic's tags, also in the place of a fault


class VerifiedCitation(Citation):
    """A verified citation: with its place and grade, and the hashes of its document and text.

    Offsets are in Unicode code points, the end excluded; hashes are SHA-256 in hex.
    """

    start_char: int
    end_char: int
    grade: Grade
    sha256: str
    text_sha256: str


class VerifiedDescription(DescribedCitation):
    """A described citation in an event, with the hashes of its document and text. Its grade says that nothing is quoted."""

    grade: Literal["described"]
    sha256: str
    text_sha256: str

    @property
    def quote(self) -> str:
        """Empty: nothing is quoted."""
        return ""


class Actor(Model):
    """A participant, and the role."""

    name: Text
    role: Text | None = None


class Relation(Model):
    """Another happening, and how this one relates to it."""

    other: Identifier
    relation: Text = "related to"


class Picture(Model):
    """A picture: an archived source that is an image, and what is said of it. `alt` describes it to people who cannot see it."""

    alt: Text | None = None
    caption: Text | None = None
    credit: Text | None = None
    source: Identifier


SAME: Final[Mapping[str, Callable[[Any], str]]] = {
    "actors": lambda actor: actor_id(actor["name"]),
    "tags": str,
    "related": lambda tie: f"{tie['relation']} {tie['other']}",
    "media": lambda picture: str(picture["source"]),
}
"""The fields in which no two items of a list may be the same."""


class Happening(Model):
    """A happening in the world, as one statement.

    `date` is EDTF (ISO 8601-2:2019, levels 0 to 2), kept to the letter; `date_note` says how it was read from the document.
    `zone` is an IANA time zone, for a date with a time of day and no shift of its own. Coordinates are decimal degrees (WGS 84).
    `attributed_to` names the author of a claim.
    """

    title: Text
    date: Date
    date_note: Text | None = None
    zone: Text | None = None
    summary: Text | None = None
    kind: Text | None = None
    place: Text | None = None
    latitude: Annotated[Degrees, up_to(90)] | None = None
    longitude: Annotated[Degrees, up_to(180)] | None = None
    part_of: Identifier | None = None
    attributed_to: Text | None = None
    actors: Annotated[tuple[Annotated[Actor, one_or_many("name")], ...], each_once(SAME["actors"])] = ()
    tags: Annotated[tuple[Text, ...], each_once(SAME["tags"])] = ()
    related: Annotated[tuple[Annotated[Relation, one_or_many("other")], ...], each_once(SAME["related"])] = ()
    media: Annotated[tuple[Annotated[Picture, one_or_many("source")], ...], each_once(SAME["media"])] = ()
    citations: Annotated[
        tuple[
            Annotated[
                Annotated[PlacedCitation, Tag(_PLACED)]
                | Annotated[DescribedCitation, Tag(_DESCRIBED)]
                | Annotated[Citation, Tag(_ANYWHERE)],
                Discriminator(_citation_tag),
            ],
            ...,
        ],
        Field(min_length=1),
    ]

    @model_validator(mode="after")
    def _has_both_coordinates(self) -> "Happening":
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError(TOGETHER, "one is given without the other. Give both, or neither")
        return self


class HappeningVersion(Happening):
    """A happening as one event states it, with the event's place in the log."""

    citations: tuple[
        Annotated[
            Annotated[VerifiedCitation, Tag(_PLACED)] | Annotated[VerifiedDescription, Tag(_DESCRIBED)],
            Discriminator(lambda value: _DESCRIBED if _citation_tag(value) == _DESCRIBED else _PLACED),
        ],
        ...,
    ]
    instant: str | None = None
    id: str
    status: Literal["current", "retracted"]
    version: int
    position: int
    recorded_at: str
    recorded_by: str
    reason: str | None = None
    superseded_by: str | None = None
    near: bool = False  # in a search by period: only near it, because the date is approximate
    review: Literal["confirmed", "doubted"] | None = None  # of this version, by others than its author

    @property
    def earliest(self) -> str | None:
        """The first day that the date allows, YYYY-MM-DD; None if that is open or unknown."""
        return dates.bounds(self.date)[0]

    @property
    def latest(self) -> str | None:
        """The last day that the date allows, YYYY-MM-DD; None if that is open or unknown."""
        return dates.bounds(self.date)[1]

    def __repr__(self) -> str:
        """Return the id, version, date and title, with any marks."""
        marks = wording.marks(self.attributed_to, self.status, near=self.near, review=self.review)
        titled = f"{self.title} {marks}".rstrip()
        return f"<happening/{self.id}@{self.version}: {self.date}, {titled}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Return the HTML for a notebook, with the quotations."""
        who = ", ".join(f"{actor.name} ({actor.role})" if actor.role else actor.name for actor in self.actors)
        about = [("When", dates.worded(self.date)), ("Where", self.place), ("Who", who), ("According to", self.attributed_to)]
        about += [("Summary", self.summary), ("Status", self.status if self.status != "current" else None)]
        about += [("Review", self.review)]
        quotations = []
        for one in self.citations:
            source = f"{one.source}, disputes" if one.stance == "disputes" else one.source
            if isinstance(one, VerifiedDescription):
                about.append((wording.DESCRIBED, f"{one.description} ({source}, {fragments.words(one.fragment)})"))
            else:
                quotations.append((one.quote, source))
        return notebook.card(self.title, f"happening/{self.id}@{self.version}", about, quotations)


class HappeningFields(TypedDict, total=False):
    """The fields of a Happening, as Python calls take them, with dates as EDTF."""

    title: str
    date: str
    date_note: str | None
    zone: str | None
    summary: str | None
    kind: str | None
    place: str | None
    latitude: str | float | None
    longitude: str | float | None
    part_of: str | None
    attributed_to: str | None
    actors: Sequence[str | Mapping[str, str | None] | Actor]
    tags: Sequence[str]
    related: Sequence[str | Mapping[str, str] | Relation]
    media: Sequence[str | Mapping[str, str | None] | Picture]
    citations: Sequence[Citation | DescribedCitation | Mapping[str, str | int]]


class SourceFields(TypedDict, total=False):
    """The fields of a Source that a person gives, as Python calls take them, with dates as EDTF."""

    title: str
    publisher: str | None
    author: str | None
    published: str | None
    url: str | None
    language: str | None
    collected_by: str | None
    collected_at: str | None
    collected_from: str | None
    collected_with: str | None
    collection_note: str | None
    custody: Sequence[str | Mapping[str, str | None] | Step] | None


def stream(kind: Literal["source", "happening"], id: str) -> str:
    """Return the stream of a source or happening. Raises StatementInvalid if the id is malformed."""
    if isinstance(id, str) and _IS_IDENTIFIER(id):
        return f"{kind}/{id}"
    raise StatementInvalid.in_fields(f"{kind}/{str(id)[:50]}", (("id", EXPECTED[IDENTIFIER] if id else "is missing. Give it"),))


M = TypeVar("M", bound=Model)


def check(model: type[M], fields: Mapping[str, Any], subject: str) -> M:
    """Make a model from fields, or raise StatementInvalid with every fault and its next step."""
    plain = {name: vars(one) if isinstance(one, Model) else one for name, one in fields.items()}  # a model is not iterated
    try:
        return model.model_validate(plain)
    except ValidationError as error:
        details = error.errors()[:_SHOWN]
        following = _consequences(model, details)
        faults = [_fault(model, one) for one in details if one["loc"] not in following]
        if error.error_count() > _SHOWN:
            faults.append(Fault("", f"there are {error.error_count() - _SHOWN:,} more faults"))
        raise StatementInvalid.in_fields(subject, faults) from None


_WORDS = {
    "missing": "is missing. Give it",
    "string_type": NOT_TEXT,
    "string_too_short": "is empty. Fill it in, or leave the field out",
    "string_unicode": "has half a character (a lone surrogate). Remove it",
    "tuple_type": "is not a list. Write one",
    "too_short": "nothing is cited. Give at least one quotation from an archived source",
    "model_type": "has no fields. Write them by name",
    **dict.fromkeys(("int_type", "greater_than_equal"), "is not a version. Write its number, such as 2"),
}
_BOTH = "is given with a quotation. Quote words, or describe a part, in a citation of its own"
_SHOWN = 100  # faults of one statement in a message
_TAG = 2  # its index in pydantic's place: citations, number, tag, field
_INNER: Mapping[str, Sequence[str]] = {
    "citations": (*Citation.model_fields, "description"),
    "actors": tuple(Actor.model_fields),
    "related": tuple(Relation.model_fields),
    "media": tuple(Picture.model_fields),
    "custody": tuple(Step.model_fields),
}


def _consequences(model: type[Model], details: "Sequence[ErrorDetails]") -> set[tuple[int | str, ...]]:
    """Return the places of faults that only follow from others: a misspelt field is not missing as well."""
    meant = {one["loc"][:1] for one in details if one["loc"][:1] == ("citations",) and one["loc"][1:]}
    for place in (one["loc"] for one in details if one["type"] == "extra_forbidden"):
        meant.add((*place[:-1], *get_close_matches(str(place[-1])[: size_limits.NAMED], _fields_at(model, place), n=1)))
    return {one["loc"] for one in details if one["type"] in ("missing", "too_short") and one["loc"] in meant}


def _fields_at(model: type[Model], place: tuple[int | str, ...]) -> Sequence[str]:
    if _DESCRIBED in place[_TAG : _TAG + 1]:
        return tuple(DescribedCitation.model_fields)
    return _INNER[str(place[0])] if len(place) > 1 else tuple(model.model_fields)


def _fault(model: type[Model], details: "ErrorDetails") -> Fault:
    """Turn pydantic's error into a fault: the field, counted from 1, and the reason with the next step."""
    place = [part for number, part in enumerate(details["loc"]) if number != _TAG or part not in (_PLACED, _ANYWHERE, _DESCRIBED)]
    field = ".".join(str(part + 1 if isinstance(part, int) else part)[: size_limits.NAMED] for part in place)
    context, value = details.get("ctx", {}), details.get("input")
    kind = "missing" if details["type"] in ("string_type", "literal_error") and value is None else details["type"]
    reason = _WORDS.get(kind, details["msg"])
    if kind in ("string_type", "tuple_type"):
        reason = misshapen(field, value, wanted=kind) or reason
    elif kind == "extra_forbidden":
        both = field.startswith("citations.") and details["loc"][-1] == "description"
        reason = _BOTH if both else not_a_field(str(details["loc"][-1]), _fields_at(model, details["loc"]))
    elif kind == "string_pattern_mismatch":
        reason = EXPECTED[context["pattern"]]
    elif kind == "literal_error":
        reason = f"is not one of {context['expected']}"
    elif kind == "value_error":
        *fields, reason = context["error"].args
        field = fields[0] if fields else field  # an error about the whole statement names its fields
    return Fault(field, reason, value)
