"""JSON Lines bundles: one entry to a line. Owns strict JSON. Must not hold more of a file than a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from timeline.bundles.entry import Entry, Number, make, unreadable

LONGEST_LINE = 16_000_000  # bytes
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def entries(file: BinaryIO, size: int, folder: Path) -> Iterator[Entry]:
    """Read entries line by line; empty lines are passed over. What is no text at all ends the reading."""
    number, before = 0, 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        if (broken := _not_text(raw, before)) is not None:
            yield unreadable(number, broken)
            return
        text = raw.removeprefix(_BYTE_ORDER_MARK if number == 1 else b"").decode().strip()
        before += len(raw)
        if text:
            yield _entry(text, number, folder, len(raw), last=not raw.endswith(b"\n"))
    if before == 0:
        yield unreadable(0, "is empty. Write an entry, or remove the file")


def _not_text(raw: bytes, before: int) -> str | None:
    if b"\0" in raw:
        return f"byte {before + raw.index(0) + 1} is NUL: this is not a text. Write the bundle in UTF-8"
    if len(raw) > LONGEST_LINE:
        return f"is longer than {LONGEST_LINE // 1_000_000} MB. Put a long text into a file of its own, and name that"
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return f"byte {before + error.start + 1} is not UTF-8. Save the bundle in UTF-8"
    return None


def _entry(text: str, number: int, folder: Path, weight: int, *, last: bool) -> Entry:
    try:
        said = _JSON.decode(text)
    except json.JSONDecodeError as error:
        if last:
            return unreadable(number, "the file ends in the middle of this line. Restore the rest of it", weight)
        return unreadable(number, f"is not JSON: {error.msg.lower()} at column {error.pos + 1}. Correct it", weight)
    except RecursionError:
        return unreadable(number, "is nested too deeply. Write it flat", weight)
    except ValueError as error:
        return unreadable(number, str(error), weight)
    if not isinstance(said, dict):
        return unreadable(number, 'is not an object. Write {"happening": {…}} or another entry', weight)
    return make(said, number, {}, folder, weight)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'"{twice}" stands twice. Give it once')
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON. Write text, in quotes")


_JSON = json.JSONDecoder(object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=_no_constant)
