"""The media types of documents, and how the file of each is named when it leaves the archive.

Owns that ending alone: which files are read, and how, is up to their readers. Imports leaves alone.
"""

from typing import Final

from timeline.documents import fragments, images

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
SUFFIXES: Final = {
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "multipart/related": ".mhtml",
    "application/pdf": ".pdf",
    "application/warc": ".warc",
    "application/wacz": ".wacz",
    "application/epub+zip": ".epub",
    "message/rfc822": ".eml",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    "application/vnd.ms-word.document.macroenabled.12": ".docm",
    f"{_OPEN}.text": ".odt",
    f"{_OFFICE}.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.12": ".xlsm",
    f"{_OPEN}.spreadsheet": ".ods",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/calendar": ".ics",
    "application/json": ".json",
    "application/jsonl": ".jsonl",
    "application/ld+json": ".jsonld",
    "application/vnd.citationstyles.csl+json": ".json",
    "application/x-bibtex": ".bib",
    "application/x-research-info-systems": ".ris",
    **{media_type: suffix for suffix, media_type in images.SUFFIXES.items() if suffix != ".jpeg"},
    **{media_type: suffix for suffix, media_type in images.OTHER_SUFFIXES.items() if suffix != ".tiff"},
    **{media_type: suffix for suffix, media_type in fragments.RECORDINGS.items() if suffix not in (".opus", ".m4v")},
}
"""The ending of a file's name, by its media type in lower case."""


def plain(media_type: str | None) -> str:
    """Return a media type in lower case, without its parameters."""
    return (media_type or "").partition(";")[0].strip().lower()


def suffix(media_type: str | None) -> str:
    """Return the ending of a file's name; `.bin` for a type that is not known."""
    return SUFFIXES.get(plain(media_type), ".bin")
