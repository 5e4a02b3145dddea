"""From a web page that a browser saved with all it shows in one file (MHTML, RFC 2557) to its text, as `html` reads it.

Owns which part is the page itself: the text of its frames, which are pages of their own, follows it. Must not read other parts.
"""

import email
import email.policy
from collections.abc import Iterator, Sequence
from contextlib import suppress
from email.message import EmailMessage, MIMEPart

from timeline.capture import html
from timeline.capture.encodings import decoded_page
from timeline.capture.found import Found, facts, readable
from timeline.capture.plain import parse
from timeline.errors import DocumentUnreadable

_PAGES = ("text/html", "application/xhtml+xml")


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> Found:
    """Read the page of the file and its frames, with the address that the browser saved it from."""
    whole = email.message_from_bytes(content, policy=email.policy.default)
    parts = [part for part in whole.walk() if part.get_content_type() in _PAGES]
    if not parts:
        raise DocumentUnreadable(f"{name}: holds no web page. Save the page anew, as .html")
    page = _start(whole, parts)
    found = html.read(_content(page), name, encoding=encoding, declared=page.get_content_charset())
    frames = list(_texts([part for part in parts if part is not page], name))
    address = whole.get("Snapshot-Content-Location") or page.get("Content-Location") or ""
    counted = {0: "", 1: " with a frame"}.get(len(frames), f" with {len(frames)} frames")
    said = {**facts(url="".join(str(address).split())), **found.facts}
    return Found("\n".join((found.text, *frames)), f"{found.extractor}, of MHTML{counted}", said)


def _start(whole: EmailMessage, parts: Sequence[MIMEPart]) -> MIMEPart:
    """Find the page: the part that the file says it starts with, or the first (RFC 2387, 3.2)."""
    start = whole.get_param("start")
    return next((part for part in parts if start and part.get("Content-ID") == start), parts[0])


def _content(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _texts(frames: Sequence[MIMEPart], name: str) -> Iterator[str]:
    """Read all the text of each frame that has any."""
    for frame in frames:
        with suppress(DocumentUnreadable):  # a frame that cannot be read is no reason to refuse the page
            text, _ = decoded_page(_content(frame), name, None, frame.get_content_charset())
            if (words := readable(parse(text, name).text())).strip():
                yield words
