"""The options that describe a document: title, publisher, author, date, address, language. Must not read any document."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from timeline.model import SourceFields

F = TypeVar("F", bound=Callable[..., Any])


def described(command: F) -> F:
    """Add the options to a command, which receives them as keyword arguments named like a source's fields."""
    for option in reversed(
        (
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
        )
    ):
        command = option(command)
    return command


def given_fields(fields: Mapping[str, str | None]) -> SourceFields:
    """Return the options that were given, as fields."""
    return {name: value for name, value in fields.items() if value is not None}  # type: ignore[return-value]
