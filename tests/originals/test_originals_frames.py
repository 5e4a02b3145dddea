"""Documents with HTML in them as a page for a frame: the page as it was received, with the pictures that are in it."""

import base64
import sys
from pathlib import Path

import pytest
from examples import PNG

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
import material  # documents of every kind

from timeline.errors import DocumentUnreadable
from timeline.originals import frames

DATA = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
ENCODED = base64.b64encode(PNG)


def test_a_web_page_is_shown_as_received() -> None:
    """Nothing is taken out, for the frame runs nothing; in its own encoding."""
    content = '<meta charset=cp1252><script>alert(1)</script><p>Côte</p><img src="https://e.org/a.png">'.encode("cp1252")
    assert frames.page(content, "x", material.HTML) == content.decode("cp1252")


def test_the_page_of_a_warc_is_shown() -> None:
    """The one that was archived; a PDF in it is no page."""
    content = material.warc(("https://e.org/a", "text/html", b"<p>First.</p>"), ("https://e.org/b", "text/html", b"<p>Second.</p>"))
    assert frames.page(content, "x", material.WARC, record="https://e.org/b") == "<p>Second.</p>"
    with pytest.raises(DocumentUnreadable, match="holds application/pdf, which cannot be shown"):
        frames.page(material.warc(("https://e.org/a", "application/pdf", material.pdf(["x"]))), "x", material.WARC)


def test_the_chapters_of_a_book_follow_one_another() -> None:
    """Each with its pictures, and without the frame of its own page."""
    chapters = {"one.xhtml": '<html><body><p>One.</p><img alt="" src="images/a.png"/></body></html>', "two.xhtml": "<p>Two.</p>"}
    shown = frames.page(material.epub(chapters, more={"OEBPS/images/a.png": PNG}), "x", material.EPUB)
    assert shown.index("One.") < shown.index(DATA) < shown.index("<hr>") < shown.index("Two.")
    assert "<body>" not in shown


@pytest.mark.parametrize("kind", ["html", "plain"])
def test_an_e_mail_is_shown_with_its_head(kind: str) -> None:
    """Then as its sender formatted it, with the pictures in it; a plain one keeps its lines, and is no markup."""
    body = b'<p>It met.</p><img src="cid:a@b"><img src="https://e.org/pixel.gif">' if kind == "html" else b"<b>It met.\nHere."
    content = (
        b"From: Ann <a@example.org>\nSubject: Minutes & more\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=X\n\n"
        b"--X\nContent-Type: text/%s; charset=utf-8\n\n%s\n--X\nContent-Type: image/png\nContent-ID: <a@b>\n"
        b"Content-Transfer-Encoding: base64\n\n%s\n--X--\n" % (kind.encode(), body, ENCODED)
    )
    shown = frames.page(content, "x", material.MAIL)
    assert "From: Ann &lt;a@example.org&gt;\nSubject: Minutes &amp; more" in shown
    if kind == "html":
        assert f'<p>It met.</p><img src="{DATA}"><img src="https://e.org/pixel.gif">' in shown
    else:
        assert "&lt;b&gt;It met.\nHere." in shown


def test_a_page_saved_with_its_pictures_has_them() -> None:
    """Known by the address that they were saved from."""
    content = (
        b"From: <Saved>\nContent-Type: multipart/related; boundary=X\n\n--X\nContent-Type: text/html\nContent-Location: https://e.org/\n"
        b"\n<p>It met.</p><img src='https://e.org/a.png'>\n--X\nContent-Type: image/png\nContent-Location: https://e.org/a.png\n"
        b"Content-Transfer-Encoding: base64\n\n%s\n--X--\n" % ENCODED
    )
    assert f"<img src='{DATA}'>" in frames.page(content, "x", material.MHTML)


def test_what_is_no_picture_is_not_put_into_the_page() -> None:
    """However it is called."""
    chapters = {"one.xhtml": '<p>One.</p><img src="a.svg"/><img src="../../etc/passwd"/>'}
    shown = frames.page(material.epub(chapters, more={"OEBPS/a.svg": "<svg onload='alert(1)'/>"}), "x", material.EPUB)
    assert "data:" not in shown


def test_a_page_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a browser has to hold it."""
    monkeypatch.setattr(frames, "MOST", 50)
    for content, kind in ((b"<p>" + b"x" * 60, material.HTML), (material.epub({"a.xhtml": f"<p>{'x' * 60}"}), material.EPUB)):
        with pytest.raises(DocumentUnreadable, match="is too large for a frame"):
            frames.page(content, "x", kind)
