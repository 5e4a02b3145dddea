"""The command that writes other formats: export. Owns where the output goes, and that losses are listed on stderr."""

import json
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import click

from timeline import files
from timeline.cli import printing
from timeline.cli.filter_options import Choice, choose, filters
from timeline.cli.options import db, path_option
from timeline.cli.running import METADATA, Refused, leads_away, metadata_here, opened, refuse_leading_away
from timeline.exchange import formats
from timeline.exchange.exporting import feeds, format_named
from timeline.exchange.exporting.format import About, Format, with_near
from timeline.exchange.exporting.losses import Losses
from timeline.reading.happenings import at_positions
from timeline.timeline import Timeline

_NOT_TEXT: Final = ("image/png", "application/vnd.openxmlformats")


@click.command(epilog=f"Formats: {', '.join(formats.written_names())}.")
@click.argument("format", type=click.Choice(formats.written_names()), metavar="FORMAT")
@filters("current; all in feeds and calendars")
@click.option("--page", metavar="URL", help="The address of the published timeline page, for links back to it.")
@click.option("--title", help="The timeline's title.  [default: the title in metadata.json]")
@path_option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file; an existing one is replaced."
)
@db
def export(
    format: str,
    page: str | None,
    title: str | None,
    output: Path | None,
    db: Path,
    **chosen_by: str | None,
) -> None:
    """Write the timeline, or the happenings that filters select, in a format for other programs.

    The filters are those of the timeline's page. Each export lists on stderr what it loses.

    Example: timeline export timelinejs --actor "Faisal Shahkar" --from 2025 > timeline.json
    """
    if page is not None and not page.startswith(("http://", "https://")):
        raise Refused(
            f'--page: "{page}" is not a web address. Give the address of the timeline\'s page, which begins with https://'
        )
    chosen = format_named(format)
    if output is None and sys.stdout.isatty() and chosen.media_type.startswith(_NOT_TEXT):
        raise Refused(f"{format}: is not text, and this is a terminal. Name a file: --output timeline{chosen.suffix}")
    with opened(db) as timeline:
        timeline.refuse_outdated()
        choice = choose(timeline.log.connection, chosen_by, chosen.status)
        title, description = described(db, title)
        for line in _write(timeline, chosen, choice, _Heading(title, description, page), output):
            click.echo(printing.on_one_line(line), err=True)


class _Heading(NamedTuple):
    """The title and description of the timeline, and the address of its page."""

    title: str
    description: str | None
    page: str | None


def _write(timeline: Timeline, format: Format, choice: Choice, heading: _Heading, output: Path | None) -> list[str]:
    """Write the chosen happenings, and return the lines to print on stderr."""
    if format.most is not None and format.order == "time" and len(choice.positions) > format.most:
        raise Refused(f"{format.name}: {len(choice.positions):,} happenings, at most {format.most:,}. Choose fewer, as with --from")
    connection = timeline.log.connection
    if format.write_log is not None:
        if choice.as_of is not None:
            raise Refused(f"{format.name}: holds the history of the records, and no state as of a position. Leave --as-of out")
        remarks: list[str] = []
        write_chunks(format.write_log(connection, choice.ids if choice.filtered else None, remarks.append), output)
        return remarks + [f"{field.replace('_', ' ')}: {words}" for field, words in format.loses.items()]
    losses = Losses(format)
    positions = choice.positions if format.order == "time" else sorted(choice.positions, reverse=True)[: format.most]
    happenings = losses.watch(at_positions(connection, positions, as_of=choice.as_of))
    query = choice.query.removeprefix("?")
    older = len(choice.positions) - len(positions)
    filters = with_near(choice.in_words, len(choice.near.intersection(positions)))
    about = About.read(connection, **heading._asdict(), as_of=choice.as_of, filters=filters, query=query, older=older)
    write_chunks(format.write(happenings, about), output)
    remarks = [f"{printing.count(losses.total, 'happening')} in {format.title}"]
    if choice.near:
        remarks.append(f"{printing.count(len(choice.near), 'happening')} of them only near the period, with an approximate date")
    if older:
        remarks.append(f"The newest {len(positions):,}; {older:,} older {'one is' if older == 1 else 'ones are'} {feeds.IN_ALL}")
    if losses.complete and (redacted := len(positions) - losses.total):
        remarks.append(f"{printing.count(redacted, 'happening')} left out, because all versions are redacted")
    if lost := losses.lines():
        remarks += ["Lost in this format:", *(f"  {line}" for line in lost)]
    return remarks


def write_chunks(chunks: Iterable[str | bytes], output: Path | None) -> None:
    """Write to standard output, or to a file, which appears only when it is complete. A database is never overwritten."""
    if output is None or output == Path("-"):
        _into(sys.stdout.buffer, chunks)
        return
    refuse_leading_away(output, "--output {}")
    try:
        output = output.resolve()
        if output.exists() and not output.is_file():  # a pipe or a device
            with output.open("wb") as file:
                _into(file, chunks)
            return
        _refuse_database(output)
        unfinished = output.with_name(f"{output.name}.part")
        try:
            unfinished.unlink(missing_ok=True)  # left by a run that was killed, or a link that somebody put there
            with unfinished.open("xb") as file:
                _into(file, chunks)
            unfinished.replace(output)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink()
            raise
    except OSError as error:
        raise Refused(f"{output}: cannot be written: {files.reason(error)}. Name another file") from error


def _refuse_database(output: Path) -> None:
    """Refuse to overwrite a database, or one of the files beside it."""
    bare = output.with_name(re.sub(r"-(wal|shm|journal)$", "", output.name))
    for file in {output, bare}:
        if file.is_file():
            with file.open("rb") as opened_file:
                if opened_file.read(16) == b"SQLite format 3\x00":
                    raise Refused(f"{output}: is a database, which an export never overwrites. Name another file")


def _into(file: BinaryIO, chunks: Iterable[str | bytes]) -> None:
    for chunk in chunks:
        file.write(chunk.encode() if isinstance(chunk, str) else chunk)
    file.flush()


def described(db: Path, title: str | None, metadata: Path | None = None) -> tuple[str, str | None]:
    """Return the title and description of the timeline, from metadata.json in this folder; else its file's name as the title.

    `metadata` is another file with its description.
    """
    try:
        path = metadata or (None if title and leads_away(METADATA) else metadata_here())
        content = json.loads(path.read_text(encoding="utf-8")) if path else {}
        database = content.get("databases", {}).get(db.stem, {})
        title, description = title or database.get("title") or content.get("title"), database.get("description")
    except (OSError, ValueError, AttributeError):
        description = None
    if description:
        from timeline.web import descriptions  # noqa: PLC0415 - it loads Datasette, which is slow

        if description == descriptions.as_metadata()["description"]:
            description = None
    return str(title or db.stem), str(description) if description else None
