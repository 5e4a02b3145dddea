"""The options that say what a document is: title, publisher, author, date, address, language. Must not read any document."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from timeline.model import SourceFields

F = TypeVar("F", bound=Callable[..., Any])


def described(command: F) -> F:
    """Give a command the options; they come to it as keyword arguments, by the names of a source's fields."""
    for option in reversed(
        (
            click.option("--title"),
            click.option("--publisher"),
            click.option("--author"),
            click.option(
                "--published",
                metavar="DATE",
                help="When it was published, as exact as it is known: 2025, 2025-11, 2025-11-27 or other EDTF.",
            ),
            click.option("--url", help="Where it was found. It is written down, not visited."),
            click.option("--language", help='As a tag: "en", "ar-MA".'),
        )
    ):
        command = option(command)
    return command


def given(fields: Mapping[str, str | None]) -> SourceFields:
    """Take what was given."""
    return {name: value for name, value in fields.items() if value is not None}  # type: ignore[return-value]
