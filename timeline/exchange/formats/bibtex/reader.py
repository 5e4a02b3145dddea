"""BibTeX: each entry is a source. Entries are read by bibtexparser, accents of LaTeX become letters."""

import logging
import re
from bisect import bisect_left
from collections.abc import Callable
from typing import Final

from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, ParsingFailedBlock
from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]  # it carries no types

from timeline.dates import free_text
from timeline.dates.free_text import DateUnread
from timeline.dates.free_text.days import month_of
from timeline.errors import Sentence
from timeline.exchange.importing.record_builder import IN_FILE, Building, scalar
from timeline.exchange.importing.row import ImportRefused, Read, Row

_KNOWN: Final = frozenset(
    ("title", "author", "editor", "publisher", "journal", "journaltitle", "institution", "year", "month", "day", "date", "url",
     "doi", "language", "langid", "file")
)  # fmt: skip
_NO_KEY: Final = "timeline-entry-without-a-key-"
_KEYLESS: Final = re.compile(r"^[ \t]*@(?!string|preamble|comment)[a-z]+\s*[{(]\s*(?=,|[a-z][\w-]*\s*=)", re.M | re.I)
_DEEPEST: Final = 20  # strings, one within the other
_FORMULA: Final = re.compile(r"\$[^$]*[\\^_{][^$]*\$")
_BRACES: Final = re.compile(r"[{}]")


def read(text: str, **_: object) -> Read:
    """Read the entries."""
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    keyed, places = _keyed(text)
    try:
        raw = parse_string(keyed, parse_stack=[])
        strings = {one.key.lower(): str(one.value) for one in raw.strings}
        undefined = _resolve(raw, strings)
        library = middlewares.LatexDecodingMiddleware(allow_inplace_modification=False).transform(raw)
    except Exception:
        raise ImportRefused("not BibTeX that can be read. Correct it, or save it anew") from None
    rows, at = list[Row](), 0
    for block, written in zip(library.blocks, raw.blocks, strict=True):
        stands = (written.raw or "").strip()
        if not stands.startswith("@"):
            continue
        start = keyed.find(stands, at)
        start, at = (start, start + len(stands)) if start >= 0 else (at, at)
        end, number = _unkeyed(at, places), len(rows) + 1
        start = _unkeyed(start, places)
        if isinstance(block, Entry) and isinstance(written, Entry):
            build = _entry(_values(block, _mathematics), _values(written))
            for name in undefined.get(written.key, ()):
                build.ask("", Sentence('"{}" is no @string of this file: it is taken as the word itself', name))
            rows.append(build.row(number, start, end, "source", key=None if block.key.startswith(_NO_KEY) else block.key))
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


def _keyed(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Give each entry without a key one to be read by, and say where how much was added."""
    parts, places, at = list[str](), list[tuple[int, int]](), 0
    for number, found in enumerate(_KEYLESS.finditer(text)):
        key = f"{_NO_KEY}{number}" + ("" if text[found.end()] == "," else ",")
        parts += [text[at : found.end()], key]
        at = found.end()
        places.append((at + sum(length for _, length in places[-1:]), len(key) + (places[-1][1] if places else 0)))
    return "".join((*parts, text[at:])), places


def _unkeyed(at: int, places: list[tuple[int, int]]) -> int:
    """Give the place in the text of one in the text with added keys."""
    before = bisect_left(places, (at, 0))
    return at - (places[before - 1][1] if before else 0)


def _resolve(library: Library, strings: dict[str, str]) -> dict[str, list[str]]:
    """Join the parts of each value, and put in the words for which names stand; of each entry, name those that stand for none."""
    undefined = dict[str, list[str]]()
    for entry in library.entries:
        for field in entry.fields:
            unknown = list[str]()
            field.value = _joined(str(field.value), strings, unknown)
            undefined.setdefault(entry.key, []).extend(unknown)
    return undefined


def _joined(value: str, strings: dict[str, str], unknown: list[str], depth: int = 0) -> str:
    """Join what "#" joins: words in quotation marks or braces, numbers, and names of strings."""
    parts = _parts(value)
    words = list[str]()
    for part in parts:
        if part[:1] in ('"', "{"):
            words.append(part[1:-1])
        elif part.lower() in strings and depth < _DEEPEST:
            words.append(_joined(strings[part.lower()], strings, unknown, depth + 1))
        else:
            words.append(part)
            if len(parts) > 1 and not part.isdecimal() and month_of(part) is None:
                unknown.append(part)
    return "".join(words)


def _parts(value: str) -> list[str]:
    """Part a value at each "#" that stands in no braces nor quotation marks."""
    parts, depth, quoted, start = list[str](), 0, False, 0
    for at, char in enumerate(value):
        if char in "{}":
            depth += 1 if char == "{" else -1
        elif char == '"' and not depth and value[at - 1 : at] != "\\":
            quoted = not quoted
        elif char == "#" and not depth and not quoted:
            parts.append(value[start:at].strip())
            start = at + 1
    return [*parts, value[start:].strip()]


def _values(entry: Entry, read: Callable[[str], str] = str) -> dict[str, str]:
    return {field.key.lower(): " ".join(_BRACES.sub("", read(str(field.value))).split()) for field in entry.fields}


def _mathematics(value: str) -> str:
    """Write the formulas in a value as text: those with commands of LaTeX, since "$5 and $10" is none."""
    formulas = LatexNodes2Text(math_mode="text")
    return _FORMULA.sub(lambda found: formulas.latex_to_text(found[0]), value)


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
        build.published(lambda: free_text.read(when), "date", when)
    elif year := written.get("year"):
        month, day = said.get("month"), said.get("day")
        if (
            day is None
            and month
            and (found := re.fullmatch(r"(?P<d>\d{1,2})\W+(?P<m>[^\W\d]+)|(?P<n>[^\W\d]+)\W+(?P<e>\d{1,2})", month))
        ):
            month, day = found["m"] or found["n"], found["d"] or found["e"]  # as in: jan # "~5"
        try:
            free_text.of_parts(year, month, day)
        except DateUnread as error:
            build.drop("month", month, str(error))
            month = day = None
        build.published(lambda: free_text.of_parts(year, month, day), "year", year)
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
