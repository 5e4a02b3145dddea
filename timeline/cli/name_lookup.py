"""Look up the name that a person typed: "ga-93", "happening/ga-93", "source/report", "happening/ga-93@2", or a position, "12".

Owns how names are parsed, and which names are suggested where nothing matches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from timeline.errors import TimelineError, UnknownEvent, UnknownHappening, UnknownSource
from timeline.log.log import Event
from timeline.timeline import Timeline

ALIKE = 75  # of 100: how similar a name must be to be suggested
_KINDS = ("happening", "source")


@dataclass(frozen=True, slots=True)
class Match:
    """A stream, its events that make a statement and the reviews of them, up to the requested version or position."""

    kind: str
    id: str
    events: list[Event]
    reviews: Sequence[Event] = ()

    @property
    def event(self) -> Event:
        """The requested event: the last one that makes a statement."""
        return self.events[-1]


def find(timeline: Timeline, name: str, as_of: int | None = None) -> Match:
    """Look up a name. A bare id means a happening or, if there is none, a source; a bare number means a position.

    Raises UnknownHappening, UnknownSource or UnknownEvent, with similar names, or with the names that a number may mean.
    """
    if name.isascii() and name.isdecimal():
        name = _at_position(timeline, name, as_of)
    stream, _, version = name.partition("@")
    kind, slash, id = stream.rpartition("/")
    if slash and kind not in _KINDS:
        raise UnknownHappening(f'"{name}": there are no streams of the kind {kind}. Write happening/{id} or source/{id}')
    for candidate in [kind] if slash else _KINDS:
        events = timeline.log.stream(f"{candidate}/{id}", as_of)
        statements = [event for event in events if event.makes_statement]
        if statements:
            named = [event for event in events if not event.makes_statement and str(event.version) == version]
            wanted = [*statements, *named] if named else _up_to(statements, version)
            until = wanted[-1].version if version else events[-1].version
            reviews = [one for one in events if one.type == "HappeningReviewed" and one.version <= until and one not in named]
            return Match(candidate, id, wanted, reviews)
    raise _unknown_record(timeline, kind or "happening", id, as_of)


def _at_position(timeline: Timeline, name: str, as_of: int | None) -> str:
    """Return the name of the event at a position; a number that is an id and not a position is returned unchanged."""
    alike = [kind for kind in _KINDS if timeline.log.version(f"{kind}/{name}")]
    event = timeline.log.event(int(name)) if len(name) < 19 else None
    if event is None and not alike:
        raise UnknownEvent(f"there is no event at position {name}: the log ends at {timeline.log.size()}")
    if event is None:
        return name
    if alike:
        raise UnknownEvent(name, f"is a position, and the id of a {alike[0]}. Write {alike[0]}/{name}, or the event as {event.id}")
    if as_of is not None and event.position > as_of:
        raise UnknownEvent(f"the event at position {name} was recorded after position {as_of}. Leave --as-of out")
    return event.id


def _up_to(events: list[Event], version: str) -> list[Event]:
    if not version:
        return events
    match = [event for event in events if str(event.version) == version]
    if not match:
        last = events[-1]
        raise UnknownHappening(last.stream, f"has no version {version}. The last one is {last.id}")
    return events[: events.index(match[0]) + 1]


def _near(id: str, names: Mapping[str, str]) -> list[str]:
    """List the streams with the most similar ids: similar as a whole, or else in a part."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a miss pays for loading it

    for scorer in (fuzz.ratio, fuzz.partial_ratio):
        if near := [stream for _, _, stream in process.extract(id, names, scorer=scorer, score_cutoff=ALIKE, limit=3)]:
            return near
    return []


def _unknown_record(timeline: Timeline, kind: str, id: str, as_of: int | None) -> TimelineError:
    error = UnknownSource if kind == "source" else UnknownHappening
    when = "" if as_of is None else f" as of position {as_of}"
    names = {
        stream: stream.partition("/")[2]
        for (stream,) in timeline.log.connection.execute("SELECT stream FROM events WHERE version = 1")
    }
    of_kind = {stream: name for stream, name in names.items() if kind == "happening" or stream.startswith("source/")}
    near = _near(id, of_kind) or _near(id, names)
    if as_of is not None and f"{kind}/{id}" in names:
        advice = "It was recorded later"
    elif near:
        advice = f"Did you mean {' or '.join(stream.removeprefix('happening/') for stream in near)}?"
    else:
        advice = "See what there is: timeline list" + (" sources" if kind == "source" else "")
    return error(f'there is no {kind} "{id}"{when}. {advice}')
