"""Extract the text of documents: each extractor is a module of its own.

Owns which extractor reads a document, by its suffix or media type. Must not archive anything; only `fetching` uses the network.
"""

import re
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from timeline import documents, files
from timeline.capture.sandbox import Reader
from timeline.documents import fragments, images
from timeline.documents.document import Document
from timeline.errors import DocumentUnreadable, on_one_line

if TYPE_CHECKING:
    from timeline.capture.fetching import Fetched

WARC = "application/warc"
PDF = "application/pdf"
MHTML = "multipart/related"  # RFC 2557
WACZ = "application/wacz"
HOLDING_SEVERAL = frozenset((WARC, WACZ))
_OFFICE = "application/vnd.openxmlformats-officedocument"
XLSX, ODS = f"{_OFFICE}.spreadsheetml.sheet", "application/vnd.oasis.opendocument.spreadsheet"
# By name alone: a bundle from a stranger must not be able to archive a password file, which has no such name.
MEDIA_TYPES = {
    **documents.MEDIA_TYPES,
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".mht": MHTML,
    ".mhtml": MHTML,
    ".pdf": PDF,
    ".warc": WARC,
    ".warc.gz": WARC,
    ".epub": "application/epub+zip",
    ".eml": "message/rfc822",
    ".wacz": WACZ,
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".docm": "application/vnd.ms-word.document.macroenabled.12",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".xlsx": XLSX,
    ".xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
    ".ods": ODS,
    **images.SUFFIXES,
    **fragments.RECORDINGS,
}
_WITHOUT_TEXT = frozenset((*images.SUFFIXES.values(), *fragments.RECORDINGS.values()))
_INSTEAD = {
    (".doc", ".dot", ".dotx", ".rtf", ".wpd"): "Open it, and save it as .docx",
    (".xls", ".xlsb", ".xlt", ".xltx", ".numbers"): "Open it, and save it as .xlsx",
    (".ott", ".ots", ".fodt", ".fods"): "Open it, and save it as .odt or .ods",
    (".ppt", ".pptx", ".odp", ".pages", ".ps", ".djvu"): "Save it as PDF",
    (".mbox", ".msg", ".pst"): "Save the message by itself, as .eml",
    (".webarchive",): "Save the page as .html, or as .warc",
    (".zst",): "Unpack it, with zstd -d",
    (".tif", ".tiff"): "To quote it, recognise its text, in its languages: --ocr eng; to show it, save it as PNG or JPEG",
    (".heic", ".bmp", ".svg", ".avif"): "Save it as PNG or JPEG; to quote it, recognise its text as well: --ocr eng",
}
_MESSAGE = re.compile(
    rb"(?:(?:from|to|date|subject|received|return-path|delivered-to|message-id|mime-version|content-type|dkim-signature|x-[\w-]+)"
    rb"[ \t]*:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){3}",
    re.I,
).match
OFFICE = frozenset(MEDIA_TYPES[suffix] for suffix in (".docx", ".docm", ".odt", ".xlsx", ".xlsm", ".ods"))
AS_IT_IS = OFFICE | {PDF, MEDIA_TYPES[".epub"]}
EXTRACTED = frozenset(MEDIA_TYPES.values()).difference(documents.MEDIA_TYPES.values(), _WITHOUT_TEXT)


def media_type_of(name: str) -> str | None:
    """Return the media type for the end of a file's name; None where no extractor reads such files."""
    for suffix, media_type in MEDIA_TYPES.items():
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return media_type
    return None


def from_file(path: Path, encoding: str | None = None, *, record: str | None = None, ocr: str | None = None) -> Document:
    """Read a file: its bytes, its text by the extractor for its suffix, and its own metadata.

    `record` is the address of the document to read from a WARC that holds several. `ocr` has the languages in which the text of a
    picture, or of the pages of a PDF without text, is recognised: "fra+ara". Raises DocumentUnreadable, with one line, where
    the file is missing, empty, too large, encrypted, malformed, without text, or takes too long to read.
    """
    content, media_type = received(path, ocr=ocr is not None)
    return from_bytes(content, media_type, str(path), encoding=encoding, record=record, ocr=ocr)


def received(path: Path, within: Sequence[Path] | None = None, *, ocr: bool = False) -> tuple[bytes, str]:
    """Return the bytes and the media type of a file that some extractor reads. Raises what `documents.received` raises."""
    try:
        if within is not None:
            files.refuse_outside(path, within)
        is_folder = path.is_dir()
    except (OSError, ValueError) as error:
        raise documents.unopened(path, error) from None
    if is_folder:
        raise DocumentUnreadable(files.path_in_message(path), "is a folder. Name the document itself")
    media_type = media_type_of(path.name)
    if media_type is None and ocr and images.OTHER_SUFFIXES.get(path.suffix.lower()) in images.RECOGNISED_TYPES:
        media_type = "image/tiff"
    if media_type is None and within is None and not path.suffix[1:].isalpha():  # mail folders name their messages like this
        with suppress(DocumentUnreadable):
            content = documents.received(path, within)
            if _MESSAGE(content):
                return content, "message/rfc822"
    if media_type is None:
        supported = (
            ".txt, .md, .html, .mhtml, .pdf, .epub, .eml, .docx, .odt, .xlsx, .ods, .warc, .wacz, .png, .jpg, .webp, .gif,"
            " .mp3, .wav and .mp4"
        )
        raise DocumentUnreadable(
            files.path_in_message(path), f"only {supported} files can be read. {_instead(path.suffix.lower())}"
        )
    return documents.received(path, within), media_type


def fetched(answer: "Fetched", encoding: str | None = None, ocr: str | None = None) -> Document:
    """Return the fetched document. Raises DocumentUnreadable.

    A file (a PDF, a picture, a recording, an office file, a book) is archived as it is: it has its pages then, and counts as the
    same document as a copy that was obtained in another way. Anything else is archived within its WARC.
    """
    kind = answer.media_type.partition(";")[0].strip().lower()
    if kind in ("", "application/octet-stream"):
        kind = media_type_of(answer.url.partition("?")[0]) or kind
    if answer.body.startswith(b"%PDF-"):
        kind = PDF
    if kind in AS_IT_IS or (ocr is not None and images.recognised_type(answer.body)):
        return from_bytes(answer.body, kind, answer.url, encoding=encoding, ocr=ocr)
    if ocr is None and images.media_type(answer.body):
        return documents.picture(answer.body, answer.url)
    if fragments.is_recording(kind) and fragments.recording_type(answer.body):
        return documents.recording(answer.body, answer.url, kind)
    return from_bytes(answer.warc, WARC, answer.url, encoding=encoding, record=answer.url, ocr=ocr)


def transcribed(path: Path, transcript: str, within: Sequence[Path] | None = None) -> Document:
    """Return the document of a file with the text that a person made of it. Raises DocumentUnreadable and OutsideFolder."""
    media_type = media_type_of(path.name) or images.OTHER_SUFFIXES.get(path.suffix.lower())
    if media_type is None:
        if within is not None:
            files.refuse_outside(path, within)
        suffixes = ", ".join((*fragments.RECORDINGS, *images.OTHER_SUFFIXES))
        raise DocumentUnreadable(
            files.path_in_message(path), f"is neither a document nor one of {suffixes}. Convert it to one of them"
        )
    return documents.transcribed(documents.received(path, within), transcript, media_type)


def _instead(suffix: str) -> str:
    """Advise what to do with a file that no extractor reads."""
    for suffixes, advice in _INSTEAD.items():
        if suffix in suffixes:
            return advice
    return "Archive its text, saved as .txt in UTF-8"


def from_bytes(
    content: bytes,
    media_type: str,
    name: str,
    *,
    encoding: str | None = None,
    record: str | None = None,
    ocr: str | None = None,
    reader: Reader | None = None,
) -> Document:
    """Read a document from its bytes, by its media type, as `from_file` does. Errors call it `name`.

    Pass one `reader` to read many documents in turn in the same process.
    """
    name, (kind, *parameters) = on_one_line(name), media_type.lower().split(";")
    kind = kind.strip()
    if len(content) > documents.MAXIMUM_BYTES:
        raise documents.too_large(name)
    if record is not None and kind not in HOLDING_SEVERAL:
        raise DocumentUnreadable(name, f"holds one document, {kind}. Leave the record out; only a WARC or WACZ holds several")
    if ocr is not None:
        kind = images.recognised_type(content) or kind
        if kind != PDF and kind not in images.RECOGNISED_TYPES:
            raise DocumentUnreadable(
                name, f"only of a PDF or a {images.RECOGNISED_NAMES} picture text is recognised. Leave --ocr out"
            )
    if kind in EXTRACTED or ocr is not None:
        declared = next((one.split("=", 1)[1].strip(" \"'") for one in parameters if one.strip().startswith("charset=")), None)
        if encoding is not None and (kind in (PDF, *OFFICE) or ocr is not None):
            what = "a PDF" if kind == PDF else "an office file" if kind in OFFICE else "a picture"
            raise DocumentUnreadable(name, f"{what} declares the encoding of its text itself. Leave the encoding out")
        with nullcontext(reader) if reader else Reader() as one:
            return one.read(content, kind, name, encoding or declared, record, ocr)
    if kind in _WITHOUT_TEXT:
        is_recording = fragments.is_recording(kind)
        if encoding is not None:
            raise DocumentUnreadable(name, f"a {'recording' if is_recording else 'picture'} has no text. Leave the encoding out")
        return documents.recording(content, name, kind) if is_recording else documents.picture(content, name)
    if kind.startswith("text/"):
        return documents.decoded(content, media_type, name, encoding)
    raise DocumentUnreadable(name, f"no extractor reads {on_one_line(kind)}. Archive its text, saved as .txt in UTF-8")
