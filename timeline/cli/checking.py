"""The commands that keep a file sound: verify and rebuild."""

import sqlite3
from pathlib import Path

import click

from timeline import audit, files
from timeline.audit import Check
from timeline.cli import completing, json_forms, printing
from timeline.cli.keys import trusted, trusted_keys
from timeline.cli.proving import read_note
from timeline.cli.running import Refused, db, opened, progress
from timeline.errors import DatabaseRefused
from timeline.timeline import Timeline

_CHECKS = {
    "file": "SQLite finds the file whole",
    "guards": "the log refuses changes: {} as they were made",
    "events": "{} in order, each with the hash of what it says",
    "tree": "{} under the root that is kept, hash by hash",
    "checkpoints": "{} compared: the log only adds to what was there",
    "statements": "{} of the form that is appended, referring to what is there",
    "documents": "{} with the bytes that were archived",
    "texts": "{} compared with the document, letter for letter",
    "citations": "{} found again, word for word, where it says",
    "read tables": "{} derived again, the same row for row",
}
_THINGS = {"guards": "guard", "documents": "document", "tree": "event", "texts": "text", "read tables": "read table"}


@click.command()
@click.option(
    "--against",
    multiple=True,
    metavar="FILE",
    shell_complete=completing.file,
    help="A checkpoint that you kept: the log must only add to it.",
)
@trusted_keys
@json_forms.as_object
@db
def verify(against: tuple[str, ...], trust: tuple[str, ...], as_json: bool, db: Path) -> None:
    """Check everything that can be checked.

    The file, the guards, every event's hash and form, the tree and the checkpoints, every document's bytes, its text, read again
    where the same extractor is at hand, every quotation in its document, and every row of the read tables. Nothing is written.
    All that is wrong is told, and exit code 1 then given. Whether someone replaced the file as a whole, only a checkpoint tells
    that was kept elsewhere: --against.

    Example: timeline verify --against checkpoint
    """
    notes, keys = [read_note(path) for path in against], trusted(trust)
    if keys and not notes:
        raise click.UsageError("--trust needs --against: the checkpoint that those keys have signed")
    try:
        with opened(db, guarded=False) as timeline, progress("Verifying", 2 * _size(timeline)) as advance:
            report = audit.verify(timeline, advance, against=notes, keys=keys)
    except DatabaseRefused as error:
        if _is_damage(error.__cause__):
            raise Refused(f"{db}: it is too damaged to be read. Keep it as it is, and restore a copy") from error
        raise
    if as_json:
        json_forms.write(json_forms.report(report))
    for check in () if as_json else report.checks:
        click.echo(_told(check))
        for remark in check.remarks:
            click.echo(f"    {printing.on_one_line(remark)}")
        for where, what in check.faults:
            click.echo(f"    {printing.on_one_line(f'{where}: {what}')}")
        if check.more:
            click.echo(f"    and {check.more:,} more")
    if report.outdated:
        told = "the log is whole, and its read tables were made by another version of this program"
        raise Refused(f"{db}: {told}. Make them again: timeline rebuild --db {db}")
    faults = sum(len(check.faults) + check.more for check in report.checks)
    if faults:
        raise Refused(f"{db}: {printing.count(faults, 'fault')} found. Keep the file as it is, and compare it with a copy")


def _is_damage(cause: BaseException | None) -> bool:
    """Whether it was SQLite's file that could not be read, or text in it that is none."""
    return isinstance(cause, ValueError) or getattr(cause, "sqlite_errorname", "").startswith("SQLITE_CORRUPT")


def _size(timeline: Timeline) -> int:
    try:
        return timeline.log.size()
    except sqlite3.Error:  # damaged: the audit will say where
        return 0


def _told(check: Check) -> str:
    if check.name == "checkpoints" and not check.count and not check.faults:
        return f"{click.style('✓', fg='green')} no checkpoint is kept yet. Make one, and keep it elsewhere: timeline checkpoint"
    thing = _THINGS.get(check.name, check.name.removesuffix("s"))
    told = _CHECKS[check.name].format(printing.count(check.count, thing))
    if not check.faults:
        return f"{click.style('✓', fg='green')} {told}"
    return f"{click.style('✗', fg='red')} not so: {told}"


@click.command()
@click.option("--tree", is_flag=True, help="Derive the tree again as well. It then no longer tells which events were altered.")
@json_forms.as_object
@db
def rebuild(tree: bool, as_json: bool, db: Path) -> None:
    """Derive the read tables again from the log.

    The log, the archive and the tree stay as they are. Needed when a newer version of this program reads more out of them.

    Example: timeline rebuild
    """
    if not db.exists():
        raise Refused(f"{db}: there is no such file. {files.meant(db)}Make one: timeline build --db {db}")
    with opened(db, read_only=False, rebuilding=True) as timeline:
        timeline.rebuild(tree=tree)
        size = timeline.log.size()
    if as_json:
        json_forms.write({"timeline": str(db), "events": size})
    else:
        click.echo(f"{db}: the read tables were derived again from {printing.count(size, 'event')}")
