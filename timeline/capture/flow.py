"""The text of a document under construction: paragraphs, tables, text boxes and notes, in reading order.

Owns how these are parted (cells by tabs, rows and paragraphs by line ends, a text box below its paragraph, notes below the text),
and the wording of what is not in the text. Must not know any format.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from timeline.capture.extracted_text import MAXIMUM_CHARACTERS, too_long
from timeline.errors import DocumentUnreadable

_BETWEEN: Final = {"row": "\t"}
_REMARKS: Final = {
    "hidden": "hidden text is left out",
    "formula": "formulas are letters in a row",
    "pronunciation": "readings above words are left out",
    "symbol": "signs of fonts of symbols, whose meaning is not known: {:,}",
    "unknown number": "numbers of lists whose form is not known are in digits",
    "endless field": "a field has no end: words may be missing",
    "macros": "it holds macros, which are not run",
}
# Things that a document may hold beside text, as they are counted.
_UNREAD: Final = ("comment", "picture", "chart", "diagram", "object", "document within it", "form field")


@dataclass(slots=True)
class _Room:
    """Holds paragraphs and rooms: the page itself, a table, a row, a cell, a text box, a note."""

    kind: str
    blocks: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """The paragraph that is being written."""
    below: list[str] = field(default_factory=list)
    """The text boxes of that paragraph."""
    left_out: bool = False

    def text(self) -> str:
        return _BETWEEN.get(self.kind, "\n").join(self.blocks)


class Flow:
    """Builds the text of a document named `name`."""

    def __init__(self, name: str) -> None:
        self._name, self._rooms, self._size = name, [_Room("page")], 0

    def write(self, text: str) -> None:
        """Continue the paragraph. Raises DocumentUnreadable where the text grows too long."""
        self._size += len(text)
        if self._size > MAXIMUM_CHARACTERS:
            raise too_long(self._name)
        if text:
            self._rooms[-1].words.append(text)

    def has_words(self) -> bool:
        """Whether the paragraph has any words yet."""
        return bool(self._rooms[-1].words)

    def last_letter(self) -> str:
        """Return the last letter of the paragraph; "" at its beginning."""
        return self._rooms[-1].words[-1][-1] if self._rooms[-1].words else ""

    def label(self, text: str) -> None:
        """Put the number of a list before the paragraph."""
        if text and any(map(str.strip, self._rooms[-1].words)):
            self._rooms[-1].words.insert(0, f"{text} ")

    def end_paragraph(self) -> None:
        """End the paragraph, and put its text boxes below it. Of empty paragraphs in a row, one is left."""
        room = self._rooms[-1]
        text = "".join(room.words).strip(" ")
        if text.strip() or (room.blocks and room.blocks[-1]):
            room.blocks.append(text if text.strip() else "")
        room.blocks += room.below
        room.words, room.below = [], []

    def open(self, kind: str) -> None:
        """Begin a table, row, cell, box or note within the present room."""
        self._rooms.append(_Room(kind))

    def leave_out(self, kind: str) -> None:
        """Leave out the innermost room of a kind, which a tracked change removes."""
        room = next((one for one in reversed(self._rooms) if one.kind == kind), None)
        if room is not None:
            room.left_out = True

    def close(self) -> str:
        """End the innermost room, put its text where it belongs, and return it. The text of a note is only returned."""
        if self._rooms[-1].words or self._rooms[-1].below:
            self.end_paragraph()
        room, outer = self._rooms.pop(), self._rooms[-1]
        if room.left_out:
            return ""
        while room.kind != "row" and room.blocks and not room.blocks[-1].strip():
            room.blocks.pop()
        text = room.text()
        if room.kind == "box":
            outer.below += [text] if text.strip() else []
        elif room.kind == "cell" or (room.kind != "note" and text.strip()):
            outer.blocks.append(text.rstrip("\t") if room.kind == "row" else text)
        return text

    def take(self) -> str:
        """Return the text of the page, and begin an empty one."""
        while len(self._rooms) > 1:
            self.close()
        self.end_paragraph()
        text = self._rooms[0].text().strip("\n")
        self._rooms = [_Room("page")]
        return text


def composed(text: str, notes: Sequence[str], headings: Sequence[str]) -> str:
    """Put the text of a document together: notes follow it, then each header and footer, once."""
    blocks = (text, "\n".join(notes), "\n".join(dict.fromkeys(headings)))
    whole = "\n\n".join(block.strip("\n") for block in blocks if block.strip())
    return f"{whole}\n" if whole else ""


def refuse_pictures(text: str, counts: Counter[str], name: str) -> None:
    """Refuse a document that has pictures and no text. Raises DocumentUnreadable."""
    if not text.strip() and counts["picture"]:
        why = f"there is no text in it, but pictures ({counts['picture']:,}); it may be scanned"
        raise DocumentUnreadable(name, f"{why}. Recognise the text (OCR), or type it")


def remarks(counts: Counter[str], notes: Sequence[str], headings: Sequence[str]) -> Iterator[str]:
    """Yield where the parts of the text are, and what is not in it, by the number of each kind of thing."""
    changes = counts["insertion"], counts["deletion"]
    yield "as it stands, with the tracked changes accepted" if any(changes) else "as it stands"
    if notes:
        yield "notes follow the text, at their marks in brackets"
    if counts["numbered through"]:
        yield "notes are numbered through, though pages or sections show other marks"
    if headings:
        yield "headers and footers follow, each once"
    if any(changes):
        yield f"tracked insertions, which are in the text: {changes[0]:,}; tracked deletions, which are not: {changes[1]:,}"
    for kind in _UNREAD:
        if counts[kind]:
            yield f"{kind}s, which are not read: {counts[kind]:,}".replace("document within its", "documents within it")
    for kind, words in _REMARKS.items():
        if counts[kind]:
            yield words.format(counts[kind])
