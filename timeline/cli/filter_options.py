"""The filters of the timeline's page, as options of commands. Must not decide which rows match: `timeline.reading` does."""

import sqlite3
from collections.abc import Callable

import click

from timeline.cli.completing import ACTOR, KIND, PLACE, SOURCE, TAG
from timeline.cli.options import Command, WholeNumber, options
from timeline.reading import choosing
from timeline.reading.choosing import Choice, choose

__all__ = ["Choice", "as_of_option", "choose", "filters", "position", "status_option"]

_POSITION = WholeNumber(0)
_MARKS = click.Choice(["disputed", "corrected", "claimed", "single"])
_STATUSES = click.Choice(["current", "retracted", "all"])

as_of_option = click.option("--as-of", metavar="WHEN", help="As it was at a position of the log, or at the end of a day.")


def status_option(default: str) -> Callable[[Command], Command]:
    """Return the option that selects happenings by status, with its default in words."""
    return click.option("--status", type=_STATUSES, help=f"Only those of this status.  [default: {default}]")


def filters(status: str) -> Callable[[Command], Command]:
    """Add the page's filters to a command as options; `status` is the default of --status, for its help."""
    return options(
        click.option("--q", metavar="WORDS", help="Only those with these words."),
        click.option("--kind", shell_complete=KIND, help="Only those of this kind."),
        click.option("--actor", metavar="NAME", shell_complete=ACTOR, help="Only those in which they took part."),
        click.option("--place", shell_complete=PLACE, help="Only those at this place."),
        click.option("--tag", shell_complete=TAG, help="Only those with this tag."),
        click.option("--source", metavar="ID", shell_complete=SOURCE, help="Only those that cite this source."),
        click.option("--mark", type=_MARKS, help="Only those with this mark; single is a single source."),
        click.option(
            "--review",
            type=click.Choice(["confirmed", "doubted", "none"]),
            help="Only those that a second person confirmed or doubted, or none.",
        ),
        click.option("--from", metavar="DATE", help="Only those that had not ended by then: 2003, 44 BCE, 2025-11, 2025-11-24."),
        click.option("--to", metavar="DATE", help="Only those that had begun by then."),
        as_of_option,
        status_option(status),
    )


def position(connection: sqlite3.Connection, when: str | None) -> int | None:
    """Read --as-of: a position of the log, or a day, which means the last position of that day. None is now.

    Raises FilterInvalid where it is neither, and BadParameter for a number that no position can have.
    """
    if when is None:
        return None
    if when.isascii() and when.isdecimal():
        try:
            return int(_POSITION(when))
        except click.BadParameter as error:
            raise click.BadParameter(error.message, click.get_current_context(silent=True), param_hint="--as-of") from None
    return choosing.position(connection, when)
