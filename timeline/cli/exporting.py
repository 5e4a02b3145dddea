"""The command that writes for others: export. Owns where it goes, and that what a format cannot say is told beside it."""

import json
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import click

from timeline.cli import printing
from timeline.cli.choosing import Choice, choose, filters
from timeline.cli.running import METADATA, Refused, db, leads_away, metadata_here, opened, refuse_leading_away, refuse_outdated
from timeline.exchange import formats
from timeline.exchange.exporting import feeds, format_named
from timeline.exchange.exporting.format import About, Format, with_near
from timeline.exchange.exporting.losses import Losses
from timeline.reading.happenings import at_positions
from timeline.timeline import Timeline


@click.command(epilog=f"Formats: {', '.join(formats.written_names())}.")
@click.argument("format", type=click.Choice(formats.written_names()), metavar="FORMAT")
@filters("current; all in feeds and calendars")
@click.option("--page", metavar="URL", help="Where the timeline's page is published, so that all leads back to it.")
@click.option("--title", help="What it is called.  [default: the title in metadata.json]")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to a file; an earlier one is replaced.",
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
    """Write the timeline, or what filters choose of it, in a format that others read.

    The filters are those of the timeline's page. What the format cannot say is told beside it.

    Example: timeline export timelinejs --actor "Faisal Shahkar" --from 2025 > timeline.json
    """
    if page is not None and not page.startswith(("http://", "https://")):
        raise Refused(
            f'--page: "{page}" is not a web address. Give the address of the timeline\'s page, which begins with https://'
        )
    chosen = format_named(format)
    if output is None and sys.stdout.isatty() and chosen.media_type.startswith("image/png"):
        raise Refused(f"{format}: is no text, and this is a terminal. Name a file: --output timeline{chosen.suffix}")
    with opened(db) as timeline:
        refuse_outdated(timeline, db)
        choice = choose(timeline.log.connection, chosen_by, chosen.status)
        called, described = _metadata(db, title)
        told = _write(timeline, chosen, choice, _Whole(called, described, page), output)
        for line in told:
            click.echo(printing.on_one_line(line), err=True)


class _Whole(NamedTuple):
    """What is said of the whole: its title, a sentence, and the address of its page."""

    title: str
    description: str | None
    page: str | None


def _write(timeline: Timeline, format: Format, choice: Choice, whole: _Whole, output: Path | None) -> list[str]:
    """Write what was chosen, and return what is to be said of it."""
    if format.most is not None and format.order == "time" and len(choice.positions) > format.most:
        raise Refused(f"{format.name}: {len(choice.positions):,} happenings, at most {format.most:,}. Choose fewer, as with --from")
    connection = timeline.log.connection
    if format.write_log is not None:
        if choice.as_of is not None:
            raise Refused(f"{format.name}: holds how what is known came to be known, not how it stood. Leave --as-of out")
        told: list[str] = []
        _put(format.write_log(connection, choice.ids if choice.filtered else None, told.append), output)
        return told + [f"{field.replace('_', ' ')}: {words}" for field, words in format.loses.items()]
    losses = Losses(format)
    positions = choice.positions if format.order == "time" else sorted(choice.positions, reverse=True)[: format.most]
    happenings = losses.watch(at_positions(connection, positions, as_of=choice.as_of))
    query = choice.query.removeprefix("?")
    older = len(choice.positions) - len(positions)
    filters = with_near(choice.asked, len(choice.near.intersection(positions)))
    about = About.read(connection, **whole._asdict(), as_of=choice.as_of, filters=filters, query=query, older=older)
    _put(format.write(happenings, about), output)
    told = [f"{printing.count(losses.total, 'happening')} in {format.title}"]
    if choice.near:
        told.append(f"{printing.count(len(choice.near), 'happening')} of them only near the period, with an approximate date")
    if older:
        told.append(f"The newest {len(positions):,}; {older:,} older {'one is' if older == 1 else 'ones are'} {feeds.IN_ALL}")
    if losses.complete and (redacted := len(positions) - losses.total):
        told.append(f"{printing.count(redacted, 'happening')} left out, of which nothing is left after a redaction")
    if lost := losses.lines():
        told += ["What it cannot say:", *(f"  {line}" for line in lost)]
    return told


def _put(chunks: Iterable[str | bytes], output: Path | None) -> None:
    """Write to standard output, or to a file, which is there only once it is whole. A database is never written over."""
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
            unfinished.unlink(missing_ok=True)  # of a run that was killed, or a link that somebody laid there
            with unfinished.open("xb") as file:
                _into(file, chunks)
            unfinished.replace(output)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink()
            raise
    except OSError as error:
        raise Refused(f"{output}: cannot be written: {(error.strerror or str(error)).lower()}. Name a file elsewhere") from error


def _refuse_database(output: Path) -> None:
    """Make sure that what is replaced is no database, nor what belongs to one."""
    bare = output.with_name(re.sub(r"-(wal|shm|journal)$", "", output.name))
    for file in {output, bare}:
        if file.is_file():
            with file.open("rb") as opened_file:
                if opened_file.read(16) == b"SQLite format 3\x00":
                    raise Refused(f"{output}: is a database, and not written over. Name another file")


def _into(file: BinaryIO, chunks: Iterable[str | bytes]) -> None:
    for chunk in chunks:
        file.write(chunk.encode() if isinstance(chunk, str) else chunk)
    file.flush()


def _metadata(db: Path, called: str | None) -> tuple[str, str | None]:
    """Find what the timeline is called, and said to be, where it is published from this folder; else its file's name."""
    try:
        description = None if called and leads_away(METADATA) else metadata_here()
        said = json.loads(description.read_text(encoding="utf-8")) if description else {}
        here = said.get("databases", {}).get(db.stem, {})
        title, described = here.get("title") or said.get("title"), here.get("description")
    except (OSError, ValueError, AttributeError):
        title = described = None
    if described:
        from timeline.web import descriptions  # noqa: PLC0415 - it loads Datasette, which is slow

        if described == descriptions.as_metadata()["description"]:
            described = None
    return str(called or title or db.stem), str(described) if described else None
