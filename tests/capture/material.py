"""Documents made for tests: PDFs, books and WARCs, written by hand so that every byte is known; and how tests read them."""

import gzip
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from io import BytesIO

import pytest

from timeline import capture
from timeline.capture import extracting
from timeline.capture.extracted_text import ExtractedText
from timeline.errors import DocumentUnreadable

HTML, PDF, WARC, EPUB, MAIL = "text/html", "application/pdf", capture.WARC, "application/epub+zip", "message/rfc822"
MHTML = capture.MHTML

FIVE_SCRIPTS = {
    "Arabic": "اجتمع المجلس في مراكش، وقال إنه باقٍ.",
    "Hebrew": "המועצה נפגשה במרקש ואמרה שתישאר.",
    "Chinese": "理事会在马拉喀什开会，并表示将继续。",
    "Cyrillic": "Совет собрался в Марракеше и остался.",
    "Devanagari": "परिषद की बैठक माराकेश में हुई।",
}


def pdf(pages: Iterable[str | bytes], *, title: str = "", extra: bytes = b"", compressed: bytes | None = None) -> bytes:
    """Write a PDF with a line of text on each page; a page of bytes has these as its content."""
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R/Lang(en-GB)>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for page in pages:
        content = page if isinstance(page, bytes) else f"BT /F1 12 Tf 50 700 Td ({page}) Tj ET".encode("latin-1")
        filtered = b""
        if compressed is not None:
            content, filtered = compressed, b"/Filter/FlateDecode"
        objects.append(b"<<%s/Length %d>>stream\n%s\nendstream" % (filtered, len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    objects.append(b"<</Title(%s)/Author(Jane Roe)/CreationDate(D:20200101000000Z)>>" % title.encode())
    out, places = BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, one in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<</Size %d/Root 1 0 R/Info %d 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
    out.write(trailer % (len(objects) + 1, len(objects), extra, start))
    return out.getvalue()


def pdf_of_glyphs(text: str) -> bytes:
    """Write a PDF of a page whose glyphs are drawn in this order, with a map to the letters that they stand for."""
    letters = sorted(set(text))
    pairs = " ".join(f"<{ord(one):04x}> <{ord(one):04x}>" for one in letters)
    to_unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <0000> <FFFF> "
        f"endcodespacerange {len(letters)} beginbfchar {pairs} endbfchar endcmap end end"
    ).encode()
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/X"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500>>]/ToUnicode 99 0 R>>"
    )
    body = pdf([f"BT /F1 12 Tf 50 700 Td <{text.encode('utf-16-be').hex()}> Tj ET".encode()]).partition(b"xref\n")[0]
    body = body.replace(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", font)
    stream = b"99 0 obj\n<</Length %d>>stream\n%s\nendstream\nendobj\n" % (len(to_unicode), to_unicode)
    return body + stream + b"trailer\n<</Size 100/Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def pdf_form(*annotations: str, pages: Iterable[str | bytes] = ("The form.",)) -> bytes:
    """Write a PDF with these annotations on each page; those of fields are the fields of its form. Object 100 is the first."""
    numbers = b" ".join(b"%d 0 R" % number for number, _ in enumerate(annotations, 100))
    body = pdf(pages).partition(b"xref\n")[0]
    body = body.replace(b"/Lang(en-GB)", b"/AcroForm<</Fields[%s]/NeedAppearances true>>" % numbers)
    body = body.replace(b"<</Type/Page/", b"<</Type/Page/Annots[%s]/" % numbers)
    made = (
        f"{number} 0 obj\n<</Type/Annot/Rect[1 1 99 20]/T(f{number}){one}>>\nendobj\n"
        for number, one in enumerate(annotations, 100)
    )
    return body + "".join(made).encode() + b"trailer\n<</Size 200/Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def flate_bomb() -> bytes:
    """Write a PDF whose page unpacks to 300 MB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(300)) + packer.flush()
    return pdf(["x"], compressed=packed)


def epub(chapters: Mapping[str, str], *, package: str | None = None, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """Write a book, its chapters in the order given."""
    items = "".join(f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = package or (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        "<dc:title>A book</dc:title>"
        "<dc:creator>Jane Roe</dc:creator><dc:creator>Max Poe</dc:creator><dc:date>1999-05</dc:date><dc:language>ar</dc:language>"
        f"</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/epub+zip")
        file.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        )
        file.writestr("OEBPS/book.opf", package)
        for name, content in chapters.items():
            file.writestr(f"OEBPS/{name}", content)
        for name, content in (more or {}).items():
            file.writestr(name, content)
    return out.getvalue()


def warc(*answers: tuple[str, str, bytes], head: str = "", packed: bool = False) -> bytes:
    """Write a WARC with a response for each address, media type and body."""
    records = []
    for number, (url, media_type, body) in enumerate(answers):
        block = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\n{head}\r\n".encode() + body
        header = (
            f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2025-11-24T10:00:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-00000000000{number}>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
        ).encode()
        record = header + block + b"\r\n\r\n"
        records.append(gzip.compress(record) if packed else record)
    return b"".join(records)


def read(content: bytes, media_type: str, encoding: str | None = None, record: str | None = None) -> ExtractedText:
    """Extract a document in this process, which is faster."""
    return extracting.read(content, media_type, "doc", encoding, record)


def refusal(content: bytes, media_type: str, record: str | None = None) -> str:
    """Return the reason why a document is refused: one line, which begins with its name."""
    with pytest.raises(DocumentUnreadable) as refused:
        read(content, media_type, record=record)
    message = str(refused.value)
    assert message.startswith("doc")
    assert message.isprintable()
    assert len(message) < 400
    return message
