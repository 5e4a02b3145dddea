"""Extract the text of a PDF with PDFium, with a form feed between pages. Its bibliography is read with pypdf.

Owns that the text of page n follows n - 1 form feeds, and the remarks on a text that may be incomplete. A scanned page has no text,
unless its words are recognised.
"""

import ctypes
import logging
import math
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any, Final, TypeAlias

from timeline.capture import hyphens, letter_order
from timeline.capture import ocr as recognition
from timeline.capture.extracted_text import MAXIMUM_CHARACTERS, ExtractedText, facts, readable, title
from timeline.capture.pdf_annotations import stamped, stamps, ticked, values
from timeline.errors import DocumentUnreadable

MAXIMUM_PAGES: Final = 20_000
_END: Final = 2048  # bytes within which a complete file has its end mark
# Presentation forms, such as the fi of a font: they are replaced by the letters that they draw.
_SHAPES: Final = ((0xFB00, 0xFB4F), (0xFB50, 0xFDCF), (0xFE70, 0xFEFE), (0x2F00, 0x2FDF))
_UNKNOWN: Final = 100  # one letter without a meaning among so many is remarked on
_Box: TypeAlias = tuple[float, float, float, float]
_Pdf: TypeAlias = Any  # a library's own, which is imported only when it is needed


def read(
    content: bytes, name: str, *, encoding: str | None = None, record: str | None = None, ocr: str | None = None
) -> ExtractedText:
    """Read the text of each page, and the bibliography from the file's information and XMP. `encoding` is ignored.

    The text of pages without any is recognised if `ocr` names its languages.
    """
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra

    languages = recognition.checked(ocr, name) if ocr else None
    document = opened(content, name)
    count = len(document)
    if document.get_formtype() == pypdfium2.raw.FORMTYPE_XFA_FULL:  # its one page says "Please wait", or to update the reader
        raise DocumentUnreadable(name, "is an XFA form, which has no pages of its own. Open it in Firefox, and print it to a PDF")
    if count > MAXIMUM_PAGES:
        raise DocumentUnreadable(name, f"has {count:,} pages, more than {MAXIMUM_PAGES:,}. Archive the part that you cite")
    pages, length, broken, filled, drawing, ticks = [], 0, [], False, [], 0
    for number in range(count):
        try:
            page = document[number]
            typed = [readable(one) for one in values(document, page)]
            pages.append("\n".join((readable(shaped(_page(page))), *typed)))
            filled = filled or bool(typed)
            ticks += ticked(document, page)
            drawing += [number] if stamps(document, page) else []
        except pypdfium2.PdfiumError:
            broken.append(number + 1)
            pages.append("")
        length += len(pages[-1])
        if length > MAXIMUM_CHARACTERS:
            break  # the caller refuses it as too long
    without = [number for number, page in enumerate(pages, 1) if not page.strip()]
    recognised = []
    for number in without if languages else ():
        if number not in broken and (words := recognition.text(words_on(document, number, languages or "", name))):
            recognised.append(number)
            pages[number - 1] = words
    without = [number for number in without if number not in recognised]
    cut = b"%%EOF" not in content.rstrip(b"\0 \t\r\n")[-_END:]
    if len(without) == len(pages):
        why = (
            "it is cut short, or damaged. Get it again"
            if cut or broken
            else "check the languages, or type it: --transcript"
            if languages
            else "it may be scanned. Recognise its text, in its languages: --ocr eng; or type it: --transcript"
        )
        no = "no words were recognised" if languages else "there is no text"
        raise DocumentUnreadable(name, f"{no} on any page ({len(pages)}); {why}")
    for number in drawing:  # after all pages, as a page may be in it twice; a signed scan is still a scan
        if words := readable(shaped(stamped(document, number))):
            pages[number], filled = f"{pages[number]}\n{words}", True
    text = hyphens.decided("\f".join(pages))
    read_here = "\f".join(page for number, page in enumerate(pages, 1) if number not in recognised)
    remarks = list(_remarks(read_here, without, broken, cut=cut, filled=filled, ticks=ticks))
    by = f"PDFium {pypdfium2.PDFIUM_INFO.build}, pypdfium2 {pypdfium2.PYPDFIUM_INFO}"
    extractor = f"{by} ({'; '.join(['pages parted by form feeds', *remarks])})"
    if languages and recognised:
        some = f" on {recognition.listed(recognised)}; the others by" if len(recognised) < len(pages) else "; drawn by"
        extractor = f"{recognition.by(languages)}{some} {extractor}"
    return ExtractedText(text, extractor, _facts_of(content))


def words_on(
    document: _Pdf, number: int, languages: str, name: str, seconds: float = recognition.SECONDS
) -> list[recognition.Word]:
    """Recognise the words on a page, from 1. Their sides are in pixels, of which a point has `drawn_at`."""
    page = document[number - 1]
    bitmap = page.render(scale=drawn_at(page), grayscale=True)
    try:
        rows = bytes(bitmap.buffer)
        width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    finally:
        bitmap.close()
        page.close()
    pixels = rows if stride == width else b"".join(rows[start : start + width] for start in range(0, stride * height, stride))
    return recognition.words(recognition.Grey(width, height, pixels[: width * height], recognition.DPI), languages, name, seconds)


def drawn_at(page: _Pdf) -> float:
    """Return the pixels for each point at which a page is drawn to be recognised."""
    width, height = (max(side, 1.0) for side in page.get_size())
    most = math.sqrt(recognition.MOST_PIXELS / (width * height))
    return float(min(recognition.DPI / 72, most, recognition.LONGEST_SIDE / max(width, height)))


def opened(content: bytes, name: str) -> _Pdf:
    """Open a PDF, with its forms. Raises DocumentUnreadable where it is none, encrypted, or damaged."""
    import pypdfium2  # noqa: PLC0415 it belongs to an extra

    if b"%PDF-" not in content[:1024]:
        raise DocumentUnreadable(name, "is not a PDF: its first bytes are others. Check what it is; a saved page is .html")
    _without_system_fonts()
    try:
        document = pypdfium2.PdfDocument(content)
        document.init_forms()
        len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise DocumentUnreadable(name, "is encrypted. Open it with its password, and save it without one") from None
        raise DocumentUnreadable(name, "is not a sound PDF; it may be cut short. Get it again, or archive its text") from None
    return document


@cache
def _without_system_fonts() -> _Pdf:
    """Make PDFium replace missing fonts only by its own, so that letters have the same places on every machine."""
    from pypdfium2 import raw  # noqa: PLC0415 it belongs to an extra

    none = raw.FPDF_SYSFONTINFO(version=1)
    raw.FPDF_SetSystemFontInfo(ctypes.byref(none))
    return none  # the cache holds it as long as the library needs it


def _remarks(text: str, without: list[int], broken: list[int], *, cut: bool, filled: bool, ticks: int) -> Iterator[str]:
    """Yield the reasons why a text may be incomplete, or not in reading order."""
    if filled:
        yield "what is filled into a page, or stamped onto it, follows its text"
    if ticks:
        yield f"which boxes are ticked is not read: {ticks:,} of them"
    if cut:
        yield "the file is cut short: pages may be missing"
    if broken:
        yield f"unreadable: {recognition.listed(broken)}"
    if empty := [number for number in without if number not in broken]:
        yield f"no text on {recognition.listed(empty)}"
    unknown = sum(unicodedata.category(one) in ("Co", "Cn") or one == "\ufffd" for one in text)
    if unknown * _UNKNOWN > len(text):
        yield f"{unknown:,} letters of unknown meaning"
    if any(map(letter_order.is_rtl, set(text))):
        yield "lines from right to left put in order by where their letters are drawn"


def _page(page: _Pdf) -> str:
    """Read a page in PDFium's order; where that may not be the reading order, by the places of the letters."""
    text_page = page.get_textpage()
    text: str = text_page.get_text_range()
    return letter_order.ordered(list(_letters(text_page))) if letter_order.needs_order(text) else _level(text, text_page)


def placed(text_page: _Pdf) -> list[letter_order.Piece]:
    """Return the text of a page in the order of `read`, before hyphens are decided, with the numbers of its letters."""
    ordered = letter_order.needs_order(text_page.get_text_range())
    letters = list(_letters(text_page))
    return letter_order.placed(letters) if ordered else [(one.text, one.numbers) for one in letters]


def _level(text: str, page: _Pdf) -> str:
    """Remove the line ends that PDFium puts within a line where letters are raised or lowered, as in 5th."""
    if len(text) != page.count_chars():  # letters of two code units make the places unknown
        return text
    pieces, done = list[str](), 0
    for match in re.finditer(r"(?<=[^\r\n])\r\n(?=[^\r\n])", text):
        if _adjoin(*(page.get_charbox(place, loose=True) for place in (match.start() - 1, match.end()))):
            pieces.append(text[done : match.start()])
            done = match.end()
    return "".join((*pieces, text[done:]))


def _adjoin(one: _Box, other: _Box) -> bool:
    """Return whether two letters are drawn right beside each other, at any height. A box is left, bottom, right, top."""
    heights = one[3] - one[1], other[3] - other[1]
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return shared > min(heights) / 4 and -max(heights) / 8 <= other[0] - one[2] <= max(heights) / 4


def _letters(page: _Pdf) -> Iterator[letter_order.Letter]:
    """Yield the letters of a page with their places."""
    from pypdfium2 import raw  # noqa: PLC0415 it belongs to an extra

    box, matrix, x, y, pending = raw.FS_RECTF(), raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double(), 0
    for number in range(page.count_chars()):
        code = raw.FPDFText_GetUnicode(page, number)
        if 0xD800 <= code < 0xDC00:
            pending = code
            continue
        if 0xDC00 <= code < 0xE000:
            code, pending = (0x10000 + ((pending - 0xD800) << 10) + code - 0xDC00 if pending else 0xFFFD), 0
        raw.FPDFText_GetLooseCharBox(page, number, ctypes.byref(box))
        raw.FPDFText_GetCharOrigin(page, number, ctypes.byref(x), ctypes.byref(y))
        raw.FPDFText_GetMatrix(page, number, ctypes.byref(matrix))
        size = raw.FPDFText_GetFontSize(page, number) * math.hypot(matrix.c, matrix.d)
        made = raw.FPDFText_IsGenerated(page, number) == 1
        if raw.FPDFText_IsHyphen(page, number) == 1:
            code = ord(hyphens.DIVIDED)
        if 0 < code < 0x110000:
            numbers = (number - 1, number) if code >= 0x10000 else (number,)
            yield letter_order.Letter(chr(code), min(box.left, x.value), box.right, x.value, y.value, size, made, numbers)


def shaped(text: str) -> str:
    """Replace presentation forms by their letters."""
    shapes = {one for one in set(text) if any(first <= ord(one) <= last for first, last in _SHAPES)}
    for one in shapes:
        text = text.replace(one, unicodedata.normalize("NFKC", one))
    return text


def _facts_of(content: bytes) -> dict[str, str]:
    """Read the bibliography, XMP before the older information. The date of the file is not used: it is not a publication date."""
    import pypdf  # noqa: PLC0415 it belongs to an extra

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    information: _Pdf = {}
    try:
        reader: _Pdf = pypdf.PdfReader(BytesIO(content))
        information = reader.metadata or {}
        xmp = reader.xmp_metadata
        language = reader.trailer["/Root"].get("/Lang")
    except Exception:  # the metadata may be damaged while the text is not
        xmp = language = None
    return facts(
        title=title(_of_xmp(xmp, "dc_title") or _string(information, "/Title")),
        author=_of_xmp(xmp, "dc_creator") or _string(information, "/Author"),
        publisher=_of_xmp(xmp, "dc_publisher"),
        published=_of_xmp(xmp, "dc_date"),
        language=_of_xmp(xmp, "dc_language") or (str(language) if language else None),
    )


def _string(information: _Pdf, key: str) -> str:
    value = information.get(key)
    return str(value) if isinstance(value, str) else ""


def _of_xmp(xmp: _Pdf, name: str) -> str:
    try:
        value = getattr(xmp, name, None)
    except Exception:  # as above
        return ""
    if isinstance(value, dict):
        value = value.get("x-default") or next(iter(value.values()), "")
    if isinstance(value, list):
        value = "; ".join(str(getattr(one, "isoformat", lambda one=one: one)()) for one in value)
    return str(value or "")
