"""Parse JSON Lines bundles: one entry to a line, preceded by the parts of its document if that is large: `{"part": {"text": …}}`.

In a file, a line `{"by": "Ben"}` names the author of the entries after it.

Owns strict JSON, and how parts are joined. Must not hold more of a file than a line and one document.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from timeline.bundles.entry import BY, Entry, Number, author, make, unreadable
from timeline.size_limits import NAMED

LONGEST_LINE = 16_000_000  # bytes
LONGEST_DOCUMENT = 701_000_000  # characters of all its parts: 300 MB in base64, and a text of that size
MOST = 200_000  # values of an entry, several times the largest that is accepted
PARTS = ("base64", "text")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def entries(file: BinaryIO, size: int, folder: Path, *, authored: bool = True) -> Iterator[Entry]:
    """Yield entries line by line; empty lines are skipped. A line that is not text ends the reading.

    `authored`: a line may name an author.
    """
    number, before, parts, by = 0, 0, Parts(), ""
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        if (broken := _not_text(raw, before)) is not None:
            yield unreadable(number, broken, broken=True)
            return
        text = raw.removeprefix(_BYTE_ORDER_MARK if number == 1 else b"").decode().strip()
        before += len(raw)
        if text:
            content = _parsed(text, last=not raw.endswith(b"\n"))
            if authored and isinstance(content, dict) and [*content] == [BY]:
                yield from parts.unfinished()
                try:
                    by = author(content[BY])
                except ValueError as error:
                    yield unreadable(number, str(error), len(raw))
                continue
            yield from (replace(one, by=by) for one in parts.joined(content, number, folder, len(raw)))
    yield from parts.unfinished()
    if before == 0:
        yield unreadable(0, "is empty. Write an entry, or remove the file")


def _not_text(raw: bytes, before: int) -> str | None:
    if b"\0" in raw:
        return f"byte {before + raw.index(0) + 1} is NUL: this is not text. Write the file in UTF-8"
    if len(raw) > LONGEST_LINE:
        return f"is longer than {LONGEST_LINE // 1_000_000} MB. Put a long text into a file of its own, and name that"
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return f"byte {before + error.start + 1} is not UTF-8. Save the file in UTF-8"
    return None


class Parts:
    """The parts of a document, which precede its source."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._first_line, self._size, self._weight = 0, 0, 0  # the first line of the parts, their characters and bytes
        self._texts: dict[str, list[str]] = {name: [] for name in PARTS}

    def joined(self, content: dict[str, Any] | str, number: int, folder: Path, weight: int) -> Iterator[Entry]:
        """Yield the entry of a line with the parts before it; of a part, nothing or its fault."""
        if isinstance(content, str):
            yield unreadable(number, content, weight, broken=True)
        elif "part" in content:
            self._weight += weight
            if fault := self._collect(content, number):
                yield unreadable(number, fault, weight)
        else:
            if self._first_line and isinstance(source := content.get("source"), dict):
                rest = {name: source.get(name, "") for name in PARTS if self._texts[name]}
                source |= {name: "".join([*self._texts[name], one]) for name, one in rest.items() if isinstance(one, str)}
                weight += self._weight
                self._forget()
            yield from self.unfinished()
            yield make(content, number, {}, folder, weight)

    def unfinished(self) -> Iterator[Entry]:
        """Yield a fault if parts have no source."""
        if self._first_line:
            yield unreadable(
                self._first_line, "is a part of a document, and no source follows. Write its source right after its parts"
            )
            self._forget()

    def _collect(self, content: dict[str, Any], number: int) -> str | None:
        part = content["part"]
        fields = list(part.items()) if isinstance(part, dict) and len(content) == 1 else []
        if not fields or any(name not in PARTS or not isinstance(value, str) for name, value in fields):
            return 'is not a part of a document. Write {"part": {"text": "…"}}, or "base64" in place of "text"'
        self._first_line = self._first_line or number
        for name, value in fields:
            self._size += len(value)
            if self._size > LONGEST_DOCUMENT:
                self._forget()
                return f"the parts up to here are longer than {LONGEST_DOCUMENT // 1_000_000} MB. Archive the part that you cite"
            self._texts[name].append(value)
        return None


def _parsed(text: str, *, last: bool) -> dict[str, Any] | str:
    """Parse a line, or return its fault."""
    try:
        return entry_of(parse(text, last=last))
    except ValueError as error:
        return str(error)


def entry_of(content: object) -> dict[str, Any] | str:
    """Return a parsed entry, or its fault if it is no object."""
    return content if isinstance(content, dict) else 'is not an object. Write {"happening": {…}} or another entry'


def parse(text: str, *, last: bool = False) -> object:
    """Parse strict JSON; numbers stay as they are written. `last`: the file ends here. Raises ValueError with the reason."""
    if _values(text) > MOST and _values(_STRING.sub("", text)) > MOST:  # many values only fill the memory
        raise ValueError(f"holds more than {MOST:,} values. Write an entry for each happening or source")
    try:
        return _JSON.decode(text)
    except json.JSONDecodeError as error:
        if last and (error.pos >= len(text) or error.msg.startswith("Unterminated")):
            raise ValueError("the file ends in the middle of this line. Restore the rest of it") from None
        where = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise ValueError(f"is not JSON: {error.msg.lower()} at {where}column {error.colno}. Correct it") from None
    except RecursionError:
        raise ValueError("is nested too deeply. Write it flat") from None


def _values(text: str) -> int:
    """Return the greatest possible number of values."""
    return text.count(",") + text.count("[") + text.count("{")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        times = Counter(name for name, _ in pairs)
        twice = next(name for name, _ in pairs if times[name] > 1)
        raise ValueError(f'"{twice[:NAMED]}" appears twice. Give it once')
    return content


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON. Write text, in quotes")


_JSON = json.JSONDecoder(object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=_no_constant)
