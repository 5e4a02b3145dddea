"""Extract the text of an e-mail: sender, recipients, date and subject, then the message.

Owns the order of the lines at the head. Must not extract attachments: it only names them, because each is a separate document.
"""

import codecs
import email
import email.policy
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email.errors import CloseBoundaryNotFoundDefect, HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final, cast

from timeline.capture.encodings import codec_of, decoded_page
from timeline.capture.extracted_text import ExtractedText, facts, readable
from timeline.capture.page_text import parse
from timeline.errors import DocumentUnreadable

_HEAD: Final = ("From", "To", "Cc", "Date", "Subject")
# The start of each message in a mailbox.
_MESSAGE: Final = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]*:\d\d[^\r\n]*\r?\n[A-Za-z-]+:")
_SEALED: Final = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")

_BOUNDARY: Final = re.compile(r"(;\s*boundary\s*=\s*)([^\s\";][^\";\r\n]*?)(?=\s*(?:;|[\r\n]|$))", re.I)
_TOKEN: Final = re.compile(r"[^\s()<>@,;:\\\"/\[\]?=]+\s*(?:\(.*\))?")  # RFC 2045, 5.1, and a comment


class _Policy(email.policy.EmailPolicy):
    """Reads headers as mail programs do: a boundary without quotation marks is the whole value."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        if name.lower() == "content-type":
            value = _BOUNDARY.sub(lambda one: one[0] if _TOKEN.fullmatch(one[2]) else f'{one[1]}"{one[2]}"', value)
        return name, value


def parsed(content: bytes) -> EmailMessage:
    """Parse a message, or a page that is saved as one."""
    return cast("EmailMessage", email.message_from_bytes(content.removeprefix(codecs.BOM_UTF8).lstrip(), policy=_Policy()))


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> ExtractedText:
    """Read an e-mail: its head, its plain text (or the text of its HTML, if it has no other), and the names of attachments."""
    if len(_MESSAGE.findall(content)) > 1:
        raise DocumentUnreadable(name, "is a mailbox of several messages. Save the one that you cite by itself, as .eml")
    message = parsed(content)
    if not any(message.get(header) for header in ("From", "Date", "Subject", "Received", "Message-ID")):
        raise DocumentUnreadable(name, "is not an e-mail, it has no From, Date or Subject. Save it again as .eml")
    if message.get_content_type() in _SEALED and "signed-data" not in str(message.get_param("smime-type", "")):
        raise DocumentUnreadable(name, "is encrypted. Archive what the mail program shows, saved as .txt in UTF-8")
    head = headlines(message)
    part = _body(message)
    body, how = _message_text(part, name, encoding) if part is not None else ("", "no text but the head")
    if part is None and message.get_content_maintype() == "multipart" and not message.is_multipart():
        body, how = _message_text(message, name, encoding)
        how += "; as it is written: its parts are not where it says"
    further = list(_further_parts(message, part))
    shown = [one for one in further if _is_shown(one)]  # text that continues after an attachment, or that a mailing list adds
    texts = (body, *(_message_text(one, name, encoding)[0] for one in shown))
    body = "\n\n".join(text.strip("\n") for text in texts if text.strip())
    attached = [f"Attachment: {_described(part)}" for part in further if part not in shown]
    if any(isinstance(one, CloseBoundaryNotFoundDefect) for part in message.walk() for one in part.defects):
        how += "; cut short: words may be missing"
    parts = ["\n".join(head), body.strip("\n"), "\n".join(attached)]
    text = readable("\n\n".join(part for part in parts if part) + "\n")
    return ExtractedText(text, f"standard library, e-mail ({how})", _facts_of(message))


def headlines(message: EmailMessage) -> list[str]:
    """Return the lines at the head of a message."""
    return [f"{header}: {_one_line(message, header)}" for header in _HEAD if message.get(header)]


def _body(message: EmailMessage) -> MIMEPart | None:
    """Return the part with the message itself: the plain text, unless that is blank and there is HTML."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    return html if plain is None or (html is not None and not payload(plain).strip()) else plain


def _leaves(part: MIMEPart) -> Iterator[MIMEPart]:
    """Yield the parts with content, however deep they are nested; an attached message is one part."""
    if part.get_content_maintype() != "multipart":
        yield part
    else:
        for one in part.iter_parts():
            yield from _leaves(one)


def _further_parts(message: EmailMessage, body: MIMEPart | None) -> Iterator[MIMEPart]:
    """Yield the parts that are neither the body, nor another form of it, nor a picture in it."""
    attached = {id(leaf) for one in message.iter_attachments() for leaf in _leaves(one)} if message.is_multipart() else set()
    for one in _leaves(message):
        named = one.get_filename() is not None and one.get("Content-ID") is None
        if one is not body and (id(one) in attached or named or _is_shown(one)):
            yield one


def _is_shown(part: MIMEPart) -> bool:
    """Return whether mail programs show a part, which is not the body, as text below the body."""
    return part.get_content_type() == "text/plain" and not part.get_filename() and part.get_content_disposition() != "attachment"


def _message_text(part: MIMEPart, name: str, encoding: str | None) -> tuple[str, str]:
    content, declared = payload(part), part.get_content_charset()
    if part.get_content_subtype() == "html":
        text, how = decoded_page(content, name, encoding, declared)
        return parse(text, name).text() if text.strip() else "", f"all text of its HTML, {how}"
    text, how = decoded_page(content, name, encoding, declared if codec_of(declared) else "utf-8")
    return text, how


def payload(part: MIMEPart) -> bytes:
    """Return the bytes of a part, decoded; empty if it has none."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _one_line(message: EmailMessage, header: str) -> str:
    """Return a header on one line. Raw bytes, which older programs wrote, are decoded in the encoding of the message's text.

    The library drops all but the first of addresses that are separated by semicolons, as Outlook writes them; this keeps them all.
    """
    text, encoding = str(message.get(header) or ""), codec_of(message.get_content_charset())
    written = next((str(value) for name, value in message.raw_items() if name.lower() == header.lower()), "")
    if "\ufffd" in text and encoding is not None:
        text = written.encode("utf-8", "surrogateescape").decode(encoding, "replace")
    elif ";" in written and ";" not in text and written.isascii() and "=?" not in text:
        with suppress(LookupError, ValueError, HeaderParseError):  # an unknown encoding
            text = str(make_header(decode_header(written)))
    return " ".join(readable(text).split())


def _described(part: MIMEPart) -> str:
    """Describe an attachment by its name, media type and size; an attached message by its subject."""
    inner = part.get_payload()
    if part.get_content_type() == "message/rfc822" and isinstance(inner, list) and isinstance(inner[0], EmailMessage):
        return f"{_one_line(inner[0], 'Subject') or 'without a subject'} (message/rfc822)"
    content = part.get_payload(decode=True)
    size = f", {len(content):,} bytes" if isinstance(content, bytes) else ""
    return f"{' '.join((part.get_filename() or 'without a name').split())} ({part.get_content_type()}{size})"


def sent_at(header: object) -> str:
    """Return the moment in a Date header as EDTF, with its offset from UTC; empty if there is none."""
    moment = getattr(header, "datetime", None)
    return moment.isoformat().replace("+00:00", "Z") if isinstance(moment, datetime) else ""


def _received(message: EmailMessage) -> str:
    """Return when the last server received it, as EDTF: the server that the reader's mailbox is on writes the first header."""
    header = str(message["Received"] or "").rpartition(";")[2].strip()
    try:
        return parsedate_to_datetime(header).isoformat().replace("+00:00", "Z")
    except (TypeError, ValueError):
        return ""


def _facts_of(message: EmailMessage) -> dict[str, str]:
    senders = getaddresses([_one_line(message, "From")])
    date = getattr(message["Date"], "datetime", None) if message["Date"] else None
    return facts(
        title=_one_line(message, "Subject"),
        author="; ".join(name or address for name, address in senders if name or address),
        published=date.date().isoformat() if isinstance(date, datetime) else None,
        language=_one_line(message, "Content-Language").split(",")[0],
        collected_at=_received(message),
        collected_from=_one_line(message, "Delivered-To"),
    )
