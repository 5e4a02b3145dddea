"""The commands that keep a file sound: verify and rebuild."""

import sqlite3
from pathlib import Path

import click

from timeline import audit
from timeline.audit import Check
from timeline.cli import printing
from timeline.cli.running import Refused, db, opened, progress
from timeline.errors import DatabaseRefused
from timeline.timeline import Timeline

_CHECKS = {
    "file": "SQLite finds the file whole",
    "guards": "the log refuses changes: {} as they were made",
    "events": "{} in order, each with the hash of what it says",
    "statements": "{} as they must be, referring to what is there",
    "documents": "{} with the bytes that were archived",
    "citations": "{} found again, word for word, where it says",
    "read tables": "{} derived again, the same row for row",
}
_THINGS = {"guards": "guard", "documents": "document", "read tables": "read table"}


@click.command()
@db
def verify(db: Path) -> None:
    """Check everything that can be checked.

    The file, the guards, every event's hash and form, every document's bytes, every quotation in its document, and every
    row of the read tables. Nothing is written. All that is wrong is told, and exit code 1 then given. What nobody can tell
    from the file alone: whether someone replaced it as a whole.

    Example: timeline verify --db timeline.db
    """
    try:
        with opened(db, guarded=False) as timeline, progress("Verifying", 2 * _size(timeline)) as advance:
            report = audit.verify(timeline, advance)
    except DatabaseRefused as error:
        if _is_damage(error.__cause__):
            raise Refused(f"{db}: it is too damaged to be read. Keep it as it is, and restore a copy") from error
        raise
    for check in report.checks:
        click.echo(_told(check))
        for where, what in check.faults:
            click.echo(f"    {printing.on_one_line(f'{where}: {what}')}")
        if check.more:
            click.echo(f"    and {check.more:,} more")
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
    thing = _THINGS.get(check.name, check.name.removesuffix("s"))
    told = _CHECKS[check.name].format(printing.count(check.count, thing))
    if not check.faults:
        return f"{click.style('✓', fg='green')} {told}"
    return f"{click.style('✗', fg='red')} not so: {told}"


@click.command()
@db
def rebuild(db: Path) -> None:
    """Derive the read tables again from the log.

    The log and the archive stay as they are. Needed when a newer version of this program reads more out of them.

    Example: timeline rebuild
    """
    if not db.exists():
        raise Refused(f"{db}: there is no such file. Make one: timeline build --db {db}")
    with opened(db, read_only=False, rebuilding=True) as timeline:
        timeline.rebuild()
        size = timeline.log.size()
    click.echo(f"{db}: the read tables were derived again from {printing.count(size, 'event')}")
