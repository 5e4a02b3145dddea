"""The command that imports: its options, and the order of its steps. `import_report` words the report."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from timeline.cli import completing, import_report, json_forms
from timeline.cli.options import any_db, by, described, given_fields, path_argument, path_option
from timeline.cli.printing import harmless
from timeline.cli.running import Refused, opened, progress, refuse_leading_away
from timeline.exchange import formats
from timeline.exchange.importing import run
from timeline.exchange.importing.file import File, understand
from timeline.exchange.tables.guessing import ColumnsUnknown
from timeline.exchange.tables.mapping import Columns, mapping_path, read_mapping
from timeline.shared_log import connecting

_SHEETS = ("xlsx", "ods")
_SHARED = (
    "an import compares its rows with read tables, which a shared log does not have. Follow it into a file, and import into that:"
    " timeline follow URL --db timeline.db. The events go to the shared log"
)
_MAPPED = ("csv", "tsv", *_SHEETS, "jsonl")


@click.command("import", epilog=f"Formats: {', '.join(formats.read_names())}.")
@click.argument("format", metavar="FORMAT", type=click.Choice(list(formats.read_names())))
@path_argument("file")
@click.option("--append", "do", is_flag=True, help="Import it. Without this option nothing is changed; you see what would be.")
@click.option("--all", "full", is_flag=True, help="Report every row, not only the first ones of each kind.")
@path_option("--mapping", help="Which column is which field.  [default: FILE.mapping.yaml, or guessed]")
@click.option("--save-mapping", is_flag=True, help="Write the guessed mapping beside the file, for you to correct.")
@click.option("--sheet", metavar="NAME", help="The sheet to import, of a spreadsheet that has several.")
@click.option("--id", help="The file's id as a source.  [default: made from its name]")
@click.option(
    "--happening",
    metavar="ID",
    shell_complete=completing.HAPPENING,
    help="For annotations without a happening: the one that they are evidence for.",
)
@click.option("--fetch-media", is_flag=True, help="Fetch the pictures that a file for TimelineJS names, and archive them.")
@json_forms.as_object
@described
@click.option("--encoding", help="The encoding of the file, if the guess is wrong.")
@any_db
@by
def import_(
    format: str,
    file: Path,
    do: bool,
    full: bool,
    mapping: Path | None,
    save_mapping: bool,
    sheet: str | None,
    id: str | None,
    happening: str | None,
    fetch_media: bool,
    as_json: bool,
    encoding: str | None,
    db: Path | str,
    by: str | None,
    **fields: str | None,
) -> None:
    """Import a file: show how its rows are read, what is dropped, and what is unclear; with --append, import it.

    The file is archived as a source, and each happening cites its own row. Importing the file again adds nothing twice; a later
    version of it corrects the rows that changed.

    Example: timeline import timelinejs-csv sheet.csv --append
    """
    if fetch_media and not (do and format.startswith("timelinejs")):
        raise click.UsageError("--fetch-media fetches the pictures of a file for TimelineJS, together with --append.")
    if sheet is not None and format not in _SHEETS:
        raise click.UsageError(f"--sheet names a sheet of a spreadsheet ({' or '.join(_SHEETS)}): leave it out.")
    if isinstance(db, str):
        raise Refused(f"{connecting.without_password(db)}: {_SHARED}")
    read = _read(format, file, encoding, mapping, save_mapping, {"sheet": sheet} if sheet is not None else {})
    about: dict[str, Any] = {"id": id, "happening": happening, "fields": given_fields(fields)}
    with progress("Importing" if do else "Comparing", len(read.understood.rows) * (2 if do else 1)) as advance:
        if do:
            with opened(db, by=by, read_only=False) as timeline:
                plan = run.append(read, timeline, advance=advance, fetch=_fetch if fetch_media else None, **about)
        else:
            with opened(db) if db.exists() else nullcontext() as existing:
                plan = run.plan(read, existing, advance=advance, **about)
    if as_json:
        json_forms.write_imported(read, plan, done=do)
    for line in () if as_json else import_report.lines(read, plan, full=full, done=do):
        click.echo(harmless(line))
    if do and plan.outcomes and all(outcome.verb == "refused" for outcome in plan.outcomes):
        raise Refused(f"{file}: no row could be imported, for the reasons above. Correct the file, then import it again")


def _fetch(address: str) -> bytes:
    from timeline.capture import fetching  # noqa: PLC0415 - nothing else of an import uses the network

    return fetching.fetch(address).body


def _read(format: str, file: Path, encoding: str | None, mapping: Path | None, save: bool, options: dict[str, str]) -> File:
    if format not in _MAPPED:
        if mapping or save:
            raise Refused(f"{format}: has no columns to map. Leave --mapping out, or import it as {' or '.join(_MAPPED)}")
        return understand(file, format, encoding=encoding)
    path = mapping or mapping_path(file)
    if mapping is None:
        refuse_leading_away(path, "--mapping {}")
    if mapping or path.exists():
        if save:
            raise Refused(f"{path}: exists already, and is in use. Correct it, or remove it to have the columns guessed")
        return _understand(file, format, encoding, read_mapping(path), options)
    try:
        read = _understand(file, format, encoding, None, options)
    except ColumnsUnknown as error:
        if not save:
            raise
        _save(path, error.draft)
        raise Refused(f"{path}: written, but you must fill in which column is which. Then import the file again") from None
    if save and read.understood.draft:
        _save(path, read.understood.draft)
        click.echo(harmless(f"{path}: written. Check it; it is used when the file is imported again"))
    return read


def _save(path: Path, draft: str) -> None:
    with path.open("x", encoding="utf-8") as file:  # a new file: not even a dangling link may be there
        file.write(draft)


def _understand(file: Path, format: str, encoding: str | None, mapping: Columns | None, options: dict[str, str]) -> File:
    with progress("Reading", file.stat().st_size if file.is_file() else 0) as advance:
        return understand(file, format, encoding=encoding, mapping=mapping, advance=advance, **options)
