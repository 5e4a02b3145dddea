"""Recognise the text of a picture, with a form feed between the pages of a TIFF.

Owns which pictures are decoded: those of four formats, upright as their camera meant them, and none whose head states too many
pixels.
"""

import warnings
from io import BytesIO
from typing import Any, Final, TypeAlias

from timeline.capture import ocr as recognition
from timeline.capture.extracted_text import MAXIMUM_CHARACTERS, ExtractedText
from timeline.capture.ocr import Grey
from timeline.documents import images
from timeline.errors import DocumentUnreadable

MOST_PIXELS: Final = 150_000_000
MOST_PAGES: Final = 1_000
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "TIFF")
_DPI: Final = range(100, 1_300)  # that a scanner may have had; cameras write others, which mean nothing
_Image: TypeAlias = Any  # a library's own, which is imported only when it is needed


def read(
    content: bytes, name: str, *, encoding: str | None = None, record: str | None = None, ocr: str | None = None
) -> ExtractedText:
    """Recognise the text of each page of a picture. `encoding` and `record` are ignored."""
    languages = recognition.checked(ocr or "", name)
    pages, length = [], 0
    for number in range(1, count(opened(content, name), name) + 1):
        pages.append(recognition.text(recognition.words(grey(page(content, number, name)), languages, name)))
        length += len(pages[-1])
        if length > MAXIMUM_CHARACTERS:
            break  # the caller refuses it as too long
    if not any(pages):
        where = "on it" if len(pages) == 1 else f"on any page ({len(pages)})"
        raise DocumentUnreadable(
            name, f"no words were recognised {where}. Check the languages and that it is upright, or type it: --transcript"
        )
    without = [number for number, one in enumerate(pages, 1) if not one]
    remarks = [f"no words on {recognition.listed(without)}"] if without else []
    return ExtractedText("\f".join(pages), "; ".join((recognition.by(languages), *remarks)))


def opened(content: bytes, name: str) -> _Image:
    """Open a picture by its head alone. Raises DocumentUnreadable where it is none, or has too many pixels."""
    from PIL import Image  # noqa: PLC0415 it belongs to an extra

    Image.MAX_IMAGE_PIXELS = None  # this program's own limit is stricter
    warnings.simplefilter("ignore")
    try:
        image = Image.open(BytesIO(content), formats=_FORMATS)
    except MemoryError:
        raise
    except Exception:  # it knows none of the formats, or stumbles over the head
        raise DocumentUnreadable(
            name,
            f"is not a sound {images.RECOGNISED_NAMES} picture. Check whether it was saved in full, or save it as one of these",
        ) from None
    _refuse_large(image, name)
    return image


def count(image: _Image, name: str) -> int:
    """Return the number of pages, which only a TIFF has more than one of. Raises DocumentUnreadable."""
    if image.format != "TIFF":
        return 1
    try:
        pages = int(image.n_frames)
    except MemoryError:
        raise
    except Exception:  # as for a page
        raise DocumentUnreadable(name, "is damaged, or cut short: its pages cannot be counted. Get it again") from None
    if pages > MOST_PAGES:
        raise DocumentUnreadable(name, f"has {pages:,} pages, more than {MOST_PAGES:,}. Archive the part that you cite")
    return pages


def page(content: bytes, number: int, name: str) -> _Image:
    """Return a page of a picture, from 1, decoded, upright, and on white. Raises DocumentUnreadable if it is damaged or absent."""
    from PIL import Image, ImageOps  # noqa: PLC0415 it belongs to an extra

    image = opened(content, name)
    pages = count(image, name)
    if not 1 <= number <= pages:
        raise DocumentUnreadable(name, f"has {pages:,} page{'' if pages == 1 else 's'}, and no page {number:,}")
    try:
        if number > 1:
            image.seek(number - 1)
            _refuse_large(image, name)
        dpi = image.info.get("dpi")
        image.load()
        if image.mode.startswith(("I;16", "I", "F")):  # a grey of more than a byte, whatever its scale
            low, high = image.getextrema()
            image = image.convert("F").point(lambda one: (one - low) * 255 / (high - low or 1)).convert("L")
        elif image.has_transparency_data:
            shown = image.convert("RGBA")
            image = Image.new("RGB", shown.size, "white")
            image.paste(shown, mask=shown.getchannel("A"))
        image = ImageOps.exif_transpose(image)
    except MemoryError:
        raise
    except Exception as error:  # a library may raise anything on a stranger's bytes
        where = f"at page {number:,}" if pages > 1 else "or cut short"
        raise DocumentUnreadable(
            name, f"is damaged {where} ({type(error).__name__}). Get it again, or open it and save it as PNG"
        ) from None
    image.info["dpi"] = dpi
    return image


def grey(image: _Image) -> Grey:
    """Return a picture in grey, made smaller if its text could not be recognised at its size."""
    stated = (image.info.get("dpi") or (0,))[0]
    dpi = round(float(stated)) if stated and float(stated) in _DPI else None
    width, height = image.size
    scale = min(1.0, (recognition.MOST_PIXELS / (width * height)) ** 0.5, recognition.LONGEST_SIDE / max(width, height))
    plain = image.convert("L")
    if scale < 1:
        plain = plain.resize((max(1, int(width * scale)), max(1, int(height * scale))), reducing_gap=2)
        dpi = None
    return Grey(plain.width, plain.height, plain.tobytes(), dpi)


def _refuse_large(image: _Image, name: str) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        millions = f"{width:,} × {height:,} pixels, more than {MOST_PIXELS // 1_000_000} million"
        raise DocumentUnreadable(name, f"has {millions}. Cut out the part that you cite, or save it smaller")
