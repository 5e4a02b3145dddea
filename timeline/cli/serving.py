"""The command that serves the timeline on this computer: serve. Must not answer requests: Datasette does, with our plugin."""

import errno
import json
import os
import secrets
import signal
import socket
import threading
import time
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from timeline import bundles, files, plugin_settings, publishing
from timeline.cli import following
from timeline.cli.appending import build_all_or_nothing
from timeline.cli.options import WholeNumber, allow_folder, by, db
from timeline.cli.printing import harmless
from timeline.cli.running import Refused, leads_away, metadata_here, opened
from timeline.errors import DatabaseRefused, OutsideFolder
from timeline.log import followed
from timeline.timeline import Timeline

LAST_PORT = 65_535
LARGEST_COMPARED = 2_000_000  # bytes of a bundle that is compared with the timeline before serving


_PORT = click.option("--port", "-p", type=WholeNumber(0, LAST_PORT), default=8001, show_default=True, help="0 takes any free port.")


@click.command(context_settings={"ignore_unknown_options": True})
@_PORT
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 admits other computers.")
@click.option("--open", "open_page", is_flag=True, help="Open the timeline in a browser.")
@following.url_option
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[DATASETTE OPTIONS]...")
@allow_folder
@db
def serve(
    port: int,
    host: str,
    open_page: bool,
    followed_url: str | None,
    options: tuple[str, ...],
    allowed: tuple[Path, ...],
    db: Path,
) -> None:
    """Browse the timeline: run Datasette on it.

    If there is no timeline yet, it is built from events/. An existing one is served as it is, with a warning if a bundle is not
    in it. A metadata.json in this folder is used. Further options go to Datasette. Ctrl-C stops it.

    Example: timeline serve --open
    """
    with following.beside_server(followed_url, db):
        metadata, port = _prepare(db, host, port, allowed, options)
        page = _page(db, host, port)
        click.echo(f"The timeline is at {page}\nCtrl-C stops it.")
        _run(db, host, port, metadata, page if open_page else None, options)


@click.command(context_settings={"ignore_unknown_options": True})
@_PORT
@click.option("--no-open", is_flag=True, help="Print the link to the desk, and open no browser.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[DATASETTE OPTIONS]...")
@allow_folder
@by
@db
def desk(port: int, no_open: bool, options: tuple[str, ...], allowed: tuple[Path, ...], by: str | None, db: Path) -> None:
    """Write the timeline in the browser: add documents, quote from them, and record what happened.

    It serves the timeline on this computer alone, as `serve` does, and opens the browser with a link that signs you in once. You
    write under the name of the project's author in metadata.json, or --by. Ctrl-C stops it.

    Example: timeline desk --by "Ann Lee"
    """
    metadata, port = _prepare(db, "127.0.0.1", port, allowed, options, begins=True)
    if by is not None:
        os.environ["TIMELINE_BY"] = by
    token = secrets.token_urlsafe(24)
    os.environ.update({plugin_settings.DESK_TOKEN: token, plugin_settings.DESK_FETCH: "1"})
    link = f"http://127.0.0.1:{port}/-/timeline/sign-in?token={token}"
    click.echo(f"The desk is at {link}\nThe link works once, on this computer. Ctrl-C stops the desk.")
    _run(db, "127.0.0.1", port, metadata, None if no_open else link, options)


def _prepare(
    db: Path, host: str, port: int, allowed: tuple[Path, ...], options: tuple[str, ...], *, begins: bool = False
) -> tuple[Path | None, int]:
    """Build the timeline if there is none, and check that it can be served. Return the metadata to use, and the port.

    `begins`: without bundles, an empty timeline is made, to be written in the browser.
    """
    if "--reload" in options:
        raise click.UsageError("--reload is for authors of plugins. Write: datasette timeline.db --reload")
    described = any(one.startswith("--metadata") or one == "-m" for one in options)
    metadata = None if described else metadata_here()
    if metadata is not None:
        _refuse_secrets_from_elsewhere(metadata, allowed)
    port = _free(host, port)
    events = Path("events")
    if begins and not (events.is_dir() and any(one.suffix.lower() in bundles.SUFFIXES for one in events.iterdir())):
        with opened(db, read_only=False) as timeline:
            timeline.log.make()
    elif followed.read(db) is None and (not db.exists() or _is_empty(db)):
        build_all_or_nothing(events, db, allowed)
    with opened(db) as timeline:
        _warn_of_published(timeline, db)
        warn_of_unbuilt(timeline, events, db, allowed)
        timeline.refuse_outdated()
    return metadata, port


def warn_of_unbuilt(timeline: Timeline, events: Path, db: Path, allowed: Sequence[Path] = (), done: str = "served") -> None:
    """Warn of the first bundle with an entry that is not in the timeline; a timeline is never changed unasked."""
    for path in sorted(events.iterdir()) if events.is_dir() and leads_away(events) is None else ():
        within = (bundles.project(path), *allowed)
        if bundles.refusal(path, within) or path.stat().st_size > LARGEST_COMPARED:
            continue
        for entry in bundles.read(path, within):
            differs = f"line {entry.line} has a fault" if entry.faults else bundles.difference(timeline, entry, within)
            if differs:
                purpose = "see what changed" if "changed" in differs else "add it"
                message = f"{path}: is not all in {db}, which is {done} as it is ({differs})"
                click.echo(harmless(f"{message}. To {purpose}: timeline build --db {db}"), err=True)
                return


def _warn_of_published(timeline: Timeline, db: Path) -> None:
    """Warn if a published copy holds events that the timeline does not."""
    if (copy := publishing.newest(db)) is None:
        return
    comparison = publishing.compare(timeline.log, copy)
    if not comparison.adds:
        build = "timeline build" if comparison.lags else "timeline build --fresh"
        click.echo(harmless(f"{comparison.summary(db, copy)}. It is served as it is. To continue from the copy: {build}"), err=True)


def _refuse_secrets_from_elsewhere(metadata: Path, allowed: Sequence[Path]) -> None:
    """Refuse a setting that takes a file from another folder: Datasette reads `{"$file": PATH}` for its plugins."""
    try:
        rest = [json.loads(metadata.read_bytes())]
    except (ValueError, RecursionError) as error:  # Datasette would read it as YAML, past this check
        raise Refused(f"{metadata}: is not JSON: {error}. Correct it, then serve again") from None
    while rest:
        one = rest.pop()
        if isinstance(one, dict) and isinstance(name := one.get("$file"), str):
            try:
                files.refuse_outside(name, (Path(), *allowed))
                files.opened(name).close()
            except OutsideFolder as error:
                raise Refused(f"{metadata}: $file: {error}") from None
            except (OSError, ValueError) as error:
                reason = files.reason(error, "cannot be read")
                raise Refused(f"{metadata}: $file: {files.path_in_message(name)}: {reason}. Correct it, then serve again") from None
        rest += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()


def _is_empty(db: Path) -> bool:
    """Return whether it has no events: an earlier build had only faults, or was stopped at once."""
    try:
        with opened(db) as timeline:
            return timeline.log.size() == 0
    except DatabaseRefused:  # perhaps it has no log yet: opened for writing it gets one, or is refused again
        with opened(db, read_only=False) as timeline:
            return timeline.log.size() == 0


def _free(host: str, port: int) -> int:
    """Return the port after a trial that it can be listened on, before any other work."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
            return int(listener.getsockname()[1])
    except UnicodeError:
        raise Refused(f'"{host}": is not a host name. Choose another: --host 127.0.0.1') from None
    except OSError as error:
        reason = files.reason(error)
        raise Refused(f"{host}:{port}: {reason}. {_advice(error.errno, port)}") from None


def _advice(number: int | None, port: int) -> str:
    """Advise what to do about an address that cannot be listened on."""
    if number == errno.EADDRINUSE:
        return f"Stop what runs there, or choose another port: --port {port + 1 if port < LAST_PORT else 0}"
    if number == errno.EACCES:
        return "Choose a port that is not reserved for the system: --port 8001"
    return "Choose an address of this computer: --host 127.0.0.1"


def _page(db: Path, host: str, port: int) -> str:
    """Return the address of the timeline's page."""
    from datasette.utils import tilde_encode  # noqa: PLC0415 - slow to load

    return f"http://{f'[{host}]' if ':' in host else host}:{port}/{tilde_encode(db.stem)}/-/timeline"


def _run(db: Path, host: str, port: int, metadata: Path | None, opens: str | None, options: tuple[str, ...]) -> None:
    """Run Datasette in this process, so that nothing is left running when it ends, however it ends. `opens`: in a browser."""
    from datasette.cli import cli as datasette  # noqa: PLC0415 - slow to load, and used only here

    described = [] if metadata is None else ["--metadata", str(metadata)]
    if opens:
        threading.Thread(target=_open, args=(host, port, opens), daemon=True).start()
    signal.signal(signal.SIGTERM, _end)  # a request to end is no failure
    try:
        datasette.main(
            ["serve", str(db), "--host", host, "--port", str(port), *described, *options],
            prog_name="timeline",
            standalone_mode=False,
        )
    except (click.Abort, KeyboardInterrupt):
        return


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _open(host: str, port: int, page: str) -> None:
    """Open a browser once the page is there."""
    for _ in range(100):
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            webbrowser.open(page)
            return
