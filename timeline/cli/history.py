"""The command that shows the versions of a happening or source: history."""

from collections.abc import Iterable, Iterator, Mapping
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
from timeline.reading.changes import Change
from timeline.reading.changes import compare as changes_of

_COLOURS = {"corrected": "yellow", "retracted": "red", "redacted": "red"}


def headline(event: Event) -> str:
    """Return the title that an event states, with its claimant; empty where it states none."""
    statement = event.payload.get("statement", {})
    return wording.headline(statement.get("title"), statement.get("attributed_to"), "")


@click.command()
@click.argument("id", shell_complete=completing.NAME)
@json_forms.as_lines
@db
def history(id: str, as_json: bool, db: Path) -> None:
    """Show every version of a happening or a source: when, by whom, why, and the changes.

    Example: timeline history ga-93
    """
    with opened(db) as timeline:
        match = find(timeline, id)
        if as_json:
            for event in match.events:
                json_forms.write(json_forms.event(event))
            return
        title = headline(match.event) or f"{match.event.stream} {wording.NO_TITLE}"
        click.echo(printing.bold(printing.paragraphs(title)))
        click.echo(printing.dim(f"{match.event.stream}, {printing.count(len(match.events), 'version')}"))
        former: Mapping[str, Any] | None = None
        for number, event in enumerate(match.events):
            payload = event.payload
            click.echo(f"\n{_heading(event)}")
            if event.data is None:
                click.echo(printing.paragraphs(redacted(timeline, event), 2))
            if payload.get("reason"):
                click.echo(printing.paragraphs(payload["reason"], 2))
            if payload.get("superseded_by"):
                click.echo(printing.pairs([("see instead", payload["superseded_by"])]))
            if number and (changes := printing.pairs([*_lines(changes_of(former, payload))])):
                click.echo(changes)
            former = payload.get("statement")


def _heading(event: Event) -> str:
    verb = wording.VERBS[event.type]
    marked = printing.mark(verb, _COLOURS[verb]) if verb in _COLOURS else verb
    rest = printing.on_one_line(f"{when(event)}{authors.by(event.recorded_by)}, position {event.position}")
    return f"{printing.bold(str(event.version))}  {marked} {rest}"


def _lines(changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    """Word changes as pairs of a field and its old and new value, without unknown old values and items that read the same."""
    for change in changes:
        if change.is_list:
            removed, added = [_value(one) for one in change.removed or ()], [_value(one) for one in change.added]
            yield from ((change.field, f"− {one}") for one in removed if one not in added)
            yield from ((change.field, f"+ {one}") for one in added if one not in removed)
        else:
            before = "" if change.removed is None else f"{_value(*change.removed)} "
            yield change.field, f"{before}→ {_value(*change.added)}"


def _value(value: object = None) -> str:
    """Word a value for people."""
    match value:
        case None:
            return "(nothing)"
        case {"quote": quote, "source": source, **rest}:
            more = [str(rest[name]) for name in ("stance", "supports") if rest.get(name) not in (None, "supports")]
            place = f"characters {rest['start_char']:,}–{rest['end_char']:,}"
            return f"“{quote}” ({'; '.join([f'source/{source}', *more, place])})"
        case {"name": name, **rest}:
            return ", ".join(map(str, (name, *rest.values())))
        case {"what": _}:
            return wording.step(value)  # type: ignore[arg-type]
        case {"other": other, "relation": relation}:
            return f"{relation} {other}"
    return str(value)
