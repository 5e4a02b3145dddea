"""The pages of a PDF: each as a picture, and the places of quotations on it, letter by letter.

Owns the size of a picture, and the rule when a place is certain: the letters of the page, in the order of the extracted text, are
those of the text; or else the quotation's letters occur once in both. Nothing else is ever marked.
"""

import ctypes
import math
import zlib
from collections.abc import Iterable, Sequence
from struct import pack
from typing import Any, Final, TypeAlias

from timeline.capture import letter_order, pdf
from timeline.capture.extracted_text import readable
from timeline.capture.pdf import opened
from timeline.errors import DocumentUnreadable

__all__ = ["opened", "passage", "picture", "places", "png"]

SCALE: Final = 2.0  # pixels for each point, 144 for each inch
MOST_PIXELS: Final = 6_000_000
LONGEST_SIDE: Final = 20_000  # pixels
AROUND: Final = 40.0  # points above and below a passage, about three lines
SMALLEST: Final = 0.6  # pixels for each point: below that, print cannot be read
_MARKED: Final = tuple(bytes(level * share // 100 for level in range(256)) for share in (100, 84, 35))  # red, green, blue
_HYPHENS: Final = "-\u00ad\ufffe\x02"  # a hyphen at the end of a line, before and after it is decided what it is
_PARTS: Final = 1_000_000  # into which the sides of a page are divided when letters are placed
_KERNED: Final = 0.25  # of a box: how far letters reach into one another's
Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom, in points from the top left of the page
_Pdf: TypeAlias = Any  # a library's own


def picture(document: _Pdf, page: int) -> bytes:
    """Draw a page, from 1, as a PNG of at most MOST_PIXELS. Raises DocumentUnreadable where there is no such page."""
    one = _page(document, page)
    width, height = (max(side, 1e-3) for side in one.get_size())
    scale = min(SCALE, math.sqrt(MOST_PIXELS / (width * height)), LONGEST_SIDE / max(width, height))
    bitmap = one.render(scale=max(scale, 1 / min(width, height) if min(width, height) < 1 else 0), rev_byteorder=True)
    try:
        return png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride)
    finally:
        bitmap.close()
        one.close()


def passage(document: _Pdf, page: int, text: str, span: tuple[int, int], most: int) -> bytes:
    """Draw the part of a page, at its full width, that shows a span of its text, with the span marked, as a PNG.

    It has at most `most` bytes, so a large one is drawn more coarsely. Raises DocumentUnreadable where the place is not certain, or
    the picture would have more bytes.
    """
    placed = places(document, page, text, [span])
    if not (boxes := placed["marks"][0]):
        raise DocumentUnreadable("the document", f"does not show for certain where on page {page:,} these words are")
    width, height = placed["width"], placed["height"]
    top = max(0.0, min(box[1] for box in boxes) - AROUND)
    bottom = min(height, max(box[3] for box in boxes) + AROUND)
    scale = min(SCALE, math.sqrt(MOST_PIXELS / (width * (bottom - top))), LONGEST_SIDE / max(width, bottom - top))
    one = _page(document, page)
    try:
        while scale >= SMALLEST:
            bitmap = one.render(scale=scale, crop=(0, height - bottom, 0, top), rev_byteorder=True)
            try:
                pixels = bytearray(bitmap.buffer)
                _mark(pixels, bitmap, [[side * scale for side in box] for box in boxes], math.ceil(top * scale))
                first, last = _between_lines(pixels, bitmap, round(AROUND * scale / 2))
                part = bytes(pixels[first * bitmap.stride : last * bitmap.stride])
                content = png(part, bitmap.width, last - first, bitmap.stride, 9)
            finally:
                bitmap.close()
            if len(content) <= most:
                return content
            scale *= 0.75
    finally:
        one.close()
    raise DocumentUnreadable("the document", f"has a page {page:,} that is too large for a picture of it")


def _between_lines(pixels: bytearray, bitmap: _Pdf, most: int) -> tuple[int, int]:
    """Return where a picture begins and ends so that no line of text is cut, leaving out at most `most` rows at each end."""

    def is_blank(row: int) -> bool:
        content = pixels[row * bitmap.stride : row * bitmap.stride + 3 * bitmap.width]
        return content[3:] == content[:-3]

    most, height = min(most, bitmap.height // 2), bitmap.height
    first = next((row for row in range(most) if is_blank(row)), 0)
    last = next((row for row in range(height - 1, height - 1 - most, -1) if is_blank(row)), height - 1)
    return first, last + 1


def _mark(pixels: bytearray, bitmap: _Pdf, boxes: Iterable[Sequence[float]], top: int) -> None:
    """Darken the green and the blue of a picture within boxes, as a marker pen does; in black and white, that is grey."""
    plain = bytes(pixels)
    for left, upper, right, lower in boxes:
        begin, end = max(0, math.floor(left)), min(bitmap.width, math.ceil(right))
        for row in range(max(0, math.floor(upper) - top), min(bitmap.height, math.ceil(lower) - top)):
            first, last = row * bitmap.stride + 3 * begin, row * bitmap.stride + 3 * end
            for colour, darker in enumerate(_MARKED):
                pixels[first + colour : last : 3] = plain[first + colour : last : 3].translate(darker)


def places(document: _Pdf, page: int, text: str = "", spans: Sequence[tuple[int, int]] = ()) -> dict[str, Any]:
    """Return the size of a page in points, and for each span of its extracted text the boxes, line by line.

    The boxes of a span are None where its place on the page is not certain. `recognise`: the page has no letters of its own.
    """
    one = _page(document, page)
    try:
        width, height = one.get_size()
        places = _Places(one, text) if spans else None
        marks = places.of(spans) if places else []
        bare = places is not None and places.bare
        return {"page": page, "width": width, "height": height, "marks": marks, "recognise": bare}
    finally:
        one.close()


def _page(document: _Pdf, page: int) -> _Pdf:
    from pypdfium2 import PdfiumError  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra

    if not 1 <= page <= len(document):
        count = len(document)
        raise DocumentUnreadable("the document", f"has {count:,} page{'' if count == 1 else 's'}, and no page {page:,}")
    try:
        return document[page - 1]
    except PdfiumError:
        raise DocumentUnreadable("the document", f"is damaged at page {page:,}") from None


class _Places:
    """The letters of a page: in the order of its text, and where each is drawn."""

    def __init__(self, page: _Pdf, text: str) -> None:
        self._page, self._letters = page, page.get_textpage()
        self._width, self._height = page.get_size()
        self._drawn, self._numbers = _tokens(pdf.placed(self._letters))
        self._read, self._offsets = _tokens([(letter, (place,)) for place, letter in enumerate(text)])
        self._begins = self._read.startswith(self._drawn)
        self.bare = not self._drawn

    def of(self, spans: Sequence[tuple[int, int]]) -> list[list[Box] | None]:
        """Return the boxes of each span."""
        boxes = {number: box for number in range(self._letters.count_chars()) if (box := self._box(number))}
        return [self._marked(*span, boxes) for span in spans]

    def _marked(self, start: int, end: int, boxes: dict[int, Box]) -> list[Box] | None:
        numbers = self._numbers_of(start, end)
        if not numbers or any(number not in boxes for number in numbers):
            return None  # not certain, or drawn nowhere
        letters = [boxes[number] for number in numbers]
        if any(not _contains((0, 0, self._width, self._height), _middle(box)) for box in letters):
            return None  # beyond the edge of the page
        others = [_middle(box) for number, box in boxes.items() if number not in numbers]
        for marked in (_lines(letters), letters):
            if not any(_contains(_inner(box), other) for box in marked for other in others):
                return marked
        return None  # other letters are drawn over it

    def _numbers_of(self, start: int, end: int) -> dict[int, None]:
        """Return the letters of the page that a span of the text was read from, in their order; none where that is not certain."""
        within = [number for number, (place,) in enumerate(self._offsets) if start <= place < end]
        if not within or not self._drawn:
            return {}
        first, words = within[0], self._read[within[0] : within[-1] + 1]
        if not self._begins:
            first = self._drawn.find(words)
            once = all(letters.find(words, letters.find(words) + 1) < 0 for letters in (self._drawn, self._read))
            if first < 0 or not once:
                return {}
        if first + len(words) > len(self._drawn):
            return {}  # in a form or a stamp, whose words follow the page's
        return dict.fromkeys(number for of_one in self._numbers[first : first + len(words)] for number in of_one)

    def _box(self, number: int) -> Box | None:
        """Return where a letter is drawn; None where it is nowhere, as for a space that the library inferred."""
        from pypdfium2 import raw  # noqa: PLC0415 it belongs to an extra

        box = raw.FS_RECTF()
        code = raw.FPDFText_GetUnicode(self._letters, number)
        if chr(code if code < 0x110000 else 0).isspace() or not raw.FPDFText_GetLooseCharBox(self._letters, number, box):
            return None
        corners = [self._on_page(x, y) for x, y in ((box.left, box.top), (box.right, box.bottom))]
        (left, right), (top, bottom) = sorted(x for x, _ in corners), sorted(y for _, y in corners)
        return (left, top, right, bottom) if left < right and top < bottom else None

    def _on_page(self, x: float, y: float) -> tuple[float, float]:
        from pypdfium2 import raw  # noqa: PLC0415 it belongs to an extra

        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self._page, 0, 0, _PARTS, _PARTS, 0, x, y, across, down)
        return across.value * self._width / _PARTS, down.value * self._height / _PARTS


def _tokens(pieces: Iterable[letter_order.Piece]) -> tuple[str, list[tuple[int, ...]]]:
    """Return the letters of a text without white space, all hyphens alike, and for each the numbers of its piece."""
    letters: list[str] = []
    numbers: list[tuple[int, ...]] = []
    for text, of_text in pieces:
        plain = text if text.isascii() and text.isalnum() else "".join("-" if one in _HYPHENS else one for one in pdf.shaped(text))
        plain = plain if plain.isalnum() else "".join(readable(plain).split())
        letters.append(plain)
        numbers += [of_text] * len(plain)
    return "".join(letters), numbers


def _lines(letters: Sequence[Box]) -> list[Box]:
    """Join the boxes of letters that follow one another on a line."""
    lines: list[Box] = []
    for number, one in enumerate(letters):
        if number and _adjoin(letters[number - 1], one):
            before = lines[-1]
            lines[-1] = min(before[0], one[0]), min(before[1], one[1]), max(before[2], one[2]), max(before[3], one[3])
        else:
            lines.append(one)
    return lines


def _adjoin(one: Box, other: Box) -> bool:
    heights = one[3] - one[1], other[3] - other[1]
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return shared > min(heights) / 2 and max(other[0] - one[2], one[0] - other[2]) <= max(heights)


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _inner(box: Box) -> Box:
    """Return a box without its ends: a comma may reach under the letter before it."""
    edge = min(box[3] - box[1], box[2] - box[0]) * _KERNED
    return box[0] + edge, box[1], box[2] - edge, box[3]


def _contains(box: Box, point: tuple[float, float]) -> bool:
    return box[0] < point[0] < box[2] and box[1] < point[1] < box[3]


def png(pixels: bytes, width: int, height: int, stride: int, level: int = 3) -> bytes:
    """Write red, green and blue bytes as a PNG, in grey where no pixel has a colour."""
    rows = [pixels[start : start + width * 3] for start in range(0, stride * height, stride)]
    colour = 2
    if all(row[::3] == row[1::3] == row[2::3] for row in rows):
        rows, colour = [row[::3] for row in rows], 0
    content = zlib.compress(b"".join(b"\0" + row for row in rows), level)
    chunks = ((b"IHDR", pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)), (b"IDAT", content), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
