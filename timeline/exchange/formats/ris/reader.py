"""RIS, as reference managers write it: each record from TY to ER is a source. The values are read by rispy."""

import re
from typing import Any, Final

import rispy  # type: ignore[import-untyped]  # it carries no types

from timeline.dates import free_text
from timeline.exchange.formats.ris.notes import EDTF
from timeline.exchange.importing.record_builder import IN_FILE, Building, listed, scalar
from timeline.exchange.importing.row import ImportRefused, Read, Row
from timeline.exchange.text.additions import DIGEST

_RECORD: Final = re.compile(r"^TY  ?- ?.*?(?:^ER  ?-[^\r\n]*|(?=^TY  ?-)|\Z)", re.MULTILINE | re.DOTALL)
_ADDRESS: Final = re.compile(r"^UR  - (.+)$", re.MULTILINE)
_KNOWN: Final = frozenset(
    ("id", "title", "primary_title", "authors", "first_authors", "publisher", "journal_name", "secondary_title", "date", "year",
     "publication_year", "urls", "url", "doi", "language", "file_attachments1")
)  # fmt: skip


def read(text: str, **_: object) -> Read:
    """Read the records."""
    unified = text.replace("\r", "\n")  # as long as the text, so that the slices are its own
    found = [(one.start(), one.end()) for one in _RECORD.finditer(unified)]
    if not found:
        raise ImportRefused('not RIS: no line begins with "TY  - ". Say another format')
    rows = list[Row]()
    for number, (start, stop) in enumerate(found, start=1):
        end = start + len(text[start:stop].rstrip())
        build, key = _record(text[start:end])
        rows.append(build.row(number, start, end, "source", key=key))
    return Read(rows)


def _record(raw: str) -> tuple[Building, str | None]:
    build = Building()
    try:
        whole = "\n".join(raw.splitlines())
        whole = re.sub(r"^([A-Z][A-Z0-9])  ?-[ ]?", r"\1  - ", whole, flags=re.MULTILINE)
        said: dict[str, Any] = rispy.loads(whole if re.search(r"^ER  -", whole, re.MULTILINE) else f"{whole}\nER  - ")[0]
    except Exception:
        build.refuse("the record is not as RIS is written. Correct it")
        return build, None
    notes = [scalar(note) or "" for note in listed(said.get("notes"))]
    ours = any(note.startswith(DIGEST) for note in notes)
    author = "; ".join(filter(None, map(scalar, listed(said.get("authors") or said.get("first_authors")))))
    publisher = said.get("publisher")
    journal = said.get("journal_name") or said.get("secondary_title")
    title = said.get("title") or said.get("primary_title")
    build.bibliography(("title", title, "TI"), ("author", author, "AU"), ("publisher", publisher or journal, "PB"), exact=ours)
    if publisher:
        build.drop("journal", journal, IN_FILE)
    edtf = next((note.removeprefix(EDTF) for note in notes if ours and note.startswith(EDTF)), None)
    when = scalar(said.get("date")) or scalar(said.get("year")) or scalar(said.get("publication_year"))
    if when and not build.published_edtf(edtf):
        build.published(lambda: _date(when), "DA", when)
    # Some part several addresses by semicolons, which may also stand within one.
    urls = [url for line in _ADDRESS.findall(whole) for url in re.split(r";\s*(?=https?://)", line.strip()) if url]
    doi = scalar(said.get("doi"))
    build.url(urls[0] if urls else doi and f"https://doi.org/{doi}", "UR")
    build.drop("UR", urls[1:], "a source has one address")
    build.language(said.get("language"), "LA")
    if attachment := next(iter(listed(said.get("file_attachments1"))), None):
        build.fields["file"] = str(attachment)
    for name, value in said.items():
        if name not in _KNOWN:
            build.drop(name, value, IN_FILE)
    return build, scalar(said.get("id"))


def _date(when: str) -> free_text.OthersDate:
    """Read YYYY/MM/DD/words, each part of which may be missing; words say it better where they can be read, as "Spring"."""
    parts = when.split("/", 3)
    if len(parts) == 4 and (words := parts[3].strip()):
        for told in (f"{words} {parts[0]}", words):
            try:
                return free_text.read(told)
            except free_text.DateUnread:
                continue
    if re.match(r"\d{4}/", when):
        return free_text.of_parts(*parts[:3])
    return free_text.read(when)
