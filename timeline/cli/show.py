"""The command that reads out one happening or source: show."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from timeline import authors, dates, extractors, instants, statements
from timeline.cli import completing, json_forms, printing
from timeline.cli.choosing import as_of_option, position
from timeline.cli.finding import Found, find
from timeline.cli.running import Refused, db, opened
from timeline.errors import DateInvalid
from timeline.exchange.writing import saying
from timeline.log import Event
from timeline.model import HappeningVersion
from timeline.reading import sources
from timeline.timeline import Timeline


@click.command()
@click.argument("id", shell_complete=completing.NAME)
@as_of_option
@click.option("--text", is_flag=True, help="The archived text of a source alone, to copy quotations from.")
@json_forms.as_object
@db
def show(id: str, as_of: str | None, text: bool, as_json: bool, db: Path) -> None:
    """Read out a happening or a source, with the quotations that it rests on.

    ID is the id of a happening, "source/ID", an event such as "happening/ga-93@1", or a position of the log.

    Example: timeline show ga-93 --as-of 12
    """
    if text and as_json:
        raise click.UsageError("--text is the text alone, and no JSON: leave one of them out")
    with opened(db) as timeline:
        until = position(timeline.log.connection, as_of)
        found = find(timeline, id, until)
        if text:
            said = _text(timeline, found)
            click.echo(printing.harmless(said) if printing.for_a_person() else said, nl=False)
            return
        if as_json:
            json_forms.write(_json(timeline, found, until))
            return
        for block in _draw(found)(timeline, found, until):
            click.echo(block)


def _json(timeline: Timeline, found: Found, as_of: int | None) -> json_forms.Json:
    """Give it as --json writes it; of a redaction, the event."""
    if found.event.type == "EventRedacted":
        return json_forms.event(found.event)
    if found.kind == "happening":
        return json_forms.happening(found.event)
    known = next(sources.known(timeline.log, as_of, found.id))
    return json_forms.source(replace(known, event=found.event))


def _text(timeline: Timeline, found: Found) -> str:
    """Give the archived text of a source. Raises Refused where there is none."""
    if found.kind != "source":
        raise Refused(f"{found.event.stream}: only a source has a text. Name one: source/ID")
    content = timeline.log.document(str(found.event.payload.get("statement", {}).get("text_sha256"))) if found.event.data else None
    if content is None:
        raise Refused(
            f"{found.event.stream}: its text is not in the file: it was redacted, or taken out. See which: timeline verify"
        )
    return content.decode(errors="replace")


def _draw(found: Found) -> Callable[[Timeline, Found, int | None], Iterator[str]]:
    """Choose how it is read out."""
    if found.event.type == "EventRedacted":
        return _redaction
    if found.event.data is None:
        return _redacted
    return _happening if found.kind == "happening" else _source


def when(event: Event) -> str:
    """Say when an event was recorded: "22 November 2026, 03:12 UTC (3 days ago)"."""
    try:
        return f"{dates.words(event.recorded_at[:16] + 'Z')} ({instants.ago(event.recorded_at)})"
    except (DateInvalid, ValueError):
        return event.recorded_at


def redacted(timeline: Timeline, event: Event) -> str:
    """Say what became of what an event said: "redacted at position 36 by the editors: …"."""
    redaction = timeline.log.redaction(event.position)
    if redaction is None:
        return "what it said is gone, and no event says why"
    by = authors.by(redaction.recorded_by)
    return f"redacted {when(redaction)}{by}, position {redaction.position}: {redaction.payload['reason']}"


def _redaction(timeline: Timeline, found: Found, as_of: int | None) -> Iterator[str]:
    payload = found.event.payload
    yield printing.bold(printing.harmless(found.event.id))
    yield printing.paragraphs(f"took away what the event at position {payload['position']} said: {payload['reason']}")
    yield "\n" + printing.dim(_recorded(found.event))


def _redacted(timeline: Timeline, found: Found, as_of: int | None) -> Iterator[str]:
    yield printing.bold(printing.harmless(found.event.stream))
    yield printing.mark(printing.paragraphs(redacted(timeline, found.event)), "red")
    yield "\n" + printing.dim(_recorded(found.event))


def _happening(timeline: Timeline, found: Found, as_of: int | None) -> Iterator[str]:
    known = statements.version(found.event)
    yield printing.bold(printing.paragraphs(known.title))
    yield f"{printing.harmless(dates.words(known.date))}  {printing.dim(printing.harmless(known.date))}"
    if marks := [*_marks(timeline, known)]:
        yield "  ".join(marks)
    yield ""
    rows = [
        ("retracted" if known.status == "retracted" else "corrected", known.reason),
        ("see instead", known.superseded_by and _titled(timeline, known.superseded_by, as_of)),
        ("according to", known.attributed_to),
        ("date", known.date_note),
        ("time zone", known.zone),
        ("kind", known.kind),
        ("place", _place(known)),
        ("people", "; ".join(f"{actor.name}, {actor.role}" if actor.role else actor.name for actor in known.actors)),
        ("part of", known.part_of and _titled(timeline, known.part_of, as_of)),
        *(("parts" if number == 0 else "", part) for number, part in enumerate(_parts(timeline, known.id, as_of))),
        *((tie.relation, _titled(timeline, tie.other, as_of)) for tie in known.related),
        ("tags", ", ".join(known.tags)),
    ]
    if known.summary:
        yield printing.paragraphs(known.summary) + "\n"
    if told := printing.pairs(rows):
        yield told + "\n"
    for number, citation in enumerate(known.citations, start=1):
        yield printing.paragraphs(f"“{citation.quote}”", 4, f"{number:>2}")
        about = [
            "disputes this" if citation.stance == "disputes" else "",
            f"for {citation.supports}" if citation.supports else "",
            "" if citation.grade == "exact" else f"{citation.grade}: {saying.GRADES[citation.grade]}",
            f"page {at}" if (at := sources.page(timeline.log, citation.source, citation.start_char)) else "",
            f"characters {citation.start_char:,}–{citation.end_char:,}",
        ]
        where = f"source/{citation.source}, {_source_title(timeline, citation.source, as_of)}"
        yield printing.dim(printing.paragraphs(f"{where} · {' · '.join(part for part in about if part)}", 4))
    yield "\n" + printing.dim(_recorded(found.event))


def _marks(timeline: Timeline, known: HappeningVersion) -> Iterator[str]:
    if known.status == "retracted":
        yield printing.mark("retracted", "red")
    elif known.version > 1:
        yield printing.mark(f"corrected (version {known.version})")
    if any(citation.stance == "disputes" for citation in known.citations):
        yield printing.mark("disputed", "magenta")
    counted = "SELECT 1 FROM happening_versions WHERE position = ? AND sources = 1"
    if timeline.log.connection.execute(counted, (known.position,)).fetchone():
        yield printing.mark("single source")


def _place(known: HappeningVersion) -> str | None:
    point = f"{known.latitude}, {known.longitude}" if known.latitude else None
    return f"{known.place} ({point})" if known.place and point else known.place or point


def _titled(timeline: Timeline, id: str, as_of: int | None) -> str:
    statement = _said(timeline, f"happening/{id}", as_of)
    return f"{id}, {_headline(statement['title'], statement.get('attributed_to')) if statement else '(redacted)'}"


def _headline(title: str, by: str | None) -> str:
    """Name a happening, after whose claim it is, where it is one."""
    return f"{saying.claimed(by)}{title}" if by else title


def _source_title(timeline: Timeline, id: str, as_of: int | None) -> str:
    return str(_said(timeline, f"source/{id}", as_of).get("title", "(redacted)"))


def _said(timeline: Timeline, stream: str, as_of: int | None) -> dict[str, Any]:
    """Give what a stream last said; nothing where that was redacted."""
    past = [event for event in timeline.log.stream(stream, as_of) if event.type != "EventRedacted"]
    return dict(past[-1].payload.get("statement", {})) if past else {}


def _parts(timeline: Timeline, id: str, as_of: int | None) -> Iterable[str]:
    """List what is a part of a happening, in time order, as the read tables have it."""
    standing = "happenings WHERE"
    if as_of is not None:
        standing = "happening_versions WHERE known_from <= :as_of AND (known_until IS NULL OR known_until > :as_of) AND"
    rows = timeline.log.connection.execute(
        f"SELECT id, title, attributed_to FROM {standing} part_of = :id AND status = 'current'"
        " ORDER BY coalesce(earliest_day, latest_day, 9e15), day_second, -coalesce(latest_day, -9e15), date, id",
        {"id": id, "as_of": as_of},
    )
    return [f"{part}, {_headline(title, by)}" for part, title, by in rows]


def _source(timeline: Timeline, found: Found, as_of: int | None) -> Iterator[str]:
    statement: dict[str, Any] = found.event.payload["statement"]
    yield printing.bold(printing.paragraphs(statement["title"]))
    if published := statement.get("published"):
        yield f"{printing.harmless(dates.words(published))}  {printing.dim(printing.harmless(published))}"
    yield ""
    text = timeline.log.document(statement["text_sha256"])
    characters = printing.count(len(text.decode(errors="replace")), "character") if text is not None else "(redacted)"
    cited = _cited(timeline, found.id, as_of)
    yield printing.pairs(
        [
            ("publisher", statement.get("publisher")),
            ("author", statement.get("author")),
            ("address", statement.get("url")),
            ("language", statement.get("language")),
            ("media type", statement["media_type"]),
            ("text", f"{characters}, {statement['extractor']}"),
            ("mind", extractors.NOT_COMPARED if extractors.is_as_given(statement["extractor"]) else None),
            ("SHA-256", statement["sha256"]),
            ("corrected", found.event.payload.get("reason")),
            *(("cited for" if number == 0 else "", happening) for number, happening in enumerate(cited)),
        ]
    )
    yield "\n" + printing.dim(_recorded(found.event))


def _cited(timeline: Timeline, source: str, as_of: int | None) -> list[str]:
    """List what rests on a source, as known now or at a position, in the order of the log."""
    citing = "happenings AS known JOIN citations ON citations.happening = known.id WHERE source = :source"
    if as_of is not None:
        citing = (
            "happening_versions AS known JOIN events USING (position) JOIN json_each(data, '$.statement.citations') AS said"
            " WHERE known_from <= :as_of AND (known_until IS NULL OR known_until > :as_of)"
            " AND json_extract(said.value, '$.source') = :source"
        )
    rows = timeline.log.connection.execute(
        f"SELECT DISTINCT known.id, known.title, known.attributed_to, known.status FROM {citing} ORDER BY known.position",
        {"source": source, "as_of": as_of},
    )
    return [f"{id}, {_headline(title, by)}{' (retracted)' if status == 'retracted' else ''}" for id, title, by, status in rows]


def _recorded(event: Event) -> str:
    told = f"{event.id}, position {event.position}: recorded {when(event)}{authors.by(event.recorded_by)}"
    return printing.paragraphs(told)
