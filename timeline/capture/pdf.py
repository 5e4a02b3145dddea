"""From a PDF to its text, with PDFium: the pages parted by one form feed each. What it says of itself is read with pypdf.

Owns that page n's text stands after n - 1 form feeds, and what is said of a text that may not be all. Must not read pictures: what
was scanned has no text.
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

from timeline.capture import drawn, hyphens
from timeline.capture.filled import stamped, stamps, ticked, values
from timeline.capture.found import MAXIMUM_CHARACTERS, Found, facts, readable
from timeline.errors import DocumentUnreadable

MAXIMUM_PAGES: Final = 20_000
_NOT_TITLES: Final = ("microsoft word", "untitled", "powerpoint presentation")
_FILES: Final = (".doc", ".docx", ".indd", ".odt", ".pdf", ".qxd", ".rtf", ".tex", ".ppt", ".pptx", ".xls", ".xlsx")
_NAMED_PAGES: Final = 12
_END: Final = 2048  # bytes in which a whole file ends
# Letters of their shape alone, such as the fi of a font: they stand for the letters that they are drawn for.
_SHAPES: Final = ((0xFB00, 0xFB4F), (0xFB50, 0xFDCF), (0xFE70, 0xFEFE), (0x2F00, 0x2FDF))
_UNKNOWN: Final = 100  # where one letter of so many has no meaning, that is told
_Box: TypeAlias = tuple[float, float, float, float]
_Pdf: TypeAlias = Any  # a library's own, which is imported only when it is needed


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> Found:
    """Read the text of each page, and the bibliography in the file's information and XMP. An encoding is not asked for."""
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra

    if b"%PDF-" not in content[:1024]:
        raise DocumentUnreadable(name, "is not a PDF, its first bytes are others. Check what it is; a saved page is .html")
    _without_fonts_of_the_system()
    try:
        document = pypdfium2.PdfDocument(content)
        document.init_forms()
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise DocumentUnreadable(name, "is encrypted. Open it with its password, and save it without one") from None
        raise DocumentUnreadable(name, "is not a sound PDF; it may be cut short. Get it anew, or archive its text") from None
    if document.get_formtype() == pypdfium2.raw.FORMTYPE_XFA_FULL:  # its one page says "Please wait", or to update the reader
        raise DocumentUnreadable(name, "is a form of XFA, written into no page. Open it in Firefox, and print it into a PDF")
    if count > MAXIMUM_PAGES:
        raise DocumentUnreadable(name, f"has {count:,} pages, more than {MAXIMUM_PAGES:,}. Archive the part that you cite")
    pages, length, broken, filled, drawing, ticks = [], 0, [], False, [], 0
    for number in range(count):
        try:
            page = document[number]
            typed = [readable(one) for one in values(document, page)]
            pages.append("\n".join((readable(_shaped(_page(page))), *typed)))
            filled = filled or bool(typed)
            ticks += ticked(document, page)
            drawing += [number] if stamps(document, page) else []
        except pypdfium2.PdfiumError:
            broken.append(number + 1)
            pages.append("")
        length += len(pages[-1])
        if length > MAXIMUM_CHARACTERS:
            break  # refused as too long, by whoever called
    without = [number for number, page in enumerate(pages, 1) if not page.strip()]
    cut = b"%%EOF" not in content.rstrip(b"\0 \t\r\n")[-_END:]
    if len(without) == len(pages):
        why = (
            "it is cut short, or damaged. Get it anew"
            if cut or broken
            else "it may be scanned. Recognise the text (OCR), or type it"
        )
        raise DocumentUnreadable(name, f"there is no text on any page ({len(pages)}); {why}")
    for number in drawing:  # when all is read, as a page may be in it twice; a scan that is signed is still a scan
        if words := readable(_shaped(stamped(document, number))):
            pages[number], filled = f"{pages[number]}\n{words}", True
    text = hyphens.decided("\f".join(pages))
    told = list(_told(text, without, broken, cut=cut, filled=filled, ticks=ticks))
    by = f"PDFium {pypdfium2.PDFIUM_INFO.build}, pypdfium2 {pypdfium2.PYPDFIUM_INFO}"
    extractor = f"{by} ({'; '.join(['pages parted by form feeds', *told])})"
    return Found(text, extractor, _facts_of(content))


@cache
def _without_fonts_of_the_system() -> _Pdf:
    """Let PDFium use its own fonts alone in place of those that a file lacks, so that letters stand alike on every machine."""
    from pypdfium2 import raw  # noqa: PLC0415 it belongs to an extra

    none = raw.FPDF_SYSFONTINFO(version=1)
    raw.FPDF_SetSystemFontInfo(ctypes.byref(none))
    return none  # held as long as the library is


def _told(text: str, without: list[int], broken: list[int], *, cut: bool, filled: bool, ticks: int) -> Iterator[str]:
    """Tell why a text may not be all, or not as it is read."""
    if filled:
        yield "what is filled into a page, or stamped onto it, follows its text"
    if ticks:
        yield f"which boxes are ticked is not read: {ticks:,} of them"
    if cut:
        yield "the file is cut short: pages may be missing"
    if broken:
        yield f"unreadable: {_pages(broken)}"
    if empty := [number for number in without if number not in broken]:
        yield f"no text on {_pages(empty)}"
    unknown = sum(unicodedata.category(one) in ("Co", "Cn") or one == "\ufffd" for one in text)
    if unknown * _UNKNOWN > len(text):
        yield f"{unknown:,} letters of unknown meaning"
    if drawn.has_rtl(text):
        yield "lines from right to left put in order by where their letters are drawn"


def _page(page: _Pdf) -> str:
    """Read a page as PDFium gives it; where its letters may be in another order than that of reading, by their places."""
    given = page.get_textpage()
    text: str = given.get_text_range()
    return drawn.ordered(list(_letters(given))) if drawn.needs_order(text) else _level(text, given)


def _level(text: str, page: _Pdf) -> str:
    """Take away the line ends that PDFium gives within a line where letters are raised or lowered, as in 5th."""
    if len(text) != page.count_chars():  # letters of two units, so that places are not known
        return text
    pieces, done = list[str](), 0
    for found in re.finditer(r"(?<=[^\r\n])\r\n(?=[^\r\n])", text):
        if _adjoin(*(page.get_charbox(place, loose=True) for place in (found.start() - 1, found.end()))):
            pieces.append(text[done : found.start()])
            done = found.end()
    return "".join((*pieces, text[done:]))


def _adjoin(one: _Box, other: _Box) -> bool:
    """Whether one letter is drawn right beside another, if not at the same height. A box is left, bottom, right, top."""
    heights = one[3] - one[1], other[3] - other[1]
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return shared > min(heights) / 4 and -max(heights) / 8 <= other[0] - one[2] <= max(heights) / 4


def _letters(page: _Pdf) -> Iterator[drawn.Letter]:
    """Give the letters of a page and where they are drawn."""
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
            yield drawn.Letter(chr(code), min(box.left, x.value), box.right, x.value, y.value, size, made)


def _shaped(text: str) -> str:
    """Put letters in the place of their shapes."""
    shapes = {one for one in set(text) if any(first <= ord(one) <= last for first, last in _SHAPES)}
    for one in shapes:
        text = text.replace(one, unicodedata.normalize("NFKC", one))
    return text


def _pages(numbers: list[int]) -> str:
    """Name pages, the first of them where there are many."""
    named = ", ".join(map(str, numbers[:_NAMED_PAGES]))
    rest = f" and {len(numbers) - _NAMED_PAGES} others" if len(numbers) > _NAMED_PAGES else ""
    return f"page{'s' if len(numbers) > 1 else ''} {named}{rest}"


def _facts_of(content: bytes) -> dict[str, str]:
    """Read the bibliography: XMP before the older information. When the file was made is not when it was published."""
    import pypdf  # noqa: PLC0415 it belongs to an extra

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    information: _Pdf = {}
    try:
        reader: _Pdf = pypdf.PdfReader(BytesIO(content))
        information = reader.metadata or {}
        xmp = reader.xmp_metadata
        language = reader.trailer["/Root"].get("/Lang")
    except Exception:  # what a file says of itself may be broken while its text is not
        xmp = language = None
    title = _of_xmp(xmp, "dc_title") or _string(information, "/Title")
    if title.lower().startswith(_NOT_TITLES) or title.lower().endswith(_FILES):
        title = ""
    return facts(
        title=title,
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
