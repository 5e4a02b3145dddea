"""WARCs: which document is read, packed and chunked bodies, and damage."""

import gzip
import zlib

import material
import office_material
from material import WARC, read, refusal


def test_one_document_of_a_warc_is_read() -> None:
    """The page among pictures; of several, the one that is named; its address is a fact."""
    page, picture = ("https://example.org/a", "text/html", b"<p>One page.</p>"), ("https://example.org/i.png", "image/png", b"x")
    found = read(material.warc(picture, page, packed=True), WARC)
    assert found.text == "One page.\n"
    assert found.extractor.startswith("warcio ")
    assert ", then " in found.extractor
    assert found.facts["url"] == "https://example.org/a"
    two = material.warc(page, ("https://example.org/b", "application/pdf", material.pdf(["A report."])))
    assert "https://example.org/a, https://example.org/b" in refusal(two, WARC)
    assert read(two, WARC, record="https://example.org/b").text.strip() == "A report."
    assert "holds no document of https://example.org/c" in refusal(two, WARC, record="https://example.org/c")
    assert "holds no web page" in refusal(material.warc(picture), WARC)
    letter = material.warc(("https://example.org/letter.docx", "application/octet-stream", office_material.letter()))
    assert read(letter, WARC).text.startswith("Dear member,\n1. The council met")


def test_a_packed_response_is_unpacked() -> None:
    """Chunks, gzip, deflate and Brotli; a decompression bomb is refused."""
    import brotli

    body = b"<p>Packed words.</p>"
    packed = gzip.compress(body)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    for content, head in (
        (packed, "Content-Encoding: gzip\r\n"),
        (zlib.compress(body), "Content-Encoding: deflate\r\n"),
        (brotli.compress(body), "Content-Encoding: br\r\n"),
        (chunked, "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
        (body, "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
    ):
        assert "Packed words." in read(material.warc(("https://e.org/", "text/html", content), head=head), WARC).text
    for coding, half in (("gzip", packed[:-9]), ("br", brotli.compress(body)[:-3]), ("br", b"\xff" + body)):
        content = material.warc(("https://e.org/", "text/html", half), head=f"Content-Encoding: {coding}\r\n")
        assert " was " in refusal(content, WARC)
    zeros = b"\0" * 101_000_000
    for bomb, coding in ((gzip.compress(zeros, 1), "gzip"), (brotli.compress(zeros, quality=1), "br")):
        content = material.warc(("https://e.org/", "text/html", bomb), head=f"Content-Encoding: {coding}\r\n")
        assert "unpacks to more than 100 MB" in refusal(content, WARC)


def test_ambiguous_and_missing_documents_of_a_warc_are_explained() -> None:
    """Repeated captures with their ids and days, failed responses with their cause; a cut file is refused."""
    page = ("https://example.org/a", "text/html", b"<p>One page.</p>")
    twice = material.warc(page, ("https://example.org/a", "text/html", b"<p>Another.</p>"))
    ids = [f"urn:uuid:00000000-0000-4000-8000-00000000000{number}" for number in (0, 1)]
    assert f"Give a record's id: {ids[0]} (2025-11-24), {ids[1]} (2025-11-24)" in refusal(twice, WARC)
    assert read(twice, WARC, record=f"<{ids[1]}>").text == "Another.\n"
    missing = material.warc(page).replace(b"200 OK", b"404 No")
    assert "https://example.org/a answered 404" in refusal(missing, WARC)
    revisit = material.warc(("https://example.org/b", "text/html", b"")).replace(b"Type: response", b"Type: revisit")
    assert "records that it had not changed" in refusal(material.warc(page) + revisit, WARC, record="https://example.org/b")
    untyped = material.warc(("https://example.org/a.pdf", "application/octet-stream", material.pdf(["A report."])))
    assert "A report." in read(untyped, WARC).text
    for cut in (gzip.compress(material.warc(page))[:-20], material.warc(page)[:-12]):
        assert "cut short" in refusal(cut, WARC)
    assert "zstd -d" in refusal(b"\x28\xb5\x2f\xfd\0", WARC)


def test_a_warc_that_was_altered_or_cut_is_refused() -> None:
    """Its digests are checked, and its end."""
    content = material.warc(("https://example.org/a", "text/html", b"<p>One page.</p>"))
    digest = b"WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\nContent-Length"
    assert "does not have its digest" in refusal(content.replace(b"Content-Length", digest, 1), WARC)
    assert "not a WARC" in refusal(b"hello", WARC)
    refusal(gzip.compress(content)[:60], WARC)
