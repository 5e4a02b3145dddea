"""The commands that check and repair a file: verify and rebuild."""

from pathlib import Path

import click

from timeline import audit, files
from timeline.audit import Check
from timeline.cli import json_forms, printing
from timeline.cli.keys import trusted, trusted_keys
from timeline.cli.options import db
from timeline.cli.proving import note_option, read_note
from timeline.cli.running import Refused, opened, progress, size
from timeline.errors import DatabaseRefused, NoteInvalid
from timeline.proof import opentimestamps

_CHECKS = {
    "file": "SQLite finds no damage in the file",
    "guards": "the log refuses changes: {} unchanged",
    "events": "{} in order, each with the hash of its data",
    "tree": "{} under the stored root, hash by hash",
    "checkpoints": "{} compared: the log has only grown since",
    "statements": "{} in valid form, with valid references",
    "documents": "{} with the bytes that were archived",
    "texts": "{} compared with the document, letter for letter",
    "citations": "{} found again, word for word, at its place",
    "read tables": "{} derived again, row for row the same",
    "stamps": "{} of OpenTimestamps: of exactly the files that they lie beside",
}
_THINGS = {"guards": "guard", "documents": "document", "tree": "event", "texts": "text", "read tables": "read table"}


@click.command()
@note_option("--against", multiple=True, help="A checkpoint that you kept: the log must contain it unchanged.")
@trusted_keys
@json_forms.as_object
@db
def verify(against: tuple[str, ...], trust: tuple[str, ...], as_json: bool, db: Path) -> None:
    """Check everything that can be checked.

    This covers the file, the guards, every event's hash and form, the tree and the checkpoints, every document's bytes and text
    (extracted again if the same extractor is installed), every quotation in its document, and every row of the read tables.
    Nothing is written. Every fault is listed, and the exit code is then 1. Only a checkpoint that was kept elsewhere can show
    whether someone replaced the whole file: --against.

    Example: timeline verify --against checkpoint
    """
    notes, keys = [read_note(path) for path in against], trusted(trust)
    stamps, attestations = _read_stamps(against)
    if keys and not notes:
        raise click.UsageError("--trust needs --against: the checkpoint that those keys signed")
    try:
        with opened(db, guarded=False) as timeline, progress("Verifying", 2 * size(timeline)) as advance:
            audited = audit.verify(timeline, advance, against=notes, keys=keys)
    except DatabaseRefused as error:
        if _is_damage(error.__cause__):
            raise Refused(f"{db}: it is too damaged to read. Keep it as it is, and restore a copy") from error
        raise
    report = audit.Report((*audited.checks, *stamps))
    if as_json:
        json_forms.write(json_forms.report(report) | {"stamps": [json_forms.stamp(path, one) for path, one in attestations]})
    for check in () if as_json else report.checks:
        click.echo(_line(check))
        for remark in check.remarks:
            click.echo(f"    {printing.on_one_line(remark)}")
        for where, message in check.faults:
            click.echo(f"    {printing.on_one_line(f'{where}: {message}')}")
        if check.more:
            click.echo(f"    and {check.more:,} more")
    for path, attestation in () if as_json else attestations:
        click.echo(f"? {path}: {attestation.words()}")
    if report.outdated:
        message = "the log is sound, but its read tables were made by another version of this program"
        raise Refused(f"{db}: {message}. Make them again: timeline rebuild --db {db}")
    if report.total:
        raise Refused(f"{db}: {printing.count(report.total, 'fault')} found. Keep the file as it is, and compare it with a copy")


def _read_stamps(against: tuple[str, ...]) -> tuple[list[Check], list[tuple[Path, opentimestamps.Attestation]]]:
    """Read the stamps beside checkpoints. Return their check, if there is any, and what each shows with its path."""
    tally, attestations = audit.Tally("stamps"), []
    stamped = [Path(path) for path in against if path != "-" and opentimestamps.beside(Path(path)).exists()]
    for path in stamped:
        tally.count += 1
        try:
            attestations += [(opentimestamps.beside(path), one) for one in opentimestamps.read(path)]
        except NoteInvalid as error:
            tally.fault(error.subject, error.reason)
    return [tally.done()] if stamped else [], attestations


def _is_damage(cause: BaseException | None) -> bool:
    """Return whether SQLite could not read the file, or text in it is not text."""
    return isinstance(cause, ValueError) or getattr(cause, "sqlite_errorname", "").startswith("SQLITE_CORRUPT")


def _line(check: Check) -> str:
    if check.name == "checkpoints" and not check.count and not check.faults:
        return f"{click.style('✓', fg='green')} there is no checkpoint yet. Make one, and keep it elsewhere: timeline checkpoint"
    thing = _THINGS.get(check.name, check.name.removesuffix("s"))
    promise = _CHECKS[check.name].format(printing.count(check.count, thing))
    if not check.faults:
        return f"{click.style('✓', fg='green')} {promise}"
    return f"{click.style('✗', fg='red')} not true: {promise}"


@click.command()
@click.option("--tree", is_flag=True, help="Derive the tree again as well. It can then no longer show which events were altered.")
@json_forms.as_object
@db
def rebuild(tree: bool, as_json: bool, db: Path) -> None:
    """Derive the read tables again from the log.

    The log, the archive and the tree are not changed. You need this when a newer version of this program reads more from them.

    Example: timeline rebuild
    """
    if not db.exists():
        raise Refused(f"{db}: there is no such file. {files.did_you_mean(db)}Make one: timeline build --db {db}")
    with opened(db, read_only=False, rebuilding=True) as timeline:
        timeline.rebuild(tree=tree)
        events = timeline.log.size()
    if as_json:
        json_forms.write({"timeline": str(db), "events": events})
    else:
        click.echo(f"{db}: read tables derived again from {printing.count(events, 'event')}")
