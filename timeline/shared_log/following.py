"""Follow a shared log into a file: compare, catch up, stay, and come back after every trouble.

Owns when it looks, when it gives up, and what it reports. Must not check what it reads (`storing` does), nor append.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Literal

from timeline.errors import DatabaseRefused, GuardsMissing, SharedLogDiffers, SharedLogUnreachable
from timeline.log import followed
from timeline.log.followed import Followed, Status
from timeline.log.log import Log
from timeline.log.sqlite_file import refusal
from timeline.shared_log import connecting, storing
from timeline.shared_log.reader import Batch, Reader

POLL: Final = 1.0  # seconds between two looks, where no hint comes
SOON: Final = 0.02  # seconds until the look after news: writers announce only some of their appends
FIRST_RETRY, LAST_RETRY = 0.2, 10.0  # seconds until it tries again after trouble: twice as long each time
REPORTED: Final = 10.0  # seconds between two lines about a long catch-up
MOVED, WRITTEN = 0.5, 5.0  # seconds between two writings of the status while events come, and while none do
CLEANED: Final = 60.0  # seconds between two attempts to clean the file of redacted data
_PASSING: Final = tuple(
    f"SQLITE_{name}" for name in ("FULL", "IOERR", "BUSY", "LOCKED", "CANTOPEN", "READONLY", "NOMEM", "INTERRUPT")
)
_BUSY: Final = 5_000  # milliseconds for which the file may be busy
_REFUSED: Final = "the shared log does not hold the same events as this timeline, or fails its own hashes"
_UNUSABLE: Final = "the file of this timeline cannot be used"

State = Literal["", "behind", "current", "trouble"]


def follow(
    url: str | None,
    path: str | Path,
    *,
    once: bool = False,
    poll: float = POLL,
    append_as: str = "",
    stop: threading.Event | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> int:
    """Follow a shared log into a file, and return the position that the file has reached in the end.

    Parameters:
        url: the address of the log; None: the one that the file follows already. A password in it is not stored.
        path: the timeline's file, which is made if it is absent.
        once: True catches up and ends; False stays, through every trouble, until `stop` is set.
        poll: the seconds between two looks, where the server announces nothing.
        append_as: the user as whom this file's programs append, if that is another than the one who reads.
        stop: ends it from another thread.
        report: is given a line each time the state changes.

    Raises SharedLogDiffers where the log does not begin with the file's events, or fails its own hashes; DatabaseRefused where the
    file cannot be used, another process follows into it, or, on the first connection of a file, the server cannot be used.
    """
    follower = Follower(url, Path(path), poll=poll, append_as=append_as, stop=stop, report=report)
    with follower.attached():
        return follower.once() if once else follower.run()


class Follower:
    """The follower of one file."""

    def __init__(
        self,
        url: str | None,
        path: Path,
        *,
        poll: float = POLL,
        append_as: str = "",
        stop: threading.Event | None = None,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.path = path
        known = None
        with suppress(DatabaseRefused) if url else nullcontext():  # a malformed note is written anew
            known = followed.read(path)
        if url is None and known is None:
            raise DatabaseRefused(path, f"follows no shared log yet. Name one: timeline follow postgresql://… --db {path}")
        self.url = url or (known.url if known else "")
        if not connecting.is_url(self.url):
            raise DatabaseRefused(
                connecting.without_password(self.url), "is not the address of a shared log. Write postgresql://USER@HOST/DATABASE"
            )
        self.known = known
        self.note = Followed(connecting.without_password(self.url), append_as or (known.append_as if known else ""))
        self.stop = stop or threading.Event()
        self._poll, self._report = poll, report
        self._reader: Reader | None = None
        self._log: Log | None = None
        self._identity: object = None
        self._status = self._shown = followed.status(path) or Status()
        self._written = self._reported = self._cleaned = float("-inf")  # when it was, or may be, done
        self._state: State = ""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="timeline-follower")
        self._next: Future[Batch] | None = None  # the batch that is read meanwhile
        self._begins = True  # nothing was compared in this process yet

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Be the one process that follows into the file. A file that follows nothing yet is compared with the log first."""
        self.attach()
        with self._alone():
            try:
                yield
            except DatabaseRefused as error:
                if is_final(error, self.path):
                    self._status = replace(self._status, ended=_REFUSED if isinstance(error, SharedLogDiffers) else _UNUSABLE)
                    self._write_status(connected=False, error=str(error))
                raise
            finally:
                self._write_status(connected=False)
                self._close()
                self._thread.shutdown()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with followed.lock(self.path) as ours:
            if not ours:
                raise DatabaseRefused(self.path, "another process follows into it already. See: timeline follow --status")
            yield

    def attach(self) -> None:
        """Note that the file follows the log, unless that is noted already. The file is compared with the log first."""
        if not followed.note(self.path).exists():
            self._attach()
        elif self.known != self.note:
            with self._alone():
                self._attach()

    def _attach(self) -> None:
        """Compare the file with the log, and note that it follows it, while nobody else can append to it."""
        with self._errors(), closing(Reader(self.url, self.path)) as reader, closing(storing.opened(self.path)) as log:
            log.make()
            with log.transaction():
                reader.compare(partial(storing.leaves, log), log.size())
                followed.write(self.path, self.note)

    def once(self) -> int:
        """Catch up, and end. Raises what `follow` raises, and DatabaseRefused on any trouble."""
        with self._errors():
            self._connect()
            self._step()
            while self._is_behind:
                self._step()
            self._clean(at_once=True)
        return self._status.position

    def run(self) -> int:
        """Stay until it is stopped."""
        wait, retry = self._poll, FIRST_RETRY
        while not self.stop.is_set():
            try:
                with self._errors():
                    if self._reader is None:
                        self._connect()
                    wait = min(self._poll, SOON if self._step() else 2 * wait)
                    self._clean()
                    if not self._is_behind:
                        self._wait(wait)
                retry = FIRST_RETRY
            except DatabaseRefused as error:
                if self.stop.is_set():  # it was interrupted
                    break
                if is_final(error, self.path):
                    raise
                self._trouble(error)
                self.stop.wait(retry)
                retry = min(LAST_RETRY, 2 * retry)
        return self._status.position

    @property
    def _is_behind(self) -> bool:
        return self._status.position < self._status.there

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Explain SQLite's errors."""
        try:
            yield
        except sqlite3.Error as error:
            raise refusal(self.path, error) from error

    def _connect(self) -> None:
        """Open the file, and connect. The first connection compares all events; each step compares the last one."""
        reader = Reader(self.url, self.path)
        log = self._opened()
        try:
            if self._begins:
                reader.compare(partial(storing.leaves, log), log.size())
                self._begins = False
            reader.listen()
        except BaseException:
            reader.close()
            raise
        self._reader = reader
        self._status = replace(self._status, cleaned=min(self._status.cleaned, storing.last_redaction(log)), ended="")
        self._write_status(connected=True)

    def _opened(self) -> Log:
        """Return the open file. One that was put in its place is opened instead, and compared anew."""
        identity = _identity(self.path)
        if self._log is not None and identity != self._identity:
            self._close()
            self._begins = True
        if self._log is None:
            self._log = storing.opened(self.path)
            self._log.make()  # so that it can be served while it is empty
            self._log.connection.execute(f"PRAGMA busy_timeout = {_BUSY}")
            self._identity = _identity(self.path)
        return self._log

    def _step(self) -> bool:
        """Read and store the next events. Return whether there were any."""
        if followed.read(self.path) is None:
            raise DatabaseRefused(self.path, f"follows no shared log any more: {followed.note(self.path)} was removed")
        log = self._opened()
        if (reader := self._reader) is None:  # another file is in its place
            return False
        before = log.size()
        batch = self._batch(reader, log, before)
        last = storing.last_redaction(log)
        live = storing.store(log, batch)
        size = log.size()
        if not live and self._status.cleaned == last:
            self._status = replace(self._status, cleaned=storing.last_redaction(log))
        state: State = "behind" if size < batch.end else "current"
        place = f"at position {size:,} of {batch.end:,}" if size < batch.end else f"up to date at position {size:,}"
        told = self._tell(state, place)
        self._write_status(position=size, there=batch.end, up_to_date=size >= batch.end, at_once=told)
        return size > before

    def _batch(self, reader: Reader, log: Log, after: int) -> Batch:
        """Return the next batch. Where another one follows it, a thread reads that while this one is stored."""
        future, self._next = self._next, None
        batch = future.result() if future is not None else None
        if batch is None or batch.after != after:  # another process has stored it
            batch = reader.batch(after, storing.leaf(log, after), partial(storing.holds, log))
        if batch.events and (last := batch.events[-1]).position < batch.end:
            held = batch.documents.__contains__
            self._next = self._thread.submit(reader.batch, last.position, storing.leaf_of(last), held)
        return batch

    def _wait(self, seconds: float) -> None:
        """Wait for a hint that names a later position, so long at most, or until it is stopped."""
        until = time.monotonic() + seconds
        while self._reader and not self.stop.is_set() and (left := until - time.monotonic()) > 0:
            if self._reader.hinted(min(left, 0.2)) > self._status.position:
                return

    def _clean(self, *, at_once: bool = False) -> None:
        """Leave no trace of what was redacted. While another program reads the file, it is tried again later."""
        log = self._opened()
        if (last := storing.last_redaction(log)) <= self._status.cleaned:
            return
        if not at_once and time.monotonic() < self._cleaned:
            return
        try:
            log.scrub()
        except DatabaseRefused as error:
            self._cleaned = time.monotonic() + CLEANED
            reason = f"a redaction has arrived, but traces of it are left: {error.reason}"
            self._status = replace(self._status, error=reason, error_at=_now())
            self._report(f"{self.path}: {reason}. It is tried again")
            if at_once:
                raise DatabaseRefused(self.path, reason) from error
            return
        self._status = replace(self._status, cleaned=last)
        self._write_status()

    def _trouble(self, error: DatabaseRefused) -> None:
        """Report trouble when it begins, and close everything: the next attempt begins anew."""
        if self._state != "trouble":
            fault = f"{error.subject}: {error.fault}" if isinstance(error, SharedLogUnreachable) else f"{error}"
            self._report(f"{fault}. Trying again")
        self._state = "trouble"
        self._write_status(connected=False, error=str(error))
        self._close()

    def _tell(self, state: State, line: str) -> bool:
        """Report a change of the state, and now and then how far a long catch-up has come. Return whether there was news."""
        if state == self._state and (state == "current" or time.monotonic() - self._reported < REPORTED):
            return False
        if (self._state, state) == ("current", "behind"):  # some events at once are no news
            return False
        again = " again" if self._state == "trouble" else ""
        self._state, self._reported = state, time.monotonic()
        self._report(f"{self.path}: follows {self.note.url}{again}, {line}")
        return True

    def _write_status(
        self,
        *,
        connected: bool | None = None,
        position: int | None = None,
        there: int | None = None,
        up_to_date: bool = False,
        error: str = "",
        at_once: bool = False,
    ) -> None:
        """Write the status: at once where more has changed than the position, else now and then."""
        now, new = _now(), self._status
        if connected is not None and (connected != new.connected or not new.since):
            new = replace(new, connected=connected, since=now)
        if error:
            new = replace(new, error=error, error_at=now)
        if position is not None and there is not None:
            new = replace(new, position=position, there=there, answered_at=now)
        if up_to_date:
            new = replace(new, up_to_date_at=now)
        self._status = new
        ago = time.monotonic() - self._written
        moved = (new.position, new.there) != (self._shown.position, self._shown.there)
        still = replace(
            self._shown, position=new.position, there=new.there, up_to_date_at=new.up_to_date_at, answered_at=new.answered_at
        )
        if at_once or new != still or ago >= (MOVED if moved else WRITTEN):
            self._written, self._shown = time.monotonic(), new
            followed.write_status(self.path, new)

    def _close(self) -> None:
        if self._next is not None and not self._next.cancel():
            self._next.add_done_callback(Future.exception)  # nobody waits for it any more
        for one in (self._reader, self._log):
            if one is not None:
                with suppress(Exception):
                    one.close()
        self._reader = self._log = self._next = None


def pull(log: Log, reader: Reader, position: int) -> bool:
    """Bring a file up to a position, beside the process that follows. Return whether it must be cleaned: see `storing.store`.

    Raises what `follow` raises. It waits only briefly while the file is busy.
    """
    (patience,) = log.connection.execute("PRAGMA busy_timeout").fetchone()
    log.connection.execute(f"PRAGMA busy_timeout = {_BUSY}")
    try:
        live = False
        while (size := log.size()) < position:
            batch = reader.batch(size, storing.leaf(log, size), partial(storing.holds, log))
            live |= storing.store(log, batch)
        return live
    finally:
        log.connection.execute(f"PRAGMA busy_timeout = {patience}")


def is_final(error: DatabaseRefused, path: Path) -> bool:
    """Whether trying again is of no use: the log differs, or the file itself cannot be used. A full or busy disk passes."""
    if isinstance(error, SharedLogDiffers | GuardsMissing):
        return True
    return error.subject == str(path) and not getattr(error.__cause__, "sqlite_errorname", "").startswith(_PASSING)


def _identity(path: Path) -> object:
    try:
        there = path.stat()
    except OSError:
        return None
    return there.st_dev, there.st_ino


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
