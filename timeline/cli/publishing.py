"""The commands that make copies: publish, backup, restore. Must not decide when a copy is sound."""

import os
import sqlite3
from pathlib import Path

import click

from timeline import publishing
from timeline.any_log import AnyLog
from timeline.cli import json_forms
from timeline.cli.keys import loaded, signing_key
from timeline.cli.printing import count
from timeline.cli.running import db, metadata_here, opened, progress, refuse_leading_away
from timeline.cli.serving import warn_of_unbuilt
from timeline.publishing import Contents


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@signing_key
@click.option(
    "--metadata",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The description for Datasette.  [default: metadata.json, if there is one]",
)
@json_forms.as_object
@db
def publish(folder: Path, key_path: Path | None, metadata: Path | None, as_json: bool, db: Path) -> None:
    """Publish to a folder that anyone can serve and check.

    It holds the verified database, its checkpoint, the metadata, this program, two stand-alone verifiers, a Dockerfile and a
    README. Publishing again to the same folder also proves that the log only grew since the last time, and is refused if that is
    not so. Others may append meanwhile.

    Example: timeline publish public --key example.org/timeline
    """
    key = loaded(key_path)
    description = metadata or metadata_here()
    refuse_leading_away(folder, "timeline publish {}")
    with (
        opened(db, read_only=not _is_writable(db)) as timeline,
        progress("Verifying", 2 * _size(timeline.log)) as advance,
    ):
        made = publishing.publish(timeline, folder, key=key, metadata=description, advance=advance)
        stored = not timeline.log.read_only
        warn_of_unbuilt(timeline, Path("events"), db, done="published")
    checkpoint = made.checkpoint
    if as_json:
        added = None if made.before is None else checkpoint.size - made.before
        signed_by = made.key.name if made.key else None
        about = {"folder": str(folder), "new": added, "changed": made.changed, "signed_by": signed_by}
        json_forms.write({**about, **json_forms.checkpoint(made.note, kept=stored)})
        return
    if not made.changed:
        click.echo(f"{folder}: nothing has changed since the last publication: {count(checkpoint.size, 'event')}")
    else:
        new = "" if made.before is None else f" ({checkpoint.size - made.before:,} new)"
        click.echo(f"{folder}: {count(checkpoint.size, 'event')}{new}")
    click.echo(f"root {json_forms.root(checkpoint.root)}")
    if made.key is None:
        click.echo("Its checkpoint is not signed. Give --key, or make one: timeline key new NAME", err=True)
    if not stored:
        click.echo(f"The checkpoint was not stored in {db}, which is read-only", err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_forms.as_object
@db
def backup(file: Path, as_json: bool, db: Path) -> None:
    """Copy the timeline to a new FILE, even while others append to it.

    The copy is of one moment: it has all of an append or none of it. Its events are hashed and compared with the log before FILE
    appears.

    Example: timeline backup 2026-01-31.db
    """
    refuse_leading_away(file, "timeline backup {}")
    with opened(db) as timeline, progress("Checking", _size(timeline.log)) as advance:
        made = publishing.backup(timeline, file, advance)
    _report(file, made, "", as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_forms.as_object
@db
def restore(file: Path, as_json: bool, db: Path) -> None:
    """Restore the timeline from a backup.

    FILE is verified in full first. An existing database is never overwritten.

    Example: timeline restore 2026-01-31.db --db timeline.db
    """
    with opened(file, guarded=False) as source, progress("Verifying", 3 * _size(source.log)) as advance:
        made = publishing.restore(source, db, advance)
    more = f" restored from {file}. Check it against a later checkpoint: timeline verify --against FILE"
    _report(db, made, more, as_json=as_json)


def _report(path: Path, made: Contents, more: str, *, as_json: bool) -> None:
    if as_json:
        json_forms.write({"file": str(path), "events": made.events, "root": json_forms.root(made.root)})
        return
    click.echo(f"{path}: {count(made.events, 'event')}{more}")
    click.echo(f"root {json_forms.root(made.root)}")


def _is_writable(db: Path) -> bool:
    """Return whether a checkpoint can be stored in it: SQLite also writes a journal beside it."""
    return os.access(db, os.W_OK) and os.access(db.absolute().parent, os.W_OK)


def _size(log: AnyLog) -> int:
    try:
        return log.size()
    except sqlite3.Error:  # damaged: verification reports where
        return 0
