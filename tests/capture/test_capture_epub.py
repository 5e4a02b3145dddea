"""EPUBs: the order of chapters, unread chapters, and harmful or encrypted books."""

import zipfile
from io import BytesIO

import material
from material import EPUB, read, refusal


def test_a_book_is_read_in_its_order() -> None:
    """The chapters in the order of the spine; the bibliography, with only a month where the book has no day."""
    found = read(
        material.epub(
            {"z.xhtml": "<p>First chapter.</p>", "a.xhtml": "<html><head><title/></head><body><p>Second chapter.</p></body></html>"}
        ),
        EPUB,
    )
    assert found.text == "First chapter.\n\nSecond chapter.\n"
    assert found.facts == {"title": "A book", "author": "Jane Roe; Max Poe", "published": "1999-05", "language": "ar"}


def test_unread_chapters_are_remarked_on() -> None:
    """A chapter that is a picture, or missing from the manifest, though both are in the spine."""
    package = (
        '<package><manifest><item id="a" href="a.svg" media-type="image/svg+xml"/>'
        '<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="c"/></spine></package>'
    )
    found = read(material.epub({"b.xhtml": "<p>Words."}, package=package), EPUB)
    assert found.text == "Words.\n"
    assert found.extractor.endswith("(chapters in the order of the spine; 2 of them not read: image/svg+xml, missing)")


def test_harmful_and_encrypted_books_are_refused_with_the_cause() -> None:
    """Multiplying entities, huge members, encryption, half a file."""
    laughs = '<!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><package>&b;</package>'
    assert "declares entities" in refusal(material.epub({}, package=laughs), EPUB)
    outside = '<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]><package>&a;</package>'
    assert "declares entities" in refusal(material.epub({}, package=outside), EPUB)
    assert "times its size" in refusal(material.epub({"a.xhtml": "<p>" + " " * 5_000_000}), EPUB)
    locked = '<encryption xmlns:e="x"><e:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></encryption>'
    assert "is encrypted" in refusal(material.epub({"a.xhtml": "<p>x"}, more={"META-INF/encryption.xml": locked}), EPUB)
    assert "not a sound EPUB" in refusal(material.epub({"a.xhtml": "<p>x"})[:300], EPUB)
    assert "there is no text" in refusal(material.epub({"a.xhtml": "<p></p>"}), EPUB)
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("x", "y")
    assert "is not an EPUB" in refusal(out.getvalue(), EPUB)
