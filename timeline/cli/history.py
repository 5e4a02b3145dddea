"""The command that tells how what is known came to be known: history."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from timeline import authors
from timeline.cli import completing, json_forms, printing
from timeline.cli.finding import find
from timeline.cli.running import db, opened
from timeline.cli.show import redacted, when
from timeline.log import Event
from timeline.reading import wording

_COLOURS = {"corrected": "yellow", "retracted": "red", "redacted": "red"}


def headline(event: Event) -> str:
    """Give the title that an event states, after whose claim it is; empty where it states none."""
    statement = event.payload.get("statement", {})
    return wording.headline(statement.get("title"), statement.get("attributed_to"), "")


@click.command()
@click.argument("id", shell_complete=completing.NAME)
@json_forms.as_lines
@db
def history(id: str, as_json: bool, db: Path) -> None:
    """Tell every version of a happening or a source: when, by whom, why, and what changed.

    Example: timeline history ga-93
    """
    with opened(db) as timeline:
        found = find(timeline, id)
        if as_json:
            for event in found.events:
                json_forms.write(json_forms.event(event))
            return
        title = headline(found.event) or f"{found.event.stream} {wording.NO_TITLE}"
        click.echo(printing.bold(printing.paragraphs(title)))
        click.echo(printing.dim(f"{found.event.stream}, {printing.count(len(found.events), 'version')}"))
        former: dict[str, Any] = {}
        for event in found.events:
            payload = event.payload
            click.echo(f"\n{_heading(event)}")
            if event.data is None:
                click.echo(printing.paragraphs(redacted(timeline, event), 2))
            if payload.get("reason"):
                click.echo(printing.paragraphs(payload["reason"], 2))
            if payload.get("superseded_by"):
                click.echo(printing.pairs([("see instead", payload["superseded_by"])]))
            statement = payload.get("statement", {})
            if former and statement and (told := printing.pairs([*_changes(former, statement)])):
                click.echo(told)
            elif not former and (changes := payload.get("changes")):  # what stood before is not there to compare with
                click.echo(printing.pairs([(field, f"→ {_said(value)}") for field, value in changes.items()]))
            former = statement


def _heading(event: Event) -> str:
    verb = wording.VERBS[event.type]
    told = printing.mark(verb, _COLOURS[verb]) if verb in _COLOURS else verb
    rest = printing.on_one_line(f"{when(event)}{authors.by(event.recorded_by)}, position {event.position}")
    return f"{printing.bold(str(event.version))}  {told} {rest}"


def _changes(former: dict[str, Any], statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Tell what a statement says otherwise than the one before it, field by field."""
    for field in [*former, *(name for name in statement if name not in former)]:
        before, after = former.get(field), statement.get(field)
        if before == after:
            continue
        if isinstance(before, list) or isinstance(after, list):
            gone = [said for said in map(_said, before or []) if said not in list(map(_said, after or []))]
            come = [said for said in map(_said, after or []) if said not in list(map(_said, before or []))]
            yield from ((field, f"− {said}") for said in gone)
            yield from ((field, f"+ {said}") for said in come)
        else:
            yield field, f"{_said(before)} → {_said(after)}"


def _said(value: object) -> str:
    """Write a value as people read it."""
    match value:
        case None:
            return "(nothing)"
        case {"quote": quote, "source": source, **rest}:
            more = [str(rest[name]) for name in ("stance", "supports") if rest.get(name) not in (None, "supports")]
            place = f"characters {rest['start_char']:,}–{rest['end_char']:,}"
            return f"“{quote}” ({'; '.join([f'source/{source}', *more, place])})"
        case {"name": name, **rest}:
            return ", ".join(map(str, (name, *rest.values())))
        case {"other": other, "relation": relation}:
            return f"{relation} {other}"
    return str(value)
