"""BibTeX: each entry is a source. Entries are read by bibtexparser, accents of LaTeX become letters."""

import logging
import re
from typing import Final

from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Entry, ParsingFailedBlock

from timeline.exchange.reading import others_dates
from timeline.exchange.reading.building import Building, scalar
from timeline.exchange.reading.csl_json import IN_FILE
from timeline.exchange.reading.others_dates import DateUnread
from timeline.exchange.reading.row import ImportRefused, Read, Row

_KNOWN: Final = frozenset(
    ("title", "author", "editor", "publisher", "journal", "journaltitle", "institution", "year", "month", "day", "date", "url",
     "doi", "language", "langid", "file")
)  # fmt: skip
_BRACES: Final = re.compile(r"[{}]")


def read(text: str, **_: object) -> Read:
    """Read the entries."""
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    try:
        raw = parse_string(text)
        library = parse_string(text, append_middleware=[middlewares.LatexDecodingMiddleware()])
    except Exception:
        raise ImportRefused("not BibTeX that can be read. Correct it, or save it anew") from None
    rows, at = list[Row](), 0
    for block, written in zip(library.blocks, raw.blocks, strict=True):
        stands = (written.raw or "").strip()
        if not stands.startswith("@"):
            continue
        start = text.find(stands, at)
        start, end = (start, start + len(stands)) if start >= 0 else (at, at)
        at, number = end, len(rows) + 1
        if isinstance(block, Entry) and isinstance(written, Entry):
            build = _entry(_values(block), _values(written))
            rows.append(build.row(number, start, end, "source", key=block.key))
        elif isinstance(block, ParsingFailedBlock):
            why = (
                "its key or a field of it is there twice"
                if "Duplicate" in type(block).__name__
                else "the entry is not as BibTeX is written"
            )
            rows.append(Row(number, start, end, "source", refused=f"{why}. Correct it"))
    if not rows:
        raise ImportRefused('not BibTeX: there is no entry such as "@book{…}". Say another format')
    return Read(rows)


def _values(entry: Entry) -> dict[str, str]:
    return {field.key.lower(): " ".join(_BRACES.sub("", str(field.value)).split()) for field in entry.fields}


def _entry(said: dict[str, str], written: dict[str, str]) -> Building:
    """Read an entry: words with accents as letters; addresses, dates and paths, in which "~" and "&" are signs, as written."""
    build = Building()
    build.line("title", said.get("title"), "title")
    build.titled("title")
    author = said.get("author") or said.get("editor")
    build.line("author", re.sub(r"\s+and\s+", "; ", author) if author else None, "author")
    names = ("publisher", "journal", "journaltitle", "institution")
    build.line("publisher", next((said[name] for name in names if said.get(name)), None), "publisher")
    if when := written.get("date"):
        build.published(lambda: others_dates.read(when), "date", when)
    elif year := written.get("year"):
        month, day = said.get("month"), said.get("day")
        try:
            others_dates.of_parts(year, month, day)
        except DateUnread as error:
            build.drop("month", month, str(error))
            month = day = None
        build.published(lambda: others_dates.of_parts(year, month, day), "year", year)
    doi = scalar(written.get("doi"))
    address = (written.get("url") or "").replace("\\", "")  # "\&" and "\_", as some programs write them there
    build.url(address or (doi and f"https://doi.org/{doi}"), "url")
    if address:
        build.drop("doi", doi, IN_FILE)
    build.language(said.get("langid") or said.get("language"), "language")
    if attached := written.get("file"):
        build.fields["file"] = _path(attached)
    for name, value in said.items():
        if name not in _KNOWN:
            build.drop(name, value, IN_FILE)
    return build


def _path(attached: str) -> str:
    """Take the first path out of "Words:path:type;…", as reference managers write it, or give what is written."""
    first = re.split(r"(?<!\\);", attached)[0].replace("$\\backslash$:", ":")
    found = re.fullmatch(r"(?:[^:\\]|\\.)*:(.+):[\w/.+-]*", first)
    return re.sub(r"\\([:;\\])", r"\1", found[1] if found else first)
