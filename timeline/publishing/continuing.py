"""Continue from a published timeline: a clone has no timeline of its own yet, and another's publication may be ahead of ours.

Owns how a working file starts from a published one, is brought up to it, or is replaced, and how two logs are compared. Must not
append anything.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from timeline import authors, merkle
from timeline.any_log import AnyLog
from timeline.errors import NoteInvalid, PublishingRefused
from timeline.log import followed, published_copies
from timeline.log.log import Event, Log
from timeline.merkle import Checkpoint, Note
from timeline.publishing import folder, repository
from timeline.publishing.backups import restore
from timeline.publishing.copying import Contents
from timeline.publishing.durable_files import temporary_folder
from timeline.timeline import Timeline

_CHECKPOINTS = """
SELECT origin, size, root, NULL, NULL FROM checkpoints UNION
SELECT origin, size, root, public_key, signature FROM signatures JOIN checkpoints ON checkpoints.number = checkpoint"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The relation of a log to a published one: how many of their first events are the same, and how many events each has."""

    same: int
    ours: int
    theirs: int
    our_next: Event | None
    their_next: Event | None

    @property
    def adds(self) -> bool:
        """Return whether the log holds all published events."""
        return self.same == self.theirs

    @property
    def lags(self) -> bool:
        """Return whether the log holds only published events, and not all of them."""
        return self.same == self.ours < self.theirs

    def summary(self, path: Path, other: Path) -> str:
        """Word the comparison, and where the two logs differ."""
        if self.lags:
            return f"{path}: holds the first {self.ours:,} of the {self.theirs:,} events in {other}"
        ours, theirs = _event_line(self.our_next), _event_line(self.their_next)
        return f"{path}: differs from {other} from position {self.same + 1:,} on: here {ours}, there {theirs}"


def newest(db: Path) -> Path | None:
    """Return the published copy of a timeline with the most events, by its checkpoint; None where there is none.

    Raises NoteInvalid where a checkpoint is invalid, PublishingRefused where a copy has a git conflict.
    """
    for copy in published_copies.copies(db):
        repository.refuse_conflict(copy.parent)
    return max(published_copies.copies(db), key=lambda copy: _checkpoint(copy).size, default=None)


def newest_size(db: Path) -> int:
    """Return how many events of a timeline were published, by the newest checkpoint; 0 without one."""
    try:
        return 0 if (copy := newest(db)) is None else _checkpoint(copy).size
    except (NoteInvalid, PublishingRefused):
        return 0


def begin(source: Timeline, db: Path, advance: Callable[[int], None]) -> Contents:
    """Make a new timeline from its published copy. `advance` is called with each event three times in all.

    The copy must match the checkpoint beside it. Raises what `restore` raises.
    """
    return restore(source, db, advance, against=[_note(source.log.path)])


def compare(log: AnyLog, copy: Path) -> Comparison:
    """Compare a log with a published one: find their common beginning by the roots over their first events."""
    with closing(Log(copy, read_only=True, guarded=False)) as other:
        try:
            ours, theirs = log.size(), other.size()
            same, beyond = 0, min(ours, theirs) + 1
            readers = [merkle.reader(one.connection) for one in (log, other)]
            while beyond - same > 1:
                middle = (same + beyond) // 2
                first, second = (merkle.root(middle, reader) for reader in readers)
                same, beyond = (middle, beyond) if first == second else (same, middle)
        except (LookupError, sqlite3.Error) as error:
            raise PublishingRefused(
                log.path, f"cannot be compared with {copy}, because the tree of one is damaged. See: timeline verify --db FILE"
            ) from error
        return Comparison(same, ours, theirs, log.event(same + 1), other.event(same + 1))


def own_checkpoints(log: AnyLog, copy: Path | None) -> dict[int, str]:
    """Return the checkpoints and signatures that a log has and its published copy does not: the signer by size."""
    own = set(log.connection.execute(_CHECKPOINTS))
    if copy is not None:
        with closing(Log(copy, read_only=True, guarded=False)) as other:
            own -= set(other.connection.execute(_CHECKPOINTS))
    sizes: dict[int, str] = {}
    for _, size, _, key, _ in sorted(own, key=str):
        sizes[size] = str(key).partition("+")[0] if key else sizes.get(size, "")
    return sizes


@contextmanager
def replacing(source: Timeline | None, db: Path, advance: Callable[[int], None]) -> Iterator[Path]:
    """Yield a new file, made from a timeline's published copy if there is one, whose content replaces the timeline's at the end.

    The content is replaced in one transaction, so programs that have the timeline open see it. If anything fails, the timeline is
    unchanged. Raises what `restore` raises, and PublishingRefused where the timeline cannot be written, or follows a shared log.
    """
    if followed.read(db) is not None:
        raise PublishingRefused(db, "follows a shared log, whose events stay. Correct them: timeline append")
    with temporary_folder(db, db) as beside:
        fresh = beside / db.name
        if source is not None:
            begin(source, fresh, advance)
        yield fresh
        try:
            with closing(sqlite3.connect(fresh)) as made, closing(sqlite3.connect(db)) as target:
                made.backup(target)
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # leaves nothing of the draft
        except sqlite3.Error as error:
            raise PublishingRefused(db, f"cannot be replaced: {error}. Stop the program that has it open, then repeat") from error


def _checkpoint(copy: Path) -> Checkpoint:
    return Checkpoint.of(_note(copy), str(copy.with_name("checkpoint")))


def _note(copy: Path) -> Note:
    path = copy.with_name("checkpoint")
    return Note.parse(folder.content(path), str(path))


def _event_line(event: Event | None) -> str:
    return (
        "no event"
        if event is None
        else f"{event.id}, recorded {event.recorded_at[:16].replace('T', ' ')} UTC{authors.by(event.recorded_by)}"
    )
