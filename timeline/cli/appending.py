"""The commands that append bundles: build, append. Must not know the form of a bundle."""

from collections.abc import Sequence
from pathlib import Path

import click

from timeline import bundles
from timeline.cli.printing import count, harmless
from timeline.cli.running import Interrupted, Refused, allow_folder, by, db, opened, progress, refuse_leading_away
from timeline.errors import BundleInvalid

_NO_FOLDER = "Go to the folder that holds it, begin a project (timeline init DIR), or name a timeline that is there (--db FILE)"


@click.command()
@click.option(
    "--events",
    type=click.Path(path_type=Path),
    default=Path("events"),
    show_default=True,
    help="The folder of bundles (.yaml, .yml, .jsonl), appended in the order of their names.",
)
@allow_folder
@db
@by
def build(events: Path, allowed: tuple[Path, ...], db: Path, by: str | None) -> None:
    """Make or complete a timeline from a folder of bundles.

    Each bundle is appended whole or not at all, and what is there already is passed over: build as often as you like. If
    some bundles have faults, all of them are told, and the others are appended. Bundles and documents come from the project's
    folder alone: what leads elsewhere, by its path or through a link, is refused unless you allow the folder.

    Example: timeline build
    """
    _append(_bundles(events), db, by, allowed, found=True)


def build_whole(events: Path, db: Path, allowed: Sequence[Path] = ()) -> None:
    """Do the same, all or nothing: the file that this makes is removed again where a bundle is refused, or it ends early."""
    there, file = db.exists(), db.resolve()
    try:
        _append(_bundles(events, _NO_FOLDER, "Write one"), db, None, allowed, found=True, partly=there)
    except BaseException as error:
        if not there and file.exists():
            for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
                path.unlink(missing_ok=True)
            if isinstance(error, Refused):
                error.outcome = f"{db} was not made"
        raise


def _bundles(
    events: Path,
    elsewhere: str = "Name the one that holds the bundles: --events DIR",
    none: str = "Write one, or name another folder",
) -> list[Path]:
    refuse_leading_away(events, "timeline build --events {}")
    if not events.is_dir():
        raise Refused(f"{events}: there is no such folder. {elsewhere}")
    paths = sorted(path for path in events.iterdir() if path.suffix.lower() in bundles.SUFFIXES)
    if not paths:
        raise Refused(f"{events}: holds no bundles ({', '.join(bundles.SUFFIXES)}). {none}")
    return paths


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@allow_folder
@db
@by
def append(files: tuple[Path, ...], allowed: tuple[Path, ...], db: Path, by: str | None) -> None:
    """Append bundles, in the order given.

    Each is appended whole or not at all. Appending a bundle again appends nothing. A bundle may lie anywhere; the documents that
    it names lie in its project's folder, or in one that you allow.

    Example: timeline append events/2026-01.yaml --by "Ada Lovelace"
    """
    _append(list(files), db, by, allowed)


def _append(
    paths: list[Path], db: Path, by: str | None, allowed: Sequence[Path], *, found: bool = False, partly: bool = True
) -> None:
    """Append bundles; those that are sound stay where others are not, unless they are not to be appended partly."""
    within = {path: (bundles.project(path), *allowed) if found else None for path in paths}
    unreadable = [f"{path}: {reason}" for path in paths if (reason := bundles.refusal(path, within[path]))]
    if len(unreadable) == len(paths):
        raise Refused("\n".join(unreadable), len(unreadable))
    faulty: list[BundleInvalid] = []
    refused: dict[str, str] = {}
    redacted: list[str] = []
    new = 0
    try:
        with opened(db, by=by, read_only=False) as timeline, progress("Appending", _size(paths)) as advance:
            for path in paths:
                try:
                    appended = bundles.append(timeline, path, advance, refused, allowed=allowed, found=found)
                    new += appended.events
                    redacted += appended.redacted
                except BundleInvalid as error:
                    faulty.append(error)
            size = timeline.log.size()
    except KeyboardInterrupt:
        raise Interrupted("interrupted; nothing of the unfinished bundle was appended") from None
    if (sound := len(paths) - len(faulty)) and (partly or not faulty):
        click.echo(f"{db}: {count(size, 'event')} ({new:,} new) from {count(sound, 'bundle')}")
    for told in redacted:
        click.echo(f"Passed over: {harmless(told)}", err=True)
    if faulty:
        refusal = Refused("\n".join(str(error) for error in faulty), sum(len(error.faults) for error in faulty))
        if any(error.changed for error in faulty) and size:
            refusal.outcome = f"Nothing of a bundle with faults was appended. {draft(db)}"
        raise refusal


def draft(db: Path) -> str:
    """Say how a draft is begun again, and what that takes away."""
    return (
        f"While nothing of {db} was published, it can be begun again: remove that file, then run timeline build; what was"
        " imported or archived by a command is to be repeated then"
    )


def _size(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())
