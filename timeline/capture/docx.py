"""Extract the text of a Word document (.docx, .docm): as a reader sees it, with the numbers of its lists, its notes and its boxes.

Owns which elements have text. Tracked insertions are in the text, deletions are not; hidden text is not. Notes follow the text,
then headers and footers. Must not run a macro, nor follow a link.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from timeline.capture.docx_numbering import Numbering
from timeline.capture.extracted_text import ExtractedText, readable
from timeline.capture.flow import Flow, composed, refuse_pictures, remarks
from timeline.capture.list_numbers import formatted
from timeline.capture.ooxml import Part, attribute, child, facts_of, has_macros, main_part, parts
from timeline.capture.package import Package, local
from timeline.errors import on_one_line

_PREFIXES: Final = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/drawingml/2006/picture": "pic",
    "http://purl.oclc.org/ooxml/drawingml/picture": "pic",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "chart",
    "http://purl.oclc.org/ooxml/drawingml/chart": "chart",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "diagram",
    "http://purl.oclc.org/ooxml/drawingml/diagram": "diagram",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
_NOTES: Final = {"footnote": "decimal", "endnote": "lowerRoman"}  # with the form of their numbers unless a document says otherwise
_PROPERTIES: Final = frozenset(("w:pPr", "w:rPr", "w:trPr", "w:tcPr"))
_SKIPPED: Final = frozenset(
    ("w:tabs", "w:pPrChange", "w:rPrChange", "w:tblPrChange", "w:trPrChange", "w:tcPrChange", "w:sectPrChange", "w:tblGrid", "w:rt")
)
_REMOVED: Final = frozenset(("w:del", "w:moveFrom"))
_ADDED: Final = frozenset(("w:ins", "w:moveTo"))
_SIGNS: Final = {"w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "‑", "w:softHyphen": "\xad"}
_ROOMS: Final = {"w:tbl": "table", "w:tr": "row", "w:tc": "cell", "w:txbxContent": "box", "w:footnote": "note", "w:endnote": "note"}
_UNREAD: Final = {
    "pic:pic": "picture", "v:imagedata": "picture", "chart:chart": "chart", "diagram:relIds": "diagram", "o:OLEObject": "object",
    "w:altChunk": "document within it", "w:subDoc": "document within it", "w:ddList": "form field",
}  # fmt: skip
# Signs of the font that ticks and boxes are in; the file has only their places in it.
_WINGDINGS: Final = {0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xFD: "☒", 0x78: "☒", 0xA8: "☐", 0x6F: "☐", 0xA7: "▪", 0xE0: "→", 0x4A: "☺"}
_BOXES: Final = {True: "☒", False: "☐"}
_OFF: Final = ("0", "false", "off")


class _NoteNumbers:
    """Takes the form, the first number and the restarts of notes from each section, which states them at its end."""

    def __init__(self, settings: Element | None) -> None:
        self._kind = ""
        self._values: dict[str, list[str]] = {}
        for kind in _NOTES:
            for one in child(settings, f"{kind}Pr") or ():
                self._take(f"w:{local(one)}", kind, attribute(one, "val"))

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        if tag in ("w:footnotePr", "w:endnotePr"):
            self._kind = tag[2:-2]
        elif self._kind:
            self._take(tag, self._kind, attributes.get("w:val", ""))

    def end(self, tag: str) -> None:
        """End an element."""
        self._kind = "" if tag in ("w:footnotePr", "w:endnotePr") else self._kind

    def data(self, text: str) -> None:
        """Ignore text."""

    def _take(self, tag: str, kind: str, value: str) -> None:
        if tag in ("w:numFmt", "w:numStart", "w:numRestart"):
            self._values.setdefault(f"{kind} {tag}", []).append(value)

    def form(self, kind: str) -> str:
        """Return the form of the numbers, that of the last section."""
        return self._values.get(f"{kind} w:numFmt", [_NOTES[kind]])[-1]

    def first(self, kind: str) -> int:
        """Return the first number."""
        start = self._values.get(f"{kind} w:numStart", ["1"])[0]
        return int(start) if start.isdecimal() and len(start) < 6 else 1

    def differ(self) -> bool:
        """Whether notes have other numbers than those of one run through the document, as where each page begins anew."""
        restarts = (value for key, values in self._values.items() if key.endswith("w:numRestart") for value in values)
        forms = (values for key, values in self._values.items() if key.endswith("w:numFmt"))
        return any(value != "continuous" for value in restarts) or any(len(set(values)) > 1 for values in forms)


class _Reader:
    """Takes the elements of a part, and builds its text."""

    def __init__(self, flow: Flow, numbering: Numbering, notes: _NoteNumbers, counts: Counter[str]) -> None:
        self.flow, self.numbering, self.counts, self._note_numbers = flow, numbering, counts, notes
        self.marks: dict[tuple[str, str], str] = {}
        """The mark of each note, by its kind and id, in the order of the text."""
        self.headings: dict[str, str] = {}
        """The headers and footers in use: the kind of each, by the id of its part."""
        self.notes_read: dict[str, str] = {}
        self._section: list[tuple[str, str]] = []
        self._skip = 0
        self._within: list[str] = []  # the properties that are being read
        self._fields: list[bool] = []  # of each open field, whether its result is being read
        self._alternatives: list[bool] = []  # of each open choice, whether one was taken
        self._paragraphs: list[dict[str, str]] = []
        self._hidden = self._in_text = self._trim = False
        self._note = ("", "")
        self._ticked: bool | None = None
        self.root = ""
        """The first element of the first part."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self.root = self.root or tag
        if self._skip:
            self._skip += 1
            return
        if tag in ("w:t", "m:t"):
            self._in_text, self._trim = True, tag == "w:t" and attributes.get("xml:space") != "preserve"
        elif tag in _PROPERTIES:
            self._within.append(tag)
        elif self._within:
            self._property(tag, attributes)
        elif tag in _SKIPPED or tag in _REMOVED:
            self._skip = 1
            self.counts["deletion"] += tag in _REMOVED
        elif tag == "w:p":
            self._paragraphs.append({})
        elif tag == "w:r":
            self._hidden = False
        elif tag in _ROOMS:
            self.flow.open(_ROOMS[tag])
            self._note = (attributes.get("w:id", ""), attributes.get("w:type", "")) if _ROOMS[tag] == "note" else self._note
        elif tag in _SIGNS:
            self._write(_SIGNS[tag])
        else:
            self._rest(tag, attributes)

    def end(self, tag: str) -> None:
        """End an element."""
        if self._skip:
            self._skip -= 1
        elif tag in ("w:t", "m:t"):
            self._in_text = False
        elif tag in _PROPERTIES:
            self._within.pop()
        elif tag == "w:p":
            self._end_paragraph(self._paragraphs.pop())
        elif tag in _ROOMS:
            text = self.flow.close()
            if _ROOMS[tag] == "note" and self._note[1] in ("", "normal"):
                self.notes_read[self._note[0]] = text
        elif tag == "mc:AlternateContent":
            self._alternatives.pop()
        elif tag == "w:checkBox" and self._ticked is not None:
            self.flow.write(_BOXES[self._ticked])
        elif tag == "w:sectPr":
            self._end_section()

    def data(self, text: str) -> None:
        """Take text."""
        if self._in_text and not self._skip:
            self._write(text.strip() if self._trim else text)

    def _write(self, text: str) -> None:
        if not self._paragraphs or not all(self._fields):
            return
        if self._hidden or self._paragraphs[-1].get("hidden"):
            self.counts["hidden"] += 1
        else:
            self.flow.write(readable(text))

    def _property(self, tag: str, attributes: Mapping[str, str]) -> None:
        value, within = attributes.get("w:val", ""), self._within[-1]
        paragraph = self._paragraphs[-1] if self._paragraphs else {}
        is_on = value not in _OFF
        if tag in _SKIPPED:
            self._skip = 1
        elif tag == "w:vanish" and "w:pPr" in self._within:
            paragraph["joined"] = "seen" if is_on else ""
        elif tag == "w:vanish":
            self._hidden = is_on
        elif tag == "w:rStyle" and "w:pPr" not in self._within:
            self._hidden = self._hidden or self.numbering.is_hidden(value)
        elif tag == "w:pStyle":
            paragraph["style"] = value
            paragraph["hidden"] = "yes" if self.numbering.is_hidden(value) else ""
        elif tag in ("w:numId", "w:ilvl"):
            paragraph[tag] = value
        elif tag in _REMOVED and within == "w:trPr":
            self.counts["deletion"] += 1
            self.flow.leave_out("row")
        elif tag in _REMOVED and "w:pPr" in self._within:
            self.counts["deletion"] += 1
            paragraph["joined"] = "removed"
        elif tag == "w:cellDel":
            self.counts["deletion"] += 1
            self.flow.leave_out("cell")
        elif tag in _ADDED or tag == "w:cellIns":
            self.counts["insertion"] += 1
        elif tag in ("w:headerReference", "w:footerReference", "w:titlePg"):
            self._rest(tag, attributes)

    def _rest(self, tag: str, attributes: Mapping[str, str]) -> None:  # noqa: PLR0912 - one branch for each kind of element
        if tag in _ADDED:
            self.counts["insertion"] += 1
        elif tag in ("w:footnoteReference", "w:endnoteReference"):
            self._refer(tag[2:].removesuffix("Reference"), attributes)
        elif tag == "w:fldChar":
            self._field(attributes.get("w:fldCharType", ""))
        elif tag == "w:sym":
            self._write(self._symbol(attributes.get("w:font", ""), attributes.get("w:char", "")))
        elif tag == "v:textpath" and attributes.get("string"):  # a word across the page, such as DRAFT
            self.flow.open("box")
            self.flow.write(readable(attributes["string"]))
            self.flow.close()
        elif tag == "mc:AlternateContent":
            self._alternatives.append(False)
        elif tag in ("mc:Choice", "mc:Fallback") and self._alternatives:
            if self._alternatives[-1]:
                self._skip = 1
            self._alternatives[-1] = True
        elif tag == "w:commentReference":
            self.counts["comment"] += 1
        elif tag in _UNREAD:
            self.counts[_UNREAD[tag]] += 1
        elif tag == "m:oMath":
            self.counts["formula"] += 1
        elif tag == "w:ruby":
            self.counts["pronunciation"] += 1
        elif tag == "w:checkBox":
            self._ticked = False
        elif tag in ("w:default", "w:checked") and self._ticked is not None:
            self._ticked = attributes.get("w:val", "1") not in _OFF
        elif tag in ("w:headerReference", "w:footerReference"):
            self._section.append((attributes.get("w:type", "default"), attributes.get("r:id", "")))
        elif tag == "w:titlePg" and attributes.get("w:val", "1") not in _OFF:
            self._section.append(("title", ""))

    def _end_section(self) -> None:
        titled = ("title", "") in self._section
        for kind, id in self._section:
            if id and (kind != "first" or titled):
                self.headings.setdefault(id, kind)
        self._section = []

    def _refer(self, kind: str, attributes: Mapping[str, str]) -> None:
        """Put the mark of a note, unless its own sign follows in the text."""
        key = kind, attributes.get("w:id", "")
        own = attributes.get("w:customMarkFollows", "0") not in _OFF
        if key not in self.marks:
            self.counts[kind] += not own
            number = self.counts[kind] - 1 + self._note_numbers.first(kind)
            self.marks[key] = "" if own else f"[{formatted(number, self._note_numbers.form(kind)) or number}]"
        self._write(self.marks[key])

    def _symbol(self, font: str, code: str) -> str:
        """Return a sign of a font of symbols; one without a letter of its own is counted."""
        place = int(code, 16) if re.fullmatch("[0-9A-Fa-f]{1,4}", code) else 0xFFFD
        if font.lower() == "wingdings" and place & 0xFF in _WINGDINGS:
            return _WINGDINGS[place & 0xFF]
        self.counts["symbol"] += unicodedata.category(chr(place)) in ("Co", "Cn", "Cs") or place == 0xFFFD
        return chr(place)

    def _field(self, step: str) -> None:
        if step == "begin":
            self._ticked = None
            self._fields.append(False)
        elif step == "separate" and self._fields:
            self._fields[-1] = True
        elif step == "end" and self._fields:
            self._fields.pop()

    def _end_paragraph(self, paragraph: Mapping[str, str]) -> None:
        joined = paragraph.get("joined")
        if joined == "removed" or ((joined or paragraph.get("hidden")) and not self.flow.has_words()):
            return  # its words go on in the next paragraph; one that is hidden altogether is not counted
        level = paragraph.get("w:ilvl", "")
        label = self.numbering.label(
            paragraph.get("style", ""), paragraph.get("w:numId", ""), int(level) if level.isdecimal() else None
        )
        self.flow.label(label)
        if not joined:
            self.flow.end_paragraph()

    def ends_in_field(self) -> bool:
        """Whether a field has no end, so that words may be missing. Forgets it."""
        opened, self._fields = bool(self._fields), []
        return opened


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> ExtractedText:
    """Read a document. Raises DocumentUnreadable."""
    package = Package(content, name, "DOCX")
    main = main_part(package)
    others = [one for one in parts(package, main) if one.member in package.members]

    def tree(kind: str) -> Element | None:
        member = next((one.member for one in others if one.kind == kind), None)
        return package.xml(member) if member else None

    counts, settings = Counter[str](), tree("settings")
    note_numbers = _NoteNumbers(settings)
    if any(one.kind in ("footnotes", "endnotes") for one in others):
        package.stream(main, note_numbers, _PREFIXES)
    reader = _Reader(Flow(name), Numbering(tree("styles"), tree("numbering")), note_numbers, counts)
    even = child(settings, "evenAndOddHeaders") is not None
    package.stream(main, reader, _PREFIXES)
    if reader.root != "w:document":
        raise package.foreign(f"it holds a {on_one_line(reader.root.rpartition(':')[2])}")
    text = reader.flow.take()
    counts["endless field"] = reader.ends_in_field()
    notes = [note for kind in _NOTES for one in others if one.kind == f"{kind}s" for note in _notes(package, one, reader, kind)]
    headings = list(_headings(package, others, reader, even=even))
    counts["numbered through"] = bool(notes) and note_numbers.differ()
    counts["unknown number"], counts["macros"] = reader.numbering.unknown, has_macros(package)
    how, whole = "; ".join(remarks(counts, notes, headings)), composed(text, notes, headings)
    refuse_pictures(whole, counts, name)
    return ExtractedText(whole, f"standard library, DOCX ({how})", facts_of(package))


def _notes(package: Package, part: Part, reader: _Reader, kind: str) -> Iterator[str]:
    """Yield the notes to which the text refers, each with its mark, in the order of the text."""
    reader.notes_read.clear()
    package.stream(part.member, reader, _PREFIXES)
    reader.flow.take()
    for (one, id), mark in reader.marks.items():
        if one == kind and (words := reader.notes_read.get(id, "")):
            yield f"{mark} {words.strip()}".strip()


def _headings(package: Package, others: list[Part], reader: _Reader, *, even: bool) -> Iterator[str]:
    """Yield the headers and footers that pages show."""
    members = {one.id: one.member for one in others}
    for id, kind in list(reader.headings.items()):
        if id in members and (kind != "even" or even):
            package.stream(members[id], reader, _PREFIXES)
            if text := reader.flow.take():
                yield text
