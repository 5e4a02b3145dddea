"""The commands that make copies: publish, backup, restore. Must not decide when a copy is sound."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from timeline import publishing
from timeline.cli import json_forms, printing
from timeline.cli.keys import loaded, signing_key
from timeline.cli.options import db, path_argument, path_option
from timeline.cli.printing import count, harmless
from timeline.cli.running import Refused, metadata_here, opened, progress, refuse_leading_away, size
from timeline.cli.serving import warn_of_unbuilt
from timeline.publishing import Contents, documents
from timeline.publishing.documents import Announce
from timeline.publishing.publication import Published, PublishedSite


@click.command()
@path_argument("folder", metavar="[DIR]", required=False)
@path_option(
    "--site",
    metavar="DIR",
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
@path_option("--metadata", help="The description for Datasette.  [default: metadata.json, if there is one]")
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
    target = folder or site or Path()
    refuse_leading_away(target, "timeline publish --site {}" if site else "timeline publish {}")
    how: dict[str, Any] = {
        "key": loaded(key_path),
        "metadata": metadata or metadata_here(),
        "documents": documents_choice,
        "announce": _announcement(agreed=yes or documents_choice is not None, must_ask=site is not None),
    }
    label, times = ("Verifying", 2) if site is None else ("Verifying and writing", 4)
    made: Published
    with opened(db, read_only=not _is_writable(db)) as timeline, progress(label, times * size(timeline)) as advance:
        if site is not None:
            from timeline.publishing.site import publish_site  # noqa: PLC0415 - it imports Datasette, which is slow to load

            made = publish_site(timeline, site, url=_address(url), advance=advance, **how)
        else:
            made = publishing.publish(timeline, target, advance=advance, **how)
        stored = not timeline.log.read_only
        warn_of_unbuilt(timeline, Path("events"), db, done="published")
    if as_json:
        json_forms.write(_json(target, made, stored=stored))
        return
    for line in _lines(target, made):
        click.echo(line)
    if made.key is None:
        click.echo("Its checkpoint is not signed. Give --key, or make one: timeline key new NAME", err=True)
    if not stored:
        click.echo(f"The checkpoint was not stored in {db}, which is read-only", err=True)


def _announcement(*, agreed: bool, must_ask: bool) -> Announce:
    """Return the function that announces which documents will be public, and asks a person.

    Where nobody can be asked, a site needs an option; a folder is published all the same, and the sentence is on stderr.
    """

    def announce(summary: documents.Documents) -> None:
        sentence = harmless(summary.sentence())
        is_question = not agreed and summary.many and summary.choice == documents.ALL
        if is_question and must_ask and not printing.can_ask():
            raise Refused(f"{sentence} To publish them, give --documents all or --yes")
        click.echo(sentence, err=True)
        if is_question and printing.can_ask():
            click.confirm("Publish them?", abort=True, err=True)

    return announce


def _address(url: str | None) -> str | None:
    """Return the address of a site with a slash at its end. Raises UsageError where it is none."""
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment or not url.isprintable():
        raise click.UsageError(f"--url {url}: is no address of a site. Give one such as https://example.org/harbour/")
    return url.rstrip("/") + "/"


def _json(folder: Path, made: Published, *, stored: bool) -> json_forms.Json:
    files: json_forms.Json = {}
    if isinstance(made, PublishedSite):
        files = {"files": made.files, "bytes": made.size, "written": made.written, "removed": made.removed}
    added = None if made.before is None else made.checkpoint.size - made.before
    signer = made.key.name if made.key else None
    about = {"folder": str(folder), "new": added, "changed": made.changed, **files, "signed_by": signer}
    return {**about, **json_forms.checkpoint(made.note, kept=stored)}


def _lines(folder: Path, made: Published) -> Iterator[str]:
    """Word what was published."""
    checkpoint = made.checkpoint
    new = "" if made.before is None else f" ({checkpoint.size - made.before:,} new)"
    if not isinstance(made, PublishedSite):
        if made.changed:
            yield f"{folder}: {count(checkpoint.size, 'event')}{new}"
        else:
            yield f"{folder}: nothing has changed since the last publication: {count(checkpoint.size, 'event')}"
        yield f"root {json_forms.root(checkpoint.root)}"
        return
    yield f"{folder}: {count(checkpoint.size, 'event')}{new}, {count(made.files, 'file')}, {made.size / 1_000_000:,.1f} MB"
    if made.before is not None:
        yield f"{made.written:,} written, {made.removed:,} removed, the others unchanged"
    yield f"Open it: {folder / 'index.html'}"


@click.command()
@path_argument("file")
@json_forms.as_object
@db
def backup(file: Path, as_json: bool, db: Path) -> None:
    """Copy the timeline to a new FILE, even while others append to it.

    The copy is of one moment: it has all of an append or none of it. Its events are hashed and compared with the log before FILE
    appears.

    Example: timeline backup 2026-01-31.db
    """
    refuse_leading_away(file, "timeline backup {}")
    with opened(db) as timeline, progress("Checking", size(timeline)) as advance:
        made = publishing.backup(timeline, file, advance)
    _report(file, made, "", as_json=as_json)


@click.command()
@path_argument("file")
@json_forms.as_object
@db
def restore(file: Path, as_json: bool, db: Path) -> None:
    """Restore the timeline from a backup.

    FILE is verified in full first. An existing database is never overwritten.

    Example: timeline restore 2026-01-31.db --db timeline.db
    """
    with opened(file, guarded=False) as source, progress("Verifying", 3 * size(source)) as advance:
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
