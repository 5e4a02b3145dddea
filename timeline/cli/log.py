"""The command that lists the events themselves: log."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import click

from timeline.cli import json_forms, printing
from timeline.cli.history import headline
from timeline.cli.options import WholeNumber, any_db
from timeline.cli.running import opened
from timeline.cli.terminal_columns import columns, shortened
from timeline.dates import instants
from timeline.log.log import Event
from timeline.reading import wording
from timeline.timeline import Timeline

_WIDE = 110  # columns of a terminal with room for how long ago it was


@click.command()
@click.option("--after", type=WholeNumber(0), metavar="POSITION", help="Only events after it.")
@click.option("--limit", type=WholeNumber(1), metavar="N", help="At most this many.  [default: all; 50 on a terminal]")
@click.option("--reverse", is_flag=True, help="The oldest first.")
@click.option("--follow", is_flag=True, help="Wait for new events, and list each as it comes; Ctrl-C ends.")
@json_forms.as_lines
@any_db
def log(after: int | None, limit: int | None, reverse: bool, follow: bool, as_json: bool, db: Path | str) -> None:
    """List the events, the newest first, one to a line: position, when, verb, event, and title.

    With --follow, the events after --after come first, the oldest first; without it, only new ones are listed.

    Example: timeline log --limit 10
    """
    if follow:
        if reverse:
            raise click.UsageError("--follow lists the oldest first already. Leave --reverse out")
        with suppress(KeyboardInterrupt):
            _follow(db, after, limit, as_json)
        return
    with opened(db) as timeline:
        size, start = timeline.log.size(), after or 0
        most = limit if as_json else printing.fitting(limit)
        for event in islice(_events(timeline, size, start, reverse), most):
            _write(event, len(str(size)), as_json)
        left = size - start - (most or 0)
        if limit is None and most is not None and left > 0:
            printing.more(left)


def _follow(db: Path | str, after: int | None, limit: int | None, as_json: bool) -> None:
    """List events as they come, up to the limit."""
    with opened(db) as timeline:
        size = timeline.log.size()
        events = timeline.subscribe(size if after is None else after)
        if printing.for_a_person():
            click.echo(printing.dim(f"Waiting for events after position {size}. Ctrl-C ends"), err=True)
        for event in islice(events, limit):
            _write(event, len(str(size)), as_json)


def _write(event: Event, digits: int, as_json: bool) -> None:
    if as_json:
        json_forms.write(json_forms.event(event))
    else:
        click.echo(_line(event, digits))


def _events(timeline: Timeline, size: int, after: int, reverse: bool) -> Iterator[Event]:
    if reverse:
        yield from timeline.events(after)
        return
    for position in range(size, after, -1):
        if (event := timeline.log.event(position)) is not None:
            yield event


def _line(event: Event, digits: int) -> str:
    title = headline(event)
    if event.data is None:
        title = "(redacted)"
    elif event.type == "EventRedacted":
        title = f"position {event.payload.get('position')}: {event.payload.get('reason')}"
    elif review := wording.review(event.payload):
        title = review
    moment = event.recorded_at[:16].replace("T", " ")
    on_screen = printing.for_a_person()  # on a terminal lines are shortened, in a pipe they are not
    ago = "" if on_screen and printing.terminal() < _WIDE else f"{_ago(event):<17}  "
    start = f"{event.position:>{digits}}  {moment}  {ago}{wording.VERBS[event.type]:<9}  {event.id}  "
    title = printing.on_one_line(title)
    if on_screen:
        start = shortened(start, printing.terminal())
        title = shortened(title, printing.terminal() - columns(start))
    return start + printing.bold(title)


def _ago(event: Event) -> str:
    try:
        return instants.ago(event.recorded_at)
    except ValueError:
        return "?"
