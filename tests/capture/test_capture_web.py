"""Web pages: which text is extracted, in which encoding, with which facts; and pages that a browser saved in one file (MHTML)."""

from html import escape
from pathlib import Path
from quopri import encodestring

import material
import pytest
from material import HTML, MAIL, MHTML, WARC, read, refusal

SENTENCE = "It met in <b>Marr</b>akech, on <a href='/x'>24 November</a> 2025, and said: <q>We stay</q>."
PAGE = f"""<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>The council | Gazette</title>
<meta name="author" content="Jane Roe"><meta property="og:site_name" content="Gazette">
<meta property="article:published_time" content="2025-11-24T10:00:00+01:00"><link rel="canonical" href="https://example.org/a">
<script>var hidden = 1;</script></head><body><nav>Home</nav><article><h1>The council</h1><p>{SENTENCE}</p>
<p>Second &ldquo;paragraph&rdquo;<br>after a break.</p><table><tr><th>Year<th>People<tr><td>2024<td>300</table>
<pre>  as  typed
    here</pre><figcaption>A caption of the picture, which trafilatura drops.</figcaption></article>
<div id="comments"><p>Bob: This comment is a comment of some length, I think.</p></div></body></html>"""


def test_all_quotable_text_of_a_page_is_extracted() -> None:
    """Unbroken sentences, tables, captions, comments, preformatted text; and the page's bibliography."""
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


def test_a_plain_article_is_read_without_its_navigation() -> None:
    """If trafilatura extracts every paragraph of the main part, its text is used, and it is named as the extractor."""
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
    """In a meta tag, in a server's header, or as the person who archives the page says."""
    body = f"<p>{text}</p>".encode(python)
    assert text in read(f"<meta charset='{declared}'>".encode() + body, HTML).text
    assert text in read(material.warc(("https://example.org/", f"text/html; charset={declared}", body)), WARC).text
    assert text in read(body, HTML, encoding=declared).text
    mail = b"Subject: x\nContent-Transfer-Encoding: 8bit\nContent-Type: text/plain; charset=" + declared.encode() + b"\n\n"
    assert text in read(mail + text.encode(python), MAIL).text


def test_a_byte_order_mark_precedes_a_tag_and_nothing_is_guessed() -> None:
    """UTF-16 by its mark; an undeclared encoding is UTF-8, or the page is refused."""
    assert "Ünï" in read("<meta charset=latin1><p>Ünï</p>".encode("utf-16"), HTML).text
    assert "Name the encoding" in refusal("<p>Совет собрался</p>".encode("cp1251"), HTML)
    lied = read("<meta charset=iso-8859-1><p>Été à Genève".encode(), HTML)
    assert lied.text == "Été à Genève\n"
    assert "decoded as utf-8, whatever it says of cp1252" in lied.extractor
    assert "but for 1" in read("<p>Совет".encode() + b"\xff</p>", HTML).extractor


def test_a_page_saved_in_one_file_is_read_with_its_frames() -> None:
    """As Chromium writes it: the page, then its frames, at its address; with a named start, and as a single part."""

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
    assert found.text == "Two\n\nA frame — its words\n"
    assert found.facts == {
        "title": "Two",
        "url": "https://example.org/saved",
        "collected_with": "Saved by Blink",
    }
    alone = b"Content-Type: text/html; charset=iso-8859-1\nContent-Location: https://example.org/1\n\n<p>\xe9t\xe9"
    found = read(alone, MHTML)
    assert (found.text, found.facts) == ("été\n", {"url": "https://example.org/1"})
    assert "holds no web page. Save the page again" in refusal(b"hello", MHTML)
    assert "holds no web page" in refusal((head.format("") + picture + "--b--").encode(), MHTML)


def test_a_page_saved_in_one_file_that_consists_of_frames() -> None:
    """As Excel saves it; an unreadable frame and a file that was cut short are remarked on."""
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


def test_an_encoding_that_does_not_fit_is_named_as_it_was_declared() -> None:
    """A page that declares gb2312 is read as gb18030, its meaning on the web: the error names both."""
    page = b"<meta charset=gb2312><p>" + b"\xff" * 50
    assert "not gb18030, as which gb2312 is read" in refusal(page, "text/html")
    assert "as which" not in refusal(page.replace(b"gb2312", b"gb18030"), "text/html")


@pytest.mark.parametrize(
    "told", ["saved from url=(0024)https://news.example/a", "\n Page saved with SingleFile \n url: https://news.example/a \n"]
)
def test_the_address_in_a_saved_page_is_read(told: str) -> None:
    """As browsers write it; the page's own canonical address takes precedence."""
    page = f"<!DOCTYPE html>\n<!-- {told} -->\n<p>Words."
    assert read(page.encode(), HTML).facts == {"url": "https://news.example/a"}
    assert read(f"{page}<link rel=canonical href=https://news.example/b>".encode(), HTML).facts["url"] == "https://news.example/b"


def test_text_in_a_shadow_tree_is_read() -> None:
    """A template is not shown, unless it makes a shadow tree, as HTML, Chromium's MHTML and older pages write it."""
    page = "<p>Light<template><p>Never</template>{}<p>End"
    shadows = (f"<div><template {name}=open><p>{name}</template></div>" for name in ("shadowrootmode", "shadowmode", "shadowroot"))
    text = read(page.format("".join(shadows)).encode(), HTML).text
    assert text.split() == ["Light", "shadowrootmode", "shadowmode", "shadowroot", "End"]


def test_an_inline_frame_is_read_in_its_place() -> None:
    """As SingleFile writes frames, nested to any depth; the fallback for old browsers is not shown."""
    inner = f'<title>No</title><p>One<iframe srcdoc="{escape("<p>Two")}">No frames?</iframe><iframe srcdoc="<!-- -->"></iframe>'
    assert read(f'<p>Out<iframe srcdoc="{escape(inner)}"></iframe>end'.encode(), HTML).text.split() == ["Out", "One", "Two", "end"]


def test_a_page_without_text_of_its_own_is_refused_with_the_cause() -> None:
    """Its text is in frames, is written by a script in the browser, or the file is not HTML."""
    mhtml = b"From: <Saved by Blink>\r\nContent-Type: multipart/related;\r\n\tboundary=b\r\n\r\n--b\r\n\r\n<p>x"
    assert "Rename the file to .mhtml" in refusal(mhtml, HTML)
    assert "in one of them: a.html, b.html" in refusal(b"<frameset><frame src=a.html><frame src=b.html></frameset>", HTML)
    assert "a script may write it" in refusal(b"<title>App</title><div id=root></div><script>render('x')</script>", HTML)


def test_a_page_nested_too_deep_is_refused(tmp_path: Path) -> None:
    """It is not read in part."""
    assert "nested too deep" in refusal(b"<div>" * 100_000 + b"<p>x", HTML)
