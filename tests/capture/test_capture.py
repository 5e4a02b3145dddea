"""Documents of every kind: five scripts, control characters, limits, and the choice of an extractor."""

import sys
import time
from pathlib import Path

import material
import pytest
from material import EPUB, HTML, MAIL, PDF, WARC, read, refusal

from timeline import capture
from timeline.capture import sandbox
from timeline.errors import DocumentUnreadable


@pytest.mark.parametrize("script", material.FIVE_SCRIPTS)
@pytest.mark.parametrize("kind", ["html", "epub", "eml", "warc"])
def test_five_scripts_are_extracted_unchanged(kind: str, script: str) -> None:
    """No letter is changed, nor their order."""
    sentence = material.FIVE_SCRIPTS[script]
    page = f"<html><body><p>{sentence}</p></body></html>"
    document = {
        "html": (page.encode(), HTML),
        "epub": (material.epub({"a.xhtml": page}), EPUB),
        "eml": (f"Subject: x\nContent-Type: text/plain; charset=utf-8\n\n{sentence}\n".encode(), MAIL),
        "warc": (material.warc(("https://example.org/", "text/html; charset=utf-8", page.encode())), WARC),
    }[kind]
    assert sentence in read(*document).text


def test_control_characters_never_reach_a_text() -> None:
    """Not from any format."""
    for content, media_type in ((b"<p>a\0b\x01c\x0cd</p>", HTML), (b"Subject: x\n\na\0b\x01c\x0cd", MAIL)):
        text = read(content, media_type).text
        assert not set(text) & set(map(chr, [*range(9), 11, 12, *range(14, 32), 127]))


def test_a_flate_bomb_is_refused_in_one_line(tmp_path: Path) -> None:
    """It is read in a separate process, with limits on time and memory."""
    file = tmp_path / "bomb.pdf"
    file.write_bytes(material.flate_bomb())
    with pytest.raises(DocumentUnreadable, match=r"bomb.pdf: there is no text"):
        capture.from_file(file)


def test_reading_stops_at_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of time and memory hold for any document."""
    started = time.monotonic()
    stopped = r"took more than 0.01 seconds, and was stopped\. It may be large, or made to do harm\. Ar"
    with sandbox.Reader() as reader, pytest.raises(DocumentUnreadable, match=stopped):
        reader.read(b"<p>x", HTML, "slow.html", None, None, seconds=0.01)
    assert time.monotonic() - started < 3
    monkeypatch.setattr(sandbox, "MEMORY", 20_000_000)
    with sandbox.Reader() as reader, pytest.raises(DocumentUnreadable, match=r"broke off|too much memory|is not sound"):
        reader.read(material.pdf(["x"]), PDF, "large.pdf", None, None)


def test_files_are_read_by_their_suffix(tmp_path: Path) -> None:
    """The bytes are stored unchanged; the text arrives complete from the other process, in any script."""
    for name, content, media_type in (
        ("a.HTML", ("<p>" + material.FIVE_SCRIPTS["Arabic"]).encode(), HTML),
        ("a.warc.gz", material.warc(("https://e.org/", "text/html", b"<p>Words</p>"), packed=True), WARC),
        ("a.md", b"# Words", "text/markdown"),
    ):
        (tmp_path / name).write_bytes(content)
        document = capture.from_file(tmp_path / name)
        assert (document.bytes, document.media_type) == (content, media_type)
        assert document.text.strip()
    for name, advice in (
        ("passwd", "Archive its text"),
        ("a.doc", "save it as .docx"),
        ("a.xls", "save it as .xlsx"),
        ("a.pptx", "Save it as PDF"),
        ("a.mbox", "as .eml"),
    ):
        with pytest.raises(DocumentUnreadable, match=f"only .txt, .md, .html.*{advice}"):
            capture.from_file(tmp_path / name)
    with pytest.raises(DocumentUnreadable, match="only a WARC"):
        capture.from_bytes(b"x", HTML, "x.html", record="https://example.org/")
    with pytest.raises(DocumentUnreadable, match="no extractor reads image/tiff"):
        capture.from_bytes(b"x", "image/tiff", "x.tiff")


def test_a_missing_extra_is_reported_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the extra to install."""
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert "needs the extra: pip install 'cited-timeline[capture]'" in refusal(material.pdf(["x"]), PDF)


def test_an_encoding_for_a_pdf_is_refused() -> None:
    """A PDF declares its own."""
    with pytest.raises(DocumentUnreadable, match="a PDF declares the encoding of its text itself"):
        capture.from_bytes(b"%PDF-1.4", PDF, "a.pdf", encoding="latin-1")
