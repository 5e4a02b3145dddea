"""Rows of CSV, piece by piece, with nothing in them that a spreadsheet would run.

Owns quoting. Must not know which columns there are. A text that begins as a formula gets an apostrophe before it, which
spreadsheets take away again; numbers stay as they are.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence

from timeline.exchange.writing.losing import FORMULAS, is_formula

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
