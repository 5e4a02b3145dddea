"""The commands that append bundles: build, append. Must not know the form of a bundle."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from timeline import authors, bundles, files
from timeline.cli import continuing, json_forms
from timeline.cli.printing import count, harmless
from timeline.cli.running import Interrupted, Refused, allow_folder, by, db, opened, progress, refuse_leading_away
from timeline.errors import BundleInvalid
from timeline.timeline import Timeline

_NO_FOLDER = "Go to the folder that holds it, begin a project (timeline init DIR), or name a timeline that is there (--db FILE)"


@click.command()
@click.option(
    "--events",
    type=click.Path(path_type=Path),
    default=Path("events"),
    show_default=True,
    help="The folder of bundles (.yaml, .yml, .jsonl), appended in the order of their names.",
)
@click.option("--fresh", is_flag=True, help="Begin the draft anew: as long as nothing of it was published or signed.")
@click.option(
    "--onto",
    metavar="BRANCH|DIR",
    help="Begin it anew from the publication on a branch of git, or in a folder, and drop one of your own that nobody received.",
)
@click.option("--yes", is_flag=True, help="With --fresh or --onto: also lose what is in no bundle, and what you signed.")
@allow_folder
@json_forms.as_object
@db
@by
def build(
    events: Path, fresh: bool, onto: str | None, yes: bool, allowed: tuple[Path, ...], as_json: bool, db: Path, by: str | None
) -> None:
    """Make or complete a timeline from a folder of bundles.

    Where the project holds a published copy (public/timeline.db), the timeline begins from it, or is brought up to it. Where others
    have published meanwhile, and you too: timeline build --fresh --onto origin/main.

    Each bundle is appended whole or not at all, and what is there already is passed over: build as often as you like. If
    some bundles have faults, all of them are told, and the others are appended. Bundles and documents come from the project's
    folder alone: what leads elsewhere, by its path or through a link, is refused unless you allow the folder.

    Example: timeline build
    """
    paths = _bundles(events)
    if onto or (fresh and db.exists()):
        with continuing.begun_anew(db, onto, yes=yes) as basis:
            outcome = _append(paths, db, by or continuing.author(db), allowed, basis, found=True, partly=False, as_json=as_json)
    else:
        outcome = _append(paths, db, by, allowed, continuing.brought_up(db), found=True, as_json=as_json)
    outcome.tell(as_json=as_json)


def build_whole(events: Path, db: Path, allowed: Sequence[Path] = ()) -> None:
    """Do the same, all or nothing: the file that this makes is removed again where a bundle is refused, or it ends early."""
    there, file = db.exists(), db.resolve()
    try:
        paths = _bundles(events, _NO_FOLDER, "Write one")
        _append(paths, db, None, allowed, continuing.published(db), found=True, partly=there).tell()
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
        raise Refused(f"{events}: there is no such folder. {files.meant(events)}{elsewhere}")
    paths = sorted(path for path in events.iterdir() if path.suffix.lower() in bundles.SUFFIXES)
    if not paths:
        raise Refused(f"{events}: holds no bundles ({', '.join(bundles.SUFFIXES)}). {none}")
    return paths


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@allow_folder
@json_forms.as_object
@db
@by
def append(files: tuple[Path, ...], allowed: tuple[Path, ...], as_json: bool, db: Path, by: str | None) -> None:
    """Append bundles, in the order given.

    Each is appended whole or not at all. Appending a bundle again appends nothing. A bundle may lie anywhere; the documents that
    it names lie in its project's folder, or in one that you allow.

    Example: timeline append events/2026-01.yaml --by "Ada Lovelace"
    """
    _append(list(files), db, by, allowed, continuing.published(db), as_json=as_json).tell(as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of bundles: how many events there now are, how many of them are new, and how many bundles were appended."""

    timeline: Path
    events: int
    new: int
    bundles: int
    redacted: tuple[str, ...]
    faults: tuple[tuple[str, str], ...]

    def tell(self, *, as_json: bool = False) -> None:
        """Say it, for programs or for people."""
        if as_json:
            faults = [{"where": where, "what": what} for where, what in self.faults]
            json_forms.write({**asdict(self), "timeline": str(self.timeline), "faults": faults})
        else:
            click.echo(f"{self.timeline}: {count(self.events, 'event')} ({self.new:,} new) from {count(self.bundles, 'bundle')}")


def _append(
    paths: list[Path],
    db: Path,
    by: str | None,
    allowed: Sequence[Path],
    basis: continuing.Basis,
    *,
    found: bool = False,
    partly: bool = True,
    as_json: bool = False,
) -> _Outcome:
    """Append bundles to what they go on from; those that are sound stay where others are not, unless not to be appended partly.

    `db` is what the timeline is called. Raises Refused where there are faults, which for programs are then written as well.
    """
    within = {path: (bundles.project(path), *allowed) if found else None for path in paths}
    unreadable = [f"{path}: {reason}" for path in paths if (reason := bundles.refusal(path, within[path]))]
    if len(unreadable) == len(paths):
        raise Refused("\n".join(unreadable), len(unreadable))
    faulty: list[BundleInvalid] = []
    refused: dict[str, str] = {}
    redacted: list[str] = []
    whose: list[str] = []
    new = 0
    try:
        with opened(basis.path, by=by, read_only=False) as timeline, progress("Appending", _size(paths)) as advance:
            before = timeline.log.size()
            for path in paths:
                try:
                    appended = bundles.append(timeline, path, advance, refused, allowed=allowed, found=found)
                    new += appended.events
                    redacted += appended.redacted
                    if basis.published and appended.events:
                        whose.append(f"{path}: {count(appended.events, 'new event')}{_author(timeline)}")
                except BundleInvalid as error:
                    faulty.append(error)
            if not faulty:
                timeline.log.make()
            size = timeline.log.size()
            overridden = list(bundles.overridden(timeline.log, before, basis.unseen))
            changed = sorted({stream for error in faulty for stream in error.changed})
            stays = [one for one in changed if (first := timeline.log.first(one)) and first.position <= basis.published]
    except KeyboardInterrupt:
        raise Interrupted("interrupted; nothing of the unfinished bundle was appended") from None
    sound = len(paths) - len(faulty)
    faults = tuple(fault for error in faulty for fault in error.faults)
    outcome = _Outcome(db, size, new, sound, tuple(redacted), faults)
    for told in redacted:
        click.echo(f"Passed over: {harmless(told)}", err=True)
    for told in whose:
        click.echo(harmless(told), err=True)
    for told in overridden:
        click.echo(f"Warning: {harmless(told)}", err=True)
    if faulty:
        if partly and (sound or as_json):
            outcome.tell(as_json=as_json)
        refusal = Refused("\n".join(str(error) for error in faulty), len(faults))
        if changed:
            refusal.outcome = f"Nothing of a bundle with faults was appended. {_what_to_do(changed, stays)}"
        raise refusal
    return outcome


def _author(timeline: Timeline) -> str:
    """Say by whom the last event was recorded."""
    last = timeline.log.event(timeline.log.size())
    return (authors.by(last.recorded_by) if last else "") or ", by nobody named: give --by NAME"


def _what_to_do(changed: list[str], stays: list[str]) -> str:
    """Say how to change what was recorded: by a correction where it was published, or by beginning the draft anew."""
    if not stays:
        return "While nothing of it was published or signed, begin the draft anew: timeline build --fresh"
    more = f" and {len(stays) - 1:,} more" if len(stays) > 1 else ""
    other = f" For {next(one for one in changed if one not in stays)}: timeline build --fresh" if len(changed) > len(stays) else ""
    return (
        f"{stays[0]}{more}: was published, so it stays. Put back its entry, and correct it in a further one; or, if you mean"
        f" another, give yours another id.{other}"
    )


def _size(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())
