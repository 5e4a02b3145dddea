"""The command that lists happenings in time order, or sources: list. Owns the format of a line."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import click

from timeline import fields
from timeline.cli import json_forms, printing
from timeline.cli.filter_options import choose, filters, position
from timeline.cli.json_forms import Json
from timeline.cli.name_lookup import find
from timeline.cli.options import WholeNumber, db
from timeline.cli.running import opened
from timeline.cli.terminal_columns import columns, padded, shortened, wrapped
from timeline.dates import worded
from timeline.log.log import Event
from timeline.reading import wording
from timeline.reading.sources import ListedSource, listed
from timeline.selection.snapshot import Snapshot
from timeline.timeline import Timeline

_ALIGNED = 500  # lines that are aligned with each other
_WHEN, _ID = 34, 40  # columns; a longer date or id pushes its line to the right
_TITLE = 12  # columns that a title has at least
_GAP = "  "

T = TypeVar("T")


class Line(NamedTuple):
    """A line of a list: when, the id, the title, and a mark after it that must not be cut off."""

    when: str
    id: str
    title: str
    mark: str = ""


@click.command("list")
@click.argument("records", type=click.Choice(["happenings", "sources"]), default="happenings")
@filters("current")
@click.option("--limit", type=WholeNumber(1), metavar="N", help="At most this many.  [default: all; 50 on a terminal]")
@click.option("--reverse", is_flag=True, help="The last first.")
@json_forms.as_lines
@db
def list_(records: str, limit: int | None, reverse: bool, as_json: bool, db: Path, **chosen_by: str | None) -> None:
    """List the happenings in time order, one to a line: when, the id, the title. Or the sources, by id.

    The filters are those of the timeline's page. A happening whose approximate date is only near the period is marked.

    Example: timeline list --from 2025-11 --kind meeting
    """
    if records == "sources" and (other := [name for name, value in chosen_by.items() if value is not None and name != "as_of"]):
        message = f"--{other[0]} filters happenings; of sources all are listed. To find one by its words: timeline search WORDS"
        raise click.UsageError(message)
    with opened(db) as timeline:
        timeline.refuse_outdated()
        if records == "sources":
            connection = timeline.log.connection
            sources = list(listed(Snapshot(connection, position(connection, chosen_by["as_of"]))))
            pairs = _sources(timeline, sources[::-1] if reverse else sources)
            _write(pairs, len(sources), limit, json_forms.source if as_json else None, source)
            if not sources:
                click.echo("There is no source yet. Archive a document: timeline archive FILE", err=True)
            return
        choice = choose(timeline.log.connection, chosen_by, "current")
        positions: Sequence[int] = choice.positions
        if not positions and chosen_by["source"] is not None:
            find(timeline, f"source/{chosen_by['source']}")  # if it does not exist, the error names the nearest
        events = (event for one in (reversed(positions) if reverse else positions) if (event := timeline.log.event(one)))

        def as_record(event: Event) -> Json:
            return json_forms.happening(event, near=event.position in choice.near, review=choice.reviews.get(event.position))

        def as_line(event: Event) -> Line:
            return _happening(event, near=event.position in choice.near, review=choice.reviews.get(event.position))

        _write(events, len(positions), limit, as_record if as_json else None, as_line)
        if not positions:
            filtered = any(value is not None for value in chosen_by.values())
            empty = "There is no happening yet. Append one: timeline append FILE"
            click.echo("No happening matches" if filtered else empty, err=True)


def _write(
    listed: Iterable[T], total: int, limit: int | None, as_json: Callable[[T], Json] | None, line: Callable[[T], Line]
) -> None:
    """Write a list without holding it in memory, for programs or for people."""
    if as_json is not None:
        for one in islice(listed, limit):
            json_forms.write(as_json(one))
        return
    most = printing.fitting(limit)
    shown = islice(listed, most)
    while batch := list(islice(shown, _ALIGNED)):
        for text in aligned([line(one) for one in batch]):
            click.echo(text)
    if limit is None and most is not None and total > most:
        printing.more(total - most)


def _sources(timeline: Timeline, sources: Iterable[ListedSource]) -> Iterator[tuple[ListedSource, Event]]:
    """Pair each source with the event that holds its statement."""
    return ((one, event) for one in sources if (event := timeline.log.event(one.position)) is not None)


def _happening(event: Event, *, near: bool, review: str | None) -> Line:
    """Make the line of an event's happening; whose claim it is, its review, and that it is only near a period, are never cut."""
    if event.data is None:
        return Line("", event.subject, wording.NO_TITLE)
    statement = event.payload["statement"]
    marks = wording.marks(statement.get("attributed_to"), fields.STATUSES[event.type], near=near, review=review)
    return Line(worded(statement["date"]), event.subject, statement["title"], marks)


def source(listed: tuple[ListedSource, Event]) -> Line:
    """Make the line of a source, with the number of happenings that cite it."""
    one, event = listed
    if event.data is None:
        return Line("", one.id, wording.NO_TITLE)
    statement = event.payload["statement"]
    by = ", ".join(statement[name] for name in ("author", "publisher") if statement.get(name))
    cited = printing.count(one.happenings, "happening")
    return Line(worded(statement.get("published")), one.id, statement["title"], f"({'; '.join(filter(None, (by, cited)))})")


def aligned(lines: Sequence[Line], margin: str = "") -> Iterator[str]:
    """Draw lines aligned with each other; on a terminal, shorten titles so that each line fits, or else stack the parts."""
    plain = [Line(*map(printing.on_one_line, line)) for line in lines]
    wide = [min(most, max((columns(line[part]) for line in plain), default=0)) for part, most in ((0, _WHEN), (1, _ID))]
    for line in plain:
        before = [padded(part, room) for part, room in zip(line, wide, strict=False) if room]
        start = margin + _GAP.join([*before, ""])
        mark = f" {line.mark}" if line.mark else ""
        title = line.title
        if printing.for_a_person():
            room = printing.terminal() - columns(start) - columns(mark)
            if room < min(_TITLE, columns(title)):
                yield _stacked(line, margin)
                continue
            title = shortened(title, room)
        yield f"{start}{printing.bold(title)}{mark}"


def _stacked(line: Line, margin: str) -> str:
    """Draw the parts of a long line below each other: when, then the id and the title, then the mark."""
    terminal, within = printing.terminal(), margin + _GAP
    start = f"{within if line.when else margin}{line.id}{_GAP}"
    title = shortened(line.title, max(terminal - columns(start), _TITLE))
    parts = [wrapped(line.when, terminal, margin, within)] if line.when else []
    parts.append(f"{start}{printing.bold(title)}")
    return "\n".join([*parts, *([wrapped(line.mark, terminal, within, within)] if line.mark else [])])
