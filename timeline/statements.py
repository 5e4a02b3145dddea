"""From what is said to the statement that an event holds, and back.

Owns how quotations are found for a statement and which fields it keeps. Must not append, nor open anything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import zip_longest
from typing import Any, NamedTuple

from timeline import bounds, dates, instants, quotes
from timeline.dates import mentions
from timeline.dates.left_out import left_out
from timeline.documents import Document
from timeline.errors import (
    AlreadyRecorded,
    DateInvalid,
    Fault,
    QuoteAmbiguous,
    QuoteNotFound,
    StatementInvalid,
    TimelineError,
    UnknownHappening,
    UnknownSource,
)
from timeline.log import Event
from timeline.model import Citation, Happening, HappeningVersion, PlacedCitation, Source, SourceFields, check
from timeline.shapes import not_a_field

Statement = dict[str, Any]


class SourceText(NamedTuple):
    """The text of a source to quote from, with the SHA-256 of its document and of the text itself."""

    text: quotes.Text
    sha256: str
    text_sha256: str

    @property
    def raw(self) -> str:
        """The text as it is in the archive."""
        return self.text.raw


Texts = Callable[[str], SourceText]
_TRIED = 20  # quotations of one statement that are not found, after which nothing near is looked for
_LOOKED_THROUGH = 100  # citations of a corrected statement, for the dates that they state
_NAMES = 20  # of a circle that are told
_SHOWN, _TOLD = 60, 5  # characters of a text, and texts, by which it is told how statements differ
_IN_ORDER = sorted((*Happening.model_fields, "instant"))
_RETRACTING = ("retract", "reason", "superseded_by", "expected_version")
_PLACED = frozenset(("prefix", "suffix", "start_char", "end_char", "grade", "sha256", "text_sha256"))  # where a quotation was found


def of_entry(entry: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Read an entry of a bundle as its verb and the arguments of that call. Raises StatementInvalid where any would be dropped."""
    if not isinstance(entry, Mapping) or not _is_named(entry):
        raise StatementInvalid('an entry has no named fields. Give one such as {"happening": {"id": …, "title": …}}')
    for verb in ("source", "happening"):
        if verb not in entry:
            continue
        if beside := tuple((name, f'stands beside "{verb}". Move it inside, or leave it out') for name in entry if name != verb):
            raise StatementInvalid.in_fields(verb, beside)
        fields = entry[verb]
        if not isinstance(fields, Mapping) or not _is_named(fields):
            raise StatementInvalid(verb, 'holds no fields. Write them as {"id": …, "title": …}')
        _refuse_arguments(verb, fields)
        return verb, {"id": "", **fields}
    for verb in ("correct", "correct_source", "retract"):
        if verb not in entry:
            continue
        _refuse_arguments(verb, entry)
        if "id" in entry:
            raise StatementInvalid.in_fields(verb, (("id", f'stands beside "{verb}", which names the id. Leave it out'),))
        if verb == "retract" and (other := [name for name in entry if name not in _RETRACTING]):
            raise StatementInvalid.in_fields(verb, tuple((name, not_a_field(name, _RETRACTING)) for name in other))
        return verb, {"reason": None, **entry}
    _refuse_arguments("happening", entry)
    return "happening", {"id": "", **entry}


def _is_named(fields: Mapping[Any, Any]) -> bool:
    return set(map(type, fields)) == {str} or all(isinstance(name, str) for name in fields)


def _refuse_arguments(verb: str, fields: Mapping[str, Any]) -> None:
    """Refuse what the calls take and an entry must not hold."""
    if other := [name for name in ("self", "within") if name in fields]:
        raise StatementInvalid.in_fields(verb, tuple((name, not_a_field(name, ())) for name in other))


def of_source(fields: Mapping[str, Any], document: Document, media_type: str | None, subject: str) -> Statement:
    """Say what a source is: its bibliography, and the hashes of its bytes and its text."""
    _refuse_other_than_bibliography(fields, subject)
    found = {
        "media_type": media_type or document.media_type,
        "extractor": document.extractor,
        "sha256": sha256(document.bytes).hexdigest(),
        "text_sha256": sha256(document.text.encode()).hexdigest(),
    }
    return _kept(check(Source, {**fields, **found}, subject))


def of_standing_source(fields: Mapping[str, Any], stands: Statement, media_type: str | None, subject: str) -> Statement:
    """Say what is now said of a document that is archived already, with the text that was read from it then."""
    _refuse_other_than_bibliography(fields, subject)
    found = {name: stands[name] for name in ("media_type", "extractor", "sha256", "text_sha256")}
    return _kept(check(Source, {**fields, **found, "media_type": media_type or found["media_type"]}, subject))


def of_corrected_source(known: Statement, changes: Mapping[str, Any], subject: str) -> Statement:
    """Say what a source is after its bibliography was corrected."""
    _refuse_other_than_bibliography(changes, subject)
    return _kept(check(Source, {**known, **changes}, subject))


def of_happening(fields: Mapping[str, Any], texts: Texts, subject: str, known: Statement | None = None) -> Statement:
    """Say what occurred, with each quotation's place and grade, and the instant where a time of day and a zone are known.

    `known` is what the log holds of it: a quotation that is ambiguous stays at the place at which that has it.
    """
    bounds.refuse(fields, subject)
    happening = check(Happening, fields, subject)
    citations = _found(happening.citations, texts, subject, (known or {}).get("citations", ()))
    return _statement(happening, citations, subject)


def citing(said: Statement, citations: Sequence[Citation], texts: Texts, subject: str) -> Statement:
    """Give a statement that `of_happening` made other citations, with the place and grade of each quotation."""
    whole = {**said, "citations": _found(tuple(citations), texts, subject, ())}
    return {name: whole[name] for name in _IN_ORDER if name in whole}


def changed(known: Statement, changes: Mapping[str, Any], texts: Texts, subject: str) -> Statement:
    """Say what occurred after a correction; citations that do not change keep the place at which they were found."""
    bounds.refuse(changes, subject)
    said = {field: value for field, value in known.items() if field not in ("citations", "instant")}
    said["citations"] = [{k: v for k, v in c.items() if k in Citation.model_fields} for c in known["citations"]]
    happening = check(Happening, {**said, **{k: _plain(k, v) for k, v in changes.items()}}, subject)
    stand = known["citations"]
    citations = _found(happening.citations, texts, subject, stand) if "citations" in changes else stand
    return _statement(happening, citations, subject)


def dates_that_differ(known: Statement, statement: Statement) -> Iterator[Fault]:
    """Tell of quotations that a correction of the date keeps, and that plainly state another date and none within the new one.

    So is told of a year, season, day or time of day in them that the old date allows and the new one excludes.
    """
    if statement.get("date") in (None, known.get("date")):
        return
    earliest, latest = dates.bounds(statement["date"])
    kept = {(one["source"], one["quote"]) for one in known["citations"]}
    for number, citation in enumerate(statement["citations"][:_LOOKED_THROUGH], start=1):
        if citation["stance"] == "disputes" or (citation["source"], citation["quote"]) not in kept:
            continue
        stated = mentions.stated(citation["quote"])
        first = None if any(one.earliest is None for one in stated) else min((one.earliest or "" for one in stated), default=None)
        last = None if any(one.latest is None for one in stated) else max((one.latest or "" for one in stated), default=None)
        differs = stated[0].words if _is_before(latest, first) or _is_before(last, earliest) else None
        zones = known.get("zone"), statement.get("zone")
        if differs := differs or left_out(citation["quote"], known["date"], statement["date"], same_zone=zones[0] == zones[1]):
            now = dates.words(statement["date"])
            advice = "If these words do not bear the new date out, correct the citations as well"
            yield Fault(f"citations.{number}.quote", f"states {differs}, and the date is corrected to {now}. {advice}")


def _is_before(one: str | None, other: str | None) -> bool:
    """Whether a day is before another, both known; one of a year with a sign or with more than four digits is not compared."""
    return one is not None and other is not None and len(one) == len(other) == 10 and one < other


def version(event: Event) -> HappeningVersion:
    """Read a happening's event as the version that it tells; it must not be redacted."""
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


def taken(subject: str, first: Event, statement: Statement) -> AlreadyRecorded:
    """Tell how a statement differs from the one that stands under the same id."""
    stands = first.payload.get("statement", {})
    if "sha256" in statement and stands.get("sha256") != statement["sha256"]:
        reason = (
            f"is not the document that was archived under this id (SHA-256 was {stands.get('sha256', '?')[:12]}…, is"
            f" {statement['sha256'][:12]}…). Restore that file, or archive this one under an id of its own"
        )
        return AlreadyRecorded.in_fields(subject, (("file", reason),))
    told = [*_differences("", stands, statement)]
    shown = "; ".join([*told[:_TOLD], *([f"and {len(told) - _TOLD} more"] if len(told) > _TOLD else [])])
    verb = "correct_source" if "sha256" in statement else "correct"
    reason = (
        f"taken at version 1 by another statement ({shown}). If it is the same one, {verb} it in a further entry, and leave this"
        " one as it was; if not, choose another id"
    )
    return AlreadyRecorded.in_fields(subject, (("id", reason),))


def says_the_same(fields: Mapping[str, Any], stands: Statement, subject: str) -> bool:
    """Whether what is said of a happening is what an event holds, without looking for any quotation."""
    bounds.refuse(fields, subject)
    happening = check(Happening, fields, subject)
    said = [one.model_dump(exclude_none=True, include={"source", "quote", "stance", "supports"}) for one in happening.citations]
    kept = [{name: value for name, value in one.items() if name not in _PLACED} for one in stands["citations"]]
    return _statement(happening, said, subject) == {**stands, "citations": kept}


def references(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """List the happenings that are referred to, each with the field that names it; what is malformed names none."""
    related = fields.get("related")
    named = [(name, fields.get(name)) for name in ("part_of", "superseded_by")]
    for number, tie in enumerate(related if isinstance(related, list | tuple) else (), start=1):
        named.append((f"related.{number}.other", tie.get("other") if isinstance(tie, Mapping) else getattr(tie, "other", tie)))
    yield from ((field, other) for field, other in named if other and isinstance(other, str))


def nowhere(subject: str, field: str, other: str) -> UnknownHappening:
    """Tell that a field refers to a happening that is not there."""
    return UnknownHappening.in_fields(subject, ((field, f'there is no happening "{other}". Record it first, or correct the id'),))


def circle(names: list[str]) -> str:
    """Write who is part of whom, round to the first one again; of a long circle, its beginning and its end."""
    if len(names) > _NAMES:
        left = len(names) - _NAMES
        names = [*names[: _NAMES // 2], f"… ({left:,} more) …", *names[-(_NAMES // 2) :]]
    return f"makes a circle: {' in '.join(names)}"


def _refuse_other_than_bibliography(fields: Mapping[str, Any], subject: str) -> None:
    bounds.refuse(fields, subject)
    known = SourceFields.__annotations__
    if other := [field for field in fields if field not in known]:
        raise StatementInvalid.in_fields(subject, tuple((field, not_a_field(field, known)) for field in other))


def _kept(source: Source) -> Statement:
    return source.model_dump(exclude_none=True)


def _plain(field: str, value: object) -> object:
    """None empties a list as it empties a text."""
    return () if value is None and field in ("actors", "tags", "related") else value


def _statement(happening: Happening, citations: list[Statement], subject: str) -> Statement:
    """Say what an event holds of a happening, without what was left out; in order, as it is written (see `canonical`)."""
    try:
        instant = _instant(happening)
    except DateInvalid as error:
        raise StatementInvalid.in_fields(subject, error.faults or (Fault("date", str(error)),)) from None
    said = {**vars(happening), "citations": citations, "instant": instant}
    for field in ("actors", "related"):
        said[field] = [{name: value for name, value in vars(one).items() if value is not None} for one in said[field]]
    said["tags"] = [*said["tags"]]
    return {name: said[name] for name in _IN_ORDER if said[name] not in (None, [])}


def _instant(happening: Happening) -> str | None:
    if "T" in happening.date and dates.parse(happening.date).timed:
        return instants.instant(happening.date, happening.zone)
    if happening.zone is not None:
        raise DateInvalid("a zone is given, but no time of day. Give the time, or leave the zone out")
    return None


def _found(citations: tuple[Citation, ...], texts: Texts, subject: str, known: Sequence[Statement]) -> list[Statement]:
    """Find every quotation, or raise the first fault's error with all of them told.

    `known` are citations that the log holds: where a quotation is ambiguous, it is the one that is there.
    """
    found: list[Statement] = []
    errors: list[tuple[type[TimelineError], str, str]] = []
    for number, citation in enumerate(citations, start=1):
        try:
            source = texts(citation.source)
            with quotes.briefly(len(errors) >= _TRIED):
                passage = _passage(citation, source, known)
        except UnknownSource:
            reason = f'there is no source "{citation.source}". Archive it first, or correct the id'
            errors.append((UnknownSource, f"citations.{number}.source", reason))
        except (QuoteNotFound, QuoteAmbiguous) as error:
            errors.append((type(error), f"citations.{number}.quote", f"{error} (source/{citation.source})"))
        else:
            placed = {
                "end_char": passage.end_char,
                "grade": passage.grade,
                "prefix": passage.prefix,
                "quote": citation.quote,
                "sha256": source.sha256,
                "source": citation.source,
                "stance": citation.stance,
                "start_char": passage.start_char,
                "suffix": passage.suffix,
                "supports": citation.supports,
                "text_sha256": source.text_sha256,
            }
            if citation.supports is None:
                del placed["supports"]
            found.append(placed)
    if errors:
        raise errors[0][0].in_fields(subject, tuple((field, reason) for _, field, reason in errors))
    return found


def _passage(citation: Citation, source: SourceText, known: Sequence[Statement]) -> quotes.Passage:
    """Find a quotation; one whose place is known, there alone."""
    text, words = source.text, (citation.quote, citation.prefix, citation.suffix)
    if isinstance(citation, PlacedCitation):
        return quotes.at(text, words[0], citation.start_char, *words[1:])
    try:
        return quotes.find(text, *words)
    except QuoteAmbiguous:
        places = {
            one["start_char"]
            for one in known
            if (one["source"], one["quote"], one["text_sha256"]) == (citation.source, citation.quote, source.text_sha256)
            and all(given in (None, one[side]) for side, given in (("prefix", citation.prefix), ("suffix", citation.suffix)))
        }
        if len(places) != 1:
            raise
        return quotes.at(text, words[0], places.pop(), *words[1:])


def _differences(path: str, was: object, now: object) -> Iterator[str]:
    """Tell each text in which two statements differ, by its dotted path; of a quotation what was said, not where it was found."""
    if was == now:
        return
    if isinstance(was, dict) and isinstance(now, dict):
        compared = (was.keys() | now.keys()) - (_PLACED if "quote" in was else frozenset())
        names = sorted(compared, key=lambda name: (isinstance(was.get(name, now.get(name)), list), name))
        told = [one for name in names for one in _differences(f"{path}.{name}", was.get(name), now.get(name))]
        yield from told or [f"{path.lstrip('.')}: the same words, found at another place"]
    elif isinstance(was, list | None) and isinstance(now, list | None):
        for number, (one, other) in enumerate(zip_longest(was or (), now or ()), start=1):
            yield from _differences(f"{path}.{number}", one, other)
    else:
        before, after = _shortened(_text(was), _text(now))
        yield f"{path.lstrip('.')} was {before}, is {after}"


def _text(value: object) -> str:
    """Give what is told of a value: of a citation its words, of an actor the name."""
    if isinstance(value, dict):
        value = value.get("quote") or value.get("name") or value.get("other")
    return "not given" if value is None else str(value)


def _shortened(*texts: str) -> Iterator[str]:
    """Cut texts so that where they first differ is still seen."""
    same = next((at for at, letters in enumerate(zip_longest(*texts)) if len(set(letters)) > 1), 0)
    begin = same - 15 if max(map(len, texts)) > _SHOWN and same > 25 else 0
    for text in texts:
        cut = text[begin : begin + _SHOWN]
        yield f"{'…' if begin else ''}{cut}{'…' if begin + _SHOWN < len(text) else ''}"
