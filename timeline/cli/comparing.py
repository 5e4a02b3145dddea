"""The commands for two timelines: diff, merge. Must not decide which events are the same, or what may be appended."""

import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from timeline import authors, comparing, publishing
from timeline.bundles.reading import EVENTS
from timeline.cli import json_forms, printing
from timeline.cli.history import headline
from timeline.cli.options import by, db, path_argument
from timeline.cli.running import Refused, opened, progress, refuse_leading_away
from timeline.comparing import Change, Left, Merged, difference_text
from timeline.comparing.difference import between
from timeline.comparing.difference_text import Line
from timeline.comparing.log_file import database, readable
from timeline.log.log import Event
from timeline.reading.differences import Change as FieldChange
from timeline.timeline import Timeline

_SIGNS = {"Adds": "+", "Corrects": "~", "Retracts": "−", "Redacts": "×", "Reviews": "✓"}


@click.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--label", "labels", multiple=True, metavar="NAME", help="The name to show for A, and given again, the one for B.")
@click.option("--markdown", "as_markdown", is_flag=True, help="As Markdown, for a comment.")
@json_forms.as_object
def diff(one: str, other: str, labels: tuple[str, ...], as_markdown: bool, as_json: bool) -> None:
    """List what timeline B adds, corrects, retracts, reviews and redacts against timeline A.

    Each is a timeline's file, a published folder, a site of plain files, or a git branch or commit with a publication. Also
    says whether one log extends the other, or where they part. Neither is verified: timeline verify does that.

    The exit code is 0 whether or not they differ, and 1 only where one cannot be read. Programs read `relation` and `changes` with
    --json.

    Example: timeline diff public timeline.db
    """
    if as_markdown and as_json:
        raise click.UsageError("--markdown and --json are given together. Keep one")
    with _readable(one) as first, _readable(other) as second:
        difference = between(first.log, second.log)
    one, other = (*labels, *(one, other)[len(labels) :])[:2]
    if as_json:
        about = {"one": one, "other": other, "relation": difference.relation, "same": difference.same}
        sizes = dict(zip(("events_of_one", "events_of_other"), difference.events, strict=True))
        json_forms.write({**about, **sizes, "changes": [_change(change) for change in difference.changes]})
    elif as_markdown:
        for part in difference_text.markdown(difference, one, other):
            click.echo(printing.harmless(part), nl=False)
    else:
        click.echo(printing.harmless(difference_text.relation(difference, one, other)))
        for heading, lines in difference_text.sections(difference):
            click.echo(f"\n{printing.bold(f'{heading} {len(lines):,}')}")
            for line in lines:
                _print(line, _SIGNS.get(heading, "!"))


@click.command()
@path_argument("file")
@click.option("--dry-run", is_flag=True, help="Only list what would be appended and what would be left.")
@json_forms.as_object
@db
@by
def merge(file: Path, dry_run: bool, as_json: bool, db: Path, by: str | None) -> None:
    """Append the entries of another person's timeline that this one does not have.

    FILE is that person's file, or a published folder. It is verified first. Its entries are appended in their order, all at once,
    and every quotation is looked for again. Each is recorded as by its author and merged by you: "Ben, merged by Ann".

    Entries that contradict this timeline are listed with both sides, and left to you; the exit code is then 1. Redactions in FILE
    are listed, and nothing that was redacted here comes back. Reviews stay behind: only the reviewer can record one. Repeat it as
    often as you like.

    Merged entries are in no bundle, so timeline build alone does not repeat them: publish them, or give your project a bundle.

    Example: timeline merge ~/ben.db --by Ann --dry-run
    """
    refuse_leading_away(file, "timeline merge {}")
    if not file.exists():
        raise Refused(f"{file}: there is no such file. Name a timeline's file, or a published folder")
    with opened(database(file)) as other:
        size = other.log.size()
    with opened(db, by=by, read_only=False) as timeline, progress("Verifying", 2 * size) as advance:
        merged = comparing.merge(timeline, file, dry_run=dry_run, progress=advance)
    contradicting = [left for left in merged.left if left.why != "redacted"]
    if as_json:
        _write_merged(merged, db, dry_run=dry_run)
    else:
        _show_merged(merged, db, dry_run=dry_run)
    if contradicting:
        number = "1 entry" if len(contradicting) == 1 else f"{len(contradicting):,} entries"
        raise Refused(f"{number} of {file} left to you. Correct yours, or ask the other person to correct theirs; then repeat")


@contextmanager
def _readable(name: str) -> Iterator[Timeline]:
    """Open a file, a published folder, or the publication on a git branch."""
    with ExitStack() as stack:
        path = Path(name)
        if path.exists():
            refuse_leading_away(path, "timeline diff {}")
            file = stack.enter_context(readable(path))
            if path.is_dir() and path not in file.parents:  # made from a site's log
                stack.enter_context(publishing.shown_as(str(file), name))
        else:
            file = stack.enter_context(publishing.published_at(Path("timeline.db"), name))
            stack.enter_context(publishing.shown_as(str(file), f"{name}:timeline.db"))
        yield stack.enter_context(opened(file))


def _print(line: Line, sign: str) -> None:
    click.echo(f"  {sign} {printing.on_one_line(line.name)}  {printing.on_one_line(line.words)}".rstrip())
    for detail in line.details:
        click.echo(printing.paragraphs(detail, 6))


def _change(change: Change) -> json_forms.Json:
    """Return a change for programs: the event without its data, and its description."""
    one = json_forms.event(change.event)
    return {
        "kind": change.kind,
        **{name: one[name] for name in ("stream", "version", "position", "type", "recorded_at", "recorded_by")},
        "title": change.title,
        "date": change.date,
        "reason": change.reason,
        "review": change.verdict,
        "superseded_by": change.superseded_by,
        "redacted": change.redacted,
        "fields": [_field(field) for field in change.fields],
    }


def _field(field: FieldChange) -> json_forms.Json:
    return {"field": field.field, "removed": field.texts("removed"), "added": field.texts("added")}


def _write_merged(merged: Merged, db: Path, *, dry_run: bool) -> None:
    json_forms.write(
        {
            "timeline": str(db),
            "file": str(merged.file),
            "done": not dry_run,
            "new": len(merged.appended),
            "unchanged": merged.unchanged,
            "appended": [json_forms.event(event) for event in merged.appended],
            "left": [_left(left) for left in merged.left],
            "redacted_there": [
                {"event": one.here.id, "position": one.here.position, "reason": one.reason, "recorded_by": authors.name(one.by)}
                for one in merged.redacted_there
            ],
            "reviews": merged.reviews,
        }
    )


def _left(left: Left) -> json_forms.Json:
    there = None if left.why == "redacted" else json_forms.event(left.event)
    return {
        "stream": left.event.stream,
        "version": left.event.version,
        "recorded_by": authors.name(left.event.recorded_by),
        "why": left.why,
        "reason": left.reason,
        "here": None if left.here is None else json_forms.event(left.here),
        "there": there,
        "fields": [_field(field) for field in left.fields],
    }


def _show_merged(merged: Merged, db: Path, *, dry_run: bool) -> None:
    verb = "would be appended" if dry_run else "appended"
    click.echo(printing.harmless(f"{db}: {printing.count(len(merged.appended), 'event')} of {merged.file} {verb}"))
    for event in merged.appended:
        _print(_titled(event), "+")
    for left in merged.left:
        if left.why == "redacted":
            line = Line(left.event.id, left.reason)
        else:
            here = [] if left.here is None else [f"here: {_described(left.here)}"]
            sides = [*here, f"there: {_described(left.event)}"] if left.why == "contradicts" else []
            line = Line(left.event.id, left.reason, (*sides, *difference_text.fields(left.fields)))
        _print(line, "!")
    for one in merged.redacted_there:
        advice = f"and is still here. To redact it here too: timeline redact {one.here.position} --reason …"
        _print(Line(one.here.id, f"was redacted there ({one.reason}), {advice}"), "×")
    if merged.appended and Path(EVENTS).is_dir():
        advice = f"Publish them, or write them into one: timeline export jsonl --db {shlex.quote(str(database(merged.file)))}"
        click.echo(printing.harmless(f"They are in no bundle in {EVENTS}/. {advice}"), err=True)
    if merged.reviews:
        click.echo(f"{printing.count(merged.reviews, 'review')} left out: only the reviewer can record one", err=True)


def _titled(event: Event) -> Line:
    reason = event.payload.get("reason")
    return Line(event.id, f"{headline(event)}{f' ({reason})' if reason else ''}{authors.by(event.recorded_by)}")


def _described(event: Event) -> str:
    return f"{event.id}, {_titled(event).words}, position {event.position}"
