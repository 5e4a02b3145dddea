"""The filters of the timeline's page, as options of commands. Must not decide which rows match: `timeline.reading` does."""

import functools
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

import click

from timeline.cli.completing import ACTOR, KIND, PLACE, SOURCE, TAG, one_of
from timeline.cli.running import WholeNumber
from timeline.reading import choosing
from timeline.reading.choosing import Choice, choose

__all__ = ["Choice", "as_of_option", "choose", "filters", "once", "position", "status_option"]

F = TypeVar("F", bound=Callable[..., Any])

_POSITION = WholeNumber(0)


def _one(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> str | None:
    if len(values) > 1:
        raise click.BadParameter(f"given {len(values)} times, but it takes one value. Keep one: {' or '.join(map(repr, values))}")
    return values[0] if values else None


once = functools.partial(click.option, multiple=True, callback=_one)
"""An option that is refused if it is given twice, so that no value is dropped in silence."""

as_of_option = once("--as-of", metavar="WHEN", help="As it was at a position of the log, or at the end of a day.")


def status_option(default: str) -> Callable[[F], F]:
    """Return the option that selects happenings by status, with its default in words."""
    complete = one_of("current", "retracted", "all")
    return once("--status", metavar="WHICH", shell_complete=complete, help=f"current, retracted or all.  [default: {default}]")


def filters(status: str) -> Callable[[F], F]:
    """Add the page's filters to a command as options; `status` is the default of --status, for its help."""

    def decorated(command: F) -> F:
        for option in reversed(
            (
                once("--q", metavar="WORDS", help="Only those with these words."),
                once("--kind", shell_complete=KIND, help="Only those of this kind."),
                once("--actor", metavar="NAME", shell_complete=ACTOR, help="Only those in which they took part."),
                once("--place", shell_complete=PLACE, help="Only those at this place."),
                once("--tag", shell_complete=TAG, help="Only those with this tag."),
                once("--source", metavar="ID", shell_complete=SOURCE, help="Only those that cite this source."),
                once(
                    "--mark",
                    metavar="WHICH",
                    shell_complete=one_of("disputed", "corrected", "claimed", "single"),
                    help="Only those that are disputed, corrected, claimed or single (with one source).",
                ),
                once(
                    "--review",
                    metavar="WHICH",
                    shell_complete=one_of("confirmed", "doubted", "none"),
                    help="Only those that a second person confirmed or doubted, or none.",
                ),
                once("--from", metavar="DATE", help="Only those that had not ended by then: 2003, 44 BCE, 2025-11, 2025-11-24."),
                once("--to", metavar="DATE", help="Only those that had begun by then."),
                as_of_option,
                status_option(status),
            )
        ):
            command = option(command)
        return command

    return decorated


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
