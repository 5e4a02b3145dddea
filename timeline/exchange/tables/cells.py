"""Rows of CSV, piece by piece, with nothing in them that a spreadsheet would run.

Owns quoting, as it is written and read. Must not know which columns there are. A text that begins as a formula gets an
apostrophe before it, which spreadsheets take away again; numbers stay as they are.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from timeline.exchange.exporting.losses import FORMULAS, is_formula

Cell = str | int | None
_SUSPECT = frozenset((*FORMULAS, " ", "'"))  # at most rows one look is enough


class _Line:
    """Takes what csv writes."""

    def write(self, text: str) -> str:
        return text


def rows(header: Sequence[str], cells: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Write a header and rows, with CRLF at the end of each (RFC 4180)."""
    writer = csv.writer(_Line())
    yield str(writer.writerow(header))
    for row in cells:
        if not _SUSPECT.isdisjoint([cell[:1] for cell in row if isinstance(cell, str)]):
            row = [f"'{cell}" if is_formula(cell) else cell for cell in row]  # noqa: PLW2901 - as it is written
        yield str(writer.writerow(row))


@lru_cache
def cell_of(delimiter: str) -> re.Pattern[str]:
    """Make the pattern of a cell and what ends it. A quoted cell may hold anything; one that is never closed is a plain cell."""
    part = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]++|"")*+)"([^{part}\r\n]*)|([^{part}\r\n]*))({part}|\r\n|\r|\n|\Z)')


def first_record(text: str, delimiter: str) -> list[str]:
    """Read the first record of a text that is not blank."""
    found = list[str]()
    for cell in cell_of(delimiter).finditer(text):
        quoted, tail, plain, stop = cell.groups()
        found.append(plain if quoted is None else quoted.replace('""', '"') + tail)
        if stop != delimiter:
            if any(one and not one.isspace() for one in found):
                return found
            found.clear()
    return found
