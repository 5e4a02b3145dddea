"""From a web page that a browser saved with all it shows in one file (MHTML, RFC 2557) to its text, as `html` reads it.

Owns which part is the page itself: the text of its frames, which are pages of their own, follows it. Must not read other parts, nor
lose a frame, or the end of a file that was cut short, without a word.
"""

from collections.abc import Iterator, Sequence
from email.errors import CloseBoundaryNotFoundDefect
from email.message import EmailMessage, MIMEPart

from timeline.capture import html
from timeline.capture.encodings import decoded_page
from timeline.capture.found import Found, facts, readable
from timeline.capture.mail import parsed
from timeline.capture.plain import parse
from timeline.errors import DocumentUnreadable

_PAGES = ("text/html", "application/xhtml+xml")


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> Found:
    """Read the page of the file and its frames, with the address that the browser saved it from."""
    whole = parsed(content)
    parts: list[MIMEPart] = [part for part in whole.walk() if part.get_content_type() in _PAGES]
    if not parts:
        raise DocumentUnreadable(name, "holds no web page. Save the page anew, or name the file .html where it is HTML")
    page = _start(whole, parts)
    texts = list(_texts([part for part in parts if part is not page], name))
    frames = [text for text in texts if text]
    found = html.read(_content(page), name, encoding=encoding, declared=page.get_content_charset(), framed=bool(frames))
    address = whole.get("Snapshot-Content-Location") or page.get("Content-Location") or ""
    said = {**facts(url="".join(str(address).split()), title=str(whole.get("Subject") or "")), **found.facts}
    told = "".join(_told(whole, len(frames), len(texts) - len(frames)))
    return Found("\n".join((found.text, *frames)).lstrip("\n"), f"{found.extractor}, of MHTML{told}", said)


def _told(whole: EmailMessage, frames: int, unreadable: int) -> Iterator[str]:
    """Tell of what the text is, and why it may not be all."""
    if frames:
        yield " with a frame" if frames == 1 else f" with {frames} frames"
    if unreadable:
        yield " (but for a frame that cannot be read)" if unreadable == 1 else f" (but for {unreadable} frames that cannot be read)"
    if any(isinstance(one, CloseBoundaryNotFoundDefect) for part in whole.walk() for one in part.defects):
        yield " (cut short: words may be missing)"


def _start(whole: EmailMessage, parts: Sequence[MIMEPart]) -> MIMEPart:
    """Find the page: the part that the file says it starts with, or the first (RFC 2387, 3.2)."""
    start = whole.get_param("start")
    return next((part for part in parts if start and part.get("Content-ID") == start), parts[0])


def _content(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _texts(frames: Sequence[MIMEPart], name: str) -> Iterator[str]:
    """Read all the text of each frame that has any; of one that cannot be read, which is no reason to refuse the page, nothing."""
    for frame in frames:
        content = _content(frame)
        try:
            text, _ = decoded_page(content, name, None, frame.get_content_charset())
            words = readable(parse(text, name).text()) if text.strip() else ""
        except DocumentUnreadable:
            yield ""
        else:
            if words.strip():
                yield words
