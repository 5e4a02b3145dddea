"""Turn input into the statement of an event, and an event into a version.

Owns the verification of a statement's quotations, and the fields that a statement has. Must not append, nor open anything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from timeline import dates, quotes, size_limits
from timeline.already_recorded import PLACE
from timeline.checked_happening import check_happening
from timeline.dates import instants, mentions
from timeline.dates.contradicted_dates import contradicting_words
from timeline.documents import fragments, images
from timeline.documents.document import Document
from timeline.errors import (
    DateInvalid,
    Fault,
    QuoteAmbiguous,
    QuoteNotFound,
    Redacted,
    StatementInvalid,
    TimelineError,
    UnknownHappening,
    UnknownSource,
)
from timeline.log.log import Event
from timeline.misshapen_input import not_a_field
from timeline.model import (
    Citation,
    DescribedCitation,
    Happening,
    HappeningVersion,
    Source,
    SourceFields,
    check,
)

Statement = dict[str, Any]


class SourceText(NamedTuple):
    """The text of a source to quote from, with the SHA-256 of its document and of the text itself, and the type of the document."""

    text: quotes.Text
    sha256: str
    text_sha256: str
    media_type: str = ""

    @property
    def raw(self) -> str:
        """The text as archived."""
        return self.text.raw


ReadSourceText = Callable[[str], SourceText]
_WITHOUT_TEXT = (
    "is not in a picture, which has no text. To quote its words, recognise them (OCR) into a PDF; to cite what it shows, give a"
    " description and a fragment instead",
    "is not in a recording, which has no text. To quote its words, archive it with a transcript; to cite what is heard or seen,"
    " give a description and a fragment instead",
)  # of a picture, and of a recording
_MAX_NOT_FOUND = 20  # missing quotations of one statement, after which no nearest passage is searched
_MAX_DATED = 100  # citations of a corrected statement that are searched for dates
_MAX_NAMES = 20  # of a circle, in a message
_IN_ORDER = sorted((*Happening.model_fields, "instant"))
_CITED = frozenset((*Citation.model_fields, *DescribedCitation.model_fields))
_COMPARED = {*_CITED} - PLACE


def of_source(fields: Mapping[str, Any], document: Document, media_type: str | None, subject: str) -> Statement:
    """Return the statement of a source: its fields, and the hashes of its bytes and its text."""
    _refuse_other_fields(fields, subject)
    details = {
        "media_type": media_type or document.media_type,
        "extractor": document.extractor,
        "sha256": sha256(document.bytes).hexdigest(),
        "text_sha256": sha256(document.text.encode()).hexdigest(),
    }
    _refuse_no_date(fields, {}, subject)
    return _source_statement(check(Source, {**fields, **details}, subject))


def of_archived_source(fields: Mapping[str, Any], archived: Statement, media_type: str | None, subject: str) -> Statement:
    """Return a new statement of a document that is archived already, with the text that was read when it was archived."""
    _refuse_other_fields(fields, subject)
    details = {name: archived[name] for name in ("media_type", "extractor", "sha256", "text_sha256")}
    return _source_statement(check(Source, {**fields, **details, "media_type": media_type or details["media_type"]}, subject))


def of_corrected_source(known: Statement, changes: Mapping[str, Any], subject: str) -> Statement:
    """Return the statement of a source after a correction of its fields. Its document does not change."""
    _refuse_other_fields(changes, subject)
    _refuse_no_date(changes, known, subject)
    return _source_statement(check(Source, {**known, **{name: _plain(name, value) for name, value in changes.items()}}, subject))


def of_happening(fields: Mapping[str, Any], texts: ReadSourceText, subject: str, known: Statement | None = None) -> Statement:
    """Return the statement of a happening, with each quotation's place and grade, and the instant if time and zone are known.

    `known` is the statement in the log: an ambiguous quotation stays at its place there.
    """
    happening, known = check_happening(fields, subject), known or {}
    _refuse_no_date(happening, known, subject)
    _refuse_no_picture(happening, texts, subject, known)
    return _statement(happening, _verified(happening["citations"], texts, subject, known.get("citations", ())), subject)


def with_citations(values: Statement, citations: Sequence[Statement], texts: ReadSourceText, subject: str) -> Statement:
    """Return a statement made by `of_happening` with other citations, each with its place and grade."""
    statement = {**values, "citations": _verified(citations, texts, subject, ())}
    return {name: statement[name] for name in _IN_ORDER if name in statement}


def corrected(known: Statement, changes: Mapping[str, Any], texts: ReadSourceText, subject: str) -> Statement:
    """Return the statement of a happening after a correction. Citations that do not change keep their places."""
    values = {field: value for field, value in known.items() if field not in ("citations", "instant")}
    values["citations"] = [{k: v for k, v in c.items() if k in _CITED} for c in known["citations"]]
    happening = check_happening({**values, **{k: _plain(k, v) for k, v in changes.items()}}, subject, limited=changes)
    _refuse_no_date(changes, known, subject)
    _refuse_no_picture(happening, texts, subject, known)
    existing = known["citations"]
    citations = _verified(happening["citations"], texts, subject, existing) if "citations" in changes else existing
    return _statement(happening, citations, subject)


def dates_that_differ(known: Statement, statement: Statement) -> Iterator[Fault]:
    """Yield the quotations that a correction of the date keeps although they state another date, and none within the new one.

    Also yield those with a year, season, day or time of day that the old date allows and the new one excludes.
    """
    if statement.get("date") in (None, known.get("date")):
        return
    earliest, latest = dates.bounds(statement["date"])
    former = {(one["source"], one.get("quote")) for one in known["citations"]}
    for number, citation in enumerate(statement["citations"][:_MAX_DATED], start=1):
        if "quote" not in citation or citation["stance"] == "disputes" or (citation["source"], citation["quote"]) not in former:
            continue
        stated = mentions.stated(citation["quote"])
        first = None if any(one.earliest is None for one in stated) else min((one.earliest or "" for one in stated), default=None)
        last = None if any(one.latest is None for one in stated) else max((one.latest or "" for one in stated), default=None)
        differs = stated[0].words if _is_before(latest, first) or _is_before(last, earliest) else None
        zones = known.get("zone"), statement.get("zone")
        if differs := differs or contradicting_words(
            citation["quote"], known["date"], statement["date"], same_zone=zones[0] == zones[1]
        ):
            now = dates.words(statement["date"])
            advice = "If these words do not support the new date, correct the citations as well"
            yield Fault(f"citations.{number}.quote", f"states {differs}, but the date is corrected to {now}. {advice}")


def without_alt(statement: Statement, known: Statement | None = None) -> Iterator[Fault]:
    """Yield the pictures without an alternative text, unless they were there before."""
    pictures = statement.get("media", ())
    for number, picture in enumerate(() if known and known.get("media", ()) == pictures else pictures, start=1):
        if "alt" not in picture:
            yield Fault(f"media.{number}.alt", "is missing. Describe the picture in a sentence to people who cannot see it")


def _is_before(one: str | None, other: str | None) -> bool:
    """Whether a day is before another. False if one is unknown, or its year has a sign or more than four digits."""
    return one is not None and other is not None and len(one) == len(other) == 10 and one < other


def version(event: Event) -> HappeningVersion:
    """Return the version of a happening in an event. The event must not be redacted."""
    payload = event.payload
    return HappeningVersion(
        **payload["statement"],
        id=event.stream.partition("/")[2],
        status="retracted" if event.type == "HappeningRetracted" else "current",
        version=event.version,
        position=event.position,
        recorded_at=event.recorded_at,
        recorded_by=event.recorded_by,
        reason=payload.get("reason"),
        superseded_by=payload.get("superseded_by"),
    )


def is_same(fields: Mapping[str, Any], existing: Statement, subject: str) -> bool:
    """Whether fields of a happening match a statement, without searching for quotations."""
    happening = check_happening(fields, subject)
    values = [{name: value for name, value in one.items() if name in _COMPARED} for one in happening["citations"]]
    citations = [{name: value for name, value in one.items() if name not in PLACE} for one in existing["citations"]]
    return _statement(happening, values, subject) == {**existing, "citations": citations}


def references(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each field that refers to a happening, with its id. Ignore malformed fields."""
    related = fields.get("related")
    ids = [(name, fields.get(name)) for name in ("part_of", "superseded_by")]
    for number, tie in enumerate(related if isinstance(related, list | tuple) else (), start=1):
        ids.append((f"related.{number}.other", tie.get("other") if isinstance(tie, Mapping) else getattr(tie, "other", tie)))
    yield from ((field, other) for field, other in ids if other and isinstance(other, str))


def unknown_happening(subject: str, field: str, other: str) -> UnknownHappening:
    """Return the error for a field that refers to an unknown happening."""
    return UnknownHappening.in_fields(subject, ((field, f'there is no happening "{other}". Record it first, or correct the id'),))


def circle(names: list[str]) -> str:
    """Return the message for a circle of happenings; of a long one, only its beginning and end."""
    if len(names) > _MAX_NAMES:
        left = len(names) - _MAX_NAMES
        names = [*names[: _MAX_NAMES // 2], f"… ({left:,} more) …", *names[-(_MAX_NAMES // 2) :]]
    return f"makes a circle: {' in '.join(names)}"


def _refuse_other_fields(fields: Mapping[str, Any], subject: str) -> None:
    size_limits.refuse(fields, subject)
    known = SourceFields.__annotations__
    if other := [field for field in fields if field not in known]:
        raise StatementInvalid.in_fields(subject, tuple((field, not_a_field(field, known)) for field in other))


def _source_statement(source: Source) -> Statement:
    """Return the statement of a source without empty fields."""
    statement = source.model_dump(exclude_none=True)
    return {**statement, "custody": [*source_steps]} if (source_steps := statement.pop("custody")) else statement


def _plain(field: str, value: object) -> object:
    """Turn None into an empty list for a list field."""
    return () if value is None and field in ("actors", "tags", "related", "media", "custody") else value


def _statement(happening: Statement, citations: list[Statement], subject: str) -> Statement:
    """Return the statement of a happening that was checked, its keys in order (see `canonical`)."""
    try:
        instant = _instant(happening["date"], happening.get("zone"))
    except DateInvalid as error:
        raise StatementInvalid.in_fields(subject, error.faults or (Fault("date", str(error)),)) from None
    values = {**happening, "citations": citations}
    if instant is None:
        return values
    values["instant"] = instant
    return {name: values[name] for name in _IN_ORDER if name in values}


def _instant(date: str, zone: str | None) -> str | None:
    if "T" in date and dates.parse(date).timed:
        return instants.instant(date, zone)
    if zone is not None:
        raise DateInvalid("a zone is given without a time of day. Give the time, or leave the zone out")
    return None


def _verified(citations: Sequence[Statement], texts: ReadSourceText, subject: str, known: Sequence[Statement]) -> list[Statement]:
    """Find every quotation, or raise the error of the first fault, with all faults.

    `known` are the citations in the log, which decide the place of an ambiguous quotation.
    """
    verified: list[Statement] = []
    errors: list[tuple[type[TimelineError], Fault]] = []
    for number, citation in enumerate(citations, start=1):
        id = citation["source"]
        try:
            source = texts(id)
            if "fragment" in citation and (fault := _misplaced(citation, source)):
                errors.append((StatementInvalid, Fault(f"citations.{number}.fragment", f"{fault} (source/{id})")))
            elif "description" in citation:
                verified.append(_in_order({**citation, "grade": "described"}, source))
            elif source.text_sha256 == images.NO_TEXT:
                raise QuoteNotFound(_WITHOUT_TEXT[fragments.is_recording(source.media_type)])
            else:
                verified.append(_quoted(citation, source, known, brief=len(errors) >= _MAX_NOT_FOUND))
        except UnknownSource:
            reason = f'there is no source "{id}". Archive it first, or correct the id'
            errors.append((UnknownSource, Fault(f"citations.{number}.source", reason)))
        except (QuoteNotFound, QuoteAmbiguous) as error:
            reason, nearest = f"{error} (source/{id})", getattr(error, "nearest", "")
            errors.append((type(error), Fault(f"citations.{number}.quote", reason, nearest=nearest)))
    if errors:
        raise errors[0][0].in_fields(subject, tuple(fault for _, fault in errors))
    return verified


def _quoted(citation: Statement, source: SourceText, known: Sequence[Statement], *, brief: bool) -> Statement:
    """Return the statement of a quotation, with its place. If it is missing, do not search for long with `brief`."""
    if brief:
        with quotes.briefly():
            passage = _passage(citation, source, known)
    else:
        passage = _passage(citation, source, known)
    placed = {
        "end_char": passage.end_char,
        "grade": passage.grade,
        "prefix": passage.prefix,
        "quote": citation["quote"],
        "sha256": source.sha256,
        "source": citation["source"],
        "stance": citation["stance"],
        "start_char": passage.start_char,
        "suffix": passage.suffix,
        "text_sha256": source.text_sha256,
    }
    return _in_order({**citation, **placed}, source) if "fragment" in citation or "supports" in citation else placed


def _in_order(citation: Statement, source: SourceText) -> Statement:
    """Return a citation with the hashes of its source, its keys in order."""
    fields = {**citation, "sha256": source.sha256, "text_sha256": source.text_sha256}
    return {name: fields[name] for name in sorted(fields)}


def _misplaced(citation: Statement, source: SourceText) -> str | None:
    """Return why a source has no such part as a citation names, with the next step; None if it has."""
    fault = fragments.misplaced(citation["fragment"], source.media_type)
    if fault is None and "description" in citation and source.media_type == "image/tiff" and "\f" in source.raw:
        return "is a region of a scan with several pages, and names none. Archive that page as PNG, and cite it"
    return fault


def _refuse_no_date(fields: Mapping[str, Any], known: Statement, subject: str) -> None:
    """Refuse a date that allows every day, unless the log has it already."""
    for name in ("date", "published"):
        if (date := fields.get(name)) is not None and date != known.get(name):
            try:
                dates.refuse_no_date(date)
            except DateInvalid as error:
                raise StatementInvalid.in_fields(subject, ((name, error.reason),)) from None


def _refuse_no_picture(happening: Statement, texts: ReadSourceText, subject: str, known: Statement) -> None:
    """Raise the error of the first source that is no archived picture, with all faults. Those in the log stay."""
    if "media" not in happening:
        return
    before = {picture["source"] for picture in known.get("media", ())}
    errors: list[tuple[type[TimelineError], str, str]] = []
    for number, source in enumerate((picture["source"] for picture in happening["media"]), start=1):
        field = f"media.{number}.source"
        try:
            if source not in before and not _is_picture(texts(source)):
                reason = f"source/{source} is not a picture. Archive a {images.NAMES} file, and give its id"
                errors.append((StatementInvalid, field, reason))
        except UnknownSource:
            errors.append((UnknownSource, field, f'there is no source "{source}". Archive the picture first, or correct the id'))
        except Redacted as error:
            errors.append((Redacted, field, str(error)))
    if errors:
        raise errors[0][0].in_fields(subject, tuple((field, reason) for _, field, reason in errors))


def _is_picture(source: SourceText) -> bool:
    return source.text_sha256 == images.NO_TEXT and not fragments.is_recording(source.media_type)


def _passage(citation: Statement, source: SourceText, known: Sequence[Statement]) -> quotes.Passage:
    """Find a quotation in its source; if its place is known, only there."""
    text, words = source.text, (citation["quote"], citation.get("prefix"), citation.get("suffix"))
    if "start_char" in citation:
        return quotes.at(text, words[0], citation["start_char"], *words[1:])
    try:
        return quotes.find(text, *words)
    except QuoteAmbiguous:
        places = {
            one["start_char"]
            for one in known
            if (one["source"], one.get("quote"), one["text_sha256"]) == (citation["source"], words[0], source.text_sha256)
            and all(given in (None, one[side]) for side, given in (("prefix", words[1]), ("suffix", words[2])))
        }
        if len(places) != 1:
            raise
        return quotes.at(text, words[0], places.pop(), *words[1:])
