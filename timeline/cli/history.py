"""The command that shows the versions of a happening or source: history."""

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

import click

from timeline import authors
from timeline.cli import completing, json_forms, printing
from timeline.cli.name_lookup import find
from timeline.cli.options import db
from timeline.cli.running import opened
from timeline.cli.show import redacted, when
from timeline.log.log import Event
from timeline.reading import differences, wording
from timeline.reading.differences import Change

_NOTHING = "(nothing)"
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
    """Show every version of a happening or a source, and its reviews: when, by whom, why, and the changes.

    Example: timeline history ga-93
    """
    with opened(db) as timeline:
        match = find(timeline, id)
        events = sorted((*match.events, *match.reviews), key=attrgetter("version"))
        if as_json:
            for event in events:
                json_forms.write(json_forms.event(event))
            return
        title = headline(match.event) or f"{match.event.stream} {wording.NO_TITLE}"
        click.echo(printing.bold(printing.paragraphs(title)))
        click.echo(printing.dim(f"{match.event.stream}, {printing.count(len(match.events), 'version')}"))
        former: Mapping[str, Any] | None = None
        for number, event in enumerate(events):
            payload = event.payload
            click.echo(f"\n{_heading(event)}")
            if event.data is None:
                click.echo(printing.paragraphs(redacted(timeline, event), 2))
            if payload.get("reason"):
                click.echo(printing.paragraphs(payload["reason"], 2))
            if review := wording.review(payload):
                click.echo(printing.paragraphs(review, 2))
            if payload.get("superseded_by"):
                click.echo(printing.pairs([("see instead", payload["superseded_by"])]))
            earlier = differences.former_statement(payload, former) if number else None
            changes = [] if earlier is None else differences.between(earlier, payload["statement"], differences.Budget(0))
            if changes:
                click.echo(printing.pairs([*_lines(changes, after_redacted=former is None)]))
            if event.makes_statement:
                former = payload.get("statement")


def _heading(event: Event) -> str:
    verb = wording.VERBS[event.type]
    marked = printing.mark(verb, _COLOURS[verb]) if verb in _COLOURS else verb
    rest = printing.on_one_line(f"{when(event)}{authors.by(event.recorded_by)}, position {event.position}")
    return f"{printing.bold(str(event.version))}  {marked} {rest}"


def _lines(changes: Iterable[Change], *, after_redacted: bool) -> Iterator[tuple[str, str]]:
    """Word changes as pairs of a field and its old and new value. After a redacted version, old values are unknown."""
    for change in changes:
        removed, added = change.texts("removed"), change.texts("added")
        if change.is_list:
            yield from ((change.field, f"− {one}") for one in removed)
            yield from ((change.field, f"+ {one}") for one in added)
        else:
            before = "" if after_redacted and not removed else f"{''.join(removed) or _NOTHING} "
            yield change.field, f"{before}→ {''.join(added) or _NOTHING}"
