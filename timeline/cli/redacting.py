"""The command that takes away what an event said: redact. Must not decide what goes."""

from pathlib import Path

import click

from timeline import redaction
from timeline.cli import printing
from timeline.cli.running import FARTHEST, Refused, by, db, opened
from timeline.log import Event
from timeline.timeline import Timeline


@click.command()
@click.argument("position", type=click.IntRange(1, FARTHEST))
@click.option("--reason", required=True, help="Why, as everyone will read.")
@by
@click.option("--keep-documents", is_flag=True, help="Leave the documents that only this event cites in the archive.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and leave everything as it is.")
@db
def redact(position: int, reason: str, by: str | None, keep_documents: bool, dry_run: bool, db: Path) -> None:
    """Take away for good what the event at POSITION said: where the law demands it, or to protect someone.

    Its place, its hash and its proof stay, and a new event says who redacted it, when and why. Its words go from everywhere
    in the file, with the documents that nobody else cites. This cannot be undone. Repeat the command if it was interrupted.

    Example: timeline redact 12 --reason "Names a witness who is at risk." --by "The editors"
    """
    if not db.exists():
        raise Refused(f"{db}: there is no such file. Give the path of a timeline: --db")
    with opened(db, by=by, read_only=dry_run) as timeline:
        event = redaction.redactable(timeline.log, position)
        if dry_run:
            _foretell(timeline, event, keep_documents)
            return
        redacting = timeline.redact(position, reason=reason, keep_documents=keep_documents)
        click.echo(f"{event.id} at position {position} is redacted, as {redacting.id} at position {redacting.position} says")
        if gone := redacting.payload["documents"]:
            click.echo(f"With it went {printing.count(len(gone), 'document')}: {', '.join(f'{sha256[:12]}…' for sha256 in gone)}")
        _warn(timeline, event)


def _foretell(timeline: Timeline, event: Event, keep_documents: bool) -> None:
    if event.data is None:
        raise redaction.gone(timeline.log, event)
    going, staying = redaction.documents(timeline.log, event)
    if keep_documents:
        going, staying = [], [*going, *staying]
    click.echo(f"{event.id} at position {event.position} would be redacted")
    for sha256 in going:
        click.echo(f"Document {sha256[:12]}… would go: nobody else cites it")
    for sha256 in staying:
        click.echo(f"Document {sha256[:12]}… would stay")
    _warn(timeline, event)


def _warn(timeline: Timeline, event: Event) -> None:
    """Say where the same words may still stand."""
    others = [e for e in timeline.log.stream(event.stream) if "statement" in e.payload and e.position != event.position]
    if others:
        listed = ", ".join(f"{e.id} (position {e.position})" for e in others)
        click.echo(f"What it said may also stand in {listed}. Redact those too if it does", err=True)
    click.echo("Bundles, scripts, seeds, backups and published copies are not touched. Take the words out of those too", err=True)
