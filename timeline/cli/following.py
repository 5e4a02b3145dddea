"""The command that follows a shared log into a file: follow; and the follower beside a server. Must not read the log itself."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import FrameType

import click

from timeline.cli import json_forms
from timeline.cli.options import db
from timeline.cli.printing import count, harmless
from timeline.cli.running import Refused
from timeline.dates import instants
from timeline.errors import DatabaseRefused
from timeline.log import followed
from timeline.log.log import Log
from timeline.shared_log import connecting, following

_SHORTEST, _LONGEST = 0.05, 3_600.0  # seconds between two looks
url_option = click.option("--follow", "followed_url", metavar="URL", help="Follow a shared log meanwhile: see timeline follow.")


@click.command()
@click.argument("url", required=False)
@click.option("--once", is_flag=True, help="Catch up, and end.")
@click.option(
    "--poll",
    type=click.FloatRange(_SHORTEST, _LONGEST),
    default=following.POLL,
    show_default=True,
    metavar="SECONDS",
    help="Look so often, where the server announces nothing.",
)
@click.option("--append-as", default="", metavar="USER", help="Append as this user of the server, where another one reads.")
@click.option("--status", is_flag=True, help="Show how far the file is, and change nothing.")
@click.option("--beside", is_flag=True, hidden=True, help="End when the standard input does: the server that started it has ended.")
@json_forms.as_object
@db
def follow(url: str | None, once: bool, poll: float, append_as: str, status: bool, beside: bool, as_json: bool, db: Path) -> None:
    """Follow the shared log at URL (postgresql://…) into a file of its own: catch up, and then take each event as it comes.

    The file is a timeline like any other: serve it, search it, verify it, publish it. All that you append to it goes to the shared
    log. Every hash is checked on the way. A log that does not begin with the file's events is refused. The address is noted beside
    the file, without a password, and can be left out from then on. Give the password by PGPASSFILE or PGPASSWORD.

    It goes on through every trouble, and reports when its state changes. Ctrl-C ends it.

    Example: timeline follow postgresql://reader@db.example/news --db timeline.db
    """
    if status:
        if url or once or append_as:
            raise click.UsageError("--status shows how far the file is, and takes only --db and --json")
        _show(db, as_json=as_json)
        return
    if as_json:
        raise click.UsageError("--json is for --status")
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()
        raise KeyboardInterrupt

    former = [(number, signal.signal(number, end)) for number in (signal.SIGINT, signal.SIGTERM)]
    if beside:
        threading.Thread(target=_end_with_server, args=(stop,), daemon=True).start()
    try:
        following.follow(url, db, once=once, poll=poll, append_as=append_as, stop=stop, report=_report)
    except (KeyboardInterrupt, DatabaseRefused):
        if not stop.is_set():
            raise
    finally:
        for number, handler in former:
            signal.signal(number, handler)


def _end_with_server(stop: threading.Event) -> None:
    while os.read(0, 1):  # not `sys.stdin`, whose lock would be held when the program ends
        pass
    stop.set()


def _report(line: str) -> None:
    click.echo(harmless(line), err=True)


def _show(path: Path, *, as_json: bool) -> None:
    """Print how far a follower is. Raises Refused where the file follows nothing."""
    note = followed.read(path)
    if note is None:
        raise Refused(f"{path}: follows no shared log. Follow one: timeline follow postgresql://… --db {path}")
    status = followed.status(path) or followed.Status()
    with followed.lock(path) as free:
        running = not free
    connected = running and status.connected
    position = _size(path)  # also what this file's own commands have brought
    there = max(status.there, position) if status.answered_at else None
    behind = None if there is None else there - position
    now = instants.now()
    ago, silent = (followed.seconds_since(one, now) for one in (status.up_to_date_at, status.answered_at))
    lag = 0.0 if connected and behind == 0 and ago is not None and ago <= followed.FRESH else ago
    if as_json:
        json_forms.write(
            {
                "timeline": str(path),
                "follows": note.url,
                "append_as": note.append_as or None,
                "running": running,
                "connected": connected,
                "since": status.since or None,
                "answered_at": status.answered_at or None,
                "position": position,
                "there": there,
                "lag_events": behind,
                "lag_seconds": None if lag is None else round(lag, 1),
                "error": status.error or None,
                "error_at": status.error_at or None,
                "ended": status.ended or None,
            }
        )
        return
    late = "never up to date yet" if lag is None else "up to date" if lag == 0 else f"last up to date {followed.duration(lag)} ago"
    missing = f", {count(behind, 'event')} behind" if behind else ""
    state = "connected" if connected else "not connected" if running else "not running"
    since = f" since {_utc(status.since)}" if status.since and running else ""
    is_quiet = connected and silent is not None and silent > followed.FRESH
    quiet = f", but the server has not answered for {followed.duration(silent or 0)}" if is_quiet else ""
    place = "the shared log was not read yet" if there is None else f"of {there:,}{missing}, {late}"
    start = "" if running else f". Start it: timeline follow --db {path}"
    click.echo(harmless(f"{path}: follows {note.url}"))
    click.echo(f"position {position:,}{', ' if there is None else ' '}{place}")
    click.echo(harmless(f"{state}{since}{quiet}{start}"))
    if status.ended:
        click.echo(harmless(f"it has ended: {status.ended}"))
    if status.error:
        click.echo(harmless(f"last trouble, {_utc(status.error_at)}: {status.error}"))


def _utc(instant: str) -> str:
    return f"{instant[:19].replace('T', ' ')} UTC"


def _size(path: Path) -> int:
    """Count the events in the file, which may not be there yet."""
    if not path.exists():
        return 0
    with closing(Log(path, read_only=True, guarded=False)) as log:
        return log.size()


@contextmanager
def beside_server(url: str | None, path: Path) -> Iterator[None]:
    """Follow a shared log in a process of its own within the block. It ends with this process, however that ends.

    Raises what `follow` raises before it stays.
    """
    if url is None:
        yield
        return
    if password := connecting.password(url):  # it is noted nowhere, and the desk needs it too
        os.environ["PGPASSWORD"] = password
    try:
        following.Follower(url, path).attach()
    except DatabaseRefused as error:
        if following.is_final(error, path) or followed.read(path) is None:
            raise
        _report(f"{error}. It is served as it is meanwhile")
    words = [sys.executable, "-c", "from timeline.cli import main; main()", "follow", "--beside", "--db", str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as process:  # noqa: S603 - our own command
        try:
            yield
        finally:
            process.terminate()
            with suppress(OSError):
                process.stdin.close() if process.stdin else None
