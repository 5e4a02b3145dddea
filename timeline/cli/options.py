"""The options that commands share: paths, the timeline, the author, and the description of a document.

Must not open a file. `filter_options` has the filters of the timeline's page.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from timeline.cli.printing import harmless
from timeline.cli.running import Refused, refuse_leading_away
from timeline.model import SourceFields
from timeline.shared_log import connecting

Command = TypeVar("Command", bound=Callable[..., Any])

path_argument = partial(click.argument, type=click.Path(path_type=Path))
path_option = partial(click.option, type=click.Path(path_type=Path), metavar="FILE")


def options(*added: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Return a decorator that adds options to a command, in this order."""

    def decorated(command: Command) -> Command:
        for option in reversed(added):
            command = option(command)
        return command

    return decorated


class _Address(click.Path):
    """The path of a timeline's file, or the address of a shared log as a text."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as Click has it
        """Leave an address as it is."""
        return value if connecting.is_url(value) else super().convert(value, param, ctx)


def _straight(context: click.Context, parameter: click.Parameter, address: Path | str) -> Path:
    if isinstance(address, str):
        advice = "Follow it into a file, and give that: timeline follow URL --db timeline.db"
        raise Refused(f"{connecting.without_password(address)}: is a shared log, which this command cannot use. {advice}")
    refuse_leading_away(address, "--db {}")
    return address


def _straight_or_shared(context: click.Context, parameter: click.Parameter, address: Path | str) -> Path | str:
    return address if isinstance(address, str) else _straight(context, parameter, address)


def _db(callback: Callable[[click.Context, click.Parameter, Any], Any], meaning: str) -> Callable[[Any], Any]:
    return click.option(
        "--db",
        callback=callback,
        type=_Address(path_type=Path),
        default=Path("timeline.db"),
        envvar="TIMELINE_DB",
        show_default="timeline.db, or $TIMELINE_DB",
        help=meaning,
    )


db = _db(_straight, "The timeline's file.")
any_db = _db(_straight_or_shared, "The timeline's file, or the postgresql:// address of a shared log.")
FARTHEST = 2**62  # a position that SQLite can count to, and no log reaches


class WholeNumber(click.IntRange):
    """A whole number, within the range that makes sense."""

    name = "number"

    def __init__(self, least: int, most: int = FARTHEST) -> None:
        super().__init__(least, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401 - as Click has it
        """Parse it, or fail with one line that names the range."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            most = "" if self.max == FARTHEST else f" to {self.max}"
            self.fail(f'"{harmless(str(value))}" is not a whole number from {self.min}{most}.', param, ctx)


allow_folder = path_option(
    "--allow-folder",
    "allowed",
    multiple=True,
    envvar="TIMELINE_ALLOW_FOLDER",
    metavar="DIR",
    help="A folder outside the project that bundles may take documents from.  [default: $TIMELINE_ALLOW_FOLDER]",
)
by = click.option("--by", metavar="NAME", help="The author, recorded in each event.  [default: $TIMELINE_BY, or the project's own]")
described = options(
    click.option("--title"),
    click.option("--publisher"),
    click.option("--author"),
    click.option(
        "--published",
        metavar="DATE",
        help="When it was published, as exactly as is known: 2025, 2025-11, 2025-11-27 or other EDTF.",
    ),
    click.option("--url", help="Where you got it. It is recorded, not visited."),
    click.option("--language", help='As a tag: "en", "ar-MA".'),
    click.option("--collected-by", help="Who obtained it."),
    click.option("--collected-at", metavar="DATE", help="When, as exactly as is known: 2025-11-27T09:30Z or other EDTF."),
    click.option("--collected-from", help="From where: an address, an archive and its shelf mark, a person."),
    click.option("--collected-with", help="With what: a program and its version, a camera, a scanner."),
    click.option("--collection-note", help="Anything else about how it was obtained."),
)
"""The options of a document. A command receives them as keyword arguments named like a source's fields."""


def given_fields(fields: Mapping[str, str | None]) -> SourceFields:
    """Return the options that were given, as fields."""
    return {name: value for name, value in fields.items() if value is not None}  # type: ignore[return-value]
