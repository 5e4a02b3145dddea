"""Scans made for tests: pictures of lines in several formats, and PDFs of them. Without Tesseract a test is skipped."""

import html
import shutil
import subprocess
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

MEETING = ("The council met in Marrakech", "and sat for four days.")
TEXT = "\n".join(MEETING)
SCRIPTS = {
    "ara": "اجتمعت اللجنة في مراكش وصوّت المندوبون بالإجماع على القرار.",
    "fra": "Les délégués ont voté à l’unanimité, après quatre jours de débats.",
    "eng": "The delegates voted unanimously after four days of debate.",
}


def languages() -> set[str]:
    """Return the languages that Tesseract has here."""
    if (program := shutil.which("tesseract")) is None:
        return set()
    return set(subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False).stdout.split())


def needs(*named: str) -> pytest.MarkDecorator:
    """Skip a test where Tesseract, or its data for a language, is not installed."""
    absent = sorted(set(named) - languages())
    return pytest.mark.skipif(bool(absent), reason=f"Tesseract has no data here for {', '.join(absent)}")


def drawn(*lines: str, size: tuple[int, int] = (1000, 400)) -> Image.Image:
    """Draw black lines on white."""
    image = Image.new("L", size, "white")
    ImageDraw.Draw(image).multiline_text((60, 60), "\n".join(lines), fill="black", font=ImageFont.load_default(44), spacing=24)
    return image


def saved(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:  # noqa: ANN401 - the library's own
    """Save a picture."""
    content = BytesIO()
    image.save(content, format, **options)
    return content.getvalue()


def pdf(*pages: Image.Image | bytes) -> bytes:
    """Make a PDF with these pages: each a scan, or the first page of another PDF."""
    import pypdfium2  # type: ignore[import-untyped]

    document, content = pypdfium2.PdfDocument.new(), BytesIO()
    for page in pages:
        document.import_pages(pypdfium2.PdfDocument(page if isinstance(page, bytes) else saved(page, "PDF", resolution=150)), [0])
    document.save(content)
    return content.getvalue()


def in_chromium(browser: Any, words: str) -> Image.Image:  # noqa: ANN401 - Playwright's own
    """Draw a paragraph in any script."""
    page = browser.new_page(viewport={"width": 700, "height": 200}, device_scale_factor=3)
    page.set_content(f"<p dir=auto style='font: 20px/1.6 serif; margin: 40px'>{html.escape(words)}</p>")
    image = Image.open(BytesIO(page.screenshot())).convert("L")
    page.close()
    return image
