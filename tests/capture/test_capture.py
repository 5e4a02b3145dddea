"""From documents of every kind to their text: each word that a quotation needs, and one line for each that cannot be read."""

import gzip
import sys
import time
import zipfile
import zlib
from html import escape
from io import BytesIO
from pathlib import Path
from quopri import encodestring

import material
import pytest

from timeline import capture
from timeline.capture import apart, extracting
from timeline.capture.found import Found
from timeline.errors import DocumentUnreadable

HTML, PDF, WARC, EPUB, MAIL = "text/html", "application/pdf", capture.WARC, "application/epub+zip", "message/rfc822"
MHTML = capture.MHTML
SENTENCE = "It met in <b>Marr</b>akech, on <a href='/x'>24 November</a> 2025, and said: <q>We stay</q>."
PAGE = f"""<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>The council | Gazette</title>
<meta name="author" content="Jane Roe"><meta property="og:site_name" content="Gazette">
<meta property="article:published_time" content="2025-11-24T10:00:00+01:00"><link rel="canonical" href="https://example.org/a">
<script>var hidden = 1;</script></head><body><nav>Home</nav><article><h1>The council</h1><p>{SENTENCE}</p>
<p>Second &ldquo;paragraph&rdquo;<br>after a break.</p><table><tr><th>Year<th>People<tr><td>2024<td>300</table>
<pre>  as  typed
    here</pre><figcaption>A caption of the picture, which trafilatura drops.</figcaption></article>
<div id="comments"><p>Bob: This comment is a comment of some length, I think.</p></div></body></html>"""


def read(content: bytes, media_type: str, encoding: str | None = None, record: str | None = None) -> Found:
    """Read a document in this process, which is quicker."""
    return extracting.read(content, media_type, "doc", encoding, record)


def refusal(content: bytes, media_type: str, record: str | None = None) -> str:
    """Tell why a document is not read: in one line, that begins with its name."""
    with pytest.raises(DocumentUnreadable) as refused:
        read(content, media_type, record=record)
    message = str(refused.value)
    assert message.startswith("doc")
    assert message.isprintable()
    assert len(message) < 400
    return message


def test_a_page_keeps_all_that_may_be_quoted() -> None:
    """Sentences in one piece, tables, captions, comments, what is laid out; and its bibliography is offered."""
    found = read(PAGE.encode(), HTML)
    for quoted in (
        "It met in Marrakech, on 24 November 2025, and said: We stay.",
        "Second “paragraph”\nafter a break.",
        "Year\tPeople\n2024\t300",
        "  as  typed\n    here",
        "A caption of the picture",
        "Bob: This comment is a comment",
    ):
        assert quoted in found.text
    assert "hidden" not in found.text
    assert found.facts == {
        "title": "The council",
        "author": "Jane Roe",
        "publisher": "Gazette",
        "published": "2025-11-24",
        "language": "en-GB",
        "url": "https://example.org/a",
    }
    assert read(b"<title>T</title><link rel=canonical href='https://news.example/a'><p>Words.", HTML).facts == {
        "title": "T",
        "url": "https://news.example/a",  # of which no publisher is made
    }


def test_a_plain_article_is_read_without_what_stands_around_it() -> None:
    """Where trafilatura keeps every paragraph of the main part, its text is taken, and named."""
    sentences = [f"Sentence {n} of the report tells what the council decided in the year {1900 + n}, and why." for n in range(20)]
    page = "<title>T</title><nav><a href='/'>Home page</a></nav><article><p>" + "<p>".join(sentences) + "</article>"
    found = read(page.encode(), HTML)
    assert found.extractor.startswith("trafilatura ")
    assert "decoded as utf-8" in found.extractor
    assert all(one in found.text for one in sentences)
    assert "Home page" not in found.text
    for added in ("<aside>A correction of it.</aside>", "<article><div>By Jane Roe</div></article>", "<ul><li>One<li>Two</ul>"):
        fuller = read((page + added).encode(), HTML)
        assert fuller.extractor.startswith("lxml ")
        assert "Home page" in fuller.text


@pytest.mark.parametrize("script", material.FIVE_SCRIPTS)
@pytest.mark.parametrize("kind", ["html", "epub", "eml", "warc"])
def test_five_scripts_stay_as_they_are(kind: str, script: str) -> None:
    """No letter is changed, nor its order."""
    sentence = material.FIVE_SCRIPTS[script]
    page = f"<html><body><p>{sentence}</p></body></html>"
    document = {
        "html": (page.encode(), HTML),
        "epub": (material.epub({"a.xhtml": page}), EPUB),
        "eml": (f"Subject: x\nContent-Type: text/plain; charset=utf-8\n\n{sentence}\n".encode(), MAIL),
        "warc": (material.warc(("https://example.org/", "text/html; charset=utf-8", page.encode())), WARC),
    }[kind]
    assert sentence in read(*document).text


@pytest.mark.parametrize(
    ("declared", "python", "text"),
    [
        ("utf-8", "utf-8", "Ünïcödé “quoted” — text"),
        ("iso-8859-1", "cp1252", "a “curly” quotation – and €"),
        ("windows-1256", "cp1256", "اجتمع المجلس في مراكش"),
        ("windows-1255", "cp1255", "המועצה נפגשה"),
        ("windows-1251", "cp1251", "Совет собрался"),
        ("koi8-r", "koi8-r", "Совет собрался"),
        ("gb2312", "gb18030", "理事会在马拉喀什开会"),
        ("big5", "big5", "理事會開會"),
        ("shift_jis", "cp932", "理事会は①開かれた"),
        ("euc-kr", "cp949", "이사회가 열렸다"),
        ("iso-8859-7", "iso8859-7", "Το συμβούλιο συνήλθε"),
    ],
)
def test_eleven_encodings_are_read_as_pages_declare_them(declared: str, python: str, text: str) -> None:
    """In a meta tag, in a header of the server, and told by whoever archives it."""
    body = f"<p>{text}</p>".encode(python)
    assert text in read(f"<meta charset='{declared}'>".encode() + body, HTML).text
    assert text in read(material.warc(("https://example.org/", f"text/html; charset={declared}", body)), WARC).text
    assert text in read(body, HTML, encoding=declared).text
    mail = b"Subject: x\nContent-Transfer-Encoding: 8bit\nContent-Type: text/plain; charset=" + declared.encode() + b"\n\n"
    assert text in read(mail + text.encode(python), MAIL).text


def test_a_mark_says_more_than_a_tag_and_nothing_is_guessed() -> None:
    """UTF-16 by its mark; an encoding that is not told is UTF-8 or refused."""
    assert "Ünï" in read("<meta charset=latin1><p>Ünï</p>".encode("utf-16"), HTML).text
    assert "Name the encoding" in refusal("<p>Совет собрался</p>".encode("cp1251"), HTML)
    lied = read("<meta charset=iso-8859-1><p>Été à Genève".encode(), HTML)
    assert lied.text == "Été à Genève\n"
    assert "decoded as utf-8, whatever it says of cp1252" in lied.extractor
    assert "but for 1" in read("<p>Совет".encode() + b"\xff</p>", HTML).extractor


def test_pages_of_a_pdf_are_parted_by_form_feeds() -> None:
    """Page n's text stands after n - 1 form feeds, pages without text included, and these are told."""
    found = read(material.pdf(["First page.", b"", "Third page."], title="A report"), PDF)
    assert [page.strip() for page in found.text.split("\f")] == ["First page.", "", "Third page."]
    assert "no text on page 2" in found.extractor
    assert found.facts == {"title": "A report", "author": "Jane Roe", "language": "en-GB"}


def test_what_is_filled_into_a_form_follows_the_text_of_its_page() -> None:
    """Fields, what was chosen, what was typed onto the page; nothing hidden, no password, no note that is closed, no box."""
    field, seen = "/Subtype/Widget/FT", "/F 4"
    form = material.pdf_form(
        f"{field}/Tx/V<FEFF00C9007400E9>{seen}",
        f"{field}/Ch/Ff 131072/V(Appeal)/Opt[(Appeal)(First)]{seen}",
        f"/Subtype/FreeText/Contents(Typed\nonto it.){seen}",
        f"{field}/Tx/V(Hidden){'/F 2'}",
        f"{field}/Tx/Ff 8192/V(Secret){seen}",
        f"{field}/Btn/V/Yes/AS/Yes{seen}",
        f"/Subtype/Text/Contents(A note){seen}",
        f"{field}/Tx/V( ){seen}",
        f"{field}/Tx{seen}",
        pages=("The form.", b""),
    )
    found = read(form, PDF)
    filled = "\nÉté\nAppeal\nTyped\nonto it."
    assert found.text == f"The form.{filled}\f{filled}"
    assert "no text on" not in found.extractor
    assert "what is filled into a page, or stamped onto it, follows its text" in found.extractor
    assert "is filled into" not in read(material.pdf(["x"]), PDF).extractor
    box = f"{field}/Btn/V/Yes/AS/{{}}/AP<</N<</Yes 150 0 R/Off 150 0 R>>>>{seen}"
    boxes = material.pdf_form(box.format("Yes"), box.format("Off").replace("V/Yes", "V/Off"), box.format("Yes"))
    assert "which boxes are ticked is not read: 2 of them" in read(boxes, PDF).extractor
    assert "it may be scanned" in refusal(material.pdf_form(f"{field}/Btn{seen}", pages=[b""]), PDF)
    waits = form.replace(b"/AcroForm<<", b"/NeedsRendering true/AcroForm<</XFA(x)")
    assert "Open it in Firefox, and print it into a PDF" in refusal(waits, PDF)


def test_what_is_stamped_onto_a_page_or_signed_follows_its_text() -> None:
    """As it is drawn, beside the last line too; a scan is still one, and what is hidden is not shown."""
    draws, text = "/AP<</N 150 0 R>>/F 4", b"BT /F1 12 Tf 2 5 Td (RECEIVED) Tj ET"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    head = b"<</Subtype/Form/BBox[0 0 98 19]/Resources<</Font<</F1 %s>>>>/Length %d>>" % (font, len(text))
    drawing = b"150 0 obj\n%sstream\n%s\nendstream\nendobj\ntrailer\n<</Size 200" % (head, text)

    def stamped(*annotations: str, page: str | bytes = "The form.") -> bytes:
        return material.pdf_form(*annotations, pages=[page, "End."]).replace(b"trailer\n<</Size 200", drawing)

    field = "/Subtype/Widget/FT/Tx/V(Field)/F 4"
    for kind in ("/Subtype/Stamp", "/Subtype/Widget/FT/Sig", "/Subtype/FreeText"):
        assert read(stamped(field, kind + draws), PDF).text.startswith("The form.\nField\nRECEIVED\f"), kind
    beside = read(stamped("/Subtype/Stamp/Rect[1 695 49 714]" + draws), PDF).text
    assert beside.startswith("The form.\nRECEIVED\f")
    found = read(stamped("/Subtype/Stamp" + draws, page=b""), PDF)
    assert found.text == "\nRECEIVED\fEnd.\nRECEIVED"
    assert "no text on page 1" in found.extractor
    assert read(stamped("/Subtype/Stamp/AP<</N 150 0 R>>/F 2"), PDF).text == "The form.\fEnd."


def test_all_that_is_chosen_of_a_list_is_read_as_it_is_shown() -> None:
    """What is shown for a code, of several each, and what was typed in place of them; of what was not chosen, nothing."""
    codes = "/Opt[[(v1)(One)][(v2)(Two)][(v3)(Three)]]"
    lists = (f"/V[(v2)(v3)]{codes}", f"/Ff 131072/V(v1){codes}", f"/Ff 393216/V(Typed){codes}", f"/Ff 131072{codes}")
    form = material.pdf_form(*(f"/Subtype/Widget/FT/Ch/F 4{one}" for one in lists))
    assert read(form, PDF).text == "The form.\nTwo\nThree\nOne\nTyped"


def test_raised_letters_of_a_pdf_stay_in_their_line() -> None:
    """The mark of a note, and what follows it; a line that ends is one."""
    raised = b"/F1 7 Tf 5 Ts (3) Tj 0 Ts /F1 12 Tf"
    page = b"BT /F1 12 Tf 50 700 Td (It was measured.) Tj %s ( Nobody came and) Tj 0 -14 Td (went.) Tj ET" % raised
    read = capture.from_bytes(material.pdf([page]), "application/pdf", "a.pdf").text
    assert read.splitlines() == ["It was measured.3 Nobody came and", "went."]


@pytest.mark.parametrize("script", material.FIVE_SCRIPTS)
def test_pdfs_in_five_scripts_are_read_in_the_order_of_reading(script: str) -> None:
    """Arabic and Hebrew are drawn from left to right in a PDF; their text is given as it is read."""
    sentence = material.FIVE_SCRIPTS[script].rstrip(".").replace("ٍ", "").replace("،", "")
    drawn = sentence[::-1] if script in ("Arabic", "Hebrew") else sentence
    assert read(material.pdf_of_glyphs(drawn), PDF).text.strip() == sentence


def test_what_is_left_of_a_pdf_that_is_cut_short_is_read_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be found in it is refused; zeros after its end are none of it."""
    whole = material.pdf([f"Page {number}." for number in range(5)])
    assert "the file is cut short: pages may be missing" in read(whole.removesuffix(b"%%EOF\n"), PDF).extractor
    assert "cut short" not in read(whole + b"\0" * 5000, PDF).extractor
    for end in (len(whole) - 300, len(whole) // 2):
        assert "cut short" in refusal(whole[:end], PDF)


def test_letters_stand_for_what_they_are_drawn_for() -> None:
    """A font's fi and its like, as a viewer copies them."""
    assert read(material.pdf_of_glyphs("oﬃcial ﬁrst"), PDF).text.strip() == "official first"


def test_each_pdf_that_cannot_be_read_gets_its_line() -> None:
    """Scanned, encrypted, cut short, none at all."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=BytesIO(material.pdf(["Secret."])))
    writer.encrypt("password", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    assert "scanned" in refusal(material.pdf([b"", b""]), PDF)
    assert "is encrypted" in refusal(out.getvalue(), PDF)
    assert "not a PDF" in refusal(b"hello", PDF)
    assert "not a sound PDF" in refusal(b"%PDF-1.4\nhello", PDF)
    assert "is empty" in refusal(b"", PDF)


def test_a_warc_is_read_where_one_document_is_meant() -> None:
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


def test_what_a_server_packed_is_unpacked() -> None:
    """Chunks, gzip, deflate and Brotli; a bomb is told."""
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


def test_what_a_warc_holds_besides_documents_is_told() -> None:
    """What was captured twice comes with the ids and days, what was not received with why, what is cut short is not read."""
    page = ("https://example.org/a", "text/html", b"<p>One page.</p>")
    twice = material.warc(page, ("https://example.org/a", "text/html", b"<p>Another.</p>"))
    ids = [f"urn:uuid:00000000-0000-4000-8000-00000000000{number}" for number in (0, 1)]
    assert f"Give a record's id: {ids[0]} (2025-11-24), {ids[1]} (2025-11-24)" in refusal(twice, WARC)
    assert read(twice, WARC, record=f"<{ids[1]}>").text == "Another.\n"
    missing = material.warc(page).replace(b"200 OK", b"404 No")
    assert "https://example.org/a answered 404" in refusal(missing, WARC)
    revisit = material.warc(("https://example.org/b", "text/html", b"")).replace(b"Type: response", b"Type: revisit")
    assert "only says that it had not changed" in refusal(material.warc(page) + revisit, WARC, record="https://example.org/b")
    untyped = material.warc(("https://example.org/a.pdf", "application/octet-stream", material.pdf(["A report."])))
    assert "A report." in read(untyped, WARC).text
    for cut in (gzip.compress(material.warc(page))[:-20], material.warc(page)[:-12]):
        assert "cut short" in refusal(cut, WARC)
    assert "zstd -d" in refusal(b"\x28\xb5\x2f\xfd\0", WARC)


def test_a_warc_that_was_altered_or_cut_is_refused() -> None:
    """Its digests are checked, and its end."""
    content = material.warc(("https://example.org/a", "text/html", b"<p>One page.</p>"))
    digest = b"WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\nContent-Length"
    assert "not as its digest says" in refusal(content.replace(b"Content-Length", digest, 1), WARC)
    assert "not a WARC" in refusal(b"hello", WARC)
    refusal(gzip.compress(content)[:60], WARC)


def test_a_book_is_read_in_its_order() -> None:
    """Its chapters as its spine has them, its bibliography with the month alone where that is all."""
    found = read(
        material.epub(
            {"z.xhtml": "<p>First chapter.</p>", "a.xhtml": "<html><head><title/></head><body><p>Second chapter.</p></body></html>"}
        ),
        EPUB,
    )
    assert found.text == "First chapter.\n\nSecond chapter.\n"
    assert found.facts == {"title": "A book", "author": "Jane Roe; Max Poe", "published": "1999-05", "language": "ar"}


def test_chapters_of_a_book_that_are_not_read_are_told() -> None:
    """Drawn as a picture, say, or missing in its list; each stands in the spine."""
    package = (
        '<package><manifest><item id="a" href="a.svg" media-type="image/svg+xml"/>'
        '<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="c"/></spine></package>'
    )
    found = read(material.epub({"b.xhtml": "<p>Words."}, package=package), EPUB)
    assert found.text == "Words.\n"
    assert found.extractor.endswith("(chapters in the order of the spine; 2 of them not read: image/svg+xml, missing)")


def test_books_that_do_harm_or_are_locked_get_their_line() -> None:
    """Entities that multiply, members that unpack without end, encryption, half a file."""
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


def test_a_letter_begins_with_its_head_and_names_what_is_attached() -> None:
    """From, To, Date and Subject decoded; the plain text before the HTML; attachments named."""
    letter = (
        "From: =?utf-8?q?J=C3=A9r=C3=B4me?= <j@example.org>\r\nTo: a@example.org\r\nDate: Mon, 24 Nov 2025 23:30:00 -0500\r\n"
        "Subject: =?utf-8?b?"
        + "2KfZhNmF2KzZhNiz"
        + "?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        "Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>As HTML</p>\r\n--c\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nWe stay.\r\n--c--\r\n--b\r\nContent-Type: application/pdf\r\n"
        'Content-Disposition: attachment; filename="r.pdf"\r\n\r\nxyz\r\n--b--\r\n'
    )
    found = read(letter.encode(), MAIL)
    assert found.text == (
        "From: Jérôme <j@example.org>\nTo: a@example.org\nDate: Mon, 24 Nov 2025 23:30:00 -0500\nSubject: المجلس\n\n"
        "We stay.\n\nAttachment: r.pdf (application/pdf, 3 bytes)\n"
    )
    assert found.facts == {"title": "المجلس", "author": "Jérôme", "published": "2025-11-24"}
    assert "As HTML" in read(b"Subject: x\nContent-Type: text/html\n\n<p>As HTML</p>", MAIL).text
    assert "is encrypted" in refusal(b"From: a\nContent-Type: multipart/encrypted; boundary=x\n\n--x--", MAIL)
    assert "is not an e-mail" in refusal(b"hello", MAIL)


def test_a_page_that_a_browser_saved_in_one_file() -> None:
    """As Chromium writes it: the page, then its frames, at its address; with a start named, and as a single part as well."""

    def part(page: str, headers: str = "Content-Type: text/html") -> str:
        return f"--b\r\n{headers}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{encodestring(page.encode()).decode()}\r\n"

    head = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/saved\r\nSubject: =?utf-8?Q?x?=\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";{}\r\n\tboundary="b"\r\n\r\n'
    )
    frame, picture = part("<p>A frame — its words"), part("<b>x", "Content-Type: image/png\r\nContent-Location: cid:p")
    found = read(f"{head.format('')}{part(PAGE)}{frame}{picture}{part('<p>')}--b--\r\n".encode(), MHTML)
    assert "said: We stay." in found.text
    assert found.text.endswith("\n\nA frame — its words\n")
    assert found.extractor.endswith("of MHTML with a frame")
    assert (found.facts["title"], found.facts["url"]) == ("The council", "https://example.org/a")
    started = (
        head.format('\r\n\tstart="<two>";')
        + frame
        + part("<title>Two</title><p>Two", "Content-Type: text/html\r\nContent-ID: <two>")
    )
    found = read(f"{started}--b--".encode(), MHTML)
    assert (found.text, found.facts) == ("Two\n\nA frame — its words\n", {"title": "Two", "url": "https://example.org/saved"})
    alone = b"Content-Type: text/html; charset=iso-8859-1\nContent-Location: https://example.org/1\n\n<p>\xe9t\xe9"
    found = read(alone, MHTML)
    assert (found.text, found.facts) == ("été\n", {"url": "https://example.org/1"})
    assert "holds no web page. Save the page anew" in refusal(b"hello", MHTML)
    assert "holds no web page" in refusal((head.format("") + picture + "--b--").encode(), MHTML)


def test_what_a_page_in_one_file_shows_only_in_its_frames() -> None:
    """A page that is nothing but frames, as of Excel; a frame that cannot be read, and a file cut short, are told."""
    head = "\ufeff\r\nSubject: Book\r\nContent-Type: multipart/related; boundary=b\r\n"
    part = "\r\n--b\r\nContent-Type: text/html\r\n\r\n"
    frameset = f"{head}{part}<frameset><frame src=a><frame src=b><noframes><p>No frames?</noframes></frameset>"
    found = read(f"{frameset}{part}<p>One{part}<p>Two\r\n--b--".encode(), MHTML)
    assert (found.text, found.facts) == ("One\n\nTwo\n", {"title": "Book"})
    assert found.extractor.endswith("of MHTML with 2 frames")
    assert "In it" in read(f"{head}{part}<iframe src=a></iframe>{part}<p>In it\r\n--b--".encode(), MHTML).text
    assert "is made of frames" in refusal(f"{frameset}\r\n--b--".encode(), MHTML)
    broken = f"{head}{part}<p>Page{part}<p>".encode() + "\u0645\u064a\u0646\u0627\u0621".encode("cp1256")
    told = read(broken, MHTML).extractor
    assert told.endswith("of MHTML (but for a frame that cannot be read) (cut short: words may be missing)")


def test_what_a_mail_program_shows_as_text_is_text() -> None:
    """Text behind an attachment too; a message within is named by its subject; a mailbox is none."""
    letter = (
        b"From: a\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain"
        b"\n\nFirst.\n--b\nContent-Type: message/rfc822\n\nSubject: Inner\n\nInner words.\n--b\n"
        b"Content-Type: text/plain\n\nSecond.\n--b--\n"
    )
    assert read(letter, MAIL).text == "From: a\nSubject: x\n\nFirst.\n\nSecond.\n\nAttachment: Inner (message/rfc822)\n"
    one = b"From a@b.c Mon Jan  1 00:00:00 2024\nFrom: a\nSubject: one\n\nFirst.\n\n"
    assert "First." in read(one, MAIL).text
    assert "is a mailbox of several messages" in refusal(one + one, MAIL)


@pytest.mark.parametrize("boundary", ["----=_Part_12", "=_a:b/c?d", "two words", "_000_x@y", "plain (a comment)"])
def test_a_boundary_without_quotation_marks_loses_no_words(boundary: str) -> None:
    """Of an e-mail, a message within it, and a saved page; the same name in a text is text."""
    line = boundary.removesuffix(" (a comment)")
    typed = f"Content-Type: multipart/mixed; boundary={boundary}"
    inner = f"--{line}\nContent-Type: text/plain\n\nWords, and\n{typed}; format=flowed\n--{line}--\n"
    for head in (typed, typed.replace("; ", ";\n "), f"{typed}; charset=utf-8"):
        text = read(f"From: a\nSubject: x\n{head}\n\n{inner}".encode(), MAIL).text
        assert text == f"From: a\nSubject: x\n\nWords, and\n{typed}; format=flowed\n"
    page = f"--{line}\nContent-Type: text/html\n\n<p>Words.</p>\n--{line}--\n"
    assert read(f"From: a\nSubject: x\n{typed}\n\n{page}".encode(), "multipart/related").text == "Words.\n"


def test_a_boundary_that_is_nowhere_loses_no_words() -> None:
    """All that follows the head is its text then, and that is told."""
    found = read(b'From: a\nSubject: x\nContent-Type: multipart/mixed; boundary="b"\n\nThe words.\n', MAIL)
    assert found.text == "From: a\nSubject: x\n\nThe words.\n"
    assert "its parts are not where it says" in found.extractor


def test_the_encoding_that_does_not_fit_is_told_by_the_name_it_was_given() -> None:
    """A page that says gb2312 is read as what that stands for on the web: both names are told, not the second alone."""
    page = b"<meta charset=gb2312><p>" + b"\xff" * 50
    assert "not gb18030, as which gb2312 is read" in refusal(page, "text/html")
    assert "as which" not in refusal(page.replace(b"gb2312", b"gb18030"), "text/html")


def test_an_e_mail_is_known_without_its_ending(tmp_path: Path) -> None:
    """As mail folders keep them, where a person names the file; a bundle's files are known by their names alone."""
    letter = b"Received: by e.org\r\n with SMTP\r\nFrom: a\r\nSubject: x\r\n\r\nThe words.\r\n"
    for name in ("1289", "1700000000.M1P2.host:2,S", "18."):
        (tmp_path / name).write_bytes(letter)
        assert capture.received(tmp_path / name) == (letter, MAIL)
        with pytest.raises(DocumentUnreadable, match="only"):
            capture.received(tmp_path / name, [tmp_path])
    (tmp_path / "passwd").write_bytes(b"root:x:0:0\nfrom:x:1:1\ndate:x:2:2\n")
    with pytest.raises(DocumentUnreadable, match="only"):
        capture.received(tmp_path / "passwd")


def test_a_head_in_bytes_is_read_as_its_text() -> None:
    """As older programs wrote it; nothing is guessed where no encoding is told."""
    letter = "Subject: D\xe9j\xe0 vu\nContent-Type: text/plain; charset={}\n\n\xe9t\xe9"
    assert read(letter.format("iso-8859-1").encode("cp1252"), MAIL).text == "Subject: D\xe9j\xe0 vu\n\n\xe9t\xe9\n"
    assert "Subject: D\ufffdj\ufffd vu" in read(letter.format("").encode("cp1252"), MAIL).text
    assert "Subject: D\xe9j\xe0 vu" in read(letter.format("iso-8859-1").encode(), MAIL).text


def test_addresses_parted_by_semicolons_are_all_kept() -> None:
    """As Outlook shows them, names encoded or not; a header that needs none of this stays as it is."""
    letter = b'From: a\nTo: =?utf-8?q?Zo=C3=A9?= <z@x>; "Roe, Jane" <j@r>;\n Bob <b@c>\nSubject: =?utf-8?q?a=3Bb?=; c\n\nx'
    assert 'To: Zo\xe9 <z@x>; "Roe, Jane" <j@r>; Bob <b@c>\nSubject: a;b; c\n' in read(letter, MAIL).text
    assert "To: " in read(letter.replace(b"utf-8", b"x-none"), MAIL).text


def test_what_a_letter_holds_is_read_however_it_is_nested() -> None:
    """As Apple Mail attaches within one of two forms; HTML beside a blank text; text behind an attachment; a cut is told."""
    head = "\ufeff\r\nFrom: a\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/{}; boundary={}\r\n\r\n"
    inner = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{}--c--\r\n--b--"
    pdf = "--c\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n"
    picture = "--c\r\nContent-Type: image/png; name=a.png\r\nContent-ID: <a>\r\n\r\nx\r\n"
    page, end = "--c\r\nContent-Type: text/html\r\n\r\n<p>As HTML\r\n", "--c\r\nContent-Type: text/plain\r\n\r\nEnd.\r\n"

    def text(whole: str) -> str:
        return read(whole.encode(), MAIL).text.partition("\n\n")[2]

    alternative, plain = head.format("alternative", "b"), "--b\r\nContent-Type: text/plain\r\n\r\n{}\r\n"
    attached = inner.format(page + pdf + picture)
    assert text(alternative + plain.format("As text.") + attached) == "As text.\n\nAttachment: a.pdf (application/pdf, 1 bytes)\n"
    assert text(alternative + plain.format(" ") + attached) == "As HTML\n\nAttachment: a.pdf (application/pdf, 1 bytes)\n"
    mixed = head.format("mixed", "b") + inner.format(end.replace("End", "First") + pdf + end)
    assert text(mixed) == "First.\n\nEnd.\n\nAttachment: a.pdf (application/pdf, 1 bytes)\n"
    assert text(head.format("mixed", "b") + "--b\r\n\r\nWithout a head.\r\n--b--") == "Without a head.\n"
    assert "cut short" not in read(mixed.encode(), MAIL).extractor
    assert "; cut short: words may be missing)" in read(mixed[:-20].encode(), MAIL).extractor


@pytest.mark.parametrize(
    "told", ["saved from url=(0024)https://news.example/a", "\n Page saved with SingleFile \n url: https://news.example/a \n"]
)
def test_a_saved_page_tells_where_it_was(told: str) -> None:
    """As browsers write it; its own canonical address says more."""
    page = f"<!DOCTYPE html>\n<!-- {told} -->\n<p>Words."
    assert read(page.encode(), HTML).facts == {"url": "https://news.example/a"}
    assert read(f"{page}<link rel=canonical href=https://news.example/b>".encode(), HTML).facts["url"] == "https://news.example/b"


def test_what_a_page_draws_in_a_shadow_is_read() -> None:
    """A template is not shown, unless it is that of a shadow, as HTML, Chromium's MHTML and older pages write it."""
    page = "<p>Light<template><p>Never</template>{}<p>End"
    shadows = (f"<div><template {name}=open><p>{name}</template></div>" for name in ("shadowrootmode", "shadowmode", "shadowroot"))
    text = read(page.format("".join(shadows)).encode(), HTML).text
    assert text.split() == ["Light", "shadowrootmode", "shadowmode", "shadowroot", "End"]


def test_a_frame_that_stands_in_the_page_is_read_in_its_place() -> None:
    """As SingleFile writes each, however many are within another; what stands for it in old browsers is not shown."""
    inner = f'<title>No</title><p>One<iframe srcdoc="{escape("<p>Two")}">No frames?</iframe><iframe srcdoc="<!-- -->"></iframe>'
    assert read(f'<p>Out<iframe srcdoc="{escape(inner)}"></iframe>end'.encode(), HTML).text.split() == ["Out", "One", "Two", "end"]


def test_what_a_page_shows_elsewhere_gets_its_line() -> None:
    """In frames, or written by a script in the browser; or in parts of a file that is none of HTML."""
    mhtml = b"From: <Saved by Blink>\r\nContent-Type: multipart/related;\r\n\tboundary=b\r\n\r\n--b\r\n\r\n<p>x"
    assert "Name the file .mhtml" in refusal(mhtml, HTML)
    assert "in one of them: a.html, b.html" in refusal(b"<frameset><frame src=a.html><frame src=b.html></frameset>", HTML)
    assert "a script may write it" in refusal(b"<title>App</title><div id=root></div><script>render('x')</script>", HTML)


def test_control_characters_never_reach_a_text() -> None:
    """Whatever the document holds."""
    for content, media_type in ((b"<p>a\0b\x01c\x0cd</p>", HTML), (b"Subject: x\n\na\0b\x01c\x0cd", MAIL)):
        text = read(content, media_type).text
        assert not set(text) & set(map(chr, [*range(9), 11, 12, *range(14, 32), 127]))


def test_pages_that_nest_without_end_are_told(tmp_path: Path) -> None:
    """Rather than read in part."""
    assert "nest too deep" in refusal(b"<div>" * 100_000 + b"<p>x", HTML)


def test_a_flate_bomb_ends_in_one_line(tmp_path: Path) -> None:
    """In a process of its own, which has an end of time and memory."""
    file = tmp_path / "bomb.pdf"
    file.write_bytes(material.flate_bomb())
    with pytest.raises(DocumentUnreadable, match=r"bomb.pdf: there is no text"):
        capture.from_file(file)


def test_what_takes_too_long_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is made."""
    started = time.monotonic()
    with pytest.raises(
        DocumentUnreadable, match=r"took more than 0.01 seconds, and was stopped\. It may be large, or made to take long\. Ar"
    ):
        apart.read_apart(b"<p>x", HTML, "slow.html", None, None, seconds=0.01)
    assert time.monotonic() - started < 3
    monkeypatch.setattr(apart, "MEMORY", 20_000_000)
    with pytest.raises(DocumentUnreadable, match=r"broke off|too much memory|is not sound"):
        apart.read_apart(material.pdf(["x"]), PDF, "large.pdf", None, None)


def test_files_are_read_by_their_suffix(tmp_path: Path) -> None:
    """The bytes are kept as they are; the text comes from the other process whole, in whatever script."""
    for name, content, media_type in (
        ("a.HTML", ("<p>" + material.FIVE_SCRIPTS["Arabic"]).encode(), HTML),
        ("a.warc.gz", material.warc(("https://e.org/", "text/html", b"<p>Words</p>"), packed=True), WARC),
        ("a.md", b"# Words", "text/markdown"),
    ):
        (tmp_path / name).write_bytes(content)
        document = capture.from_file(tmp_path / name)
        assert (document.bytes, document.media_type) == (content, media_type)
        assert document.text.strip()
    for name, advice in (("passwd", "Archive its text"), ("a.docx", "Save it as PDF"), ("a.mbox", "as .eml")):
        with pytest.raises(DocumentUnreadable, match=f"only .txt, .md, .html.*{advice}"):
            capture.from_file(tmp_path / name)
    with pytest.raises(DocumentUnreadable, match="only a WARC"):
        capture.from_bytes(b"x", HTML, "x.html", record="https://example.org/")
    with pytest.raises(DocumentUnreadable, match="no extractor reads image/png"):
        capture.from_bytes(b"x", "image/png", "x.png")


def test_a_missing_extra_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """That says what to install."""
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert "needs the extra: pip install 'cited-timeline[capture]'" in refusal(material.pdf(["x"]), PDF)


def test_an_encoding_that_nothing_would_read_is_refused() -> None:
    """A PDF has its own."""
    with pytest.raises(DocumentUnreadable, match="a PDF says itself how its text is encoded"):
        capture.from_bytes(b"%PDF-1.4", PDF, "a.pdf", encoding="latin-1")
