"""A document that has HTML in it, as one page for a frame: a web page, saved or archived, a book, or an e-mail.

Owns which pictures come with the page, as data in it: those that the document holds. Must not make anything safe: the frame's
headers do, in which nothing runs and nothing is loaded.
"""

import html
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from email.message import EmailMessage, MIMEPart
from typing import Final

from timeline.capture import epub, mail, mhtml, warc
from timeline.capture.encodings import codec_of, decoded_page
from timeline.documents import images
from timeline.errors import DocumentUnreadable

MOST: Final = 20_000_000  # characters of a page, with the pictures in it
_IMAGE: Final = re.compile(r"""(<img\b[^<>]*?\ssrc\s*=\s*)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)
_BODY: Final = re.compile(r"<body\b[^>]*>(.*?)(?:</body\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_PAGES: Final = ("text/html", "application/xhtml+xml")

Find = Callable[[str], bytes | None]


def page(content: bytes, name: str, media_type: str, encoding: str | None = None, record: str | None = None) -> str:
    """Return the page, at most MOST characters of it. Raises DocumentUnreadable where the document has none."""
    text = "".join(_parts(content, name, media_type, encoding, record))
    if len(text) > MOST:
        raise DocumentUnreadable(name, "is too large for a frame")
    return text


def _parts(content: bytes, name: str, media_type: str, encoding: str | None, record: str | None) -> Iterator[str]:
    if media_type in _PAGES:
        yield decoded_page(content, name, encoding)[0]
    elif media_type == "application/warc":
        chosen, payload, _ = warc.document((content,), name, record)
        if chosen.kind not in _PAGES:
            raise DocumentUnreadable(name, f"holds {chosen.kind}, which cannot be shown in a frame")
        yield decoded_page(payload, name, encoding, chosen.charset)[0]
    elif media_type == "application/epub+zip":
        yield from _book(content, name, encoding)
    elif media_type == "message/rfc822":
        yield from _message(mail.parsed(content), name, encoding)
    else:
        message, start, _ = mhtml.opened(content, name)
        yield _with_pictures(_html(start, name, encoding), _of_message(message))


def _book(content: bytes, name: str, encoding: str | None) -> Iterator[str]:
    """Yield the chapters of a book, each after a line."""
    book, size = epub.Book(content, name), 0
    yield "<!doctype html><meta charset=utf-8>"
    for member, chapter in book.chapters(encoding, []):

        def find(src: str, member: str = member) -> bytes | None:
            there = epub.beside(member, src)
            return book.read(there) if there in book.members else None

        body = _BODY.search(chapter)
        part = _with_pictures(body[1] if body else chapter, find)
        size += len(part)
        if size > MOST:
            raise DocumentUnreadable(name, "is too large for a frame")
        yield f"{part}<hr>"


def _message(message: EmailMessage, name: str, encoding: str | None) -> Iterator[str]:
    """Yield the head of an e-mail, and its body as its sender formatted it."""
    head = html.escape("\n".join(mail.headlines(message)))
    yield f'<!doctype html><meta charset=utf-8><pre style="white-space: pre-wrap">{head}</pre><hr>'
    body = message.get_body(("html", "plain"))
    if body is None:
        return
    if body.get_content_subtype() == "html":
        yield _with_pictures(_html(body, name, encoding), _of_message(message))
    else:
        yield f'<pre style="white-space: pre-wrap">{html.escape(_html(body, name, encoding))}</pre>'


def _html(part: MIMEPart, name: str, encoding: str | None) -> str:
    declared = part.get_content_charset()
    return decoded_page(mail.payload(part), name, encoding, declared if codec_of(declared) else None)[0]


def _of_message(message: EmailMessage) -> Find:
    """Return how a picture in a message is found: by its id, or by the address that it was saved from."""
    parts: dict[str, MIMEPart] = {}
    for part in message.walk():
        if part.get_content_maintype() == "image":
            parts[f"cid:{str(part.get('Content-ID') or '').strip('<> ')}"] = part
            parts["".join(str(part.get("Content-Location") or "").split())] = part

    def find(src: str) -> bytes | None:
        return mail.payload(parts[src]) if src in parts else None

    return find


def _with_pictures(page: str, find: Find) -> str:
    """Put the pictures that the document holds into a page."""
    room = MOST - len(page)

    def replacement(match: re.Match[str]) -> str:
        nonlocal room
        content = find(html.unescape(match[3]).strip())
        kind = images.media_type(content or b"")
        if content is None or kind is None or 2 * len(content) > room:
            return match[0]
        room -= 2 * len(content)
        return f"{match[1]}{match[2]}data:{kind};base64,{b64encode(content).decode()}{match[2]}"

    return _IMAGE.sub(replacement, page)
