"""The command that writes a report for a court or an editor: report. Must not decide what is in it: timeline.reports does."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

from timeline import reports
from timeline.cli import completing, printing
from timeline.cli.continuing import author as author_of
from timeline.cli.exporting import described, write_chunks
from timeline.cli.filter_options import as_of_option, position
from timeline.cli.keys import trusted, trusted_keys
from timeline.cli.name_lookup import find
from timeline.cli.options import by, db, path_option
from timeline.cli.proving import note_option, read_note
from timeline.cli.running import Refused, metadata_here, opened, refuse_leading_away
from timeline.exchange.exporting.format import About
from timeline.proof import opentimestamps
from timeline.publishing import publication, withholding
from timeline.reading import happening_lookup
from timeline.reports.passages import drawing
from timeline.selection.snapshot import Snapshot
from timeline.timeline import Timeline

_SEVERAL = "report"


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=completing.NAME)
@click.option(
    "--source",
    "source_ids",
    multiple=True,
    metavar="ID",
    shell_complete=completing.SOURCE,
    help="This source, and all happenings that cite it. Repeat it for more.",
)
@click.option("--all", "everything", is_flag=True, help="All happenings and all sources.")
@path_option("--out", "-o", type=click.Path(path_type=Path, dir_okay=False), help="The page to write.  [default: ID.html]")
@path_option(
    "--folder",
    metavar="DIR",
    help="Instead, write a folder with the page, the documents, the proofs and the programs to check them.",
)
@note_option(
    "--checkpoint",
    "path",
    help="The checkpoint for the proofs, such as one that was signed or stamped.  [default: the last one]",
)
@trusted_keys
@as_of_option
@click.option("--title", help="The timeline's title.  [default: the title in metadata.json]")
@path_option(
    "--metadata",
    help="The description for Datasette, which may withhold the documents.  [default: metadata.json, if there is one]",
)
@click.option("--force", is_flag=True, help="Replace an earlier report.")
@by
@db
def report(
    ids: tuple[str, ...],
    source_ids: tuple[str, ...],
    everything: bool,
    out: Path | None,
    folder: Path | None,
    path: str | None,
    trust: tuple[str, ...],
    as_of: str | None,
    title: str | None,
    metadata: Path | None,
    force: bool,
    by: str | None,
    db: Path,
) -> None:
    """Write a report of happenings and their sources, for a court or an editor to keep.

    It is one page to print and file: each happening with its history, each quotation with a picture of its passage, each source
    with its custody and hashes, and how to check all of it without this program. A folder also holds the documents and the proofs.
    ID is the id of a happening, or "source/ID".

    Example: timeline report ga-93 --folder ga-93-report
    """
    if not (ids or source_ids or everything):
        raise click.UsageError("Name a happening, or --source ID, or --all.")
    if everything and (ids or source_ids):
        raise click.UsageError("--all has every happening and source: leave the others out.")
    if out is not None and folder is not None:
        raise click.UsageError("--out writes one page, and --folder a folder: leave one of them out.")
    target = folder or out or _default_path(ids, source_ids)
    refuse_leading_away(target, f"timeline report {'--folder' if folder else '--out'} {{}}")
    if folder is None:
        _refuse_existing(target, force=force)
    description = metadata or metadata_here()
    withheld = withholding.is_asked_for(json.loads(publication.described(description)))
    author = by or author_of(db)
    with opened(db) as timeline, drawing(timeline.log) as pictures:
        timeline.refuse_outdated()
        note, keys = read_note(path) if path else None, trusted(trust)
        ots = _stamp(path) if folder is not None and path not in (None, "-") else None
        with reports.one_moment(timeline) as end:
            until = position(timeline.log.connection, as_of)
            chosen, more = _contents_of(timeline, ids, source_ids, until, everything=everything)
            if not (chosen or more):
                raise Refused(f"{db}: there is nothing to report. See what there is: timeline list")
            name, words = described(db, title, description)
            about = About.read(timeline.log.connection, title=name, description=words, as_of=until, pictures=not withheld)
            contents = reports.gather(timeline, about, chosen, more, by=author, note=note, ots=ots, trusted=keys, withheld=withheld)
            if folder is not None:
                size = reports.write_folder(contents, pictures, folder, end, replacing=force)
            else:
                content = "".join(reports.write_page(contents, pictures)).encode()
                end()
                write_chunks([content], target)
                size = len(content)
    counted = f"{printing.count(len(contents.entries), 'happening')}, {printing.count(len(contents.sources), 'source')}"
    click.echo(
        printing.harmless(f"{target}: {counted}, {printing.count(len(contents.proofs), 'proof')}, {size / 1e6:.1f} MB"),
        err=target == Path("-"),
    )
    if not contents.note.signatures:
        click.echo(
            "Its checkpoint is not signed. Sign one, and give it: timeline checkpoint --key KEY > FILE; --checkpoint FILE", err=True
        )
    if pictures.missing:
        click.echo(f"{printing.count(pictures.missing, 'picture')} of passages could not be drawn: the report says why", err=True)


def _stamp(path: str | None) -> bytes | None:
    """Return the stamp of OpenTimestamps beside a checkpoint. Raises NoteInvalid if it is not of this very file."""
    if path is None or not opentimestamps.beside(Path(path)).exists():
        return None
    opentimestamps.read(Path(path))
    return opentimestamps.beside(Path(path)).read_bytes()


def _contents_of(
    timeline: Timeline, ids: Sequence[str], source_ids: Sequence[str], as_of: int | None, *, everything: bool
) -> tuple[list[str], list[str]]:
    """Return the ids of the happenings and of the sources to report. Raises UnknownHappening and UnknownSource, or Refused."""
    snapshot = Snapshot(timeline.log.connection, as_of)
    if everything:
        every = ([row["id"] for row in snapshot.rows(f"select id from {table} order by id")] for table in ("happenings", "sources"))
        return next(every), next(every)
    streams = dict.fromkeys(
        [_stream(timeline, id, as_of) for id in ids] + [_stream(timeline, f"source/{id}", as_of) for id in source_ids]
    )
    happenings = [id for kind, id in streams if kind == "happening"]
    named = [id for kind, id in streams if kind == "source"]
    happenings += [row["id"] for source in named for row in happening_lookup.citing(snapshot, source)]
    return happenings, named


def _stream(timeline: Timeline, name: str, as_of: int | None) -> tuple[str, str]:
    """Look up what a name means, which must not be an earlier version. Raises what `find` raises, or Refused."""
    match = find(timeline, name, as_of)
    latest = find(timeline, f"{match.kind}/{match.id}", as_of).event
    if match.event.position != latest.position:
        advice = f"A report has the whole history: write {match.kind}/{match.id}, or add --as-of {match.event.position}"
        raise Refused(f"{name}: is version {match.event.version}, and the last one is {latest.version}. {advice}")
    return match.kind, match.id


def _default_path(ids: Sequence[str], source_ids: Sequence[str]) -> Path:
    """Name the page after the only happening or source that was asked for."""
    names = [*ids, *source_ids]
    return Path(f"{names[0].rpartition('/')[2]}.html" if len(names) == 1 else f"{_SEVERAL}.html")


def _refuse_existing(page: Path, *, force: bool) -> None:
    """Refuse to overwrite a page, unless that is wanted."""
    if os.path.lexists(page) and not force:
        raise Refused(f"{page}: exists already. Give another file, --out, or replace it with --force")
