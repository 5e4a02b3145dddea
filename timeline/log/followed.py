"""The small files beside a timeline that follows a shared log: which log that is, and how far the file has come.

`<name>.follows.json` names the log, without a password. As long as it is there, the file takes events from that log alone, and our
calls append to that log. It holds the number that the file system gave it, so that one in a stranger's folder, which would have our
documents sent to the stranger's log, is not believed. `<name>.follows.status.json` is for people and programs that ask how far the
file is. Both are for their owner alone, and neither is published. Must not connect to anything, nor open the timeline.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from timeline.errors import DatabaseRefused, on_one_line

try:
    import fcntl
except ImportError:  # not POSIX: two followers of one file then do the same work twice, and nothing worse
    fcntl = None  # type: ignore[assignment]

NOTE: Final = ".follows.json"
STATUS: Final = ".follows.status.json"
FRESH: Final = 10.0  # seconds for which a file that was up to date counts as up to date: its follower notes that every few seconds


@dataclass(frozen=True, slots=True)
class Followed:
    """The log that a file follows: its address without a password, and the user who appends, if that is another."""

    url: str
    append_as: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """How far a follower has come. Times are in UTC, RFC 3339; "" where there is none."""

    position: int = 0
    """The last position in the file."""
    there: int = 0
    """The last position in the shared log, when the follower last read it."""
    up_to_date_at: str = ""
    """When the file last held everything that was in the shared log."""
    connected: bool = False
    since: str = ""
    """When the connection was made, or lost."""
    error: str = ""
    """The last trouble, which may be over."""
    error_at: str = ""
    answered_at: str = ""
    """When the server last answered."""
    ended: str = ""
    """Why following ended for good, in words that name no host."""
    cleaned: int = 0
    """The position of the last redaction of which no trace is left in the file's free pages and journals."""


def note(path: str | Path) -> Path:
    """Return the path of the note beside a timeline that names the log it follows. Links to the timeline are followed."""
    return Path(path).resolve().with_suffix(NOTE)


def read(path: str | Path) -> Followed | None:
    """Return the log that a timeline follows; None if it follows none.

    Raises DatabaseRefused where the note is there but cannot be read, because an append then could fork the log; and where it
    was not written in its place, but copied there.
    """
    try:
        return _read(path, note(path))
    except (OSError, ValueError, RuntimeError):  # a circle of links, or no path at all: opening the file reports that
        return None


def _read(path: str | Path, beside: Path) -> Followed | None:
    try:
        with beside.open("rb") as file:
            named, inode = json.loads(file.read()), os.fstat(file.fileno()).st_ino
        known = Followed(**{field.name: str(named.get(field.name, "")) for field in fields(Followed)})
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        reason = f"names the shared log that {path} follows, and cannot be read: {error.strerror}"
        raise DatabaseRefused(beside, f"{reason}. Work as the user who follows it") from None
    except (ValueError, RecursionError, AttributeError):
        reason = f"should name the shared log that {path} follows, but is malformed"
        raise DatabaseRefused(beside, f"{reason}. Follow the log again: timeline follow URL --db {path}") from None
    if named.get("inode") != inode:
        reason = f"was copied here, and may be a stranger's: {path} would then be written through {on_one_line(known.url)[:200]}"
        cure = f"Delete it; or, if that is your log, follow it again: timeline follow URL --db {path}"
        raise DatabaseRefused(beside, f"{reason}. {cure}")
    return known


def write(path: str | Path, followed: Followed) -> None:
    """Note which log a timeline follows, for good. Raises DatabaseRefused."""
    with suppress(DatabaseRefused):
        if read(path) == followed:
            return
    _replace(note(path), asdict(followed), durable=True)


def refuse_append(path: str | Path, beside: Path) -> None:
    """Refuse an append to the file itself where it follows a shared log: it would fork the log. Raises DatabaseRefused.

    `beside` is the path of its note.
    """
    if _read(path, beside) is not None:
        raise DatabaseRefused(
            path, f"it follows a shared log, which alone gives it events. Open it anew: {path} is then written through that log"
        )


@contextmanager
def lock(path: str | Path) -> Iterator[bool]:
    """Be the only process that stays to follow for this timeline, which has a note; yield whether that worked."""
    if fcntl is None:
        yield True
        return
    with note(path).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def status(path: str | Path) -> Status | None:
    """Return how far the follower of a timeline has come; None if that is not known."""
    try:
        known = json.loads(Path(path).resolve().with_suffix(STATUS).read_bytes())
        read = Status(**{field.name: known.get(field.name, field.default) for field in fields(Status)})
    except (OSError, ValueError, RecursionError, TypeError, AttributeError):
        return None
    return read if all(isinstance(getattr(read, field.name), type(field.default)) for field in fields(Status)) else None


def write_status(path: str | Path, status: Status) -> None:
    """Write how far the follower has come. Where that cannot be written, nothing depends on it."""
    with suppress(DatabaseRefused):
        _replace(Path(path).resolve().with_suffix(STATUS), asdict(status), durable=False)


def seconds_since(instant: str, now: datetime) -> float | None:
    """Return how many seconds ago an instant of a status was; None if there is none."""
    try:
        return max(0.0, (now - datetime.fromisoformat(instant)).total_seconds())
    except (ValueError, TypeError):
        return None


def duration(seconds: float) -> str:
    """Word a number of seconds: "3 hours"."""
    for length, name in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= length:
            number = int(seconds // length)
            return f"{number:,} {name}{'' if number == 1 else 's'}"
    return "a moment"


def _replace(path: Path, content: dict[str, Any], *, durable: bool) -> None:
    """Put a file in place of a former one, whole, readable for its owner alone. Raises DatabaseRefused."""
    beginning = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with suppress(FileNotFoundError):
            beginning.unlink()
        with os.fdopen(os.open(beginning, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            json.dump({**content, "inode": os.fstat(file.fileno()).st_ino}, file, indent=1)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        beginning.replace(path)
    except OSError as error:
        with suppress(OSError):
            beginning.unlink()
        raise DatabaseRefused(path, f"cannot be written: {error.strerror}. Make room in its folder, or write access") from None
