"""The records of a CSV or TSV text, each with its exact slice: what a happening will cite is the row as it stands in the file.

Owns line ends (LF, CR, CRLF) and the guess of the delimiter. Must not know what any column means.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from timeline.errors import Sentence
from timeline.exchange.importing.row import ImportRefused
from timeline.exchange.tables.cells import cell_of

DELIMITERS: Final = ",;\t|"
_LOOKED_AT: Final = 50  # records by which a delimiter is guessed
_FARTHEST: Final = 100_000  # characters of the text that the guess looks at


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `number` counts as a spreadsheet does: the header is 1. The slice leaves the line end out."""

    number: int
    start: int
    end: int
    cells: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    """What was not as CSV is written: a quotation mark that is never closed, or words after a closing one."""

    @property
    def is_blank(self) -> bool:
        """Whether no cell has anything in it."""
        return not any(cell and not cell.isspace() for cell in self.cells)


def records(text: str, delimiter: str = ",", most: int | None = None) -> Iterator[Record]:
    """Read the records of a text, blank ones too. It reads whatever is there: what is doubtful is said in the record.

    Raises ImportRefused where a record has more than `most` cells.
    """
    cell = cell_of(delimiter)
    at = number = 0
    while at < len(text):
        number += 1
        start, cells, doubts = at, list[str](), list[str]()
        while True:
            found = cell.match(text, at)
            assert found is not None  # noqa: S101 - the pattern matches the empty cell
            quoted, tail, plain, stop = found.group(1, 2, 3, 4)
            if quoted is None:
                cells.append(plain)
                if plain.startswith('"'):
                    doubts.append(Sentence("column {} begins with a quotation mark that is never closed", len(cells)))
            else:
                cells.append(quoted.replace('""', '"') + tail)
                if tail.strip():
                    asked = 'column {} goes on after its closing quotation mark with "{}"'
                    doubts.append(Sentence(asked, len(cells), tail.strip()[:20]))
            at = found.end()
            if most and len(cells) > most:
                raise ImportRefused(f"row {number} has more than {most:,} columns. Check what parts them, and correct it")
            if stop != delimiter:
                yield Record(number, start, found.start(4), tuple(cells), tuple(doubts))
                break


def delimiter_of(text: str) -> str:
    """Guess which of comma, semicolon, tab and bar parts the cells: the one by which the most records are of one width."""
    beginning = text[:_FARTHEST]
    return max(DELIMITERS, key=lambda one: (*_agreement(beginning, one), -DELIMITERS.index(one)))


def headed(record: Record) -> tuple[str, ...]:
    """Name the columns by a header: in one line each, what is nameless by its number, what comes twice told apart."""
    names = [" ".join(cell.split()) or f"column {number}" for number, cell in enumerate(record.cells, start=1)]
    seen: Counter[str] = Counter()
    unique = list[str]()
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(unique)


def _agreement(text: str, delimiter: str) -> tuple[int, int]:
    """Count the records of the width that most have, and that width; one cell is no table."""
    begun = (one for one in records(text, delimiter) if not one.is_blank)
    widths = Counter(len(record.cells) for record in islice(begun, _LOOKED_AT) if len(record.cells) > 1)
    return max(((count, width) for width, count in widths.items()), default=(0, 0))
