"""Recognised text: in reading order, page by page, of scans and pictures alone; and one line for each that cannot be recognised."""

import struct
import sys
import zlib
from pathlib import Path

import pytest
from rapidfuzz.distance import Levenshtein

sys.path.insert(0, str(Path(__file__).parent.parent))
import material
import scans

from timeline import capture
from timeline.capture import ocr, pictures
from timeline.documents import extractors
from timeline.errors import DocumentUnreadable, ExtraMissing


def refused(
    content: bytes, kind: str = "image/png", languages: str = "eng", error: type[DocumentUnreadable] = DocumentUnreadable
) -> str:
    """Return the line with which recognising is refused."""
    with pytest.raises(error) as refusal:
        capture.from_bytes(content, kind, "doc", ocr=languages)
    message = str(refusal.value)
    assert message.startswith("doc: ")
    assert message.isprintable()
    assert len(message) < 400
    return message


@scans.needs("eng")
@pytest.mark.parametrize(
    ("format", "kind"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("TIFF", "image/tiff")]
)
def test_a_picture_is_read_line_by_line(format: str, kind: str) -> None:
    """Whatever its format, and the ending of its name; the extractor says who recognised it, in which language."""
    document = capture.from_bytes(scans.saved(scans.drawn(*scans.MEETING), format), "image/png", "doc", ocr="eng")
    assert (document.text, document.media_type) == (scans.TEXT, kind)
    assert document.extractor.startswith("recognised by tesseract ")
    assert extractors.reading(document.extractor) == extractors.Reading(kind, ocr="eng")
    assert extractors.caveat(document.extractor) == "recognised text, see the image"


@pytest.mark.parametrize("script", sorted(scans.SCRIPTS))
def test_three_scripts(script: str) -> None:
    """As a browser draws them, at 300 dots for each inch: at most one letter of ten is another."""
    if script not in scans.languages():
        pytest.skip(f"Tesseract has no data here for {script}")
    sync_api = pytest.importorskip("playwright.sync_api")
    program = next(filter(None, map(scans.shutil.which, ("chromium-headless-shell", "chromium"))), None)
    if program is None:
        pytest.skip("there is no Chromium to draw the page")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        image = scans.in_chromium(browser, scans.SCRIPTS[script])
        browser.close()
    text = " ".join(capture.from_bytes(scans.saved(image), "image/png", "doc", ocr=script).text.split())
    assert Levenshtein.distance(text, scans.SCRIPTS[script]) <= len(text) / 10
    assert not set(text) & set("\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069")


@scans.needs("eng")
def test_only_pages_without_text_are_recognised() -> None:
    """The others keep their own; the extractor and the mark name the pages, and a blank page stays empty."""
    content = scans.pdf(material.pdf(["It was a letter."]), scans.drawn(*scans.MEETING), scans.drawn())
    document = capture.from_bytes(content, "application/pdf", "doc", ocr="eng")
    assert document.text.split("\f") == ["It was a letter.", scans.TEXT, ""]
    assert " on page 2; the others by PDFium" in document.extractor
    assert "no text on page 3" in document.extractor
    assert extractors.caveat(document.extractor) == "recognised text, see the image (page 2)"


@scans.needs("eng")
def test_a_document_with_text_is_read_as_ever() -> None:
    """Without any mark, as nothing of it was recognised."""
    content = material.pdf(["It was a letter."])
    assert capture.from_bytes(content, "application/pdf", "doc", ocr="eng") == capture.from_bytes(content, "application/pdf", "doc")


@scans.needs("eng")
def test_the_pages_of_a_tiff_are_parted_by_form_feeds() -> None:
    """As those of a PDF are."""
    pages = [scans.drawn(*scans.MEETING), scans.drawn(), scans.drawn("The end of it.")]
    content = scans.saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    document = capture.from_bytes(content, "image/tiff", "doc", ocr="eng")
    assert document.text == f"{scans.TEXT}\f\fThe end of it."
    assert "no words on page 2" in document.extractor


@scans.needs("eng", "osd")
def test_a_page_may_lie_on_its_side() -> None:
    """By the camera's note, or only by its letters, if there are enough."""
    image = scans.drawn(*scans.MEETING)
    exif = image.getexif()
    exif[0x112] = 6
    turned = scans.saved(image.rotate(90, expand=True), "JPEG", exif=exif)
    assert capture.from_bytes(turned, "image/jpeg", "doc", ocr="eng").text == scans.TEXT
    page = scans.drawn(*(scans.MEETING * 6), size=(1000, 1200)).rotate(180)
    assert scans.TEXT in capture.from_bytes(scans.saved(page), "image/png", "doc", ocr="eng").text


@scans.needs("eng")
def test_colours_transparency_and_deep_greys() -> None:
    """A page is recognised as it is seen: on white, whatever the depth of its pixels."""
    image = scans.drawn(*scans.MEETING)
    clear = scans.Image.new("RGBA", image.size, (0, 0, 0, 0))
    clear.putalpha(image.point(lambda one: 255 - one))
    deep = image.convert("I").point(lambda one: one * 200).convert("I;16")
    for one in (clear, deep, image.convert("1"), image.convert("P")):
        assert capture.from_bytes(scans.saved(one), "image/png", "doc", ocr="eng").text == scans.TEXT, one.mode


@scans.needs("eng")
def test_the_grain_of_blank_paper_is_no_text() -> None:
    """Nothing is made of it, however little is on the page."""
    grain = scans.Image.effect_noise((900, 1200), 20).point(lambda one: 255 - abs(128 - one))
    assert "no words were recognised on it" in refused(scans.saved(grain))


@scans.needs("eng")
def test_what_cannot_be_recognised_is_refused_in_a_line() -> None:
    """By its head alone where it would take too much memory."""
    sound = scans.saved(scans.drawn(*scans.MEETING))
    two = scans.saved(scans.drawn(*scans.MEETING), "TIFF", save_all=True, append_images=[scans.drawn("Two.")])
    assert "no words were recognised on it" in refused(scans.saved(scans.drawn()))
    assert "no words were recognised on any page (2)" in refused(scans.pdf(scans.drawn(), scans.drawn()), "application/pdf")
    assert "is damaged or cut short" in refused(sound[: len(sound) // 2])
    assert "is damaged, or cut short" in refused(two[:2000], "image/tiff")
    assert "is not a sound" in refused(b"II*\0" + b"\xff" * 400, "image/tiff")
    assert "is not a sound" in refused(b"a list of files\n/etc/passwd\n")
    assert "only of a PDF or a PNG" in refused(b"<p>It met.", "text/html")
    assert "only of a PDF or a PNG" in refused(scans.saved(scans.drawn("It met."), "GIF"), "image/gif")
    assert "25,000 × 20,000 pixels, more than 150 million" in refused(huge(25_000, 20_000))
    with pytest.raises(DocumentUnreadable, match="Leave the encoding out"):
        capture.from_bytes(sound, "image/png", "doc", ocr="eng", encoding="cp1252")


def huge(width: int, height: int) -> bytes:
    """Return a small PNG whose head states many pixels."""
    content = bytearray(material_png())
    content[16:24] = struct.pack(">II", width, height)
    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    return bytes(content)


def material_png() -> bytes:
    """Return a small picture."""
    return scans.saved(scans.drawn(size=(8, 8)))


@pytest.mark.parametrize("languages", ["../../etc/passwd", "-c x", "eng+", "", "+".join(["eng"] * 10)])
@scans.needs("eng")
def test_languages_are_names_and_nothing_else(languages: str) -> None:
    """They are part of a command."""
    assert "--ocr names languages as Tesseract does, such as fra+ara" in refused(material_png(), languages=languages)


@scans.needs("eng")
def test_a_language_that_is_not_installed() -> None:
    """The line says how to get it, or how languages are named."""
    assert "apt-get install tesseract-ocr-chi-xyz" in refused(material_png(), languages="eng+chi_xyz", error=ExtraMissing)
    assert "in three letters: eng, fra or ara" in refused(material_png(), languages="fr", error=ExtraMissing)


def test_without_tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A line says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "cannot be recognised without Tesseract, which is not installed: apt-get" in refused(material_png(), error=ExtraMissing)


def test_a_scan_without_ocr_is_offered_it(tmp_path: Path) -> None:
    """A PDF by its pages, a TIFF by its name."""
    assert "--ocr eng" in material.refusal(scans.pdf(scans.drawn(*scans.MEETING)), material.PDF)
    (tmp_path / "page.tif").write_bytes(scans.saved(scans.drawn(*scans.MEETING), "TIFF"))
    with pytest.raises(DocumentUnreadable, match="--ocr eng"):
        capture.from_file(tmp_path / "page.tif")


def test_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that takes too long, or fails, is a line, and nothing is left of it."""
    program = tmp_path / "tesseract"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for script, line in (
        ("exec sleep 60", "takes more than 1 seconds"),
        ("echo 'Error: no' >&2; exit 1", "Tesseract failed (Error: no)"),
    ):
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o700)
        monkeypatch.setattr(ocr, "_installed", lambda program: frozenset(("eng",)))
        with pytest.raises(DocumentUnreadable) as refusal:
            ocr.words(ocr.Grey(1, 1, b"\0"), "eng", "doc", seconds=1)
        assert line in str(refusal.value)


def test_a_large_picture_is_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    """To what Tesseract reads in bounded memory; one with too many pages is refused."""
    monkeypatch.setattr(ocr, "MOST_PIXELS", 10_000)
    reduced = pictures.grey(scans.drawn("It met."))
    assert reduced.width * reduced.height <= 10_000
    assert len(reduced.pixels) == reduced.width * reduced.height
    monkeypatch.setattr(pictures, "MOST_PAGES", 1)
    two = scans.saved(scans.drawn("One."), "TIFF", save_all=True, append_images=[scans.drawn("Two.")])
    with pytest.raises(DocumentUnreadable, match="has 2 pages, more than 1"):
        pictures.page(two, 1, "doc")


def test_words_are_put_in_paragraphs() -> None:
    """From Tesseract's table: marks of direction, which are not on the page, are left out, and so are empty words."""
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
    rows = (
        "5\t1\t1\t1\t1\t1\t1\t2\t3\t4\t90\tIt",
        "5\t1\t1\t1\t1\t2\t5\t2\t3\t4\t90\t\u200emet\u200f",
        "5\t1\t1\t1\t2\t1\t1\t9\t3\t4\t90\tin",
        "4\t1\t1\t1\t2\t0\t1\t9\t3\t4\t-1\t",
        '5\t1\t1\t2\t1\t1\t1\t20\t3\t4\t90\t "May"',
        "5\t1\t2\t1\t1\t1\t1\t30\t3\t4\t90\t ",
        "5\t1\t2\t1\t1\t2\t1\t30\t3\t4\t90\tx\ty",
    )
    words, certainty = ocr._words("\n".join((head, *rows)))
    assert ocr.text(words) == 'It met\nin\n\n"May"\n\nxy'
    assert words[0] == ("It", "", 1, 2, 4, 6)
    assert certainty == 90
