"""List what one timeline adds, corrects, retracts, reviews and redacts against another.

Owns the order and the kinds of these changes. Must not show words that the second timeline has redacted, nor judge which of the two
is right.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from timeline import same_events
from timeline.any_log import AnyLog
from timeline.comparing.log_file import readable
from timeline.errors import StatementInvalid
from timeline.log.log import Event
from timeline.reading import differences, event_data, wording

Kind = Literal["added", "corrected", "retracted", "reviewed", "redacted", "differs", "missing"]
_KINDS: Final[Mapping[str, Kind]] = {
    "SourceCorrected": "corrected",
    "HappeningCorrected": "corrected",
    "HappeningRetracted": "retracted",
    "HappeningReviewed": "reviewed",
    "EventRedacted": "redacted",
}
_DOCUMENT: Final = differences.Change("sha256", "Document", [("added", "another document")], is_list=False)


@dataclass(frozen=True, slots=True)
class Change:
    """One event that only one of two timelines has.

    `kind` is what the second timeline does; `missing` means that only the first has the event; `differs` that the two have other
    statements under one id. `event` is the event; of a redaction, `redacted` is the id of the event that it removed. `title` and
    `date` are those of the last statement in its timeline; None where that is redacted. `fields` are the changes of a correction.
    """

    kind: Kind
    event: Event
    title: str | None = None
    date: str | None = None
    reason: str | None = None
    verdict: str | None = None
    superseded_by: str | None = None
    redacted: str | None = None
    fields: tuple[differences.Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two timelines: how many events each has, how many first events are the same, and every change."""

    one: Path
    other: Path
    events: tuple[int, int]
    same: int
    parted: tuple[Event | None, Event | None]
    changes: tuple[Change, ...]

    @property
    def relation(self) -> Literal["same", "extends", "extended", "parted"]:
        """Whether the second log is the same, extends the first, is extended by it, or parts from it."""
        ours, theirs = self.events
        if ours == theirs == self.same:
            return "same"
        if self.same == ours:
            return "extends"
        return "extended" if self.same == theirs else "parted"

    def of_kind(self, kind: Kind) -> list[Change]:
        """Return the changes of one kind, in the order of their log."""
        return [change for change in self.changes if change.kind == kind]


def diff(one: str | Path, other: str | Path) -> Difference:
    """Compare two timelines: their files, published folders, or sites of plain files.

    Return what the second has that the first has not.

    Neither is verified: `Timeline.verify` does that. Raises DatabaseRefused or StatementInvalid where one cannot be read.

    Example:
        >>> for change in timeline.diff("public", "timeline.db").changes:
        ...     print(change.kind, change.event.id, change.title)
    """
    from timeline.timeline import Timeline  # noqa: PLC0415 - only this call opens files

    with ExitStack() as stack:
        files = [stack.enter_context(readable(Path(path))) for path in (one, other)]
        first, second = (stack.enter_context(Timeline(file, read_only=True)) for file in files)
        return replace(between(first.log, second.log), one=Path(one), other=Path(other))


def between(one: AnyLog, other: AnyLog) -> Difference:
    """Compare two open logs, which anybody may have made. Raises StatementInvalid where one has malformed data."""
    try:
        return _between(one, other)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise StatementInvalid(
            f"{one.name} or {other.name}: holds malformed data. Find out which one: timeline verify --db FILE"
        ) from error


def _between(one: AnyLog, other: AnyLog) -> Difference:
    same = same_events.beginning(one, other)
    ours, theirs = (same_events.by_stream(log.events(after=same)) for log in (one, other))
    changes: list[Change] = []
    budget = differences.Budget()
    for stream in dict.fromkeys((*theirs, *ours)):
        missing, new = same_events.unmatched(one, ours.get(stream, []), other, theirs.get(stream, []))
        mine = one.first(stream)
        for event in new:
            if event.type in same_events.FIRST and mine is not None:
                missing = [gone for gone in missing if gone.type not in same_events.FIRST]
                changes.append(_differing(mine, event, other, budget))
            else:
                changes.append(_change(other, event, _KINDS.get(event.type, "added"), budget))
        changes += (_change(one, event, "missing", budget, shown=other) for event in missing)
    order = {"missing": 1}
    changes.sort(key=lambda change: (order.get(change.kind, 0), change.event.position))
    sizes = one.size(), other.size()
    return Difference(one.path, other.path, sizes, same, (one.event(same + 1), other.event(same + 1)), tuple(changes))


def _data(event: Event | None) -> Mapping[str, Any]:
    """Read the data of an event, checked for its structure; empty once redacted."""
    return {} if event is None else event_data.read(event.data, event.position)


def _change(log: AnyLog, event: Event, kind: Kind, budget: differences.Budget, shown: "AnyLog | None" = None) -> Change:
    """Describe an event of a log. Words of its stream that are redacted in the log `shown` are left out."""
    data = _data(event)
    current = _data(log.last(event.stream)).get("statement", {})
    if shown is not None and any(known.data is None for known in shown.stream(event.stream)):
        current = {}
    gone = log.event(int(data["position"])) if event.type == "EventRedacted" and isinstance(data.get("position"), int) else None
    return Change(
        kind,
        event,
        title=wording.headline(current["title"], current.get("attributed_to")) if "title" in current else None,
        date=current.get("date", current.get("published")),
        reason=data.get("reason"),
        verdict=wording.review(data),
        superseded_by=data.get("superseded_by"),
        redacted=None if gone is None else gone.id,
        fields=tuple(_corrected(log, event, data, budget)) if kind == "corrected" else (),
    )


def _corrected(log: AnyLog, event: Event, data: Mapping[str, Any], budget: differences.Budget) -> Iterator[differences.Change]:
    former = _data(log.last(event.stream, before=event.version)).get("statement")
    if "statement" in data and (known := differences.former_statement(data, former)) is not None:
        yield from differences.between(known, data["statement"], budget)


def _differing(mine: Event, event: Event, log: AnyLog, budget: differences.Budget) -> Change:
    """Describe a first event whose stream the other log begins with another statement."""
    was, now = (_data(one).get("statement", {}) for one in (mine, event))
    fields = differences.between(was, now, budget) if was and now else []
    if was.get("sha256") != now.get("sha256"):
        fields = [_DOCUMENT, *fields]
    described = _change(log, event, "differs", budget)
    return Change("differs", event, described.title, described.date, fields=tuple(fields))
