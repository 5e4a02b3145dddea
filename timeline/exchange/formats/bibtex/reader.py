"""Read BibTeX. Each entry becomes a source. Entries are parsed by bibtexparser; LaTeX accents become letters."""

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
from timeline.errors import ImportRefused, Sentence
from timeline.exchange.rows.row import Read, Row
from timeline.exchange.rows.row_builder import IN_FILE, Building, scalar

_FIELDS: Final = frozenset(
    ("title", "author", "editor", "publisher", "journal", "journaltitle", "institution", "year", "month", "day", "date", "url",
     "doi", "language", "langid", "file")
)  # fmt: skip
_NO_KEY: Final = "timeline-entry-without-a-key-"
_KEYLESS: Final = re.compile(r"^[ \t]*@(?!string|preamble|comment)[a-z]+\s*[{(]\s*(?=,|[a-z][\w-]*\s*=)", re.M | re.I)
_DEEPEST: Final = 20  # nested strings
_FORMULA: Final = re.compile(r"\$[^$]*[\\^_{][^$]*\$")
_BRACES: Final = re.compile(r"[{}]")


def read(text: str, **_: object) -> Read:
    """Read the entries."""
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    keyed, places = _with_keys(text)
    try:
        raw = parse_string(keyed, parse_stack=[])
        strings = {string.key.lower(): str(string.value) for string in raw.strings}
        undefined = _resolve(raw, strings)
        library = middlewares.LatexDecodingMiddleware(allow_inplace_modification=False).transform(raw)
    except Exception:
        raise ImportRefused("not valid BibTeX. Correct it, or save it again") from None
    rows, at = list[Row](), 0
    for block, written in zip(library.blocks, raw.blocks, strict=True):
        entry = (written.raw or "").strip()
        if not entry.startswith("@"):
            continue
        start = keyed.find(entry, at)
        start, at = (start, start + len(entry)) if start >= 0 else (at, at)
        end, number = _original_place(at, places), len(rows) + 1
        start = _original_place(start, places)
        if isinstance(block, Entry) and isinstance(written, Entry):
            build = _entry(_values(block, _mathematics), _values(written))
            for name in undefined.get(written.key, ()):
                build.ask("", Sentence('"{}" is not a @string of this file: it is read as a plain word', name))
            rows.append(build.row(number, start, end, "source", key=None if block.key.startswith(_NO_KEY) else block.key))
        elif isinstance(block, ParsingFailedBlock):
            why = "it has its key or a field twice" if "Duplicate" in type(block).__name__ else "the entry is not valid BibTeX"
            rows.append(Row(number, start, end, "source", refused=f"{why}. Correct it"))
    if not rows:
        raise ImportRefused('not BibTeX: it holds no entry such as "@book{…}". Choose another format')
    return Read(rows)


def _with_keys(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Add a key to each entry without one, so that it can be parsed. Also return each place, and the length added up to it."""
    parts, places, at = list[str](), list[tuple[int, int]](), 0
    for number, match in enumerate(_KEYLESS.finditer(text)):
        key = f"{_NO_KEY}{number}" + ("" if text[match.end()] == "," else ",")
        parts += [text[at : match.end()], key]
        at = match.end()
        places.append((at + sum(length for _, length in places[-1:]), len(key) + (places[-1][1] if places else 0)))
    return "".join((*parts, text[at:])), places


def _original_place(at: int, places: list[tuple[int, int]]) -> int:
    """Convert a place in the text with added keys to one in the original text."""
    before = bisect_left(places, (at, 0))
    return at - (places[before - 1][1] if before else 0)


def _resolve(library: Library, strings: dict[str, str]) -> dict[str, list[str]]:
    """Join the parts of each value and replace the names of strings. Return the undefined names of each entry."""
    undefined = dict[str, list[str]]()
    for entry in library.entries:
        for field in entry.fields:
            unknown = list[str]()
            field.value = _resolve_value(str(field.value), strings, unknown)
            undefined.setdefault(entry.key, []).extend(unknown)
    return undefined


def _resolve_value(value: str, strings: dict[str, str], unknown: list[str], depth: int = 0) -> str:
    """Join the parts around "#": words in quotation marks or braces, numbers, and names of strings."""
    parts = _parts(value)
    words = list[str]()
    for part in parts:
        if part[:1] in ('"', "{"):
            words.append(part[1:-1])
        elif part.lower() in strings and depth < _DEEPEST:
            words.append(_resolve_value(strings[part.lower()], strings, unknown, depth + 1))
        else:
            words.append(part)
            if len(parts) > 1 and not part.isdecimal() and month_of(part) is None:
                unknown.append(part)
    return "".join(words)


def _parts(value: str) -> list[str]:
    """Split a value at each "#" outside braces and quotation marks."""
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
    """Write formulas with LaTeX commands as text; "$5 and $10" is not a formula."""
    formulas = LatexNodes2Text(math_mode="text")
    return _FORMULA.sub(lambda match: formulas.latex_to_text(match[0]), value)


def _entry(decoded: dict[str, str], raw: dict[str, str]) -> Building:
    """Read an entry: words are decoded; addresses, dates and paths are raw, because "~" and "&" are plain characters in them."""
    build = Building()
    build.line("title", decoded.get("title"), "title")
    build.require_title("title")
    author = decoded.get("author") or decoded.get("editor")
    build.line("author", re.sub(r"\s+and\s+", "; ", author) if author else None, "author")
    names = ("publisher", "journal", "journaltitle", "institution")
    build.line("publisher", next((decoded[name] for name in names if decoded.get(name)), None), "publisher")
    if when := raw.get("date"):
        build.published(lambda: free_text.read(when), "date", when)
    elif year := raw.get("year"):
        month, day = decoded.get("month"), decoded.get("day")
        if (
            day is None
            and month
            and (match := re.fullmatch(r"(?P<d>\d{1,2})\W+(?P<m>[^\W\d]+)|(?P<n>[^\W\d]+)\W+(?P<e>\d{1,2})", month))
        ):
            month, day = match["m"] or match["n"], match["d"] or match["e"]  # as in: jan # "~5"
        try:
            free_text.of_parts(year, month, day)
        except DateUnread as error:
            build.drop("month", month, str(error))
            month = day = None
        build.published(lambda: free_text.of_parts(year, month, day), "year", year)
    doi = scalar(raw.get("doi"))
    address = (raw.get("url") or "").replace("\\", "")  # some programs write "\&" and "\_" there
    build.url(address or (doi and f"https://doi.org/{doi}"), "url")
    if address:
        build.drop("doi", doi, IN_FILE)
    build.language(decoded.get("langid") or decoded.get("language"), "language")
    if attached := raw.get("file"):
        build.fields["file"] = _path(attached)
    build.drop_others(decoded, _FIELDS, why=IN_FILE)
    return build


def _path(attached: str) -> str:
    """Return the first path in "Words:path:type;…", as reference managers write it, or the whole text."""
    first = re.split(r"(?<!\\);", attached)[0].replace("$\\backslash$:", ":")
    match = re.fullmatch(r"(?:[^:\\]|\\.)*:(.+):[\w/.+-]*", first)
    return re.sub(r"\\([:;\\])", r"\1", match[1] if match else first)
