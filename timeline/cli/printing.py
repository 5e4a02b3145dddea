"""Text for a terminal: made harmless, wrapped, aligned and styled. Must not read a timeline.

All text goes through `harmless`. Click drops the styles where the output is not a terminal.
"""

import re
import shutil
import sys
from collections.abc import Sequence

import click

from timeline.cli.terminal_columns import columns, padded, wrapped

WIDEST = 88
NARROWEST = 30
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def harmless(text: str) -> str:
    """Replace characters that would steer a terminal: control characters, bidi overrides, lone surrogates."""
    return _CONTROLS.sub(lambda match: chr(0x2400 + ord(match[0])) if match[0] < " " else "\N{REPLACEMENT CHARACTER}", text)


def on_one_line(text: str) -> str:
    """Make text harmless, with every run of white space as one space."""
    return harmless(" ".join(text.split()))


def width() -> int:
    """Return how many columns text is wrapped to."""
    return max(NARROWEST, min(WIDEST, terminal()))


def terminal() -> int:
    """Return how many columns the terminal has."""
    return shutil.get_terminal_size().columns


def for_a_person() -> bool:
    """Return whether the output is a terminal: then lines are made to fit, and long lists are cut."""
    return sys.stdout.isatty()


def can_ask() -> bool:
    """Return whether a person sees a question and can answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def paragraphs(text: str, indent: int = 0, hanging: str = "") -> str:
    """Wrap text, with an empty line between paragraphs; `hanging` is put before the first line, within the indent."""
    blocks = [on_one_line(block) for block in re.split(r"\n[^\S\n]*\n", text)]
    margin = " " * indent
    drawn = [
        wrapped(block, width(), padded(hanging, indent) if number == 0 else margin, margin) for number, block in enumerate(blocks)
    ]
    return "\n\n".join(drawn)


def pairs(rows: Sequence[tuple[str, str | None]], indent: int = 2) -> str:
    """Draw names and values, aligned; names without a value are left out."""
    filled = [(harmless(name), text) for name, text in rows if text]
    column = indent + max((columns(name) for name, _ in filled), default=0) + 2
    lines = []
    for name, text in filled:
        drawn = paragraphs(text, column, " " * indent + name)
        lines.append(" " * indent + dim(name) + drawn[indent + len(name) :])
    return "\n".join(lines)


ON_SCREEN = 50  # lines of a list on a terminal, without --limit


def fitting(limit: int | None, *, most: int = ON_SCREEN) -> int | None:
    """Return how many lines of a list to write: the limit; without one, `most` on a terminal, else all (None)."""
    return most if limit is None and for_a_person() else limit


def more(left: int | None = None) -> None:
    """Say on a terminal that a list was cut, how many lines are missing if that is known, and how to see them."""
    if for_a_person():
        number = "There are more" if left is None else f"{left:,} more {'is' if left == 1 else 'are'} not shown"
        click.echo(dim(f"… {number}. To see them, add --limit {10 * ON_SCREEN}, or pipe it: | less"), err=True)


def count(number: int, thing: str) -> str:
    """Word a number of things: "1 event", "2,000 events"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def bold(text: str) -> str:
    """Mark as a heading."""
    return click.style(text, bold=True)


def dim(text: str) -> str:
    """Mark as less important."""
    return click.style(text, dim=True)


def mark(text: str, colour: str = "yellow") -> str:
    """Mark as something to notice."""
    return click.style(text, fg=colour)
