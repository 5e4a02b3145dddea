"""The filters of commands, as options: the page's own. Must not decide what they choose: `timeline.reading` does."""

import functools
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

import click

from timeline.cli.completing import ACTOR, KIND, PLACE, SOURCE, TAG, one_of
from timeline.cli.running import Whole
from timeline.reading import choosing
from timeline.reading.choosing import Choice, choose

__all__ = ["Choice", "as_of_option", "choose", "filters", "once", "position", "status_option"]

F = TypeVar("F", bound=Callable[..., Any])

_POSITION = Whole(0)


def _one(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> str | None:
    if len(values) > 1:
        raise click.BadParameter(f"given {len(values)} times, and only one can hold. Leave one: {' or '.join(map(repr, values))}")
    return values[0] if values else None


once = functools.partial(click.option, multiple=True, callback=_one)
"""An option that is refused where it is given twice, rather than forgotten."""

as_of_option = once("--as-of", metavar="WHEN", help="As it stood at a position of the log, or at the end of a day.")


def status_option(default: str) -> Callable[[F], F]:
    """Give the option that says which happenings are meant, with its default in words."""
    complete = one_of("current", "retracted", "all")
    return once("--status", metavar="WHICH", shell_complete=complete, help=f"current, retracted or all.  [default: {default}]")


def filters(status: str) -> Callable[[F], F]:
    """Give a command the page's filters as options; `status` says in its help which happenings there are without --status."""

    def decorated(command: F) -> F:
        for option in reversed(
            (
                once("--q", metavar="WORDS", help="Only what holds these words."),
                once("--kind", shell_complete=KIND, help="Only of this kind."),
                once("--actor", metavar="NAME", shell_complete=ACTOR, help="Only where they took part."),
                once("--place", shell_complete=PLACE, help="Only at this place."),
                once("--tag", shell_complete=TAG, help="Only what is filed under it."),
                once("--source", metavar="ID", shell_complete=SOURCE, help="Only what cites this source."),
                once(
                    "--mark",
                    metavar="WHICH",
                    shell_complete=one_of("disputed", "corrected", "claimed", "single"),
                    help="Only what is disputed, corrected, claimed or single (of one source).",
                ),
                once("--from", metavar="DATE", help="Only what was still so then: 2003, 44 BCE, 2025-11, 2025-11-24."),
                once("--to", metavar="DATE", help="Only what had begun by then."),
                as_of_option,
                status_option(status),
            )
        ):
            command = option(command)
        return command

    return decorated


def position(connection: sqlite3.Connection, when: str | None) -> int | None:
    """Read as of when something is asked: a position of the log, or the one that it had reached at the end of a day.

    None is now. Raises FilterInvalid, in one line, where it is neither, and BadParameter for a number that no position has.
    """
    if when is None:
        return None
    if when.isascii() and when.isdecimal():
        try:
            return int(_POSITION(when))
        except click.BadParameter as error:
            raise click.BadParameter(error.message, click.get_current_context(silent=True), param_hint="--as-of") from None
    return choosing.position(connection, when)
