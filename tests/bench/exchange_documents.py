"""Documents to be archived, made of known sentences in several scripts: the same words in every format that is read.

Owns what is in them and how it is shown; the same is made each time. A sentence holds a number that no other has, so that it
stands once. A PDF is printed by a browser where there is one, as an author's is, and else written by hand. Must not measure.
"""

import random
import shutil
import subprocess
import textwrap
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from html import escape
from io import BytesIO
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# A language: its words, what parts them, what ends a sentence, and which way it is written.
LANGUAGES = {
    "en": (
        "the council met again in “Port Said” and its members’ votes were counted – twice – before noon on a rainy day",
        " ",
        ".",
        "ltr",
    ),
    "fr": (
        "le conseil a siégé à l’hôtel de ville où « les élus » ont voté ; après cela : où être, dès août, naïveté cœur",
        " ",
        ".",
        "ltr",
    ),
    "de": (
        "der Ausschuß tagte über die Straßenbahn und „ältere Bürger“ fragten wäh\u00adrend der Übergangszeit nach Größe",
        " ",
        ".",
        "ltr",
    ),
    "el": ("το συμβούλιο συνήλθε στην Αθήνα και οι πολίτες ρώτησαν για τη συμφωνία πριν από την άνοιξη", " ", ".", "ltr"),
    "ru": ("совет собрался в городе и жители спросили о договоре до весны, ещё раз «подъезд» объявили", " ", ".", "ltr"),
    "ar": ("اجتمع المجلس في المدينة وسأل السكان عن الاتفاق قبل الربيع، ثم أُعلن مرةً أخرى", " ", ".", "rtl"),
    "he": ("המועצה נפגשה בעיר והתושבים שאלו על ההסכם לפני האביב ושוב הכריזו", " ", ".", "rtl"),
    "hi": ("परिषद की बैठक शहर में हुई और निवासियों ने वसंत से पहले समझौते के बारे में पूछा", " ", "।", "ltr"),
    "zh": ("理 事 会 在 城 里 开 会 居 民 询 问 协 议 春 天 之 前 再 次 宣 布", "", "。", "ltr"),
}
KINDS = ("text", "Markdown", "HTML", "MHTML", "WARC", "EPUB", "e-mail", "PDF")
_WIDTH = 68


def sentences(language: str, count: int) -> list[str]:
    """Make so many sentences."""
    chance = random.Random(f"{language} {count}")  # noqa: S311 - nothing is kept secret with it
    words, parted, end, _ = LANGUAGES[language]
    made = []
    for number in range(1, count + 1):
        chosen = chance.choices(words.split(" "), k=chance.randint(6, 24))
        chosen.insert(chance.randint(1, len(chosen) - 1), str(1000 + number))
        made.append(parted.join(chosen) + end)
    return made


def document(kind: str, language: str, told: Sequence[str], folder: Path) -> Path:
    """Write a document of a kind that holds the sentences, one or several to a paragraph; return its path."""
    path = folder / f"{kind}-{language}{_SUFFIX[kind]}"
    if kind == "PDF":
        _pdf(path, language, told)
    else:
        path.write_bytes(_WRITE[kind](language, told))
    return path


def _paragraphs(told: Sequence[str]) -> list[list[str]]:
    made, at = [], 0
    while at < len(told):
        length = 1 + at % 4
        made.append(list(told[at : at + length]))
        at += length
    return made


def _joined(language: str, paragraph: Sequence[str]) -> str:
    return LANGUAGES[language][1].join(paragraph)


def _wrapped(text: str, language: str) -> str:
    """Break lines between words, as an editor does; where nothing parts words, lines run on."""
    return (
        "\n".join(textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)) if LANGUAGES[language][1] else text
    )


def _text(language: str, told: Sequence[str]) -> bytes:
    lines = "\n\n".join(_wrapped(_joined(language, one), language) for one in _paragraphs(told))
    return f"{lines}\n".replace("\n", "\r\n").encode("utf-8-sig")


def _markdown(language: str, told: Sequence[str]) -> bytes:
    """Write headings, quotations and lists, whose marks stand at the beginning of a block."""
    marks = ("", "- ", "## ", "")
    blocks = []
    for number, paragraph in enumerate(_paragraphs(told)):
        mark = marks[number % 4]
        shown = _joined(language, paragraph)
        blocks.append(f"{mark}{shown}" if mark == "## " else mark + _wrapped(shown, language).replace("\n", f"\n{' ' * len(mark)}"))
    return ("\n\n".join(blocks) + "\n").encode()


def _inline(text: str, number: int, language: str) -> str:
    """Mark words within a sentence up, each time otherwise: a viewer shows the same."""
    words = text.split(" ")
    if len(words) < 3:
        return escape(text)
    middle = escape(words[1])
    words = [escape(word) for word in words]
    words[1] = (
        middle,
        f"<em>{middle}</em>",
        f'<a href="https://example.org/{number}">{middle}</a>',
        f"<b>{middle[:1]}</b>{middle[1:]}" if language not in ("ar", "hi") and "&" not in middle else middle,
        "".join(f"&#{ord(one)};" for one in text.split(" ")[1]),
        f'\n        <span class="name">{middle}</span>\n    ',
    )[number % 6]
    return " ".join(words)


def _body(language: str, told: Sequence[str]) -> str:
    blocks = []
    number = 0
    for at, paragraph in enumerate(_paragraphs(told)):
        inner = []
        for sentence in paragraph:
            inner.append(_inline(sentence, number, language))
            number += 1
        shown = LANGUAGES[language][1].join(inner)
        blocks.append(
            (
                f"<p>{shown}</p>",
                f"<ul><li>{shown}</li></ul>",
                f"<blockquote><p>{shown}</p></blockquote>",
                f"<p>{shown}</p>",
                f"<table><tr><th>1</th><td>{shown}</td></tr></table>",
                f"<h2>{shown}</h2>",
            )[at % 6]
        )
    return "\n".join(blocks)


def _page(language: str, told: Sequence[str], style: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="{language}" dir="{LANGUAGES[language][3]}"><head><meta charset="utf-8"><title>Made</title>'
        f"<style>{style}</style></head><body>{_body(language, told)}</body></html>"
    )


def _html(language: str, told: Sequence[str]) -> bytes:
    """Write a page with what surrounds an article."""
    around = "<nav><a href='/'>Home</a> <a href='/news'>News</a></nav><main><article><h1>Made</h1>"
    body = (
        _page(language, told)
        .replace("<body>", f"<body>{around}")
        .replace("</body>", "</article></main><footer>© 2025</footer></body>")
    )
    return body.encode()


def _warc(language: str, told: Sequence[str]) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + _html(language, told)
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/made\r\nWARC-Date: 2025-11-24T10:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def _epub(language: str, told: Sequence[str]) -> bytes:
    half = len(told) // 2
    chapters = [
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>c</title></head><body>{_body(language, part)}</body></html>'
        for part in (told[:half], told[half:])
    ]
    items = "".join(f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(2))
    book = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Made</dc:title>'
        f'</metadata><manifest>{items}</manifest><spine><itemref idref="c0"/><itemref idref="c1"/></spine></package>'
    )
    root = '<rootfiles><rootfile full-path="book.opf"/></rootfiles>'
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/epub+zip")
        file.writestr(
            "META-INF/container.xml", f'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">{root}</container>'
        )
        file.writestr("book.opf", book)
        for number, chapter in enumerate(chapters):
            file.writestr(f"c{number}.xhtml", chapter)
    return out.getvalue()


def _mail(language: str, told: Sequence[str]) -> bytes:
    """Write a message with the same as text and as a page."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Made"
    message["Date"] = "Mon, 24 Nov 2025 10:00:00 +0000"
    message.set_content(_text(language, told).decode("utf-8-sig").replace("\r\n", "\n"), cte="quoted-printable")
    message.add_alternative(_page(language, told), subtype="html")
    return bytes(message)


def _mhtml(language: str, told: Sequence[str]) -> bytes:
    """Write a page as a browser saves it in one file."""
    message = EmailMessage()
    message["Snapshot-Content-Location"] = "https://example.org/made"
    message.set_content(_html(language, told).decode(), subtype="html", cte="quoted-printable")
    message.make_related()
    return bytes(message)


def _pdf(path: Path, language: str, told: Sequence[str]) -> None:
    """Print a page in a browser: sentences run across the ends of lines and pages."""
    if CHROMIUM is None:
        path.write_bytes(_by_hand(_wrapped(_joined(language, told), language).split("\n")))
        return
    page = path.with_suffix(".print.html")
    style = "@page { size: A5; margin: 18mm } body { font: 11pt/1.4 serif; text-align: justify } a { color: inherit }"
    page.write_text(_page(language, told, style), encoding="utf-8")
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--print-to-pdf={path}",
        page.as_uri(),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def _by_hand(lines: Sequence[str]) -> bytes:
    """Write a PDF of lines in Latin letters, forty to a page."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>",
    ]
    kids = []
    for start in range(0, len(lines), 40):
        shown = b"".join(
            b"(%s) Tj T* " % line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            for line in lines[start : start + 40]
        )
        content = b"BT /F1 11 Tf 14 TL 60 760 Td %sET" % shown
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    out, places = BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, one in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


_SUFFIX = {
    "text": ".txt",
    "Markdown": ".md",
    "HTML": ".html",
    "MHTML": ".mhtml",
    "WARC": ".warc",
    "EPUB": ".epub",
    "e-mail": ".eml",
    "PDF": ".pdf",
}
_WRITE = {"text": _text, "Markdown": _markdown, "HTML": _html, "MHTML": _mhtml, "WARC": _warc, "EPUB": _epub, "e-mail": _mail}
