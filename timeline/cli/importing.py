"""The command that imports: its options, and in which order things are done. What is told of it is import_report's."""

from pathlib import Path

import click

from timeline.cli import completing, import_report, json_forms
from timeline.cli.described import described, given
from timeline.cli.printing import harmless
from timeline.cli.running import Refused, by, db, opened, progress, refuse_leading_away
from timeline.exchange import formats
from timeline.exchange.importing import run
from timeline.exchange.importing.file import File
from timeline.exchange.tables.guessing import ColumnsUnknown
from timeline.exchange.tables.mapping import Columns, mapping_path, read_mapping

_MAPPED = ("csv", "tsv", "jsonl")


@click.command("import", epilog=f"Formats: {', '.join(formats.read_names())}.")
@click.argument("format", metavar="FORMAT", type=click.Choice(list(formats.read_names())))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--append", "do", is_flag=True, help="Do it. Without this nothing is changed, and what would be is told.")
@click.option("--all", "whole", is_flag=True, help="Tell of every row, not only of the first ones of each kind.")
@click.option(
    "--mapping", type=click.Path(path_type=Path), help="Which column is which field.  [default: FILE.mapping.yaml, or guessed]"
)
@click.option("--save-mapping", is_flag=True, help="Write the guessed mapping beside the file, to be corrected.")
@click.option("--id", help="What the file is called as a source.  [default: made of its name]")
@click.option(
    "--happening",
    metavar="ID",
    shell_complete=completing.HAPPENING,
    help="For annotations that name none: the happening that they are evidence for.",
)
@json_forms.as_object
@described
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
    as_json: bool,
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
    said = given(fields)
    with progress("Importing" if do else "Comparing", len(read.understood.rows) * (2 if do else 1)) as advance:
        if do:
            with opened(db, by=by, read_only=False) as timeline:
                plan = run.append(read, timeline, id=id, happening=happening, fields=said, advance=advance)
        elif db.exists():
            with opened(db) as timeline:
                plan = run.plan(read, timeline, id=id, happening=happening, fields=said, advance=advance)
        else:
            plan = run.plan(read, None, id=id, happening=happening, fields=said, advance=advance)
    if as_json:
        json_forms.write(json_forms.imported(read, plan, done=do))
    for line in () if as_json else import_report.lines(read, plan, whole=whole, done=do):
        click.echo(harmless(line))
    if do and plan.outcomes and plan.counts()["refused"] == len(plan.outcomes):
        raise Refused(f"{file}: no row of it could be imported, for the reasons above. Correct it, then import it again")


def _read(format: str, file: Path, encoding: str | None, mapping: Path | None, save: bool) -> File:
    if format not in _MAPPED:
        if mapping or save:
            raise Refused(f"{format}: has no columns to be mapped. Leave --mapping out, or import it as {' or '.join(_MAPPED)}")
        return run.understand(file, format, encoding=encoding)
    kept = mapping or mapping_path(file)
    if mapping is None:
        refuse_leading_away(kept, "--mapping {}")
    if mapping or kept.exists():
        if save:
            raise Refused(f"{kept}: is there already, and is what is read. Correct it, or take it away to have the columns guessed")
        return _understand(file, format, encoding, read_mapping(kept))
    try:
        read = _understand(file, format, encoding, None)
    except ColumnsUnknown as error:
        if not save:
            raise
        _save(kept, error.draft)
        raise Refused(
            f"{kept}: written, but which column is which is to be filled in. Do that, then import the file again"
        ) from None
    if save and read.understood.draft:
        _save(kept, read.understood.draft)
        click.echo(harmless(f"{kept}: written. Look it over; it is read when the file is imported again"))
    return read


def _save(kept: Path, draft: str) -> None:
    with kept.open("x", encoding="utf-8") as file:  # where nothing is: not even a link that leads to nothing
        file.write(draft)


def _understand(file: Path, format: str, encoding: str | None, mapping: Columns | None) -> File:
    with progress("Reading", file.stat().st_size if file.is_file() else 0) as advance:
        return run.understand(file, format, encoding=encoding, mapping=mapping, advance=advance)
