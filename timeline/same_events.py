"""Find which events of two logs are the same: those of their common beginning, and those of one stream that say the same.

Must not append, nor judge which of two statements is right.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final

from timeline import authors
from timeline.any_log import AnyLog
from timeline.log.log import Event, canonical
from timeline.reading import event_data

FIRST: Final = ("HappeningRecorded", "SourceArchived")  # the types that begin a stream
_DERIVED: Final = ("extractor", "instant")  # in a statement: they may depend on the version of the program

_Key = Callable[[AnyLog, Event], Hashable]


def beginning(one: AnyLog, other: AnyLog) -> int:
    """Count the first events that two logs share. An event also counts as the same if only one of them has redacted its data."""
    same = 0
    for first, second in zip(one.events(), other.events(), strict=False):
        if _leaf(first) != _leaf(second) or not _agree(first, second):
            break
        same = first.position
    return same


def unmatched(one: AnyLog, ours: list[Event], other: AnyLog, theirs: list[Event]) -> tuple[list[Event], list[Event]]:
    """Return the events of one stream that only the first and only the second log has.

    Events are the same if they have one version, type and hash; or if they say the same, wherever they are. A redacted one says
    nothing: it is taken for the other log's event of its version and type.
    """
    keys: tuple[tuple[_Key, Callable[[Event, Event], bool]], ...] = (
        (lambda _, event: (event.version, event.type, event.data_hash), _agree),
        (content, lambda first, second: True),
        (lambda _, event: (event.version, event.type), lambda first, second: None in (first.data, second.data)),
    )
    for key, same in keys:
        waiting: dict[Hashable, list[Event]] = {}
        for event in theirs:
            waiting.setdefault(key(other, event), []).append(event)
        alone, matched = list[Event](), set[int]()
        for event in ours:
            named = key(one, event)
            candidates = waiting.get(named, []) if named is not None else []
            if candidates and same(event, candidates[0]):
                matched.add(candidates.pop(0).position)
            else:
                alone.append(event)
        ours, theirs = alone, [event for event in theirs if event.position not in matched]
    return ours, theirs


def content(log: AnyLog, event: Event) -> tuple[str, str] | None:
    """Return an event's own content at any position: without a correction's full statement, which depends on earlier ones.

    None once it is redacted. Raises StatementInvalid where the data has not the structure that the log appends.
    """
    if event.data is None:
        return None
    payload = event_data.read(event.data, event.position)
    data: dict[str, Any] = {name: value for name, value in payload.items() if name != "statement" or event.type in FIRST}
    if event.type == "EventRedacted":
        redacted = log.event(data.get("position", 0))
        data = {"of": "" if redacted is None else redacted.id, "reason": data.get("reason")}
    elif event.type == "HappeningReviewed":
        data["by"] = authors.same(event.recorded_by)
    return event.type, canonical(data)


def is_same_statement(one: dict[str, Any] | None, other: dict[str, Any] | None) -> bool:
    """Whether two statements say the same, apart from what a program works out of them."""
    if one is None or other is None:
        return False
    return _stated(one) == _stated(other)


def by_stream(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Return events by stream, in the order in which the streams begin."""
    streams: dict[str, list[Event]] = {}
    for event in events:
        streams.setdefault(event.stream, []).append(event)
    return streams


def _stated(statement: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if name not in _DERIVED}


def _leaf(event: Event) -> tuple[object, ...]:
    """Return the fields that the log's tree covers."""
    return event.stream, event.version, event.type, event.recorded_at, event.recorded_by, event.data_hash


def _agree(first: Event, second: Event) -> bool:
    """Whether two events have the same data, or one of them none any more."""
    return first.data == second.data or None in (first.data, second.data)
