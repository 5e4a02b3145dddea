"""The command that lists the events themselves: log."""

import json
import shutil
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click

from timeline import instants
from timeline.cli import printing
from timeline.cli.history import VERBS
from timeline.cli.running import FARTHEST, db, opened
from timeline.log import Event
from timeline.timeline import Timeline


@click.command()
@click.option("--after", type=click.IntRange(0, FARTHEST), default=0, metavar="POSITION", help="Only what was appended after it.")
@click.option("--limit", type=click.IntRange(1, FARTHEST), metavar="N", help="No more than so many events.")
@click.option("--reverse", is_flag=True, help="The last ones first.")
@click.option("--json", "as_json", is_flag=True, help="Whole events, as JSON Lines.")
@db
def log(after: int, limit: int | None, reverse: bool, as_json: bool, db: Path) -> None:
    """List the events, one to a line: position, when, which, what, and the title.

    Example: timeline log --reverse --limit 10
    """
    with opened(db) as timeline:
        digits = len(str(timeline.log.size()))
        for event in islice(_events(timeline, after, reverse), limit):
            click.echo(_json(event) if as_json else _line(event, digits))


def _events(timeline: Timeline, after: int, reverse: bool) -> Iterator[Event]:
    if not reverse:
        yield from timeline.events(after)
        return
    for position in range(timeline.log.size(), after, -1):
        if (event := timeline.log.event(position)) is not None:
            yield event


def _line(event: Event, digits: int) -> str:
    title = event.payload.get("statement", {}).get("title", "")
    if event.data is None:
        title = "(redacted)"
    elif event.type == "EventRedacted":
        title = f"position {event.payload.get('position')}: {event.payload.get('reason')}"
    moment = event.recorded_at[:16].replace("T", " ")
    told = f"{event.position:>{digits}}  {moment}  {_ago(event):<17}  {VERBS[event.type]:<9}  {event.id}  "
    title = printing.on_one_line(title)
    if sys.stdout.isatty():  # a line for each event; in a pipe, all of it
        title = title[: max(0, shutil.get_terminal_size().columns - len(told))]
    return told + printing.bold(title)


def _ago(event: Event) -> str:
    try:
        return instants.ago(event.recorded_at)
    except ValueError:
        return "?"


def _json(event: Event) -> str:
    told = {
        "position": event.position,
        "stream": event.stream,
        "version": event.version,
        "type": event.type,
        "recorded_at": event.recorded_at,
        "recorded_by": event.recorded_by,
        "data": event.payload or None,
        "data_hash": event.data_hash.hex(),
    }
    return json.dumps(told, ensure_ascii=True)
