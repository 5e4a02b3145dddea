"""The commands that make copies: publish, backup, restore. Must not decide when a copy is sound."""

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from timeline import publishing
from timeline.any_log import AnyLog
from timeline.cli import json_forms, printing
from timeline.cli.keys import loaded, signing_key
from timeline.cli.printing import count, harmless
from timeline.cli.running import Refused, db, metadata_here, opened, progress, refuse_leading_away
from timeline.cli.serving import warn_of_unbuilt
from timeline.publishing import Contents, documents
from timeline.publishing.documents import Announce

if TYPE_CHECKING:
    from timeline.publishing.site import PublishedSite


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--site",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Publish a site of plain files to this folder instead: for any web server, GitHub Pages or a disk.",
)
@click.option("--url", metavar="URL", help="With --site: its address, for feeds, the sitemap and previews.")
@click.option(
    "--documents",
    "documents_choice",
    type=click.Choice(documents.CHOICES),
    help="How much of the documents to publish.  [default: as metadata.json says, or all]",
)
@click.option("--yes", is_flag=True, help="Publish the documents without being asked.")
@signing_key
@click.option(
    "--metadata",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The description for Datasette.  [default: metadata.json, if there is one]",
)
@json_forms.as_object
@db
def publish(
    folder: Path | None,
    site: Path | None,
    url: str | None,
    documents_choice: str | None,
    yes: bool,
    key_path: Path | None,
    metadata: Path | None,
    as_json: bool,
    db: Path,
) -> None:
    """Publish to a folder that anyone can serve and check, or as a site of plain files.

    The folder DIR holds the verified database, its checkpoint, the metadata, this program, two stand-alone verifiers, a Dockerfile
    and a README. With --site, the folder holds the pages themselves, with search and filters, and needs no program: it works from
    any web server, and from a disk.

    Publishing again to the same folder also proves that the log only grew since the last time, and is refused if that is not so.
    Others may append meanwhile.

    Before anything is published, the command says how many documents that makes public, and whose they are. All of it is public:
    copyright and witnesses are yours to protect.

    Example: timeline publish public --key example.org/timeline
    """
    if (folder is None) == (site is None):
        raise click.UsageError("Give a folder: timeline publish DIR, or timeline publish --site DIR")
    if url is not None and site is None:
        raise click.UsageError("--url is the address of a site: give it with --site")
    key = loaded(key_path)
    description = metadata or metadata_here()
    target = folder or site or Path()
    refuse_leading_away(target, "timeline publish --site {}" if site else "timeline publish {}")
    announce = _asking(agreed=yes or documents_choice is not None, needed=site is not None)
    with (
        opened(db, read_only=not _is_writable(db)) as timeline,
        progress(
            "Verifying" if site is None else "Verifying and writing", (2 if site is None else 4) * _size(timeline.log)
        ) as advance,
    ):
        if site is not None:
            from timeline.publishing.site import publish_site  # noqa: PLC0415 - it imports Datasette, which is slow to load

            made_site = publish_site(
                timeline,
                site,
                key=key,
                metadata=description,
                documents=documents_choice,
                url=_address(url),
                announce=announce,
                advance=advance,
            )
        else:
            made = publishing.publish(
                timeline,
                target,
                key=key,
                metadata=description,
                advance=advance,
                documents=documents_choice,
                announce=announce,
            )
        stored = not timeline.log.read_only
        warn_of_unbuilt(timeline, Path("events"), db, done="published")
    if site is not None:
        _report_site(site, made_site, stored=stored, as_json=as_json)
        if not as_json:
            _warn(made_site.key is not None, stored, db)
        return
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
    _warn(made.key is not None, stored, db)


def _warn(is_signed: bool, stored: bool, db: Path) -> None:
    """Say what a checkpoint lacks."""
    if not is_signed:
        click.echo("Its checkpoint is not signed. Give --key, or make one: timeline key new NAME", err=True)
    if not stored:
        click.echo(f"The checkpoint was not stored in {db}, which is read-only", err=True)


def _asking(*, agreed: bool, needed: bool) -> Announce:
    """Return the function that announces which documents will be public, and asks a person.

    Where nobody can be asked, a site `needed` an option; a folder is published, as it always was, and the sentence is on stderr.
    """

    def announce(held: documents.Documents) -> None:
        sentence = harmless(held.sentence())
        if agreed or not held.many or held.choice != documents.ALL:
            click.echo(sentence, err=True)
        elif printing.can_ask():
            click.echo(sentence, err=True)
            click.confirm("Publish them?", abort=True, err=True)
        elif needed:
            raise Refused(f"{sentence} To publish them, give --documents all or --yes")
        else:
            click.echo(sentence, err=True)

    return announce


def _address(url: str | None) -> str | None:
    """Return the address of a site with a slash at its end. Raises UsageError where it is none."""
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment or not url.isprintable():
        raise click.UsageError(f"--url {url}: is no address of a site. Give one such as https://example.org/harbour/")
    return url.rstrip("/") + "/"


def _report_site(folder: Path, made: "PublishedSite", *, stored: bool, as_json: bool) -> None:
    checkpoint = made.checkpoint
    added = None if made.before is None else checkpoint.size - made.before
    if as_json:
        about = {"folder": str(folder), "new": added, "changed": bool(made.written or made.removed)}
        files = {"files": made.files, "bytes": made.size, "written": made.written, "removed": made.removed}
        signed_by = made.key.name if made.key else None
        json_forms.write({**about, **files, "signed_by": signed_by, **json_forms.checkpoint(made.note, kept=stored)})
        return
    new = "" if added is None else f" ({added:,} new)"
    click.echo(f"{folder}: {count(checkpoint.size, 'event')}{new}, {count(made.files, 'file')}, {made.size / 1_000_000:,.1f} MB")
    if made.before is not None:
        click.echo(f"{made.written:,} written, {made.removed:,} removed, the others unchanged")
    click.echo(f"Open it: {folder / 'index.html'}")


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
