"""What is drawn in a terminal: text made harmless, wrapped, aligned and marked. Must not read a timeline.

Everything that is drawn goes through `harmless`. Styles are dropped by Click where the output is no terminal.
"""

import re
import shutil
import sys
from collections.abc import Sequence

import click

from timeline.cli.columns import columns, padded, wrapped

WIDEST = 88
NARROWEST = 30
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def harmless(text: str) -> str:
    """Replace what would steer a terminal rather than be read: control characters, bidi overrides, halves of characters."""
    return _CONTROLS.sub(lambda found: chr(0x2400 + ord(found[0])) if found[0] < " " else "\N{REPLACEMENT CHARACTER}", text)


def on_one_line(text: str) -> str:
    """Do the same, with every run of white space as one space."""
    return harmless(" ".join(text.split()))


def width() -> int:
    """How many columns there are to draw in."""
    return max(NARROWEST, min(WIDEST, terminal()))


def terminal() -> int:
    """How many columns the terminal has."""
    return shutil.get_terminal_size().columns


def for_a_person() -> bool:
    """Whether the output is read on a terminal: lines are then made to fit, and no more of them written than are asked for."""
    return sys.stdout.isatty()


def paragraphs(text: str, indent: int = 0, hanging: str = "") -> str:
    """Wrap text, its paragraphs apart; `hanging` stands before the first line, within the indent."""
    blocks = [on_one_line(block) for block in re.split(r"\n[^\S\n]*\n", text)]
    margin = " " * indent
    drawn = [
        wrapped(block, width(), padded(hanging, indent) if number == 0 else margin, margin) for number, block in enumerate(blocks)
    ]
    return "\n\n".join(drawn)


def pairs(rows: Sequence[tuple[str, str | None]], indent: int = 2) -> str:
    """Draw names and what they stand for, aligned; those that stand for nothing are left out."""
    told = [(harmless(name), text) for name, text in rows if text]
    column = indent + max((columns(name) for name, _ in told), default=0) + 2
    lines = []
    for name, text in told:
        drawn = paragraphs(text, column, " " * indent + name)
        lines.append(" " * indent + dim(name) + drawn[indent + len(name) :])
    return "\n".join(lines)


ON_SCREEN = 50  # lines of a list on a terminal, where no number is asked for


def fitting(limit: int | None, *, most: int = ON_SCREEN) -> int | None:
    """How many lines of a list are written: so many as are asked for, else on a terminal a screenful or two, else all."""
    return most if limit is None and for_a_person() else limit


def more(left: int | None = None) -> None:
    """Say on a terminal that a list goes on, by how many lines where that is known, and how to see the rest."""
    if for_a_person():
        number = "There are more" if left is None else f"{left:,} more {'is' if left == 1 else 'are'} not shown"
        click.echo(dim(f"… {number}. To see them, add --limit {10 * ON_SCREEN}, or pipe it: | less"), err=True)


def count(number: int, thing: str) -> str:
    """Say how many: "1 event", "2,000 events"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def bold(text: str) -> str:
    """Mark as a heading."""
    return click.style(text, bold=True)


def dim(text: str) -> str:
    """Mark as of less weight."""
    return click.style(text, dim=True)


def mark(text: str, colour: str = "yellow") -> str:
    """Mark as something to be noticed."""
    return click.style(text, fg=colour)
