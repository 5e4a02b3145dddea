"""The command that searches happenings, quotations and documents: search. Owns the format of a hit and of its place."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import click

from timeline.cli import json_forms, printing
from timeline.cli.filter_options import as_of_option, choose, status_option
from timeline.cli.list import Line, aligned
from timeline.cli.options import WholeNumber, db
from timeline.cli.running import opened
from timeline.dates import worded
from timeline.reading import wording
from timeline.reading.happenings import at_positions
from timeline.reading.searching import Document, Place, in_documents, in_happenings
from timeline.selection.passages import Words
from timeline.selection.snapshot import Snapshot

ON_SCREEN: Final = 10  # hits of a group on a terminal, without --limit
_GROUPS: Final = {"happening": "Happenings", "quotation": "Quotations", "document": "Documents"}
_BEGIN, _END = "\u2063", "\u2064"  # mark a word until it is drawn: they take no column
_BOLD, _PLAIN = "\x1b[1m", "\x1b[22m"


@click.command()
@click.argument("words", nargs=-1, required=True)
@as_of_option
@status_option("current")
@click.option(
    "--limit",
    type=WholeNumber(1),
    metavar="N",
    help="At most this many of each kind.  [default: all; 10 on a terminal]",
)
@json_forms.as_lines
@db
def search(words: tuple[str, ...], as_of: str | None, status: str | None, limit: int | None, as_json: bool, db: Path) -> None:
    """Search for words in happenings, in their quotations, and in the documents.

    A hit has all the words, with or without their accents; the last may be the beginning of a longer one. Each hit shows its
    place: the happening, or the source with the characters of its text and the page of a PDF.

    Example: timeline search peacekeeping
    """
    typed = " ".join(words)
    with opened(db) as timeline:
        timeline.refuse_outdated()
        connection = timeline.log.connection
        choice = choose(connection, {"q": typed, "as_of": as_of, "status": status}, "current")
        looked_for = Words(typed)
        most = limit if as_json else printing.fitting(limit, most=ON_SCREEN)
        groups = _split(in_happenings(at_positions(connection, choice.positions, as_of=choice.as_of), looked_for), most)
        groups["document"] = list(islice(in_documents(Snapshot(connection, choice.as_of), looked_for), most and most + 1))
        if as_json:
            for hit in (hit for group in _GROUPS for hit in groups[group][:most]):
                json_forms.write(_json(hit))
            return
        for group, title in _GROUPS.items():
            _draw(title, groups[group], most)
        if not any(groups.values()):
            click.echo("No record or document has these words", err=True)
        if limit is None and most is not None and any(len(hits) > most for hits in groups.values()):
            printing.more()


def _split(hits: Iterator[Place], most: int | None) -> dict[str, list[Place]]:
    """Put hits into their groups, and stop when each has more than are shown."""
    groups: dict[str, list[Place]] = {group: [] for group in _GROUPS}
    for hit in hits:
        if most is None or len(groups[hit.group]) <= most:
            groups[hit.group].append(hit)
        elif all(len(groups[group]) > most for group in ("happening", "quotation")):
            break
    return groups


def _draw(title: str, hits: list[Place], most: int | None) -> None:
    """Draw a group: the record of each hit, the passage, and its place."""
    if not hits:
        return
    number = f"{len(hits):,}" if most is None or len(hits) <= most else f"the first {most:,}"
    click.echo(printing.bold(f"{title} ({number})"))
    for hit, head in zip(hits, aligned([_head(hit) for hit in hits[:most]], "  "), strict=False):
        click.echo(head)
        if hit.field != "title":
            click.echo(_passage(hit))
        if place := _place(hit):
            click.echo(printing.dim(printing.paragraphs(place, 6)))
    click.echo()


def _head(hit: Place) -> Line:
    """Make the line of the record that a hit is in."""
    of = hit.of
    if isinstance(of, Document):
        return Line("", f"source/{of.id}", of.title)
    return Line(worded(of.date), of.id, of.title, wording.marks(of.attributed_to, of.status))


def _passage(hit: Place) -> str:
    """Draw the passage, with the words marked."""
    text = hit.marked(_BEGIN, _END, _BEGIN + _END)
    if hit.group == "quotation":
        text = f"“{text}”"
    elif hit.field not in ("text", "summary"):
        text = f"{hit.field}: {text}"
    return printing.paragraphs(" ".join(text.split()), 6).replace(_BEGIN, _BOLD).replace(_END, _PLAIN)


def _place(hit: Place) -> str | None:
    """Word the place of a passage in a source."""
    if hit.source is None:
        return None
    parts = [
        "" if hit.group == "document" else f"source/{hit.source}",
        f"page {hit.page}" if hit.page else "",
        f"characters {hit.start:,}–{hit.end:,}",
        f"{hit.places:,} places in all" if hit.places > 1 else "",
    ]
    return " · ".join(part for part in parts if part)


def _json(hit: Place) -> json_forms.Json:
    """Return a hit; `passage` is exact, `start_char` and `end_char` are its place in the text of the source."""
    of = hit.of
    claim, date = (None, of.published) if isinstance(of, Document) else (of.attributed_to, of.date)
    return {
        "in": hit.group,
        "happening": None if hit.group == "document" else of.id,
        "source": of.id if hit.group == "document" else hit.source,
        "version": of.version,
        "position": of.position,
        "title": of.title,
        "attributed_to": claim,
        "date": date,
        "field": hit.field,
        "passage": hit.text,
        "words": [list(span) for span in hit.spans],
        "start_char": hit.start,
        "end_char": hit.end,
        "page": hit.page,
        "places": hit.places,
    }
