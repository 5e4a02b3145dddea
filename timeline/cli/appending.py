"""The commands that append bundles: build, append. Must not know the format of a bundle."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import click

from timeline import authors, bundles, files
from timeline.bundles import Appended
from timeline.cli import continuing, json_forms
from timeline.cli.options import allow_folder, any_db, by, db, path_argument, path_option
from timeline.cli.printing import count, harmless
from timeline.cli.running import Interrupted, Refused, opened, progress, refuse_leading_away
from timeline.errors import BundleInvalid
from timeline.shared_log import connecting
from timeline.timeline import Timeline

_NO_FOLDER = "Go to the folder that holds it, start a project (timeline init DIR), or name an existing timeline (--db FILE)"


@click.command()
@path_option(
    "--events",
    metavar="DIR",
    default=Path("events"),
    show_default=True,
    help="The folder of bundles (.yaml, .yml, .jsonl), appended in the order of their names, each after those that it refers to.",
)
@click.option("--fresh", is_flag=True, help="Build the draft again from nothing, as long as none of it was published or signed.")
@click.option(
    "--onto",
    metavar="BRANCH|DIR",
    help="Build it again from the publication on a git branch or in a folder, and drop your own publication that nobody received.",
)
@click.option("--yes", is_flag=True, help="With --fresh or --onto: also lose events that are in no bundle, and your signatures.")
@allow_folder
@json_forms.as_object
@db
@by
def build(
    events: Path, fresh: bool, onto: str | None, yes: bool, allowed: tuple[Path, ...], as_json: bool, db: Path, by: str | None
) -> None:
    """Make or update a timeline from a folder of bundles.

    If the project holds a published copy (public/timeline.db), the timeline starts from it, or is brought up to it. If others have
    published in the meantime, and you too: timeline build --fresh --onto origin/main.

    Each bundle is appended as a whole or not at all, and existing entries are skipped: build as often as you like. If some bundles
    have faults, every fault is listed and the other bundles are appended. Bundles and documents must lie in the project's folder:
    a path or link that leads elsewhere is refused unless you allow that folder.

    Example: timeline build
    """
    paths = _bundles(events)
    if onto or (fresh and db.exists()):
        with continuing.begun_anew(db, onto, yes=yes) as basis:
            author = by or continuing.author(db)
            outcome = _append(paths, db, author, allowed, basis, in_project=True, partly=False, as_json=as_json)
    else:
        outcome = _append(paths, db, by, allowed, continuing.brought_up(db), in_project=True, as_json=as_json)
    outcome.write(as_json=as_json)


def build_all_or_nothing(events: Path, db: Path, allowed: Sequence[Path] = ()) -> None:
    """Build from all bundles or none: a new file is removed again where a bundle is refused, or the build ends early."""
    existed, file = db.exists(), db.resolve()
    try:
        paths = _bundles(events, _NO_FOLDER, "Write one")
        _append(paths, db, None, allowed, continuing.published(db), in_project=True, partly=existed).write()
    except BaseException as error:
        if not existed and file.exists():
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
        raise Refused(f"{events}: there is no such folder. {files.did_you_mean(events)}{elsewhere}")
    paths = sorted((path for path in events.iterdir() if path.suffix.lower() in bundles.SUFFIXES), key=_order)
    for one, other in pairwise(sorted(paths, key=lambda path: _order(path)[0].casefold())):
        if _order(one)[0].casefold() == _order(other)[0].casefold():
            raise Refused(f"{one} and {other.name}: not every computer tells these two names apart. Rename one of them")
    if not paths:
        raise Refused(f"{events}: holds no bundles ({', '.join(bundles.SUFFIXES)}). {none}")
    return paths


def _order(path: Path) -> tuple[str, str]:
    """Return the key of a bundle by which all computers order alike: by code points, however the letters are composed."""
    return unicodedata.normalize("NFC", path.name), path.name


@click.command()
@path_argument("files", metavar="FILE...", nargs=-1, required=True)
@allow_folder
@json_forms.as_object
@any_db
@by
def append(files: tuple[Path, ...], allowed: tuple[Path, ...], as_json: bool, db: Path | str, by: str | None) -> None:
    """Append bundles, in the order given.

    Each is appended as a whole or not at all. Appending a bundle again appends nothing. A bundle may lie anywhere; the documents
    that it names must lie in its project's folder, or in one that you allow.

    Example: timeline append events/2026-01.yaml --by "Ada Lovelace"
    """
    _append(list(files), db, by, allowed, continuing.published(db), as_json=as_json).write(as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The result of appending bundles: the events in the log now, how many of them are new, and the bundles appended."""

    timeline: str
    events: int
    new: int
    bundles: int
    redacted: tuple[str, ...]
    faults: tuple[tuple[str, str], ...]

    def write(self, *, as_json: bool = False) -> None:
        """Print it, for programs or for people."""
        if as_json:
            faults = [{"where": where, "what": message} for where, message in self.faults]
            json_forms.write({**asdict(self), "faults": faults})
        else:
            click.echo(f"{self.timeline}: {count(self.events, 'event')} ({self.new:,} new) from {count(self.bundles, 'bundle')}")


def _append(
    paths: list[Path],
    db: Path | str,
    by: str | None,
    allowed: Sequence[Path],
    basis: continuing.Basis,
    *,
    in_project: bool = False,
    partly: bool = True,
    as_json: bool = False,
) -> _Outcome:
    """Append bundles to a basis. Unless `partly` is off, sound bundles are appended even where others have faults.

    `in_project` means that the bundles themselves must lie in the project or an allowed folder. Messages call the timeline `db`.
    Raises Refused where there are faults; with `as_json` it first writes them.
    """
    within = {path: (bundles.project(path), *allowed) if in_project else None for path in paths}
    unreadable = [f"{path}: {reason}" for path in paths if (reason := bundles.refusal(path, within[path]))]
    if len(unreadable) == len(paths):
        raise Refused("\n".join(unreadable), len(unreadable))
    faulty: list[BundleInvalid] = []
    redacted: list[str] = []
    additions: list[str] = []
    new = 0
    try:
        with opened(basis.path, by=by, read_only=False) as timeline, progress("Appending", _size(paths)) as advance:
            before = timeline.log.size()

            def append_one(path: Path, refused: dict[str, str]) -> Appended:
                return bundles.append(timeline, path, advance, refused, allowed=allowed, in_project=in_project)

            for path, appended in _each(timeline, paths, append_one, waiting=in_project):
                if isinstance(appended, BundleInvalid):
                    faulty.append(appended)
                    continue
                new += appended.events
                redacted += appended.redacted
                if appended.events and (basis.published or not _is_by(timeline, timeline.author)):
                    additions.append(f"{path}: {count(appended.events, 'new event')}{_author(timeline)}")
            if not faulty:
                timeline.log.make()
            size = timeline.log.size()
            overridden = list(bundles.overridden(timeline.log, before, basis.unseen))
            changed = sorted({stream for error in faulty for stream in error.changed})
            published = [one for one in changed if (first := timeline.log.first(one)) and first.position <= basis.published]
    except KeyboardInterrupt:
        raise Interrupted("interrupted; the unfinished bundle was not appended") from None
    sound = len(paths) - len(faulty)
    faults = tuple(fault for error in faulty for fault in error.faults)
    outcome = _Outcome(
        connecting.without_password(db) if isinstance(db, str) else str(db), size, new, sound, tuple(redacted), faults
    )
    for message in redacted:
        click.echo(f"Skipped: {harmless(message)}", err=True)
    for message in additions:
        click.echo(harmless(message), err=True)
    for message in overridden:
        click.echo(f"Warning: {harmless(message)}", err=True)
    if faulty:
        if partly and (sound or as_json):
            outcome.write(as_json=as_json)
        refusal = Refused("\n".join(str(error) for error in faulty), len(faults))
        if changed:
            refusal.outcome = f"Bundles with faults were not appended. {_next_step(changed, published)}"
        raise refusal
    return outcome


def _each(
    timeline: Timeline, paths: list[Path], append_one: Callable[[Path, dict[str, str]], Appended], *, waiting: bool
) -> Iterator[tuple[Path, Appended | BundleInvalid]]:
    """Append bundles in their order, and yield each with its result, or with its faults.

    With `waiting`, a bundle that refers to missing entries waits until other bundles have brought them all. The order depends on
    the bundles and the log alone.
    """
    refused: dict[str, str] = {}  # streams whose entries had faults
    blocked: dict[Path, frozenset[str]] = {}  # bundles that wait, each with the missing entries
    for path in paths:
        tried = dict(refused)
        try:
            yield path, append_one(path, tried)
        except BundleInvalid as error:
            if waiting and error.missing:
                blocked[path] = error.missing
            else:
                refused = tried
                yield path, error
    while ready := next((path for path, missing in blocked.items() if all(map(timeline.log.version, missing))), None):
        try:
            yield ready, append_one(ready, dict(refused))
            del blocked[ready]
        except BundleInvalid as error:
            blocked[ready] = error.missing - blocked[ready] or frozenset(("",))
    for path in blocked:
        try:
            yield path, append_one(path, refused)
        except BundleInvalid as error:
            yield path, error


def _is_by(timeline: Timeline, author: str) -> bool:
    """Whether the last event is by this author, and not by one whom its bundle names."""
    last = timeline.log.event(timeline.log.size())
    return last is None or last.recorded_by == author


def _author(timeline: Timeline) -> str:
    """Name the author of the last event, as ", by Ada"; ask for one where there is none."""
    last = timeline.log.event(timeline.log.size())
    return (authors.by(last.recorded_by) if last else "") or ", without an author: give --by NAME"


def _next_step(changed: list[str], published: list[str]) -> str:
    """Advise how to change recorded events: correct those that were published, build a draft again."""
    if not published:
        return "As long as none of it was published or signed, build the draft again: timeline build --fresh"
    more = f" and {len(published) - 1:,} more" if len(published) > 1 else ""
    drafts = [one for one in changed if one not in published]
    other = f" For {drafts[0]}: timeline build --fresh" if drafts else ""
    return (
        f"{published[0]}{more}: was published, so it cannot change. Put its entry back, and correct it in a further entry; or, if"
        f" you mean another happening, give yours another id.{other}"
    )


def _size(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())
