"""Run commands: the file they open, and the report of errors and interruptions.

Must not know what any command does.
"""

import json
import os
import shlex
import signal
import sqlite3
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import IO, Any

import click

from timeline import files
from timeline.cli import unknown_command
from timeline.cli.printing import count, harmless
from timeline.errors import DatabaseRefused, FilterInvalid, RedactionUnfinished, StatementWarning, TimelineError
from timeline.log.sqlite_file import refusal
from timeline.timeline import Timeline

PATIENCE = 0.5  # seconds without a progress bar
STEPS = 100_000  # of SQLite's virtual machine, between two looks for Ctrl-C

METADATA = Path("metadata.json")
_DEVICES = ("/dev", "/proc")


class Refused(click.ClickException):
    """A refusal, printed on stderr in one line; for faults in bundles, a line for each and one that counts them."""

    exit_code = 1

    def __init__(self, message: str, faults: int = 1) -> None:
        super().__init__(message)
        self.faults = faults
        self.outcome = ""  # the result, where there is more to say than that nothing was appended

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message, made harmless for a terminal."""
        message = harmless(self.message)
        if self.faults > 1 or self.outcome:
            click.echo(message, file=file, err=file is None)
            outcome = harmless(self.outcome) or "Bundles with faults were not appended"
            message = f"{count(self.faults, 'fault')}, listed above. {outcome}"
        click.echo(f"Error: {message}", file=file, err=file is None)


def leads_away(path: Path) -> str | None:
    """Return the real path where a link leads out of the path's folder, or out of the current folder; else None.

    Raises Refused for a circle of links, or too many of them.
    """
    try:
        folder, here = os.path.dirname(os.path.abspath(path)), os.path.realpath(".")  # noqa: PTH100, PTH120 - no link is followed
        real, home = os.path.realpath(path), os.path.realpath(folder)
        away = path.is_symlink() and not files.is_within(real, home) and not folder.startswith(_DEVICES)
        away = away or (files.is_within(folder, here) and not files.is_within(real, here))
        if Path(real).is_symlink():
            raise RecursionError
    except RecursionError:
        raise Refused(f"{path}: leads nowhere, through too many links. Remove it, or name the file itself") from None
    except (OSError, ValueError):  # no current folder, or an invalid path: opening it will report that
        return None
    return real if away else None


def refuse_leading_away(path: Path, instead: str) -> None:
    """Refuse a path that leads away through a link, which a stranger may have made, before anything there is read or overwritten.

    `instead` shows how a person can name the real place: "--db {}".
    """
    if (real := leads_away(path)) is not None:
        name = instead.format(shlex.quote(real))
        raise Refused(f"{path}: leads out of its folder through a link, to {real}. If you mean that, write: {name}")


def metadata_here() -> Path | None:
    """Return the path of metadata.json in this folder, if it exists. Raises Refused where it leads elsewhere."""
    if not METADATA.is_file():
        return None
    refuse_leading_away(METADATA, "--metadata {}")
    return METADATA


class Interrupted(Refused):
    """The user pressed Ctrl-C."""

    exit_code = 130


class Group(click.Group):
    """Commands that refuse an option given twice, where Click would silently use the last value."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and check its options before Click parses them."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            context = click.Context(command, info_name=name, parent=ctx, **command.context_settings)
            try:
                _, _, parameters = command.make_parser(context).parse_args(list(rest))
            except click.UsageError:  # the command reports it itself
                parameters = []
            for one in parameters:
                single = isinstance(one, click.Option) and not (one.multiple or one.is_flag or one.count)
                if single and (times := parameters.count(one)) > 1:
                    raise click.UsageError(f"{one.opts[0]} is given {times} times, but it takes one value. Keep one.", context)
        return name, command, rest


class Commands(Group):
    """The commands, each imported when it is first used; every error meant for people is printed in one line."""

    def __init__(self, *args: Any, homes: Mapping[str, str] | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - as Click has it
        super().__init__(*args, **kwargs)
        self.homes = homes or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order in which people meet them."""
        return [*self.homes, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command. Loading all of them would double the start-up time."""
        if cmd_name not in self.homes:
            return super().get_command(ctx, cmd_name)
        module, _, name = self.homes[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"timeline.cli.{module}"), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; if there is none of that name, fail with one line that suggests what to do."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-") and not ctx.resilient_parsing:
            message = f'No such command "{harmless(name)}". {unknown_command.instead(name, self.list_commands(ctx))}'
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as Click has it
        """Run as a program; a failure to write output, even help, is reported in one line. A closed output gets nothing."""
        for name in ("stdout", "stderr"):
            if getattr(sys, name) is None:
                setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            _give_up_output()
            about = f"{os.fsdecode(error.filename)}: " if error.filename else "the output cannot be written: "
            with suppress(OSError):
                Refused(f"{about}{files.reason(error)}").show()
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as Click has it
        """Run a command; no error ends in a traceback."""
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except FilterInvalid as error:  # an option that makes no sense
            raise click.UsageError(harmless(str(error))) from error
        except TimelineError as error:
            raise Refused(str(error)) from error
        except UnicodeEncodeError as error:
            raise Refused(f'"{error.object}": holds bytes that are not text in UTF-8. Correct it') from error
        except KeyboardInterrupt as pressed:
            raise Interrupted(*(pressed.args or ("interrupted; nothing unfinished was saved",))) from None


def _give_up_output() -> None:
    """Discard unwritten output: Python would try again at exit, and fail again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def opened(
    path: Path | str, *, by: str | None = None, read_only: bool = True, guarded: bool = True, rebuilding: bool = False
) -> Iterator[Timeline]:
    """Open a timeline for a command. Ctrl-C stops even a long SQL statement, and SQLite's errors are reported in one line."""
    if isinstance(path, str):
        with _interruptible(), _warnings_shown(), Timeline(path, by=by, read_only=read_only) as timeline:
            yield timeline
        return
    if path.is_dir():
        raise DatabaseRefused(path, f"is a folder. Name the timeline's file in it: --db {path / 'timeline.db'}")
    if not read_only and not path.exists():
        _begin_from_published(path)
    options = {"read_only": read_only, "guarded": guarded, "rebuilding": rebuilding}
    with _interruptible() as watch, _database_errors(path), _warnings_shown(), Timeline(path, by=by, **options) as timeline:  # type: ignore[arg-type]
        timeline.log.prepare(watch)
        yield timeline


def size(timeline: Timeline) -> int:
    """Return the number of events; 0 if the file is damaged: verification reports where."""
    try:
        return timeline.log.size()
    except sqlite3.Error:
        return 0


def _begin_from_published(path: Path) -> None:
    """Start a new timeline from its published copy, if there is one, and report that."""
    from timeline import publishing  # noqa: PLC0415 - slow to load, and seldom needed

    if (copy := publishing.newest(path)) is None:
        return
    with opened(copy, guarded=False) as source, progress("Verifying", 3 * source.log.size()) as advance:
        contents = publishing.begin(source, path, advance)
    click.echo(harmless(f"{path}: started from the published copy {copy}: {count(contents.events, 'event')}, verified"), err=True)


@contextmanager
def _warnings_shown() -> Iterator[None]:
    """Warn in one line of a statement that deserves another look, before it is appended."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", StatementWarning)
        shown = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:  # noqa: ANN401 - as Python has it
            if issubclass(category, StatementWarning):
                click.echo(f"Warning: {harmless(str(message))}", err=True)
            else:
                shown(message, category, *where, **more)

        warnings.showwarning = show
        yield


@contextmanager
def _database_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise refusal(path, error) from error


@contextmanager
def _interruptible() -> Iterator[Callable[[sqlite3.Connection], None]]:
    """Raise KeyboardInterrupt on Ctrl-C, even where SQLite has turned the interruption of a callback into an error of its own."""
    pressed = False
    messages: tuple[str, ...] = ()

    def press(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        raise KeyboardInterrupt

    def watch(connection: sqlite3.Connection) -> None:
        connection.set_progress_handler(lambda: 0, STEPS)  # Python sees signals when it is called

    if threading.current_thread() is not threading.main_thread():
        yield watch
        return
    former = signal.signal(signal.SIGINT, press)
    try:
        yield watch
    except (TimelineError, sqlite3.Error) as error:
        if not pressed:
            raise
        if isinstance(error, RedactionUnfinished):
            messages = (str(error),)
    finally:
        signal.signal(signal.SIGINT, former)
    if pressed:  # whatever came of it: other code may have mistaken the error for another
        raise KeyboardInterrupt(*messages)


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr, if that is a terminal and the work takes longer than a moment."""
    begun, waiting = time.monotonic(), 0
    with ExitStack() as stack:
        bar: Any = None

        def advance(steps: int) -> None:
            nonlocal bar, waiting
            waiting += steps
            if bar is None and sys.stderr.isatty() and time.monotonic() - begun > PATIENCE:
                bar = stack.enter_context(
                    click.progressbar(length=length, label=label, file=sys.stderr, update_min_steps=max(1, length // 500))
                )
            if bar is not None:
                bar.update(waiting)
                waiting = 0

        yield advance
