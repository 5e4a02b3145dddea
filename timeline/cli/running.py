"""How commands run: the options they share, the file they open, and how errors and interruptions are told.

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
from timeline.cli import suggesting
from timeline.cli.printing import count, harmless
from timeline.errors import DatabaseRefused, FilterInvalid, QuotedDateDiffers, RedactionUnfinished, TimelineError
from timeline.sqlite_file import refusal
from timeline.timeline import Timeline

PATIENCE = 0.5  # seconds without a progress bar
STEPS = 100_000  # of SQLite's virtual machine, between two looks for Ctrl-C

METADATA = Path("metadata.json")
_DEVICES = ("/dev", "/proc")


class Refused(click.ClickException):
    """Something was refused: said on stderr in one line, or in one for each fault of a bundle and one that counts them."""

    exit_code = 1

    def __init__(self, message: str, faults: int = 1) -> None:
        super().__init__(message)
        self.faults = faults
        self.outcome = ""  # what became of it, where that is more than that nothing was appended

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message, with nothing in it that would steer the terminal."""
        message = harmless(self.message)
        if self.faults > 1 or self.outcome:
            click.echo(message, file=file, err=file is None)
            outcome = harmless(self.outcome) or "Nothing of a bundle with faults was appended"
            message = f"{count(self.faults, 'fault')}, told above. {outcome}"
        click.echo(f"Error: {message}", file=file, err=file is None)


def leads_away(path: Path) -> str | None:
    """Say where a path leads out of its folder, or of the one we are in, through a link; None where it does not.

    Raises Refused where it leads nowhere, in a circle of links or through too many.
    """
    try:
        folder, here = os.path.dirname(os.path.abspath(path)), os.path.realpath(".")  # noqa: PTH100, PTH120 - no link is followed
        real, home = os.path.realpath(path), os.path.realpath(folder)
        away = path.is_symlink() and not files.is_within(real, home) and not folder.startswith(_DEVICES)
        away = away or (files.is_within(folder, here) and not files.is_within(real, here))
        if Path(real).is_symlink():
            raise RecursionError
    except RecursionError:
        raise Refused(f"{path}: leads nowhere, through too many links. Remove it, or name what is meant") from None
    except (OSError, ValueError):  # no folder to be in, or no path: told where it is opened
        return None
    return real if away else None


def refuse_leading_away(path: Path, instead: str) -> None:
    """Refuse a path that leads away through a link, which a stranger may have laid: nothing there is read, or written over.

    `instead` says how the place that it leads to is named, which a person may do: "--db {}".
    """
    if (real := leads_away(path)) is not None:
        name = instead.format(shlex.quote(real))
        raise Refused(f"{path}: leads out of its folder through a link, to {real}. If you mean that, name it: {name}")


def metadata_here(instead: str = "--metadata {}") -> Path | None:
    """Find the description in this folder, if there is one. Raises Refused where that leads elsewhere."""
    if not METADATA.is_file():
        return None
    refuse_leading_away(METADATA, instead)
    return METADATA


def _straight(context: click.Context, parameter: click.Parameter, path: Path) -> Path:
    refuse_leading_away(path, "--db {}")
    return path


db = click.option(
    "--db",
    callback=_straight,
    type=click.Path(path_type=Path),
    default=Path("timeline.db"),
    envvar="TIMELINE_DB",
    show_default="timeline.db, or $TIMELINE_DB",
    help="The timeline's file.",
)
FARTHEST = 2**62  # a position that SQLite can count to, and nobody comes to


class Whole(click.IntRange):
    """A whole number, from the least that makes sense on."""

    name = "number"

    def __init__(self, least: int, most: int = FARTHEST) -> None:
        super().__init__(least, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401 - as Click has it
        """Read it, or say in a line which numbers make sense."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            most = "" if self.max == FARTHEST else f" to {self.max}"
            self.fail(f'"{harmless(str(value))}" is not a whole number from {self.min}{most}.', param, ctx)


allow_folder = click.option(
    "--allow-folder",
    "allowed",
    type=click.Path(path_type=Path),
    multiple=True,
    envvar="TIMELINE_ALLOW_FOLDER",
    metavar="DIR",
    help="A folder outside of the project that bundles may take documents from.  [default: $TIMELINE_ALLOW_FOLDER]",
)
by = click.option("--by", metavar="NAME", help="Who appends, as events will say.  [default: $TIMELINE_BY, or the project's own]")


class Interrupted(Refused):
    """Someone pressed Ctrl-C."""

    exit_code = 130


class Group(click.Group):
    """Commands whose options are refused where one is given twice, and only the last would hold."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and look at its options before it reads them."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            looking = click.Context(command, info_name=name, parent=ctx, **command.context_settings)
            try:
                _, _, given = command.make_parser(looking).parse_args(list(rest))
            except click.UsageError:  # the command says so itself
                given = []
            for one in given:
                single = isinstance(one, click.Option) and not (one.multiple or one.is_flag or one.count)
                if single and given.count(one) > 1:
                    raise click.UsageError(
                        f"{one.opts[0]} is given {given.count(one)} times, and only one can hold. Leave one.", looking
                    )
        return name, command, rest


class Commands(Group):
    """The commands, each imported when it is first needed, with every error that is meant for people told in a line."""

    def __init__(self, *args: Any, homes: Mapping[str, str] | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - as Click has it
        super().__init__(*args, **kwargs)
        self.homes = homes or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order in which people meet them."""
        return [*self.homes, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command. A start that loads them all takes twice as long."""
        if cmd_name not in self.homes:
            return super().get_command(ctx, cmd_name)
        module, _, name = self.homes[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"timeline.cli.{module}"), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; where there is none of that name, say in a line what to do instead."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-") and not ctx.resilient_parsing:
            message = f'No such command "{harmless(name)}". {suggesting.instead(name, self.list_commands(ctx))}'
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as Click has it
        """Run as a program; output that cannot be written is told in a line, help too. To a closed output nothing is written."""
        for name in ("stdout", "stderr"):
            if getattr(sys, name) is None:
                setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            _give_up_output()
            about = f"{os.fsdecode(error.filename)}: " if error.filename else "the output cannot be written: "
            with suppress(OSError):
                Refused(f"{about}{(error.strerror or str(error)).lower()}").show()
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as Click has it
        """Run a command; nothing it meets ends in a traceback."""
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
            raise Refused(f'"{error.object}": holds bytes that are no text in UTF-8. Correct it') from error
        except KeyboardInterrupt as pressed:
            raise Interrupted(*(pressed.args or ("interrupted; nothing of what was unfinished was kept",))) from None


def _give_up_output() -> None:
    """Let what is still to be written go nowhere: Python would try again at its end, and fail again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def opened(
    path: Path, *, by: str | None = None, read_only: bool = True, guarded: bool = True, rebuilding: bool = False
) -> Iterator[Timeline]:
    """Open a timeline for a command. Ctrl-C stops even a long SQL statement, and SQLite's own errors are told in a line."""
    if path.is_dir():
        raise DatabaseRefused(path, f"is a folder. Name the timeline's file in it: --db {path / 'timeline.db'}")
    if not read_only and not path.exists():
        _begin_from_published(path)
    options = {"read_only": read_only, "guarded": guarded, "rebuilding": rebuilding}
    with _interruptible() as watch, _told(path), _remarking(), Timeline(path, by=by, **options) as timeline:  # type: ignore[arg-type]
        timeline.log.prepare(watch)
        yield timeline


def refuse_outdated(timeline: Timeline, path: Path) -> None:
    """Refuse to read from read tables that another version of the program made."""
    timeline.refuse_outdated()


def _begin_from_published(path: Path) -> None:
    """Begin a timeline that is not there yet from its published copy, if it has one, and say so."""
    from timeline import publishing  # noqa: PLC0415 - slow to load, and seldom needed

    if (copy := publishing.newest(path)) is None:
        return
    with opened(copy, guarded=False) as source, progress("Verifying", 3 * source.log.size()) as advance:
        held = publishing.begin(source, path, advance)
    click.echo(harmless(f"{path}: begun from {copy}, which was published: {count(held.events, 'event')}, verified"), err=True)


@contextmanager
def _remarking() -> Iterator[None]:
    """Tell in a line of a correction whose quotations state another date, before it is appended."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", QuotedDateDiffers)
        shown = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:  # noqa: ANN401 - as Python has it
            if issubclass(category, QuotedDateDiffers):
                click.echo(f"Warning: {harmless(str(message))}", err=True)
            else:
                shown(message, category, *where, **more)

        warnings.showwarning = show
        yield


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise refusal(path, error) from error


@contextmanager
def _interruptible() -> Iterator[Callable[[sqlite3.Connection], None]]:
    """Let Ctrl-C through: SQLite turns an interruption of a function it called into an error of its own."""
    pressed = False
    told: tuple[str, ...] = ()

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
            told = (str(error),)
    finally:
        signal.signal(signal.SIGINT, former)
    if pressed:  # whatever came of it: someone may have taken the error for another
        raise KeyboardInterrupt(*told)


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr, where that is a terminal and the work takes longer than a moment."""
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
