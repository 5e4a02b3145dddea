"""Read RIS, as reference managers write it. Each record from TY to ER becomes a source. Values are parsed by rispy."""

import re
from typing import Any, Final

import rispy  # type: ignore[import-untyped]  # it carries no types

from timeline.dates import free_text
from timeline.errors import ImportRefused
from timeline.exchange.formats.ris import EDTF
from timeline.exchange.rows.row import Read, Row
from timeline.exchange.rows.row_builder import IN_FILE, Building, as_list, scalar
from timeline.exchange.text.own_exports import DIGEST

_RECORD: Final = re.compile(r"^TY  ?- ?.*?(?:^ER  ?-[^\r\n]*|(?=^TY  ?-)|\Z)", re.MULTILINE | re.DOTALL)
_ADDRESS: Final = re.compile(r"^UR  - (.+)$", re.MULTILINE)
_FIELDS: Final = frozenset(
    ("id", "title", "primary_title", "authors", "first_authors", "publisher", "journal_name", "secondary_title", "date", "year",
     "publication_year", "urls", "url", "doi", "language", "file_attachments1")
)  # fmt: skip


def read(text: str, **_: object) -> Read:
    """Read the records."""
    unified = text.replace("\r", "\n")  # of the same length, so that the slices fit the text
    records = [match.span() for match in _RECORD.finditer(unified)]
    if not records:
        raise ImportRefused('not RIS: no line begins with "TY  - ". Choose another format')
    rows = list[Row]()
    for number, (start, stop) in enumerate(records, start=1):
        end = start + len(text[start:stop].rstrip())
        build, key = _record(text[start:end])
        rows.append(build.row(number, start, end, "source", key=key))
    return Read(rows)


def _record(raw: str) -> tuple[Building, str | None]:
    build = Building()
    try:
        lines = "\n".join(raw.splitlines())
        lines = re.sub(r"^([A-Z][A-Z0-9])  ?-[ ]?", r"\1  - ", lines, flags=re.MULTILINE)
        record: dict[str, Any] = rispy.loads(lines if re.search(r"^ER  -", lines, re.MULTILINE) else f"{lines}\nER  - ")[0]
    except Exception:
        build.refuse("the record is not valid RIS. Correct it")
        return build, None
    notes = [scalar(note) or "" for note in as_list(record.get("notes"))]
    ours = any(note.startswith(DIGEST) for note in notes)
    author = "; ".join(filter(None, map(scalar, as_list(record.get("authors") or record.get("first_authors")))))
    publisher = record.get("publisher")
    journal = record.get("journal_name") or record.get("secondary_title")
    title = record.get("title") or record.get("primary_title")
    build.bibliography(("title", title, "TI"), ("author", author, "AU"), ("publisher", publisher or journal, "PB"), exact=ours)
    if publisher:
        build.drop("journal", journal, IN_FILE)
    edtf = next((note.removeprefix(EDTF) for note in notes if ours and note.startswith(EDTF)), None)
    when = scalar(record.get("date")) or scalar(record.get("year")) or scalar(record.get("publication_year"))
    if when and not build.published_edtf(edtf):
        build.published(lambda: _date(when), "DA", when)
    # Some programs separate addresses by semicolons, which may also be part of an address.
    urls = [url for line in _ADDRESS.findall(lines) for url in re.split(r";\s*(?=https?://)", line.strip()) if url]
    doi = scalar(record.get("doi"))
    build.url(urls[0] if urls else doi and f"https://doi.org/{doi}", "UR")
    build.drop("UR", urls[1:], "a source has one address")
    build.language(record.get("language"), "LA")
    if attachment := next(iter(as_list(record.get("file_attachments1"))), None):
        build.fields["file"] = str(attachment)
    build.drop_others(record, _FIELDS, why=IN_FILE)
    return build, scalar(record.get("id"))


def _date(when: str) -> free_text.OthersDate:
    """Read YYYY/MM/DD/words, of which any part may be missing. Readable words such as "Spring" are better than the numbers."""
    parts = when.split("/", 3)
    if len(parts) == 4 and (words := parts[3].strip()):
        for text in (f"{words} {parts[0]}", words):
            try:
                return free_text.read(text)
            except free_text.DateUnread:
                continue
    if re.match(r"\d{4}/", when):
        return free_text.of_parts(*parts[:3])
    return free_text.read(when)
