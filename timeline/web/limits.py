"""The limits of a query: the length of a value, the size of a result, and the memory that SQLite works in.

Owns these limits, for the connections of a timeline. Must not know the query. The plugin's settings `max_length`, `max_result` and
`max_heap` set other limits, in bytes.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from weakref import ref

# The longest text or blob, in bytes: longer than any source's text, far smaller than memory.
MAX_LENGTH = 50_000_000
# The size of a result, in bytes as JSON or in memory, whichever is more. The longest value in any script fits.
MAX_RESULT = 160_000_000
# The memory that SQLite may work in, for all connections of the process together: a few of the longest values at a time.
MAX_HEAP = 500_000_000
TOO_MUCH_WORK = "This needs more memory than a query may take. Ask for less at once: fewer rows, fewer columns, or shorter values."
# The longest pattern of LIKE and GLOB, in bytes: matching takes the product of both lengths, and cannot be interrupted.
MAX_PATTERN = 300
# The most letters that trim() may remove.
_MOST_TRIMMED = 1_000
# Texts of up to this many bytes all count as this much.
_SHORT, _SHORT_TAKES = 32, 80
_FOREIGN, _CONTROLS = bytes(range(128, 256)), bytes([*range(8), 11, *range(14, 32), 127])


def set_on(connection: sqlite3.Connection, settings: Mapping[str, Any]) -> None:
    """Set the limits on a connection, after Datasette has set its row and text factories.

    A query that exceeds one fails with an error of sqlite3's own, or with a MemoryError. Other queries are not affected.
    """
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, int(settings.get("max_length") or MAX_LENGTH))
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, MAX_PATTERN)
    _make_linear(connection, int(settings.get("max_length") or MAX_LENGTH))
    connection.execute(f"pragma hard_heap_limit = {int(settings.get('max_heap') or MAX_HEAP)}")
    _count(connection, int(settings.get("max_result") or MAX_RESULT))


def refuse_other_files(connection: sqlite3.Connection) -> None:
    """Let no query open another file, to read it (ATTACH) or to write it (VACUUM INTO): metadata may hold queries, too."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)


Value = str | int | float | bytes | None


def _make_linear(connection: sqlite3.Connection, longest: int) -> None:
    """Replace functions of SQLite that need the product of two lengths by faster ones with the same names and results."""

    def replace(text: Value, old: Value, new: Value) -> Value:
        if text is None or old is None:
            return None
        if not (search := _as_text(old)) or new is None:
            return None if search else _as_text(text) if isinstance(text, bytes) else text
        subject, replacement = _as_text(text), _as_text(new)
        if len(subject.encode()) + subject.count(search) * (len(replacement.encode()) - len(search.encode())) > longest:
            raise ValueError("the result is too long")
        return subject.replace(search, replacement)

    connection.create_function("instr", 2, _instr, deterministic=True)
    connection.create_function("replace", 3, replace, deterministic=True)
    for name, strip in (("trim", str.strip), ("ltrim", str.lstrip), ("rtrim", str.rstrip)):
        connection.create_function(name, 2, partial(_trim, strip), deterministic=True)


def _instr(text: Value, part: Value) -> int | None:
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _as_text(text).find(_as_text(part)) + 1


def _trim(strip: Callable[[str, str], str], text: Value, letters: Value) -> str | None:
    if text is None or letters is None:
        return None
    distinct = "".join(set(_as_text(letters)))
    if len(distinct) > _MOST_TRIMMED:
        raise ValueError(f"more than {_MOST_TRIMMED:,} letters to remove")
    return strip(_as_text(text), distinct)


def _as_text(value: str | int | float | bytes) -> str:
    """Convert a value to text as SQLite does."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if not isinstance(value, float):
        return str(value)
    mantissa, e, exponent = f"{value:.15g}".partition("e")
    return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}{e}{exponent}"


def _count(connection: sqlite3.Connection, most: int) -> None:
    """Make texts and rows as the connection did before, and stop at the row with which a result becomes too large.

    These are functions with shared counters, because they are called for every value.
    """
    make_text, make_row = connection.text_factory, connection.row_factory
    cursor_ref: Callable[[], object] = lambda: None  # noqa: E731 - a weak reference to the cursor, at first to none
    total = in_row = 0

    def refusal() -> sqlite3.OperationalError:
        return sqlite3.OperationalError(
            f"this result holds more than {most:,} bytes, the most at once. Ask for fewer rows or columns"
        )

    def counted_text(raw: bytes) -> Any:  # noqa: ANN401 - as the former factory made it
        nonlocal in_row
        text = make_text(raw)
        in_row += _SHORT_TAKES if len(raw) <= _SHORT else _size(raw, text)
        if in_row > most:
            in_row = 0
            raise refusal()
        return text

    def counted_row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Any:  # noqa: ANN401
        nonlocal cursor_ref, total, in_row
        if cursor_ref() is not cursor:
            cursor_ref, total = ref(cursor), 0
        total += in_row
        in_row = 0
        if bytes in map(type, values):
            total += sum(len(value) * 4 // 3 for value in values if type(value) is bytes)
        if total > most:
            raise refusal()
        return make_row(cursor, values) if make_row else values

    connection.text_factory, connection.row_factory = counted_text, counted_row


def _size(raw: bytes, text: object) -> int:
    # JSON escapes a character that is not ASCII, or a control character, as six bytes; UTF-8 has one to three bytes for it.
    foreign, controls = (len(raw) - len(raw.translate(None, plain)) for plain in (_FOREIGN, _CONTROLS))
    return max(sys.getsizeof(text), len(raw) + 2 * foreign + 5 * controls)
