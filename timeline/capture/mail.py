"""From an e-mail to its text: who wrote to whom, when and on what, then what they wrote.

Owns the order of the lines at the head. Must not extract attachments: they are named, each is a document of its own.
"""

import email
import email.policy
import re
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses
from typing import Final

from timeline.capture.encodings import decoded_page, known
from timeline.capture.found import Found, facts, readable
from timeline.capture.plain import parse
from timeline.errors import DocumentUnreadable

_HEAD: Final = ("From", "To", "Cc", "Date", "Subject")
_MESSAGE: Final = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]*:\d\d[^\r\n]*\r?\n[A-Za-z-]+:")  # how each begins in a mailbox
_SEALED: Final = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> Found:
    """Read an e-mail: its head, its plain text (of HTML only where there is none), and the names of what is attached."""
    if len(_MESSAGE.findall(content)) > 1:
        raise DocumentUnreadable(f"{name}: is a mailbox of several messages. Save the one that you cite by itself, as .eml")
    message = email.message_from_bytes(content, policy=email.policy.default)
    if not any(message.get(header) for header in ("From", "Date", "Subject", "Received", "Message-ID")):
        raise DocumentUnreadable(f"{name}: is not an e-mail, it has no From, Date or Subject. Save it anew as .eml")
    if message.get_content_type() in _SEALED and "signed-data" not in str(message.get_param("smime-type", "")):
        raise DocumentUnreadable(f"{name}: is encrypted. Archive what the mail program shows, saved as .txt in UTF-8")
    head = [f"{header}: {_one_line(message, header)}" for header in _HEAD if message.get(header)]
    body, how = _body(message, name, encoding)
    others = list(message.iter_attachments()) if message.is_multipart() else []
    shown = [part for part in others if _is_shown(part)]  # where text goes on behind an attachment, or a list adds its own
    body = "\n\n".join([body.strip("\n"), *(_text(part, name, encoding)[0].strip("\n") for part in shown)])
    attached = [f"Attachment: {_described(part)}" for part in others if part not in shown]
    parts = ["\n".join(head), body.strip("\n"), "\n".join(attached)]
    text = readable("\n\n".join(part for part in parts if part) + "\n")
    return Found(text, f"standard library, e-mail ({how})", _facts_of(message))


def _body(message: EmailMessage, name: str, encoding: str | None) -> tuple[str, str]:
    """Give the text of the message itself, and how it was read."""
    part = message.get_body(("plain", "html"))
    return ("", "no text but the head") if part is None else _text(part, name, encoding)


def _is_shown(part: EmailMessage) -> bool:
    """Whether a part that is not the body is shown as text with it."""
    return part.get_content_type() == "text/plain" and not part.get_filename() and part.get_content_disposition() != "attachment"


def _text(part: MIMEPart, name: str, encoding: str | None) -> tuple[str, str]:
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    declared = part.get_content_charset()
    if part.get_content_subtype() == "html":
        text, how = decoded_page(content, name, encoding, declared)
        return parse(text, name).text() if text.strip() else "", f"all text of its HTML, {how}"
    text, how = decoded_page(content, name, encoding, declared if known(declared) else "utf-8")
    return text, how


def _one_line(message: EmailMessage, header: str) -> str:
    return " ".join(readable(str(message.get(header) or "")).split())


def _described(part: EmailMessage) -> str:
    """Name an attachment, its media type and its size; a message by its subject."""
    inner = part.get_payload()
    if part.get_content_type() == "message/rfc822" and isinstance(inner, list) and isinstance(inner[0], EmailMessage):
        return f"{_one_line(inner[0], 'Subject') or 'without a subject'} (message/rfc822)"
    content = part.get_payload(decode=True)
    size = f", {len(content):,} bytes" if isinstance(content, bytes) else ""
    return f"{' '.join((part.get_filename() or 'without a name').split())} ({part.get_content_type()}{size})"


def _facts_of(message: EmailMessage) -> dict[str, str]:
    senders = getaddresses([_one_line(message, "From")])
    date = getattr(message["Date"], "datetime", None) if message["Date"] else None
    return facts(
        title=_one_line(message, "Subject"),
        author="; ".join(name or address for name, address in senders if name or address),
        published=date.date().isoformat() if isinstance(date, datetime) else None,
        language=_one_line(message, "Content-Language").split(",")[0],
    )
