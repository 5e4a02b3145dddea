"""Find every fault of a call at once, as the first error may hide others.

Owns the search: the call is tried again without the fields that have faults, until there are no new ones. Must not append, nor
word a fault.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from timeline import capture, documents, quotes, size_limits, statements
from timeline.calls import python_dates
from timeline.calls.keywords import given
from timeline.calls.open_timeline import Opened
from timeline.documents.document import of_document
from timeline.errors import DocumentUnreadable, Fault, Redacted, TimelineError, UnknownHappening, UnknownSource, at_fault
from timeline.model import TOGETHER, HappeningFields, Reason, Review, SourceFields, check, stream

_NOWHERE: Final = "placeholder-for-a-source"
_CITED: Final = {"source": _NOWHERE, "quote": "?"}
_HAPPENING: Final = {"title": "?", "date": "2000", "citations": [_CITED]}  # placeholders for required fields with faults
_SOURCE: Final = {"title": "?"}
_DOCUMENT: Final = {"media_type": "text/plain", "extractor": "", "sha256": "", "text_sha256": ""}
_BOTH: Final = ("latitude", "longitude")
_TOGETHER: Final = {"zone": "date", "latitude": "longitude", "longitude": "latitude"}  # fields that need another one


def of_record(timeline: Opened, arguments: Mapping[str, Any], known: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the other faults of a refused happening."""
    own = _of_id("happening", arguments, known)
    yield from own
    fields = given(arguments, HappeningFields.__annotations__, omitted=None)
    missing = {name: None for name in _HAPPENING if name not in fields}
    yield from _of_happening(timeline, str(arguments["id"]), {**missing, **fields}, (*known, *own))


def of_correction(timeline: Opened, arguments: Mapping[str, Any], known: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the other faults of a refused correction; without a happening to correct, check it like a new one."""
    id, changes = str(arguments["id"]), given(arguments, HappeningFields.__annotations__)
    current, own = _of_following(timeline, "happening", arguments, known)
    yield from own
    faults = (*known, *own)
    if current is None:
        alone = {name: value for name, value in changes.items() if _TOGETHER.get(name, name) in changes}
        yield from _of_happening(timeline, id, alone, faults)
        return
    statement, subject, texts = current, f"happening/{id}", _texts(timeline)
    yield from _more(
        lambda sound: statements.corrected(statement, python_dates.read(sound, subject), texts, subject), changes, faults
    )
    yield from _of_references(timeline, changes, faults)


def of_retraction(timeline: Opened, arguments: Mapping[str, Any], known: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the other faults of a refused retraction."""
    _, own = _of_following(timeline, "happening", arguments, known)
    instead = {"superseded_by": arguments["superseded_by"]}
    yield from own
    yield from _more(lambda sound: check(Reason, {"reason": "?", **sound}, ""), instead, (*known, *own))


def of_review(timeline: Opened, arguments: Mapping[str, Any], known: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the other faults of a refused review."""
    _, own = _of_following(timeline, "happening", {**arguments, "reason": "?"}, known)
    yield from own
    fields = {
        name: arguments[name] for name in ("verdict", "comment", "version") if name != "version" or arguments[name] is not None
    }
    sound = {"version": 1, "verdict": "confirmed"}
    yield from _more(lambda given: check(Review, {**sound, **given}, ""), fields, (*known, *own))


def of_source_correction(timeline: Opened, arguments: Mapping[str, Any], known: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the other faults of a refused correction of a source."""
    _, own = _of_following(timeline, "source", arguments, known)
    yield from own
    yield from _of_bibliography(given(arguments, SourceFields.__annotations__), (*known, *own))


def of_source(timeline: Opened, arguments: Mapping[str, Any], known: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the other faults of a refused source. Its document is only opened, not read."""
    id, file, text = arguments["id"], arguments["file"], arguments["text"]
    own = _of_id("source", arguments, known) if id is not None else ()
    try:
        if text is not None and not at_fault("text", known):
            documents.from_text(text)
        elif file is not None and not at_fault("file", known):
            capture.received(Path(file), arguments.get("within"))
    except DocumentUnreadable as error:
        own += (of_document(error, file=text is None),)
    yield from own
    fields = given(arguments, SourceFields.__annotations__, omitted=None)
    if id is not None and file is None and not arguments["as_found"]:  # a file may have a title
        fields = {"title": None, **fields}
    yield from _of_bibliography(fields, (*known, *own))


def _of_happening(timeline: Opened, id: str, fields: Mapping[str, Any], known: Sequence[Fault]) -> Iterator[Fault]:
    subject, texts = f"happening/{id}", _texts(timeline)
    first = timeline.log.first(subject)
    earlier = None if first is None or first.data is None else first.payload["statement"]

    def attempt(sound: dict[str, Any]) -> None:
        values = {name: value for name, value in {**_HAPPENING, **sound}.items() if value is not None}
        statements.of_happening(python_dates.read(values, subject), texts, subject, earlier)

    yield from _more(attempt, fields, known)
    yield from _of_references(timeline, fields, known)


def _of_bibliography(fields: Mapping[str, Any], known: Sequence[Fault]) -> Iterator[Fault]:
    def attempt(sound: dict[str, Any]) -> None:
        statements.of_archived_source(python_dates.read({**_SOURCE, **sound}, "source"), _DOCUMENT, None, "source")

    yield from _more(attempt, fields, known)


def _of_id(kind: Literal["source", "happening"], arguments: Mapping[str, Any], known: Sequence[Fault]) -> tuple[Fault, ...]:
    return () if at_fault("id", known) else _faults(lambda: stream(kind, arguments["id"]))


def _of_following(
    timeline: Opened, kind: Literal["source", "happening"], arguments: Mapping[str, Any], known: Sequence[Fault]
) -> tuple[statements.Statement | None, tuple[Fault, ...]]:
    """Return the statement to be corrected or retracted, if it exists, and the faults of the id and the reason."""
    id, reason = _of_id(kind, arguments, known), {"reason": arguments["reason"]}
    statement = None
    if not id and not at_fault("id", known):
        subject = stream(kind, arguments["id"])
        try:
            statement = timeline._streams.statement(timeline._streams.last(subject))
        except (UnknownHappening, UnknownSource, Redacted) as error:
            id = (Fault("id", error.beside(subject)),)
    if at_fault("reason", known):
        return statement, id
    return statement, (*id, *(_faults(lambda: size_limits.refuse(reason, "")) or _faults(lambda: check(Reason, reason, ""))))


def _of_references(timeline: Opened, fields: Mapping[str, Any], known: Sequence[Fault]) -> Iterator[Fault]:
    """Yield a fault for each reference to a missing happening; within a transaction it may still be appended."""
    if timeline._streams.writing:
        return
    for field, other in statements.references(fields):
        if at_fault(field, known) or _faults(partial(stream, "happening", other)):
            continue
        if timeline.log.first(f"happening/{other}") is None:
            yield from statements.unknown_happening("happening", field, other).faults


def _texts(timeline: Opened) -> statements.ReadSourceText:
    """Return a function for the texts of sources, which also has a text for the placeholder citation."""

    def text_of(source: str) -> statements.SourceText:
        return statements.SourceText(quotes.Text("?"), "", "") if source == _NOWHERE else timeline._source_text(source)

    return text_of


def _more(attempt: Callable[[dict[str, Any]], object], fields: Mapping[str, Any], known: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the faults of fields that are not yet known."""
    faults = [*known]
    while True:
        sound = _sound(fields, faults)
        own = [fault for fault in _faults(partial(attempt, sound)) if not at_fault(fault[0], faults)]
        if not own:
            return
        yield from own
        faults += own


def _faults(attempt: Callable[[], object]) -> tuple[Fault, ...]:
    """Return the faults of a failed attempt."""
    try:
        attempt()
    except TimelineError as error:
        return error.faults
    return ()


def _sound(fields: Mapping[str, Any], faults: Sequence[Fault]) -> dict[str, Any]:
    """Return the fields without faults; of citations, the items without faults."""
    within: dict[str, set[str]] = {}
    for field, _ in faults:
        for one in _BOTH if field == TOGETHER else (field,):
            name, _, place = one.partition(".")
            within.setdefault(name, set()).add(place.partition(".")[0])
    sound = {name: value for name, value in fields.items() if name not in within and _TOGETHER.get(name) not in within}
    if "citations" in within and isinstance(cited := fields.get("citations"), list | tuple) and "" not in within["citations"]:
        numbered = enumerate(cited, start=1)
        sound["citations"] = [_CITED if str(number) in within["citations"] else one for number, one in numbered]
    return sound
