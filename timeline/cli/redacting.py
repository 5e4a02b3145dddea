"""The command that removes the data of an event for good: redact. Must not decide what is removed."""

from pathlib import Path

import click

from timeline import files, redaction
from timeline.cli import json_forms, printing
from timeline.cli.options import WholeNumber, any_db, by
from timeline.cli.running import Refused, opened
from timeline.log import followed, unfinished_copies
from timeline.log.log import Event
from timeline.timeline import Timeline

SHOWN = 10  # events that are named; the rest is counted
BEYOND = "Bundles, scripts, seeds, backups and published copies are not changed. Remove the words from those too"
SERVER = (
    "The server's journal, its standbys and its backups may hold the data for longer, and so may its pages until the log's owner"
    " runs: VACUUM FULL timeline.events, timeline.documents"
)
HELD = "It may hold the redacted data: repeat the redaction when the copy is finished or within reach"


@click.command()
@click.argument("position", type=WholeNumber(1))
@click.option("--reason", required=True, help="Why. Everyone can read it, for good: name nobody.")
@by
@click.option("--keep-documents", is_flag=True, help="Keep its documents in the archive, for good, if others still name them.")
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and change nothing.")
@click.option("--yes", is_flag=True, help="Redact it without being asked.")
@json_forms.as_object
@any_db
def redact(
    position: int, reason: str, by: str | None, keep_documents: bool, dry_run: bool, yes: bool, as_json: bool, db: Path | str
) -> None:
    """Remove the data of an event for good.

    Do this where the law demands it, or to protect someone. POSITION is the event's position, as `timeline log` lists it.

    The event's place, hash and proof stay, and a new event records who redacted it, when and why. All copies of its data in the
    file are removed, and the documents that no other event cites. Other events with the same words are listed. This cannot be
    undone, so a person at a terminal is shown the documents and asked. Repeat the command if it was interrupted.

    Example: timeline redact 12 --reason "Names a witness who is at risk." --by "The editors"
    """
    if isinstance(db, Path) and not db.exists():
        raise Refused(f"{db}: there is no such file. {files.did_you_mean(db)}Give the path of a timeline: --db")
    with opened(db, by=by, read_only=dry_run) as timeline:
        event = redaction.redactable(timeline.log, position)
        if event.data is None and dry_run:
            raise redaction.redacted_error(timeline.log, event)
        going, staying, others = _effects(timeline, event, keep_documents)
        if event.data is not None and not (dry_run or yes) and printing.can_ask():
            for line in (f"{_name_of(event)} at position {position}", *(f"{one} goes with it" for one in going), *staying):
                click.echo(line, err=True)
            click.confirm("Redact it? This cannot be undone", abort=True, err=True)
        redacting = None if dry_run else timeline.redact(position, reason=reason, keep_documents=keep_documents)
        if as_json:
            done = redacting and json_forms.event(redacting)
            effects = {"event": event.id, "position": position, "redaction": done, "documents": going, "staying": staying}
            json_forms.write({**effects, "others": others})
        elif redacting is None:
            click.echo(f"{_name_of(event)} at position {position} would be redacted")
        else:
            click.echo(f"{event.id} at position {position} is redacted; {redacting.id} at position {redacting.position} records it")
        for document in () if as_json else going:
            click.echo(f"{document} {'would be' if dry_run else 'was'} removed with it: no other event cites it")
        foreign = [
            f"{name}: this table is not part of the timeline, and was not searched"
            for name in redaction.foreign_tables(timeline.log)
        ]
        copies = unfinished_copies.sweep(db) if isinstance(db, Path) and not dry_run else []
        unfinished = [f"{folder}: somebody is making a copy there, or it is out of reach. {HELD}" for folder in copies]
        drafts = db.with_suffix(".drafts.db") if isinstance(db, Path) else None
        drafted = (
            [f"{drafts}: drafts of the desk may have the same words, and were not searched"] if drafts and drafts.exists() else []
        )
        elsewhere = [] if isinstance(db, Path) and followed.read(db) is None else [SERVER]
        for warning in (*staying, *others, *foreign, *drafted, *unfinished, *elsewhere, BEYOND):
            click.echo(warning, err=True)


def _effects(timeline: Timeline, event: Event, keep_documents: bool) -> tuple[list[str], list[str], list[str]]:
    """Return the documents that go with an event, those that stay, and the other events that hold the same words."""
    if event.data is None:
        return [], [], []
    going, staying = redaction.documents(timeline.log, event)
    if keep_documents:
        redaction.refuse_to_keep(timeline.log, event, going)
        going, staying = [], [*going, *staying]
    stays = [f"{_document(timeline, sha256)} stays, with all its words" for sha256 in staying]
    for picture in event.payload.get("statement", {}).get("media", ()):
        sha256 = redaction.document_hashes(timeline.log, picture["source"]).get("sha256")
        if sha256 is not None and sha256 not in going and timeline.log.document(sha256):
            stays.append(f"The picture source/{picture['source']} stays. Redact the event that archived it too if needed")
    echoes = redaction.events_repeating(timeline.log, event)
    listed = ", ".join(echoes[:SHOWN]) + (f" and {len(echoes) - SHOWN} more" if len(echoes) > SHOWN else "")
    others = [f"Words of it are also in {listed}. Redact those too if needed"] if echoes else []
    goes = [_document(timeline, sha256) for sha256 in going]
    return [*dict.fromkeys(goes)], [*dict.fromkeys(stays)], others


def _document(timeline: Timeline, sha256: str) -> str:
    return f"The document of {' and '.join(redaction.holders(timeline.log, sha256)) or sha256}"


def _name_of(event: Event) -> str:
    title = event.payload.get("statement", {}).get("title")
    return f"{event.id}, “{printing.on_one_line(title)}”," if title else event.id
