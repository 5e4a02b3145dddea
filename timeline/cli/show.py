"""The command that shows one happening or source: show."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from timeline import authors, dates
from timeline.cli import completing, json_forms, printing
from timeline.cli.filter_options import as_of_option, position
from timeline.cli.name_lookup import Match, find
from timeline.cli.options import db
from timeline.cli.running import Refused, opened
from timeline.dates import instants
from timeline.documents import extractors
from timeline.errors import DateInvalid
from timeline.fields import COLLECTION
from timeline.log.log import Event
from timeline.reading import happening_lookup, reviews, sources, wording
from timeline.reading.happenings import at_positions
from timeline.reading.records import Happening, Picture
from timeline.selection.snapshot import Snapshot
from timeline.timeline import Timeline


@click.command()
@click.argument("id", shell_complete=completing.NAME)
@as_of_option
@click.option("--text", is_flag=True, help="Only the archived text of a source, to copy quotations from.")
@json_forms.as_object
@db
def show(id: str, as_of: str | None, text: bool, as_json: bool, db: Path) -> None:
    """Show a happening with the quotations that it cites, or a source.

    ID is the id of a happening, "source/ID", an event such as "happening/ga-93@1", or a position in the log.

    Example: timeline show ga-93 --as-of 12
    """
    if text and as_json:
        raise click.UsageError("--text prints only the text, without JSON: leave one of them out")
    with opened(db) as timeline:
        until = position(timeline.log.connection, as_of)
        match = find(timeline, id, until)
        if text:
            content = _archived_text(timeline, match)
            click.echo(printing.harmless(content) if printing.for_a_person() else content, nl=False)
            return
        if as_json:
            json_forms.write(_json(timeline, match, until))
            return
        draw = _without_statement
        if match.event.makes_statement and match.event.data is not None:
            draw = _happening if match.kind == "happening" else _source
        for block in draw(timeline, match, until):
            click.echo(block)


def _json(timeline: Timeline, match: Match, as_of: int | None) -> json_forms.Json:
    """Return it in the form of --json; of a redaction or a review, the event."""
    if not match.event.makes_statement:
        return json_forms.event(match.event)
    if match.kind == "happening":
        verdicts = reviews.of_versions(Snapshot(timeline.log.connection, as_of), match.id)
        return json_forms.happening(match.event, review=verdicts.get(match.event.version))
    listed = next(sources.listed(Snapshot(timeline.log.connection, as_of), match.id))
    return json_forms.source((listed, match.event))


def _archived_text(timeline: Timeline, match: Match) -> str:
    """Return the archived text of a source. Raises Refused where there is none."""
    if match.kind != "source":
        raise Refused(f"{match.event.stream}: only a source has a text. Name one: source/ID")
    sha256 = str(match.event.payload.get("statement", {}).get("text_sha256")) if match.event.data else ""
    content = timeline.log.document(sha256)
    if content is None:
        why = "the publisher withholds it" if timeline.log.is_withheld(sha256) else "it was redacted, or removed"
        raise Refused(f"{match.event.stream}: its text is not in the file: {why}. See which are missing: timeline verify")
    return content.decode(errors="replace")


def when(event: Event) -> str:
    """Word when an event was recorded: "22 November 2026, 03:12 UTC (3 days ago)"."""
    try:
        return f"{dates.words(event.recorded_at[:16] + 'Z')} ({instants.ago(event.recorded_at)})"
    except (DateInvalid, ValueError):
        return event.recorded_at


def redacted(timeline: Timeline, event: Event) -> str:
    """Word the redaction of an event: "redacted 22 November 2026 by the editors, position 36: …"."""
    redaction = timeline.log.redaction(event.position)
    if redaction is None:
        return "its data is missing, and no event records why"
    by = authors.by(redaction.recorded_by)
    return f"redacted {when(redaction)}{by}, position {redaction.position}: {redaction.payload.get('reason') or wording.NO_REASON}"


def _without_statement(timeline: Timeline, match: Match, as_of: int | None) -> Iterator[str]:
    """Draw a redaction, a redacted event or a review."""
    event, payload = match.event, match.event.payload
    yield printing.bold(printing.harmless(event.stream if event.data is None else event.id))
    if event.type == "EventRedacted":
        yield printing.paragraphs(f"removed the data of the event at position {payload['position']}: {payload['reason']}")
    elif event.data is None:
        yield printing.mark(printing.paragraphs(redacted(timeline, event)), "red")
    else:
        yield printing.paragraphs(wording.review(payload) or "")
    yield "\n" + printing.dim(_recorded(event))


def _happening(timeline: Timeline, match: Match, as_of: int | None) -> Iterator[str]:
    snapshot = Snapshot(timeline.log.connection, as_of)
    (happening,) = at_positions(snapshot.connection, [match.event.position], as_of=as_of)
    yield printing.bold(printing.paragraphs(happening.title))
    yield f"{printing.harmless(dates.words(happening.date))}  {printing.dim(printing.harmless(happening.date))}"
    if marks := [*_marks(snapshot, happening)]:
        yield "  ".join(marks)
    yield ""
    others = [happening.superseded_by, happening.part_of, *(other for other, _ in happening.related)]
    titles = happening_lookup.headlines(snapshot, [id for id in others if id])
    parts = [row for row in happening_lookup.parts(snapshot, happening.id) if row["status"] == "current"]

    def titled(id: str | None) -> str | None:
        return id and f"{id}, {titles.get(id) or wording.NO_TITLE}"

    rows = [
        (happening.status if happening.retracted else "corrected", happening.reason),
        ("see instead", titled(happening.superseded_by)),
        ("according to", happening.attributed_to),
        ("date", happening.date_note),
        ("time zone", happening.zone),
        ("kind", happening.kind),
        ("place", _place(happening)),
        ("people", "; ".join(f"{name}, {role}" if role else name for name, role in happening.actors)),
        ("part of", titled(happening.part_of)),
        *(("parts" if number == 0 else "", f"{part['id']}, {part['title']}") for number, part in enumerate(parts)),
        *((relation, titled(other)) for other, relation in happening.related),
        ("tags", ", ".join(happening.tags)),
        *(("reviews" if number == 0 else "", str(one)) for number, one in enumerate(reviews.of_happening(snapshot, happening.id))),
        *(("pictures" if number == 0 else "", _picture(picture)) for number, picture in enumerate(happening.media)),
    ]
    if happening.summary:
        yield printing.paragraphs(happening.summary) + "\n"
    if fields := printing.pairs(rows):
        yield fields + "\n"
    for citation in happening.quotations:
        described = citation.description is not None
        words = f"{wording.DESCRIBED}: {citation.description}" if described else f"“{citation.quote}”"
        yield printing.paragraphs(words, 4, f"{citation.number:>2}")
        about = [
            f"source/{citation.source.id}, {citation.source.title or wording.NO_TITLE}",
            "disputes this" if citation.disputes else "",
            f"for {citation.supports}" if citation.supports else "",
            f"{citation.grade}: {citation.grade_note}" if citation.grade_note else "",
            f"page {citation.page}" if citation.page else "",
            "" if described else f"characters {citation.start:,}–{citation.end:,}",
            citation.part,
            citation.source.caveat,
        ]
        yield printing.dim(printing.paragraphs(" · ".join(part for part in about if part), 4))
    yield "\n" + printing.dim(_recorded(match.event))


def _marks(snapshot: Snapshot, happening: Happening) -> Iterator[str]:
    if happening.retracted:
        yield printing.mark("retracted", "red")
    elif happening.corrected:
        yield printing.mark(f"corrected (version {happening.version})")
    if happening.review:
        yield printing.mark(f"{happening.review} by a second person", "red" if happening.review == "doubted" else "green")
    if any(one.disputes for one in happening.quotations):
        yield printing.mark("disputed", "magenta")
    counted = "select 1 from happening_versions where position = :position and sources = 1"
    if snapshot.plain(counted, {"position": happening.position}):
        yield printing.mark("single source")


def _place(happening: Happening) -> str | None:
    point = f"{happening.latitude}, {happening.longitude}" if happening.latitude else None
    return f"{happening.place} ({point})" if happening.place and point else happening.place or point


def _picture(picture: Picture) -> str:
    words = (picture.caption or picture.alt, picture.credit, None if picture.source.sha256 else "redacted")
    return ", ".join((picture.source.id, *filter(None, words)))


def _source(timeline: Timeline, match: Match, as_of: int | None) -> Iterator[str]:
    statement: dict[str, Any] = match.event.payload["statement"]
    yield printing.bold(printing.paragraphs(statement["title"]))
    if published := statement.get("published"):
        yield f"{printing.harmless(dates.words(published))}  {printing.dim(printing.harmless(published))}"
    yield ""
    text = timeline.log.document(statement["text_sha256"])
    absent = "withheld by the publisher" if timeline.log.is_withheld(statement["text_sha256"]) else wording.NO_TITLE
    characters = printing.count(len(text.decode(errors="replace")), "character") if text is not None else absent
    cited = happening_lookup.citing(Snapshot(timeline.log.connection, as_of), match.id)
    yield printing.pairs(
        [
            ("publisher", statement.get("publisher")),
            ("author", statement.get("author")),
            ("address", statement.get("url")),
            ("language", statement.get("language")),
            ("media type", statement["media_type"]),
            ("text", f"{characters}, {statement['extractor']}"),
            ("note", extractors.caveat(statement["extractor"])),
            *(("obtained" if number == 0 else "", line) for number, line in enumerate(_collection(statement))),
            ("SHA-256", statement["sha256"]),
            ("corrected", match.event.payload.get("reason")),
            *(
                ("cited for" if number == 0 else "", f"{id}, {title} {wording.marks(None, status)}".rstrip())
                for number, (id, title, status, _) in enumerate(cited)
            ),
        ]
    )
    yield "\n" + printing.dim(_recorded(match.event))


def _collection(statement: Mapping[str, Any]) -> Iterator[str]:
    """Yield how a source was obtained, and the steps in its custody."""
    yield from wording.obtained(*(statement.get(name) for name in COLLECTION))
    for step in statement.get("custody", ()):
        yield wording.step(step)


def _recorded(event: Event) -> str:
    return printing.paragraphs(f"{event.id}, position {event.position}: recorded {when(event)}{authors.by(event.recorded_by)}")
