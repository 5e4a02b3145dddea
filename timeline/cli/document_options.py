"""The options that describe a document: its bibliography, and how it was obtained. Must not read any document."""

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
            click.option("--collected-by", help="Who obtained it."),
            click.option("--collected-at", metavar="DATE", help="When, as exactly as is known: 2025-11-27T09:30Z or other EDTF."),
            click.option("--collected-from", help="From where: an address, an archive and its shelf mark, a person."),
            click.option("--collected-with", help="With what: a program and its version, a camera, a scanner."),
            click.option("--collection-note", help="Anything else about how it was obtained."),
        )
    ):
        command = option(command)
    return command


def given_fields(fields: Mapping[str, str | None]) -> SourceFields:
    """Return the options that were given, as fields."""
    return {name: value for name, value in fields.items() if value is not None}  # type: ignore[return-value]
