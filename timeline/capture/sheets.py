"""The text of a spreadsheet under construction: each sheet with its name on a line, then its rows, their cells parted by tabs.

Owns where each row is in the text, which an import cites, and the wording of what is not in the text. Must not know a file format.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from timeline.capture.extracted_text import MAXIMUM_CHARACTERS, ExtractedText, readable, too_long
from timeline.documents.document import Table
from timeline.errors import DocumentUnreadable, on_one_line

MOST_COLUMNS: Final = 16_384
_NAMED: Final = 4
_SHORT: Final = 40  # characters of the name of a sheet in a remark
Merged = tuple[int, int, int]
"""A column, and the first and last row of cells in it that are one; rows count from 1, columns from 0."""


class Sheets:
    """Builds the text of a spreadsheet named `name`, sheet by sheet and row by row."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pieces: list[str] = []
        self._size = 0
        self._rows: list[tuple[int, int, int]] = []
        self.tables: list[Table] = []
        self.counts: Counter[str] = Counter()
        """How many there are of each thing that is not in the text."""
        self.hidden: list[str] = []
        """The names of hidden sheets."""

    def row(self, title: str, number: int, cells: Sequence[str]) -> None:
        """Write a row of the present sheet, unless it is empty. Raises DocumentUnreadable where the text grows too long."""
        line = "\t".join(readable(cell).replace("\t", " ").strip() if cell else "" for cell in cells).rstrip("\t")
        if not line.strip():
            return
        if not self._rows:
            self._write(f"{chr(10) if self._size else ''}{' '.join(readable(title).split())}\n")
        elif number > self._rows[-1][0] + 1:
            self._write("\n")
        self._rows.append((number, self._size, self._size + len(line)))
        self._write(f"{line}\n")

    def end(self, title: str, merged: Sequence[Merged] = ()) -> None:
        """End the present sheet. An empty one is not in the text."""
        if self._rows:
            self.tables.append(Table(" ".join(readable(title).split()), tuple(self._rows), tuple(merged)))
        self._rows = []

    def extracted(self, kind: str, facts: Mapping[str, str]) -> ExtractedText:
        """Return the whole text, read from a file of this kind, with the facts that the file states."""
        how = "; ".join(self._remarks())
        return ExtractedText("".join(self._pieces), f"standard library, {kind} ({how})", facts, tuple(self.tables))

    def _remarks(self) -> Iterator[str]:
        """Yield how the cells are written, and what is not in the text."""
        yield "each sheet with its name, days as ISO 8601, formulas by their last value"
        counts = self.counts
        if self.hidden:
            named = ", ".join(f"“{on_one_line(readable(one))[:_SHORT]}”" for one in self.hidden[:_NAMED])
            more = f" and {len(self.hidden) - _NAMED:,} more" if len(self.hidden) > _NAMED else ""
            yield f"hidden sheets, which are left out: {named}{more}"
        for kind in ("row", "column"):
            if counts[kind]:
                yield f"hidden {kind}s, which are left out: {counts[kind]:,}"
        if counts["formula"]:
            yield f"formulas without a value, which are empty: {counts['formula']:,}"
        if counts["change"]:
            yield f"tracked changes: {counts['change']:,}; the cells are as they stand"
        for kind, words in (
            ("comment", "comments"),
            ("drawing", "pictures, charts and text boxes"),
            ("other", "sheets without cells"),
        ):
            if counts[kind]:
                yield f"{words} are not read"
        if counts["macros"]:
            yield "it holds macros, which are not run"

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self._size += len(text)
        if self._size > MAXIMUM_CHARACTERS:
            raise self.too_long()

    def too_long(self) -> DocumentUnreadable:
        """Make the error for a spreadsheet whose text is too long."""
        return too_long(self._name)
