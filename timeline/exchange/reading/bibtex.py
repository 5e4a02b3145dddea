"""BibTeX: each entry is a source. Entries are read by bibtexparser, accents of LaTeX become letters."""

import logging
import re
from typing import Final

import bibtexparser
from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string

from timeline.exchange.reading import others_dates
from timeline.exchange.reading.building import Building, scalar
from timeline.exchange.reading.csl_json import IN_FILE
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
        library = parse_string(text, append_middleware=[middlewares.LatexDecodingMiddleware()])
    except Exception:
        raise ImportRefused("not BibTeX that can be read. Correct it, or save it anew") from None
    rows, at = list[Row](), 0
    for number, block in enumerate((b for b in library.blocks if b.raw and b.raw.lstrip().startswith("@")), start=1):
        raw = (block.raw or "").strip()
        start = text.find(raw, at)
        start, end = (start, start + len(raw)) if start >= 0 else (at, at)
        at = end
        if isinstance(block, bibtexparser.model.Entry):
            rows.append(
                _entry({f.key.lower(): str(f.value) for f in block.fields}).row(number, start, end, "source", key=block.key)
            )
        elif isinstance(block, bibtexparser.model.ParsingFailedBlock):
            why = (
                "its key or a field of it is there twice"
                if "Duplicate" in type(block).__name__
                else "the entry is not as BibTeX is written"
            )
            rows.append(Row(number, start, end, "source", refused=f"{why}. Correct it"))
    if not rows:
        raise ImportRefused('not BibTeX: there is no entry such as "@book{…}". Say another format')
    return Read(rows)


def _entry(said: dict[str, str]) -> Building:
    build = Building()
    said = {name: " ".join(_BRACES.sub("", value).split()) for name, value in said.items()}
    build.line("title", said.get("title"), "title")
    build.titled("title")
    author = said.get("author") or said.get("editor")
    build.line("author", re.sub(r"\s+and\s+", "; ", author) if author else None, "author")
    names = ("publisher", "journal", "journaltitle", "institution")
    build.line("publisher", next((said[name] for name in names if said.get(name)), None), "publisher")
    if when := said.get("date"):
        build.published(lambda: others_dates.read(when), "date", when)
    elif year := said.get("year"):
        build.published(lambda: others_dates.of_parts(year, said.get("month"), said.get("day")), "year", year)
    doi = scalar(said.get("doi"))
    build.url(said.get("url") or (doi and f"https://doi.org/{doi}"), "url")
    build.language(said.get("langid") or said.get("language"), "language")
    if attached := said.get("file"):
        build.fields["file"] = attached.split(":")[1] if attached.count(":") >= 2 else attached
    for name, value in said.items():
        if name not in _KNOWN:
            build.drop(name, value, IN_FILE)
    return build
