"""Import a file: plan and append its rows as happenings, sources and citations, in one transaction and without repetitions.

Owns the order of the steps, and accounts for every row. Must not read formats, nor print.
"""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from timeline.errors import AlreadyRedacted, DatabaseRefused, ImportRefused, PictureWithoutAlt, TimelineError
from timeline.exchange.importing import earlier, naming
from timeline.exchange.importing.annotations import Citations
from timeline.exchange.importing.bibliography import Sources
from timeline.exchange.importing.file import File, understand
from timeline.exchange.importing.happenings import Happenings
from timeline.exchange.importing.outcome import Outcome, Plan, Target
from timeline.exchange.importing.pictures import Fetch, Pictures
from timeline.exchange.rows.packed import Packed
from timeline.exchange.rows.row import Row
from timeline.model import Source, SourceFields, check, stream
from timeline.timeline import Timeline

Advance = Callable[[int], None]
"""Called for each row that is planned, and again for each that is appended."""

__all__ = ["File", "Outcome", "Plan", "append", "plan", "understand"]


def plan(
    file: File,
    timeline: Timeline | None,
    *,
    id: str | None = None,
    happening: str | None = None,
    fields: SourceFields | None = None,
    advance: Advance = lambda _: None,
    pictures: Pictures | None = None,
) -> Plan:
    """Plan the outcome of every row of a file, without changing anything. Without a timeline, every row is new.

    `id` is the id of the file's source, `fields` its bibliography; `happening` is the default for citations that name none.
    `pictures` are those that were fetched. Raises
    ImportRefused or StatementInvalid if the file as a whole cannot be imported.
    """
    made = Plan(notes=list(file.understood.notes))
    rows, pictures = file.understood.rows, Pictures() if pictures is None else pictures
    others = [row for row in rows if row.kind != "happening"]
    happenings = Packed(pictures.read(row) for row in rows if row.kind == "happening") if others or pictures.any() else rows
    if happenings:
        made.outcomes = _happenings(made, file, happenings, timeline, id, fields or {}, advance, pictures)
    if others:
        sources, citations = Sources(file, timeline), Citations(file, timeline, happening)
        by_number = {outcome.row.number: outcome for outcome in made.outcomes}
        for row in others:
            advance(1)
            by_number[row.number] = (sources if row.kind == "source" else citations).plan(row)
        made.outcomes = Packed((by_number[row.number] for row in rows), at_once=len(rows) + 1)  # unpacked, with their documents
    return made


def append(
    file: File,
    timeline: Timeline,
    *,
    id: str | None = None,
    happening: str | None = None,
    fields: SourceFields | None = None,
    advance: Advance = lambda _: None,
    fetch: Fetch | None = None,
) -> Plan:
    """Import a file in one transaction, and return the outcome of every row. Raises what `plan` raises; then nothing is appended.

    A row that the log refuses is reported as refused, and the others are appended. Calls `advance` twice for each row.
    With `fetch`, the pictures of rows are fetched first, archived, and shown by their happenings.
    """
    pictures = Pictures(timeline)
    if fetch is not None:
        pictures.fetch(file.understood.rows, fetch)
    with timeline.reading_ahead() as ahead:
        sources = Sources(file, timeline)
        for row in file.understood.rows:
            if row.kind == "source":
                sources.plan(row)  # reads its attachment
        ahead.close()
        with warnings.catch_warnings(), timeline.transaction():
            warnings.simplefilter("ignore", PictureWithoutAlt)  # the outcome has a remark about each
            made = plan(file, timeline, id=id, happening=happening, fields=fields, advance=advance, pictures=pictures)
            text = file.text
            if made.archives and made.source:
                timeline.archive_document(file.document(), id=made.source, **_bibliography(file, fields or {}))
                file.release()  # while SQLite indexes the text, which takes several times its size
                timeline.project()
                text = timeline.text(made.source)
            target = Target(timeline, made.source or "", text, pictures)
            for number, block in made.outcomes.blocks():
                timeline.log.look_up(one.stream for one in block)
                differs = [_act(outcome, target, advance) for outcome in block]
                if any(differs):
                    made.outcomes.put(number, block)
    return made


def _act(outcome: Outcome, target: Target, advance: Advance) -> bool:
    """Append an outcome; return whether it differs from the planned one."""
    advance(1)
    if outcome.act is None:
        return False
    try:
        outcome.act(target)
    except DatabaseRefused:
        raise
    except AlreadyRedacted as error:
        outcome.verb = "unchanged"
        outcome.remarks.append(("", str(error)))
    except TimelineError as error:
        outcome.refuse(error.beside(outcome.stream))
    else:
        return False
    return True


def _happenings(
    made: Plan,
    file: File,
    rows: Sequence[Row],
    timeline: Timeline | None,
    id: str | None,
    fields: SourceFields,
    advance: Advance,
    pictures: Pictures,
) -> Packed[Outcome]:
    """Plan the rows that are happenings, and the source that they cite."""
    media_type = file.understood.media_type
    existing = earlier.of_bytes(timeline, file.sha256, media_type) if timeline else None
    if id is not None and existing not in (None, id):
        raise ImportRefused(file.path, f'was imported as "{existing}" already. Leave --id out, or give that one')
    stem = id or existing or naming.stem_of(file.path, lambda stem: timeline and timeline.log.version(f"source/{stem}"))
    stream("source", stem)
    before = earlier.read(timeline, stem, media_type, file.sha256, rows) if timeline else earlier.Earlier()
    made.source = before.same or earlier.next_id(timeline, stem)
    made.earlier = before.sources[-1] if before.sources else None
    check(Source, {**_bibliography(file, fields), **_PLACEHOLDERS, "media_type": media_type}, stream("source", made.source))
    work = Happenings(file, stem, made.source, before, timeline, pictures)
    outcomes, made.vanished = work.plan(rows, advance)
    made.notes += work.notes
    made.archives = before.same is None and any(outcome.act for outcome in outcomes)
    if before.is_old:
        made.notes.append(
            f"this is the same file as {before.same}, and {before.sources[-1]} was imported after it: nothing is undone"
        )
    matched = len(before.happenings) - len(made.vanished)
    few = not matched or (id is None and matched * 2 < min(len(before.happenings), len(outcomes)))
    if before.happenings and not before.same and few and made.archives:
        common = "only 1 row" if matched == 1 else f"only {matched:,} rows" if matched else "no row"
        raise ImportRefused(
            file.path,
            f"has {common} in common with source/{made.earlier}, of which it would be a later version. If it is"
            f" another file, give it an id of its own: --id{f'; if it is that file, use: --id {stem}' if matched else ''}",
        )
    return outcomes


_PLACEHOLDERS: dict[str, Any] = {"sha256": "", "text_sha256": "", "extractor": ""}


def _bibliography(file: File, fields: SourceFields) -> dict[str, Any]:
    """Return the bibliography of the file: the given fields, with its own title or its name as the default title."""
    title = " ".join((file.understood.title or "").split()) or Path(file.path).name
    return {"title": title, **{name: value for name, value in fields.items() if value is not None}}
