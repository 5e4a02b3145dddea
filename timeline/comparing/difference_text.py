"""Word a difference of two timelines for people: as lines, and as Markdown for a comment.

Owns the words. Must not compare anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from timeline import authors, dates
from timeline.comparing.difference import Change, Difference, Kind
from timeline.exchange.formats.markdown.writer import escaped
from timeline.log.log import Event
from timeline.reading import differences, wording
from timeline.shortening import shortened

HEADINGS: Final[Mapping[Kind, str]] = {
    "added": "Adds",
    "corrected": "Corrects",
    "retracted": "Retracts",
    "reviewed": "Reviews",
    "redacted": "Redacts",
    "differs": "Has another statement under the same id",
    "missing": "Does not have",
}
_MOST_LISTED: Final = 100  # changes of one kind in a comment
_MOST_DETAILS: Final = 20  # changes of one entry in a comment
_LONGEST: Final = 300  # characters of a value in a comment
_LONGEST_COMMENT: Final = 40_000  # characters of a comment; GitHub takes 65,536
_NOTHING: Final = "(nothing)"


@dataclass(frozen=True, slots=True)
class Line:
    """A change in words: the id of the event, a sentence about it, and the fields that changed."""

    name: str
    words: str
    details: tuple[str, ...] = ()


def relation(difference: Difference, one: str, other: str) -> str:
    """Say whether one log extends the other, or from which position on they differ."""
    ours, theirs = difference.events
    match difference.relation:
        case "same":
            return f"{other} has the same {_events(ours)} as {one}"
        case "extends":
            more = theirs - ours
            return f"{other} extends {one}: the first {_same(ours)} the same, and {more:,} follow{'s' if more == 1 else ''}"
        case "extended":
            more = ours - theirs
            return f"{one} extends {other}: the first {_same(theirs)} the same, and {_events(more)} more only in {one}"
    first, second = difference.parted
    at = f"from position {difference.same + 1:,} on: in {one} {_event(first)}, in {other} {_event(second)}"
    return f"Neither extends the other. They differ {at}"


def sections(difference: Difference) -> Iterator[tuple[str, list[Line]]]:
    """Yield each kind of change that there is, with its heading and its lines."""
    for kind, heading in HEADINGS.items():
        if changes := difference.of_kind(kind):
            yield heading, [_line(change) for change in changes]


def markdown(difference: Difference, one: str, other: str) -> Iterator[str]:
    """Write the difference in Markdown. No text of a timeline can steer it, or notify anyone."""
    yield f"{_safe(relation(difference, one, other))}.\n"
    room = _LONGEST_COMMENT
    for heading, lines in sections(difference):
        yield f"\n### {heading} {len(lines):,}\n\n"
        for number, line in enumerate(lines):
            details = "".join(f"  - {_safe(detail)}\n" for detail in line.details[:_MOST_DETAILS])
            item = f"- **{_safe(line.name)}** {_safe(line.words)}\n{details}"
            room -= len(item)
            if number == _MOST_LISTED or room < 0:
                yield f"- … and {len(lines) - number:,} more\n"
                break
            yield item


def _safe(text: str) -> str:
    """Escape Markdown, and break up what GitHub would turn into links to people and issues."""
    cut = escaped(shortened(text, _LONGEST))
    return cut.replace("\\@", "@<!-- -->").replace("\\#", "#<!-- -->").replace("\\://", ":<!-- -->//").replace("GH-", "GH<!-- -->-")


def _line(change: Change) -> Line:
    event = change.event
    name = change.redacted or event.id if change.kind == "redacted" else event.id
    if change.kind == "missing":
        verb = "redaction" if event.type == "EventRedacted" else wording.VERBS[event.type]
        about = [f"{verb} of {change.redacted}" if change.redacted else verb]
    else:
        about = []
    about += [change.verdict] if change.verdict else []
    about += [change.reason] if change.reason else []
    about += [f"see {change.superseded_by}"] if change.superseded_by else []
    shown = ": ".join(filter(None, (dates.worded(change.date), change.title or "")))
    why = f" ({'; '.join(about)})" if about else ""
    words = f"{shown}{why}{authors.by(event.recorded_by)}"
    return Line(name, wording.one_line(words.strip()), tuple(fields(change.fields)))


def fields(changes: Iterable[differences.Change]) -> Iterator[str]:
    """Word the fields that changed, each with its old and its new value; of a list, the items that differ."""
    for field in changes:
        removed, added = field.texts("removed"), field.texts("added")
        if field.is_list:
            yield from (f"{field.label}: − {one}" for one in removed)
            yield from (f"{field.label}: + {one}" for one in added)
        elif field.field == "sha256":
            yield "Another document"
        else:
            yield f"{field.label}: {''.join(removed) or _NOTHING} → {''.join(added) or _NOTHING}"


def _event(event: Event | None) -> str:
    if event is None:
        return "no event"
    return f"{event.id}, recorded {event.recorded_at[:16].replace('T', ' ')} UTC{authors.by(event.recorded_by)}"


def _same(number: int) -> str:
    return f"{_events(number)} {'is' if number == 1 else 'are'}"


def _events(number: int) -> str:
    return f"{number:,} event{'' if number == 1 else 's'}"
