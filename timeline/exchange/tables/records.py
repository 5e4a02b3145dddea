"""Read the records of CSV or TSV, each with its exact slice of the text, which a happening will cite.

Owns line ends (LF, CR, CRLF) and the guess of the delimiter. Must not know the meaning of any column.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from timeline.errors import ImportRefused, Sentence

DELIMITERS: Final = ",;\t|"
_SAMPLE: Final = 50  # records by which a delimiter is guessed
_FARTHEST: Final = 100_000  # characters by which it is guessed


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `number` counts as a spreadsheet does: the header is 1. The slice does not include the line end."""

    number: int
    start: int
    end: int
    cells: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    """Faults in the CSV: a quotation mark that is never closed, or words after a closing one."""
    merged: frozenset[int] = frozenset()
    """The columns whose cell is one with a cell of a row above, and has its value."""

    @property
    def is_blank(self) -> bool:
        """Whether every cell is empty."""
        return not any(cell and not cell.isspace() for cell in self.cells)


def records(text: str, delimiter: str = ",", most: int | None = None) -> Iterator[Record]:
    """Read the records of a text, including blank ones. Any text can be read: faults are in the record's doubts.

    Raises ImportRefused if a record has more than `most` cells.
    """
    cell = _cell(delimiter)
    at = number = 0
    while at < len(text):
        number += 1
        start, cells, doubts = at, list[str](), list[str]()
        while True:
            match = cell.match(text, at)
            assert match is not None  # noqa: S101 - the pattern matches the empty cell
            quoted, tail, plain, stop = match.group(1, 2, 3, 4)
            if quoted is None:
                cells.append(plain)
                if plain.startswith('"'):
                    doubts.append(Sentence("column {} begins with a quotation mark that is never closed", len(cells)))
            else:
                cells.append(quoted.replace('""', '"') + tail)
                if tail.strip():
                    doubt = 'column {} goes on after its closing quotation mark with "{}"'
                    doubts.append(Sentence(doubt, len(cells), tail.strip()[:20]))
            at = match.end()
            if most and len(cells) > most:
                raise ImportRefused(f"row {number} has more than {most:,} columns. Check the delimiter, and correct it")
            if stop != delimiter:
                yield Record(number, start, match.start(4), tuple(cells), tuple(doubts))
                break


@lru_cache
def _cell(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of a cell and its end. A quoted cell may hold anything; one that is never closed is a plain cell."""
    part = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]++|"")*+)"([^{part}\r\n]*)|([^{part}\r\n]*))({part}|\r\n|\r|\n|\Z)')


def first_record(text: str, delimiter: str) -> tuple[str, ...]:
    """Return the cells of the first record that is not blank."""
    return next((record.cells for record in records(text, delimiter) if not record.is_blank), ())


def delimiter_of(text: str) -> str:
    """Guess the delimiter: of comma, semicolon, tab and bar, the one by which the most records are of one width."""
    beginning = text[:_FARTHEST]
    return max(DELIMITERS, key=lambda one: (*_agreement(beginning, one), -DELIMITERS.index(one)))


def headed(record: Record) -> tuple[str, ...]:
    """Name the columns by a header: each on one line, nameless ones by their number, repeated names numbered."""
    names = [" ".join(cell.split()) or f"column {number}" for number, cell in enumerate(record.cells, start=1)]
    seen: Counter[str] = Counter()
    unique = list[str]()
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(unique)


def _agreement(text: str, delimiter: str) -> tuple[int, int]:
    """Return the number of records of the most common width, and that width. Records of one cell do not count."""
    filled = (record for record in records(text, delimiter) if not record.is_blank)
    widths = Counter(len(record.cells) for record in islice(filled, _SAMPLE) if len(record.cells) > 1)
    return max(((count, width) for width, count in widths.items()), default=(0, 0))
