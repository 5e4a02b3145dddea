"""Going on from what was published: a clone has no timeline of its own yet, and another's publication may be ahead of ours.

Owns how a working file begins from a published one, is brought up to it, or is begun anew, and how two logs are compared. Must not
append anything.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from timeline import authors, merkle, published
from timeline.errors import NoteInvalid, PublishingRefused
from timeline.log import Event, Log
from timeline.merkle import Checkpoint, Note
from timeline.publishing import folder, repository
from timeline.publishing.backups import restore
from timeline.publishing.copying import Held
from timeline.publishing.staging import staging
from timeline.timeline import Timeline

_KEPT = """
SELECT origin, size, root, NULL, NULL FROM checkpoints UNION
SELECT origin, size, root, public_key, signature FROM signatures JOIN checkpoints ON checkpoints.number = checkpoint"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a log relates to a published one: how many of their first events are the same, and how many each holds."""

    same: int
    ours: int
    theirs: int
    our_next: Event | None
    their_next: Event | None

    @property
    def adds(self) -> bool:
        """Whether the log holds all that was published."""
        return self.same == self.theirs

    @property
    def lags(self) -> bool:
        """Whether the log holds less than was published, and nothing else."""
        return self.same == self.ours < self.theirs

    def summary(self, path: Path, other: Path) -> str:
        """Say what was compared, and where the two part."""
        if self.lags:
            return f"{path}: holds the first {self.ours:,} of the {self.theirs:,} events in {other}"
        here, there = _event_line(self.our_next), _event_line(self.their_next)
        return f"{path}: differs from {other} from position {self.same + 1:,} on: here {here}, there {there}"


def newest(db: Path) -> Path | None:
    """Find the published copy of a timeline that holds the most, by its checkpoint; None where there is none.

    Raises NoteInvalid where a checkpoint is none, PublishingRefused where git holds two of it.
    """
    for copy in published.copies(db):
        repository.refuse_conflict(copy.parent)
    return max(published.copies(db), key=lambda copy: _checkpoint(copy).size, default=None)


def newest_size(db: Path) -> int:
    """Tell how many events of a timeline were published; 0 where no checkpoint says so."""
    try:
        return 0 if (copy := newest(db)) is None else _checkpoint(copy).size
    except (NoteInvalid, PublishingRefused):
        return 0


def begin(source: Timeline, db: Path, advance: Callable[[int], None]) -> Held:
    """Make a timeline that is not there yet from its published copy. `advance` is told of the copy's events thrice.

    Raises what `restore` raises; the copy must be that of the checkpoint beside it.
    """
    return restore(source, db, advance, against=[_note(source.log.path)])


def compare(log: Log, copy: Path) -> Comparison:
    """Compare a log with a published one, event by event, by the roots over their first events."""
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
                log.path, f"cannot be compared with {copy}, for the tree of one is broken. See: timeline verify --db FILE"
            ) from error
        return Comparison(same, ours, theirs, log.event(same + 1), other.event(same + 1))


def checkpoints_of_its_own(log: Log, copy: Path | None) -> dict[int, str]:
    """List the checkpoints and signatures that a log keeps and its published copy does not: the sizes, each with who signed it."""
    kept = set(log.connection.execute(_KEPT))
    if copy is not None:
        with closing(Log(copy, read_only=True, guarded=False)) as other:
            kept -= set(other.connection.execute(_KEPT))
    sizes: dict[int, str] = {}
    for _, size, _, key, _ in sorted(kept, key=str):
        sizes[size] = str(key).partition("+")[0] if key else sizes.get(size, "")
    return sizes


@contextmanager
def anew(source: Timeline | None, db: Path, advance: Callable[[int], None]) -> Iterator[Path]:
    """Give a file, begun from a timeline's published copy if there is one, that takes the timeline's place at the end.

    Programs that have the timeline open see its new content: it is written over in one transaction. Where anything fails, the
    timeline is as it was. Raises what `restore` raises, and PublishingRefused where the timeline cannot be written.
    """
    with staging(db, db) as beside:
        fresh = beside / db.name
        if source is not None:
            begin(source, fresh, advance)
        yield fresh
        try:
            with closing(sqlite3.connect(fresh)) as made, closing(sqlite3.connect(db)) as target:
                made.backup(target)
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # nothing of a draft stays behind
        except sqlite3.Error as error:
            raise PublishingRefused(db, f"cannot be begun anew: {error}. Stop the program that has it open, then repeat") from error


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
