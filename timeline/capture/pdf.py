"""From a PDF to its text, with pypdf: the pages parted by one form feed each.

Owns that page n's text stands after n - 1 form feeds, and what is said of pages without text. Must not read pictures: what was
scanned has no text.
"""

import logging
from io import BytesIO
from typing import Any, Final, TypeAlias

from timeline.capture.found import MAXIMUM_CHARACTERS, Found, facts, readable
from timeline.errors import DocumentUnreadable

MAXIMUM_PAGES: Final = 20_000
_NOT_TITLES: Final = ("microsoft word", "untitled", "powerpoint presentation")
_FILES: Final = (".doc", ".docx", ".indd", ".odt", ".pdf", ".qxd", ".rtf", ".tex", ".ppt", ".pptx", ".xls", ".xlsx")
_NAMED_PAGES: Final = 12
_Pdf: TypeAlias = Any  # a library's own, which is imported only when it is needed


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> Found:
    """Read the text of each page, and the bibliography in the file's information and XMP. An encoding is not asked for."""
    import pypdf  # noqa: PLC0415 it belongs to an extra
    from pypdf.errors import DependencyError, LimitReachedError, PyPdfError  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    if b"%PDF-" not in content[:1024]:
        raise DocumentUnreadable(f"{name}: is not a PDF, its first bytes are others. Look what it is; a saved page is .html")
    try:
        reader = pypdf.PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _encrypted(name)
        count = len(reader.pages)
        if count > MAXIMUM_PAGES:
            raise DocumentUnreadable(f"{name}: has {count:,} pages, more than {MAXIMUM_PAGES:,}. Archive the part that you cite")
        pages, length = [], 0
        for page in reader.pages:
            pages.append(readable(page.extract_text()))
            length += len(pages[-1])
            if length > MAXIMUM_CHARACTERS:
                break  # refused as too long, by whoever called
        found = _facts_of(reader)
    except DependencyError:
        raise _encrypted(name) from None
    except LimitReachedError:
        raise DocumentUnreadable(
            f"{name}: unpacks to more than can be read: it is malformed, or made to do harm. Archive its text, saved as .txt"
        ) from None
    except (PyPdfError, RecursionError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise DocumentUnreadable(
            f"{name}: is not a sound PDF ({type(error).__name__}); it may be cut short. Get it anew, or archive its text"
        ) from None
    without = [number for number, page in enumerate(pages, 1) if not page.strip()]
    if not pages or len(without) == len(pages):
        raise DocumentUnreadable(
            f"{name}: there is no text on any page ({len(pages)}); it is scanned. Recognise the text (OCR), or type it"
        )
    told = f"; no text on {_pages(without)}" if without else ""
    return Found("\f".join(pages), f"pypdf {pypdf.__version__} (plain, pages parted by form feeds{told})", found)


def _encrypted(name: str) -> DocumentUnreadable:
    return DocumentUnreadable(f"{name}: is encrypted. Open it with its password, and save it without one")


def _pages(numbers: list[int]) -> str:
    """Name pages, the first of them where there are many."""
    named = ", ".join(map(str, numbers[:_NAMED_PAGES]))
    rest = f" and {len(numbers) - _NAMED_PAGES} others" if len(numbers) > _NAMED_PAGES else ""
    return f"page{'s' if len(numbers) > 1 else ''} {named}{rest}"


def _facts_of(reader: _Pdf) -> dict[str, str]:
    """Read the bibliography: XMP before the older information. When the file was made is not when it was published."""
    information: _Pdf = {}
    try:
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
