"""Extract the text of a web page that a browser saved in one file with its images (MHTML, RFC 2557), as `html` reads it.

Owns which part is the page itself; the text of its frames, which are separate pages, follows it. Must not read other parts. An
unreadable frame, or a file that was cut short, is recorded in the extractor's name.
"""

from collections.abc import Iterator, Sequence
from email.errors import CloseBoundaryNotFoundDefect
from email.message import EmailMessage, MIMEPart

from timeline.capture import html
from timeline.capture.encodings import decoded_page
from timeline.capture.extracted_text import ExtractedText, facts, readable
from timeline.capture.mail import parsed, payload, sent_at
from timeline.capture.page_text import parse
from timeline.errors import DocumentUnreadable

_PAGES = ("text/html", "application/xhtml+xml")


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> ExtractedText:
    """Read the page of the file and its frames, with the address that the browser saved it from."""
    message, page, parts = opened(content, name)
    texts = list(_texts([part for part in parts if part is not page], name))
    frames = [text for text in texts if text]
    extracted = html.read(payload(page), name, encoding=encoding, declared=page.get_content_charset(), framed=bool(frames))
    address = message.get("Snapshot-Content-Location") or page.get("Content-Location") or ""
    saved = {
        "collected_at": sent_at(message["Date"]),
        "collected_with": str(message.get("From") or "").strip('<>" '),  # a browser writes "Saved by Blink" there
    }
    about = {**facts(url="".join(str(address).split()), title=str(message.get("Subject") or ""), **saved), **extracted.facts}
    remarks = "".join(_remarks(message, len(frames), len(texts) - len(frames)))
    return ExtractedText("\n".join((extracted.text, *frames)).lstrip("\n"), f"{extracted.extractor}, of MHTML{remarks}", about)


def opened(content: bytes, name: str) -> tuple[EmailMessage, MIMEPart, Sequence[MIMEPart]]:
    """Return the file as a message, the part with the page, and the parts with it and its frames. Raises DocumentUnreadable."""
    message = parsed(content)
    parts: list[MIMEPart] = [part for part in message.walk() if part.get_content_type() in _PAGES]
    if not parts:
        raise DocumentUnreadable(name, "holds no web page. Save the page again, or rename the file to .html if it is HTML")
    return message, _start(message, parts), parts


def _remarks(message: EmailMessage, frames: int, unreadable: int) -> Iterator[str]:
    """Yield what the text includes, and why it may be incomplete."""
    if frames:
        yield " with a frame" if frames == 1 else f" with {frames} frames"
    if unreadable:
        yield " (but for a frame that cannot be read)" if unreadable == 1 else f" (but for {unreadable} frames that cannot be read)"
    if any(isinstance(one, CloseBoundaryNotFoundDefect) for part in message.walk() for one in part.defects):
        yield " (cut short: words may be missing)"


def _start(message: EmailMessage, parts: Sequence[MIMEPart]) -> MIMEPart:
    """Return the page: the part that the file names as its start, or the first (RFC 2387, 3.2)."""
    start = message.get_param("start")
    return next((part for part in parts if start and part.get("Content-ID") == start), parts[0])


def _texts(frames: Sequence[MIMEPart], name: str) -> Iterator[str]:
    """Yield the text of each frame that has any; an empty string for an unreadable frame, which is no reason to refuse the page."""
    for frame in frames:
        content = payload(frame)
        try:
            text, _ = decoded_page(content, name, None, frame.get_content_charset())
            words = readable(parse(text, name).text()) if text.strip() else ""
        except DocumentUnreadable:
            yield ""
        else:
            if words.strip():
                yield words
