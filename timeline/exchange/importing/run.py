"""An import: a file's rows become happenings, sources and citations, in one transaction; what is there already is not added again.

Owns the order of things, and that every row is accounted for. Must not read formats, nor print.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from timeline.errors import AlreadyRedacted, DatabaseRefused, TimelineError
from timeline.exchange.importing import earlier, naming
from timeline.exchange.importing.annotations import Citations
from timeline.exchange.importing.bibliography import Sources
from timeline.exchange.importing.file import File, understand
from timeline.exchange.importing.happenings import Happenings
from timeline.exchange.importing.outcome import Outcome, Plan
from timeline.exchange.importing.row import ImportRefused
from timeline.log import AT_ONCE
from timeline.model import Source, SourceFields, check, stream
from timeline.timeline import Timeline

Advance = Callable[[int], None]
"""Is told of each row that is planned, and again of each that is done."""

__all__ = ["File", "Outcome", "Plan", "append", "plan", "understand"]


def plan(
    file: File,
    timeline: Timeline | None,
    *,
    id: str | None = None,
    happening: str | None = None,
    fields: SourceFields | None = None,
    advance: Advance = lambda _: None,
) -> Plan:
    """Say what would become of every row of a file; nothing is changed. Without a timeline, none is there yet.

    `id` is what the source is called that the file becomes, `fields` its bibliography; `happening` the one that citations are
    for which name none. Raises ImportRefused or StatementInvalid where nothing can become of the file at all.
    """
    made = Plan(notes=list(file.understood.notes))
    rows = file.understood.rows
    happenings = [row for row in rows if row.kind == "happening"]
    told: dict[int, Outcome] = {}
    if happenings:
        for outcome in _happenings(made, file, timeline, id, fields or {}, advance):
            told[outcome.row.number] = outcome
    sources, citations = Sources(file, timeline), Citations(file, timeline, happening)
    for row in rows:
        if row.kind != "happening":
            advance(1)
            told[row.number] = (sources if row.kind == "source" else citations).plan(row)
    made.outcomes = [told[row.number] for row in rows]
    return made


def append(
    file: File,
    timeline: Timeline,
    *,
    id: str | None = None,
    happening: str | None = None,
    fields: SourceFields | None = None,
    advance: Advance = lambda _: None,
) -> Plan:
    """Do it, in one transaction, and say what became of every row. Raises what `plan` raises; nothing is then appended.

    A row that the log refuses is told as refused, and the others are appended. `advance` is told of each row twice.
    """
    with timeline.reading_ahead() as ahead:
        sources = Sources(file, timeline)
        for row in file.understood.rows:
            if row.kind == "source":
                sources.plan(row)  # which reads what is attached to it
        ahead.close()
        return _append(file, timeline, id, happening, fields, advance)


def _append(
    file: File, timeline: Timeline, id: str | None, happening: str | None, fields: SourceFields | None, advance: Advance
) -> Plan:
    with timeline.transaction():
        made = plan(file, timeline, id=id, happening=happening, fields=fields, advance=advance)
        if made.archives and made.source:
            timeline.archive_document(file.document(), id=made.source, **_bibliography(file, fields or {}))
        for number, outcome in enumerate(made.outcomes):
            if number % AT_ONCE == 0:
                timeline.log.look_up(one.stream for one in made.outcomes[number : number + AT_ONCE])
            advance(1)
            if outcome.act is None:
                continue
            try:
                outcome.act(timeline)
            except DatabaseRefused:
                raise
            except AlreadyRedacted as error:
                outcome.verb = "unchanged"
                outcome.remarks.append(("", str(error)))
            except TimelineError as error:
                outcome.refuse(error.beside(outcome.stream))
            outcome.act = None
    return made


def _happenings(
    made: Plan, file: File, timeline: Timeline | None, id: str | None, fields: SourceFields, advance: Advance
) -> list[Outcome]:
    """Plan the rows that tell of happenings, and the source that they cite."""
    media_type = file.understood.media_type
    held = earlier.of_bytes(timeline, file.sha256, media_type) if timeline else None
    if id is not None and held not in (None, id):
        raise ImportRefused(file.path, f'was imported as "{held}" already. Leave --id out, or give that one')
    stem = id or held or naming.stem_of(file.path, lambda one: timeline and timeline.log.version(f"source/{one}"))
    stream("source", stem)
    own = frozenset(row.id for row in file.understood.rows if row.id)
    before = earlier.read(timeline, stem, media_type, file.sha256, own) if timeline else earlier.Earlier()
    made.source = before.same or earlier.next_id(timeline, stem)
    made.earlier = before.sources[-1] if before.sources else None
    check(Source, {**_bibliography(file, fields), **_STANDING_IN, "media_type": media_type}, stream("source", made.source))
    work = Happenings(file, stem, made.source, before, timeline)
    outcomes, made.vanished = work.plan([row for row in file.understood.rows if row.kind == "happening"], advance)
    made.notes += work.notes
    made.archives = before.same is None and any(outcome.act for outcome in outcomes)
    if before.is_old:
        made.notes.append(
            f"these are the bytes of {before.same}, and {before.sources[-1]} was imported after it: nothing is undone"
        )
    matched = len(before.known) - len(made.vanished)
    few = not matched or (id is None and matched * 2 < min(len(before.known), len(outcomes)))
    if before.known and not before.same and few and made.archives:
        common = "only 1 row" if matched == 1 else f"only {matched:,} rows" if matched else "no row"
        raise ImportRefused(
            file.path,
            f"has {common} in common with source/{made.earlier}, of which it would be a later version. If it is"
            f" another file, give it an id of its own: --id{f'; if it is that one, say so: --id {stem}' if matched else ''}",
        )
    return outcomes


_STANDING_IN: dict[str, Any] = {"sha256": "", "text_sha256": "", "extractor": ""}


def _bibliography(file: File, fields: SourceFields) -> dict[str, Any]:
    """Say what the file is as a source: what was given, or what it says of itself, or its name."""
    title = " ".join((file.understood.title or "").split()) or Path(file.path).name
    return {"title": title, **{name: value for name, value in fields.items() if value is not None}}
