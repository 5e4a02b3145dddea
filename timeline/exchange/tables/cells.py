"""The cells of a table: formulas, several values in one cell, and rows of CSV.

Must not know any column. A text that a spreadsheet would run as a formula gets an apostrophe before it, which spreadsheets hide
and an import removes. Numbers stay as they are.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from timeline.exchange.exporting.losses import FORMULAS, is_formula

Cell = str | int | None
_SUSPECT: Final = frozenset((*FORMULAS, " ", "'"))  # first characters of what may be a formula: few cells have one
_SIGNS: Final = frozenset(';"()')
_PART: Final = r'(?:"((?:[^"]|"")*+)"|([^;"()]*[^;"()\s]))'
_JOINED: Final = re.compile(rf"\s*{_PART}(?: *\({_PART}\))?\s*(?:;|\Z)")
LOSES_IN_CELLS: Final = {"cells": "an apostrophe comes before them, which an import removes again"}


class _Line:
    """A file for csv.writer that returns what is written."""

    def write(self, text: str) -> str:
        return text


def rows(header: Sequence[str], cells: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Write a header and rows, each with CRLF at its end (RFC 4180)."""
    writer = csv.writer(_Line())
    yield str(writer.writerow(header))
    for row in cells:
        if not _SUSPECT.isdisjoint([cell[:1] for cell in row if isinstance(cell, str)]):
            row = [f"'{cell}" if is_formula(cell) else cell for cell in row]  # noqa: PLW2901 - guarded
        yield str(writer.writerow(row))


def joined(values: Iterable[tuple[str, str | None]]) -> str:
    """Join values by semicolons, each with its detail in parentheses. A value with such signs is in quotation marks."""
    return "; ".join(f"{_quoted(value)} ({_quoted(detail)})" if detail else _quoted(value) for value, detail in values)


def split_joined(cell: str) -> list[tuple[str, str | None]]:
    """Split joined values, each with its detail. A cell that was not joined by `joined` is split at its semicolons."""
    values, at = list[tuple[str, str | None]](), 0
    while at < len(cell):
        match = _JOINED.match(cell, at)
        if match is None:
            return [(part.strip(), None) for part in cell.split(";") if part.strip()]
        quoted, plain, quoted_detail, detail = match.groups()
        value = plain if quoted is None else quoted.replace('""', '"')
        values.append((value, detail if quoted_detail is None else quoted_detail.replace('""', '"')))
        at = match.end()
    return [(value, detail or None) for value, detail in values if value]


def unguarded(cell: str) -> str:
    """Remove the apostrophe before a formula."""
    return cell[1:] if cell[:1] == "'" and is_formula(cell[1:]) else cell


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if not _SIGNS.isdisjoint(text) or text != text.strip() else text
