"""Extract the text of an OpenDocument spreadsheet (.ods): each sheet that is shown, row by row, with its cells as they are shown.

Owns how cells are stored. Must not calculate a formula, run a macro, nor follow a link.
"""

import re
from bisect import bisect_right
from typing import Final

from timeline.capture import odf
from timeline.capture.cell_values import Shown, clock_time, day_and_time, of_number
from timeline.capture.extracted_text import MAXIMUM_CHARACTERS, ExtractedText
from timeline.capture.sheets import MOST_COLUMNS, Merged, Sheets

_CELLS: Final = ("table:table-cell", "table:covered-table-cell")
_DATES: Final = ("number:date-style", "number:time-style")
_PARTS: Final = {
    "number:year": "year", "number:month": "month", "number:day": "day", "number:day-of-week": "day", "number:hours": "time",
    "number:minutes": "time", "number:seconds": "seconds",
}  # fmt: skip
_SHOWN: Final = ("year", "month", "day", "time", "seconds")
_DURATION: Final = re.compile(r"(-?)P(?:(\d{1,6})D)?T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,]\d+)?S)?")
_DAY: Final = re.compile(r"(-?\d{4,}-\d\d-\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?.*)?")
_DEFAULT: Final = "the style of all cells"
_HIDDEN: Final = ("collapse", "filter")
_NUMBERS: Final = ("float", "percentage", "currency")
_SKIPPED: Final = frozenset(("table:content-validations", "table:shapes", "text:ruby-text", "office:scripts"))


class _Reader:
    """Takes the elements of `styles.xml` and `content.xml`, and writes the rows."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets
        self._dates: dict[str, set[str]] = {}  # the parts that each format of days or times shows
        self._formats: dict[str, str] = {}  # of styles of cells
        self._hidden_tables: set[str] = set()
        self._style = self._date_style = ""
        self._skip = 0
        self._title: str | None = None
        self._number = self._column = 0
        self._ends: list[int] = []  # of each run of columns
        self._columns: list[tuple[str, bool]] = []  # its style, and whether it is hidden
        self._row: dict[str, str] = {}
        self._cells: dict[int, str] = {}
        self._cell: dict[str, str] | None = None
        self._covered = False
        self._paragraphs: list[list[str]] = []
        self._merged: list[Merged] = []
        self._left_out: set[int] = set()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        if self._skip or self._is_skipped(tag):
            self._skip += 1
        elif tag in _CELLS and self._title is not None:
            self._cell, self._covered, self._paragraphs = attributes, tag != "table:table-cell", []
        elif self._cell is not None:
            self._take(tag, attributes)
        elif tag == "table:table-row":
            self._row, self._cells, self._column = attributes, {}, 0
        elif tag == "table:table-column":
            last = self._ends[-1] if self._ends else 0
            self._ends.append(last + odf.number(attributes.get("table:number-columns-repeated")))
            hidden = attributes.get("table:visibility") in _HIDDEN
            self._columns.append((attributes.get("table:default-cell-style-name", ""), hidden))
        elif tag == "table:table":
            self._title, self._number = attributes.get("table:name", ""), 0
            self._ends, self._columns, self._merged, self._left_out = [], [], [], set()
            if attributes.get("table:style-name") in self._hidden_tables:
                self._sheets.hidden.append(self._title)
                self._title, self._skip = None, 1
        else:
            self._take_style(tag, attributes)

    def end(self, tag: str) -> None:
        """End an element."""
        if self._skip:
            self._skip -= 1
        elif tag in _CELLS and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif self._cell is not None:
            return
        elif tag == "table:table-row":
            self._end_row()
        elif tag == "table:table" and self._title is not None:
            self._sheets.end(self._title, self._merged)
            self._sheets.counts["column"] += len(self._left_out)
            self._title = None

    def data(self, text: str) -> None:
        """Take text."""
        if self._cell is not None and self._paragraphs and not self._skip:
            self._paragraphs[-1].append(re.sub(r"[ \t\r\n]+", " ", text))

    def _is_skipped(self, tag: str) -> bool:
        """Whether an element has no text of cells; counts it."""
        if tag in ("office:annotation", "table:tracked-changes") or tag.startswith("draw:"):
            counted = {"office:annotation": "comment", "table:tracked-changes": "change"}.get(tag, "drawing")
            self._sheets.counts[counted] += 1
            return True
        return tag in _SKIPPED

    def _take(self, tag: str, attributes: dict[str, str]) -> None:
        """Take an element within a cell."""
        if tag == "text:p":
            self._paragraphs.append([])
        elif tag in ("text:s", "text:tab", "text:line-break") and self._paragraphs:
            spaces = " " * min(odf.number(attributes.get("text:c")), MAXIMUM_CHARACTERS)
            self._paragraphs[-1].append("\n" if tag == "text:line-break" else spaces)

    def _take_style(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("style:style", "style:default-style"):
            self._style = attributes.get("style:name", _DEFAULT)
            parent = attributes.get("style:parent-style-name", "")
            self._formats[self._style] = attributes.get("style:data-style-name") or self._formats.get(parent, "")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self._hidden_tables.add(self._style)
        elif tag in _DATES:
            self._date_style = attributes.get("style:name", "")
            self._dates[self._date_style] = set()
        elif tag in _PARTS and self._date_style:
            self._dates[self._date_style].add(_PARTS[tag])

    def _end_cell(self, cell: dict[str, str]) -> None:
        times = min(odf.number(cell.get("table:number-columns-repeated")), MOST_COLUMNS - self._column)
        text = "" if self._covered else self._cell_text(cell).strip()
        if "table:formula" in cell and not text and cell.get("office:value-type") is None:
            self._sheets.counts["formula"] += 1
        if (rows := odf.number(cell.get("table:number-rows-spanned"))) > 1 and text:
            self._merged.append((self._column, self._number + 1, self._number + rows))
        if text and len(text) * times > MAXIMUM_CHARACTERS:
            raise self._sheets.too_long()
        for at in range(self._column, self._column + times) if text else ():
            if self._run(at)[1]:
                self._left_out.add(at)
            else:
                self._cells[at] = text
        self._column += max(times, 0)

    def _end_row(self) -> None:
        times = odf.number(self._row.get("table:number-rows-repeated"))
        if self._title is not None and self._cells:
            cells = [self._cells.get(at, "") for at in range(max(self._cells) + 1)]
            if self._row.get("table:visibility") in _HIDDEN:
                self._sheets.counts["row"] += times
            else:
                for number in range(self._number + 1, self._number + 1 + times):
                    self._sheets.row(self._title, number, cells)
        self._number += times

    def _run(self, column: int) -> tuple[str, bool]:
        at = bisect_right(self._ends, column)
        return self._columns[at] if at < len(self._columns) else ("", False)

    def _cell_text(self, cell: dict[str, str]) -> str:
        """Return a cell as it is shown."""
        kind = cell.get("office:value-type", "")
        if kind in ("date", "time"):
            return self._dated(cell, kind)
        words = "\n".join("".join(one) for one in self._paragraphs)
        if kind in _NUMBERS and not words.startswith(("#", "Err:")):
            return of_number(cell.get("office:value", ""))
        if kind == "boolean":
            return cell.get("office:boolean-value", "").upper()
        return words

    def _dated(self, cell: dict[str, str], kind: str) -> str:
        style = cell.get("table:style-name") or self._row.get("table:default-cell-style-name") or self._run(self._column)[0]
        parts = self._dates.get(self._formats.get(style or _DEFAULT, "") or self._formats.get(_DEFAULT, ""))
        shown = None if not parts else Shown(**{part: part in parts for part in _SHOWN})  # type: ignore[arg-type]
        if kind == "time":
            match = _DURATION.fullmatch(value := cell.get("office:time-value", ""))
            if match is None or match[1]:
                return value
            days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
            return clock_time(((days * 24 + hours) * 60 + minutes) * 60 + seconds, with_seconds=shown is None or shown.seconds)
        match = _DAY.fullmatch(value := cell.get("office:date-value", ""))
        if match is None:
            return value
        clock = None if match[2] is None else (int(match[2]) * 60 + int(match[3])) * 60 + int(match[4] or 0)
        if shown is None:
            shown = Shown(year=True, month=True, day=True, time=clock is not None, seconds=bool(clock and clock % 60))
        return day_and_time(match[1], clock if clock is not None else 0, shown)


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> ExtractedText:
    """Read the sheets that are shown, in their order. Raises DocumentUnreadable."""
    package, sheets = odf.opened(content, name, "ODS"), Sheets(name)
    reader = _Reader(sheets)
    for member in (odf.STYLES, odf.CONTENT):
        if member in package.members:
            package.stream(member, reader, odf.PREFIXES)
    sheets.counts["macros"] = odf.has_macros(package)
    return sheets.extracted("ODS", odf.facts_of(package))
