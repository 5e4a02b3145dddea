"""What people write to name something: "ga-93", "happening/ga-93", "source/report", "happening/ga-93@2", or a position, "12".

Owns how that is understood, and what is suggested where nothing of that name is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from timeline.errors import TimelineError, UnknownEvent, UnknownHappening, UnknownSource
from timeline.log import Event
from timeline.timeline import Timeline

ALIKE = 75  # of 100: how near a name must be to be suggested
_KINDS = ("happening", "source")


@dataclass(frozen=True, slots=True)
class Found:
    """A stream and its events, up to the version or position that was asked for."""

    kind: str
    id: str
    events: list[Event]

    @property
    def event(self) -> Event:
        """The event that was asked for: the last one that makes a statement."""
        return self.events[-1]


def find(timeline: Timeline, name: str, as_of: int | None = None) -> Found:
    """Find what a name stands for; a bare id is a happening or, where there is none, a source; a bare number a position.

    Raises UnknownHappening, UnknownSource or UnknownEvent, with names that are near, or with those that a number may stand for.
    """
    if name.isascii() and name.isdecimal():
        name = _at_position(timeline, name, as_of)
    stream, _, version = name.partition("@")
    kind, slash, id = stream.rpartition("/")
    if slash and kind not in _KINDS:
        raise UnknownHappening(f'"{name}": there are no {kind} streams. Write happening/{id} or source/{id}')
    for candidate in [kind] if slash else _KINDS:
        everything = timeline.log.stream(f"{candidate}/{id}", as_of)
        past = [event for event in everything if event.type != "EventRedacted"]
        if past:
            named = [event for event in everything if event.type == "EventRedacted" and str(event.version) == version]
            return Found(candidate, id, [*past, *named] if named else _up_to(past, version))
    raise _unknown(timeline, kind or "happening", id, as_of)


def _at_position(timeline: Timeline, name: str, as_of: int | None) -> str:
    """Give the name of the event at a position; where an id is a number and no position, leave it as it is."""
    alike = [kind for kind in _KINDS if timeline.log.version(f"{kind}/{name}")]
    event = timeline.log.event(int(name)) if len(name) < 19 else None
    if event is None and not alike:
        raise UnknownEvent(f"there is no event at position {name}: the log ends at {timeline.log.size()}")
    if event is None:
        return name
    if alike:
        raise UnknownEvent(name, f"is a position and a {alike[0]}. Write {alike[0]}/{name}, or the event as {event.id}")
    if as_of is not None and event.position > as_of:
        raise UnknownEvent(f"the event at position {name} was recorded after position {as_of}. Leave --as-of out")
    return event.id


def _up_to(past: list[Event], version: str) -> list[Event]:
    if not version:
        return past
    known = [event for event in past if str(event.version) == version]
    if not known:
        last = past[-1]
        raise UnknownHappening(last.stream, f"has no version {version}. The last one is {last.id}")
    return past[: past.index(known[0]) + 1]


def _near(id: str, names: Mapping[str, str]) -> list[str]:
    """List the streams whose ids are nearest: alike as a whole, or else in a part."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a miss pays for loading it

    for scorer in (fuzz.ratio, fuzz.partial_ratio):
        if near := [stream for _, _, stream in process.extract(id, names, scorer=scorer, score_cutoff=ALIKE, limit=3)]:
            return near
    return []


def _unknown(timeline: Timeline, kind: str, id: str, as_of: int | None) -> TimelineError:
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
