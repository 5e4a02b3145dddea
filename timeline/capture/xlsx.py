"""Extract the text of an Excel workbook (.xlsx, .xlsm): each sheet that is shown, row by row, with its cells as they are shown.

Owns how cells are stored. Must not calculate a formula, run a macro, nor follow a link.
"""

import re
from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element

from timeline.capture.cell_values import Shown, of_number, of_serial, shown_by
from timeline.capture.extracted_text import MAXIMUM_CHARACTERS, ExtractedText
from timeline.capture.ooxml import attribute, child, facts_of, has_macros, main_part, parts
from timeline.capture.package import Package, local
from timeline.capture.sheets import MOST_COLUMNS, Merged, Sheets

_PREFIXES: Final = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "x",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "x",
}
_MOST_ROWS: Final = 1_048_576
_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RANGE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6}):\$?[A-Z]{1,3}\$?([1-9]\d{0,6})")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE: Final = ("1", "true", "on")
# The formats of days and times that files name by number only; from 27 on, those of East Asia.
_BUILT_IN: Final = {
    14: "m/d/yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "m/d/yy h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    **dict.fromkeys((*range(27, 32), 36, *range(50, 55), 57, 58), "yyyy/m/d"), **dict.fromkeys((32, 34, 55), "h:mm"),
    **dict.fromkeys((33, 35, 56), "h:mm:ss"),
}  # fmt: skip


class _Strings:
    """Takes the texts that cells share."""

    def __init__(self, sheets: Sheets) -> None:
        self.texts: list[str] = []
        self._sheets, self._pieces, self._size = sheets, list[str](), 0
        self._in_text = self._aside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self._in_text = tag == "x:t" and not self._aside
        self._aside = self._aside or tag == "x:rPh"

    def end(self, tag: str) -> None:
        """End an element."""
        self._in_text = False
        if tag == "x:rPh":
            self._aside = False
        elif tag == "x:si":
            text = _unescaped("".join(self._pieces))
            self._size += len(text)
            if self._size > MAXIMUM_CHARACTERS:
                raise self._sheets.too_long()
            self.texts.append(text)
            self._pieces = []

    def data(self, text: str) -> None:
        """Take text."""
        if self._in_text:
            self._pieces.append(text)


class _Sheet:
    """Takes the rows of a sheet, and writes them."""

    def __init__(
        self, title: str, sheets: Sheets, texts: Sequence[str], formats: Sequence[Shown | None], *, since_1904: bool
    ) -> None:
        self._title, self._sheets, self._texts, self._formats = title, sheets, texts, formats
        self._since_1904 = since_1904
        self.merged: list[Merged] = []
        self.left_out: set[int] = set()
        """The hidden columns that have values."""
        self._hidden_columns: set[int] = set()
        self._number, self._column = 0, -1
        self._cells: dict[int, str] = {}
        self._hidden_row = False
        self._kind = self._format = ""
        self._value: list[str] = []
        self._takes = self._aside = self._is_formula = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        if tag == "x:c":
            place = _PLACE.fullmatch(attributes.get("r", ""))
            self._column = _column(place[1]) if place else self._column + 1
            self._kind, self._format = attributes.get("t", "n"), attributes.get("s", "0")
            self._value, self._is_formula = [], False
        elif tag == "x:v":
            self._takes = True
        elif tag == "x:t":
            self._takes = not self._aside
        elif tag == "x:f":
            self._is_formula = True
        elif tag == "x:row":
            number = attributes.get("r", "")
            self._number = int(number) if number.isdecimal() and len(number) < 8 else self._number + 1
            self._column, self._cells, self._hidden_row = -1, {}, attributes.get("hidden") in _TRUE
        elif tag == "x:rPh":
            self._aside = True
        elif tag == "x:col" and attributes.get("hidden") in _TRUE:
            first, last = (min(int(attributes.get(side, "0")), MOST_COLUMNS) for side in ("min", "max"))  # else it is not sound
            self._hidden_columns.update(range(first - 1, last))
        elif tag == "x:mergeCell" and (merged := _RANGE.fullmatch(attributes.get("ref", ""))):
            first, last = int(merged[2]), min(int(merged[3]), _MOST_ROWS)
            self.merged += [(_column(merged[1]), first, last)] if last > first else []

    def end(self, tag: str) -> None:
        """End an element."""
        if tag in ("x:v", "x:t"):
            self._takes = False
        elif tag == "x:rPh":
            self._aside = False
        elif tag == "x:c":
            self._end_cell()
        elif tag == "x:row" and any(self._cells.values()):
            if self._hidden_row:
                self._sheets.counts["row"] += 1
            else:
                self._sheets.row(self._title, self._number, [self._cells.get(at, "") for at in range(max(self._cells) + 1)])

    def data(self, text: str) -> None:
        """Take text."""
        if self._takes:
            self._value.append(text)

    def _end_cell(self) -> None:
        text = self._cell_text("".join(self._value))
        self._sheets.counts["formula"] += self._is_formula and not self._value and self._kind != "str"
        if text and self._column in self._hidden_columns:
            self.left_out.add(self._column)
        elif text and 0 <= self._column < MOST_COLUMNS:
            self._cells[self._column] = text

    def _cell_text(self, value: str) -> str:
        """Return a cell as it is shown."""
        if self._kind == "s":
            return self._texts[int(value)] if value.isdecimal() and int(value) < len(self._texts) else ""
        if self._kind in ("str", "inlineStr"):
            return _unescaped(value)
        if self._kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if self._kind == "d":
            return value.replace("T", " ")
        if self._kind == "e" or not value:
            return value
        at = int(self._format) if self._format.isdecimal() and len(self._format) < 7 else 0
        shown = self._formats[at] if at < len(self._formats) else None
        return of_number(value) if shown is None else of_serial(value, shown, since_1904=self._since_1904)


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> ExtractedText:
    """Read the sheets that are shown, in their order. Raises DocumentUnreadable."""
    package, sheets = Package(content, name, "XLSX"), Sheets(name)
    main = main_part(package)
    book, others = package.xml(main), {one.id: one for one in parts(package, main) if one.member in package.members}
    strings = _Strings(sheets)
    formats: list[Shown | None] = []
    for one in others.values():
        if one.kind == "sharedStrings":
            package.stream(one.member, strings, _PREFIXES)
        elif one.kind == "styles":
            formats = _formats(package.xml(one.member))
    if local(book) != "workbook":
        raise package.foreign(f"it holds a {local(book)}")
    properties = child(book, "workbookPr")
    since_1904 = properties is not None and attribute(properties, "date1904") in _TRUE
    for listed in child(book, "sheets") or ():
        title, part = attribute(listed, "name"), others.get(attribute(listed, "id"))
        if attribute(listed, "state", "visible") != "visible":
            sheets.hidden.append(title)
        elif part is None or part.kind != "worksheet":
            sheets.counts["other"] += 1
        else:
            sheet = _Sheet(title, sheets, strings.texts, formats, since_1904=since_1904)
            package.stream(part.member, sheet, _PREFIXES)
            sheets.end(title, sheet.merged)
            sheets.counts["column"] += len(sheet.left_out)
            for kind in {one.kind for one in parts(package, part.member)}:
                sheets.counts["comment"] += kind in ("comments", "threadedComment")
                sheets.counts["drawing"] += kind == "drawing"
    sheets.counts["macros"] = has_macros(package)
    return sheets.extracted("XLSX", facts_of(package))


def _formats(styles: Element) -> list[Shown | None]:
    """Return the parts of a day that each style of cells shows, by its number."""
    codes = dict(_BUILT_IN)
    for one in child(styles, "numFmts") or ():
        if (id := attribute(one, "numFmtId")).isdecimal():
            codes[int(id)] = attribute(one, "formatCode")
    shown = {str(id): shown_by(code) for id, code in codes.items()}
    return [shown.get(attribute(one, "numFmtId")) for one in child(styles, "cellXfs") or () if local(one) == "xf"]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _unescaped(text: str) -> str:
    """Replace the characters that XML cannot hold, which are written as _x000D_."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
