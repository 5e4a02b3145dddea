"""Rows of CSV, piece by piece, with nothing in them that a spreadsheet would run.

Owns quoting. Must not know which columns there are. A text that begins as a formula gets an apostrophe before it, which
spreadsheets take away again; numbers stay as they are.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence

from timeline.exchange.writing.losing import FORMULAS, is_formula

Cell = str | int | None
_SUSPECT = frozenset((*FORMULAS, " "))  # at most cells one look is enough


class _Line:
    """Takes what csv writes."""

    def write(self, text: str) -> str:
        return text


def rows(header: Sequence[str], cells: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Write a header and rows, with CRLF at the end of each (RFC 4180)."""
    writer = csv.writer(_Line())
    yield str(writer.writerow(header))
    for row in cells:
        yield str(writer.writerow([f"'{cell}" if str(cell)[:1] in _SUSPECT and is_formula(cell) else cell for cell in row]))
