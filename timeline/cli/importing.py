"""The command that imports: what it says of each row, and how it ends."""

from collections import defaultdict
from pathlib import Path

import click

from timeline.cli.printing import count, harmless, on_one_line
from timeline.cli.running import Refused, by, db, opened
from timeline.exchange import importing
from timeline.exchange.file import File
from timeline.exchange.outcome import Outcome, Plan
from timeline.exchange.reading import mapping as mappings
from timeline.exchange.reading.row import READERS
from timeline.model import SourceFields

SHOWN = 10  # rows of a kind that are told, where not all are asked for
_MAPPED = ("csv", "tsv", "jsonl")


@click.command("import")
@click.argument("format", type=click.Choice(list(READERS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--append", "do", is_flag=True, help="Do it. Without this nothing is changed, and what would be is told.")
@click.option("--all", "whole", is_flag=True, help="Tell of every row, not only of the first ones of each kind.")
@click.option(
    "--mapping", type=click.Path(path_type=Path), help="Which column is which field.  [default: FILE.mapping.yaml, or guessed]"
)
@click.option("--save-mapping", is_flag=True, help="Write the guessed mapping beside the file, to be corrected.")
@click.option("--id", help="What the file is called as a source.  [default: made of its name]")
@click.option("--happening", metavar="ID", help="For annotations that name none: the happening that they are evidence for.")
@click.option("--title")
@click.option("--publisher")
@click.option("--author")
@click.option("--published", metavar="DATE", help="When the file was published, as an EDTF date.")
@click.option("--url", help="Where the file was found.")
@click.option("--language", help='As a tag: "en", "ar-MA".')
@click.option("--encoding", help="The encoding of the file, where the guess is wrong.")
@db
@by
def import_(
    format: str,
    file: Path,
    do: bool,
    whole: bool,
    mapping: Path | None,
    save_mapping: bool,
    id: str | None,
    happening: str | None,
    encoding: str | None,
    db: Path,
    by: str | None,
    **fields: str | None,
) -> None:
    """Import a file: say what of it is understood, dropped and asked; with --append, do it.

    The file is archived as a source, and each happening cites its own row. Importing it again adds nothing twice; a later
    version of it corrects what changed.

    Example: timeline import timelinejs-csv sheet.csv --append
    """
    read = _read(format, file, encoding, mapping, save_mapping)
    given: SourceFields = {name: value for name, value in fields.items() if value is not None}  # type: ignore[assignment]
    if do:
        if not db.exists() and not importing.plan(read, None, id=id, happening=happening, fields=given).changes:
            plan = importing.plan(read, None, id=id, happening=happening, fields=given)
        else:
            with opened(db, by=by, read_only=False) as timeline:
                plan = importing.append(read, timeline, id=id, happening=happening, fields=given)
    elif db.exists():
        with opened(db) as timeline:
            plan = importing.plan(read, timeline, id=id, happening=happening, fields=given)
    else:
        plan = importing.plan(read, None, id=id, happening=happening, fields=given)
    for line in _told(read, plan, whole, done=do):
        click.echo(harmless(line))


def _read(format: str, file: Path, encoding: str | None, mapping: Path | None, save: bool) -> File:
    if format not in _MAPPED:
        if mapping or save:
            raise Refused(f"{format}: has no columns to be mapped. Leave --mapping out, or import it as {' or '.join(_MAPPED)}")
        return importing.understand(file, format, encoding=encoding)
    kept = mapping or mappings.beside(file)
    if mapping or kept.exists():
        return importing.understand(file, format, encoding=encoding, mapping=mappings.read(kept))
    read = importing.understand(file, format, encoding=encoding)
    guessed = next((note.partition("\n")[2] for note in read.understood.notes if "were guessed:\n" in note), "")
    if save and guessed:
        kept.write_text(guessed, encoding="utf-8")
        click.echo(f"{kept}: written. Look it over; it is read when the file is imported")
    return read


def _told(read: File, plan: Plan, whole: bool, *, done: bool) -> list[str]:
    rows, counts = len(plan.outcomes), plan.counts()
    lines = [f"{read.path}: {read.format}, {read.understood.encoding}, {count(rows, 'row')}"]
    lines += [f"  {line}" for note in plan.notes for line in note.rstrip("\n").split("\n")]
    if plan.source and plan.archives:
        later = f", a later version of source/{plan.earlier}" if plan.earlier else ""
        lines.append(f"  {'archived' if done else 'would be archived'} as source/{plan.source}{later}")
    lines.append(
        "  " + ", ".join(f"{counts[verb]:,} {verb}" for verb in ("new", "corrected", "unchanged", "refused")) + f" = {rows:,}"
    )
    dropped, asked, remarks, refused = _by_kind(plan.outcomes)
    for title, kinds in (("Dropped", dropped), ("To look at", asked), ("Left as it stands", remarks)):
        for kind, where in kinds.items():
            lines += _kind(title, kind, where, whole)
    lines += _some([f"Refused: row {number}: {on_one_line(reason)}" for number, reason in refused], whole)
    lines += _some([f"No longer in the file, and left as it is: happening/{id}" for id in plan.vanished], whole)
    if whole:
        lines += [_row(outcome) for outcome in plan.outcomes]
    if not done and plan.changes:
        lines.append("Nothing was changed. To do it, add --append")
    return lines


def _by_kind(
    outcomes: list[Outcome],
) -> tuple[dict[str, list[str]], dict[str, list[str]], dict[str, list[str]], list[tuple[int, str]]]:
    dropped, asked, remarks = defaultdict(list), defaultdict(list), defaultdict(list)
    refused = []
    for outcome in outcomes:
        row = outcome.row
        for name, value, why in row.dropped:
            dropped[f"{name}: {why}"].append(f'row {row.number} "{on_one_line(value)[:60]}"')
        for name, words in row.questions:
            asked[f"{name}: {words}" if name else words].append(f"row {row.number}")
        for name, words in outcome.remarks:
            remarks[f"{name}: {words}" if name else words].append(f"row {row.number}")
        if outcome.verb == "refused":
            refused.append((row.number, outcome.reason))
    return dict(dropped), dict(asked), dict(remarks), refused


def _kind(title: str, kind: str, where: list[str], whole: bool) -> list[str]:
    shown = where if whole else where[:3]
    more = f" and {len(where) - len(shown):,} more" if len(where) > len(shown) else ""
    return [f"{title}: {on_one_line(kind)}: {', '.join(shown)}{more}"]


def _some(lines: list[str], whole: bool) -> list[str]:
    if whole or len(lines) <= SHOWN:
        return lines
    return [*lines[:SHOWN], f"… and {len(lines) - SHOWN:,} more: --all"]


def _row(outcome: Outcome) -> str:
    told = ", ".join(outcome.fields)
    return f"row {outcome.row.number}: {outcome.verb}{f' ({told})' if told else ''} {outcome.stream}".rstrip()
