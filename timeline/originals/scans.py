"""The pages of a scan or picture: each as a picture for the browser, and the words that are recognised on it, with their places.

Owns the size in which a picture is shown. Must not decide where a quotation is: the pages do, from the words.
"""

import math
from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final, TypeAlias

from timeline.capture import ocr, pdf, pictures
from timeline.documents import recognised
from timeline.documents.recognised import Word
from timeline.errors import DocumentUnreadable
from timeline.originals import pages
from timeline.originals.pages import AROUND, LONGEST_SIDE, MOST_PIXELS, SCALE, png

_NAME: Final = "the document"  # reasons follow its name
_Pdf: TypeAlias = Any  # a library's own
_MARK: Final = (255, 214, 89)
_SIDE: Final = 2_000  # pixels of the longer side of a smaller copy, at most
_SMALLEST_SIDE: Final = 200
_TURNED: Final = range(5, 9)  # orientations of a camera in which width and height change places
_ORIENTATION: Final = 0x112


def picture(content: bytes, page: int) -> bytes:
    """Return a page of a picture, from 1, upright, as a PNG of at most MOST_PIXELS. Raises DocumentUnreadable."""
    image = pictures.page(content, page, _NAME).convert("RGB")
    size = [max(1, round(side * _scale(*image.size))) for side in image.size]
    if size != list(image.size):
        image = image.resize(size, reducing_gap=2)
    return png(image.tobytes(), image.width, image.height, image.width * 3)


def smaller(content: bytes, page: int, most: int, region: Sequence[float] = (0, 0, 100, 100)) -> bytes:
    """Return a page of a picture, from 1, upright, as a JPEG of at most `most` bytes, or only a region of it.

    `region` is in percent: from the left, from the top, its width, its height. Raises DocumentUnreadable.
    """
    image = pictures.page(content, page, _NAME)
    left, top, width, height = region
    sides = ((left, image.width), (top, image.height), (left + width, image.width), (top + height, image.height))
    first_x, first_y, last_x, last_y = (round(percent * side / 100) for percent, side in sides)
    return _fitted(image.crop((first_x, first_y, max(last_x, first_x + 1), max(last_y, first_y + 1))).convert("RGB"), most)


def passage(
    content: bytes, document: _Pdf, page: int, text: str, span: tuple[int, int], recognised_words: Sequence[Word], most: int
) -> bytes:
    """Draw the part of a page, at its full width, that shows a span of its recognised text, with the span marked, as a JPEG.

    `document` is None for a picture. Raises DocumentUnreadable where the place is not certain.
    """
    from PIL import Image, ImageChops, ImageDraw  # noqa: PLC0415 it belongs to an extra

    boxes = recognised.boxes(text, [span], recognised_words)[0]
    if not boxes:
        raise DocumentUnreadable(_NAME, f"does not show for certain where on page {page:,} these words are")
    image = Image.open(BytesIO(picture(content, page) if document is None else pages.picture(document, page))).convert("RGB")
    scale = SCALE if document is None else image.width / document[page - 1].get_size()[0]
    marks = Image.new("RGB", image.size, "white")
    for left, top, right, bottom in boxes:
        ImageDraw.Draw(marks).rectangle([side * scale for side in (left, top, right, bottom)], fill=_MARK)
    first = max(0, int((min(box[1] for box in boxes) - AROUND) * scale))
    last = min(image.height, int((max(box[3] for box in boxes) + AROUND) * scale))
    return _fitted(ImageChops.multiply(image, marks).crop((0, first, image.width, max(last, first + 1))), most)


def _fitted(image: Any, most: int) -> bytes:  # noqa: ANN401 - a library's own
    """Return a picture as a JPEG of at most `most` bytes, reduced as far as that needs."""
    side = float(_SIDE)
    while True:
        image.thumbnail((side, side), reducing_gap=2)  # in place: a large picture would not fit into the memory twice
        made = BytesIO()
        image.save(made, "JPEG", quality=80)
        if made.tell() <= most or max(image.size) < _SMALLEST_SIDE:
            return made.getvalue()
        side = max(image.size) * 0.75


def sizes(content: bytes, numbers: list[int]) -> list[dict[str, Any]]:
    """Return the size of each page in points, of which a pixel of its picture has a half, and that its words must be recognised."""
    image = pictures.opened(content, _NAME)
    pages_read = []
    for page in numbers:
        if page > 1:
            image.seek(page - 1)
        width, height = image.size
        if image.format != "TIFF" and image.getexif().get(_ORIENTATION) in _TURNED:
            width, height = height, width
        scale = _scale(width, height) / SCALE
        pages_read.append({"page": page, "width": width * scale, "height": height * scale, "marks": [], "recognise": True})
    return pages_read


def words(
    content: bytes, document: _Pdf, page: int, languages: str, seconds: float
) -> list[tuple[str, int, float, float, float, float]]:
    """Recognise the words on a page of a PDF, or of a picture if `document` is None.

    Return the letters of each, the number of its line, and its left, top, right and bottom in points. Raises DocumentUnreadable.
    """
    languages = ocr.checked(languages, _NAME)
    if document is None:
        image = pictures.page(content, page, _NAME)
        drawn = pictures.grey(image)
        scale = image.width / drawn.width * _scale(*image.size) / SCALE
        words_there = ocr.words(drawn, languages, _NAME, seconds)
    else:
        words_there, scale = pdf.words_on(document, page, languages, _NAME, seconds), 1 / pdf.drawn_at(document[page - 1])
    line, recognised_words = 0, []
    for word in words_there:
        line += word.before.startswith("\n")
        sides = (round(side * scale, 2) for side in (word.left, word.top, word.right, word.bottom))
        recognised_words.append((word.text, line, *sides))
    return recognised_words


def _scale(width: int, height: int) -> float:
    return min(1.0, math.sqrt(MOST_PIXELS / (width * height)), LONGEST_SIDE / max(width, height))
