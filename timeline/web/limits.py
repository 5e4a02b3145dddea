"""How much a query may take: of one value, of all that a result holds, and of the memory that SQLite works in.

Owns those limits, for every connection that the plugin is given. Must not know what is asked. The plugin's settings
`max_length`, `max_result` and `max_heap` set others, in bytes.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from weakref import ref

# No text or blob in a result may be longer, in bytes: above any source's text, far below what memory holds.
MAX_LENGTH = 50_000_000
# All that a result holds, in bytes as JSON or in memory, whichever is more: the longest value in any script has room.
MAX_RESULT = 160_000_000
# What SQLite may work in, for all connections of the process together: some of the longest values at a time.
MAX_HEAP = 500_000_000
TOO_MUCH_WORK = "This needs more memory than a query may take. Ask for less at once: fewer rows, fewer columns, or shorter values."
# The longest pattern of LIKE and GLOB, in bytes: each takes the time of a text's length times the pattern's, uninterrupted.
MAX_PATTERN = 300
# The most letters that trim() may be given to take away.
_MOST_TRIMMED = 1_000
# Texts of so many bytes are all counted as so much.
_SHORT, _SHORT_TAKES = 32, 80
_FOREIGN, _CONTROLS = bytes(range(128, 256)), bytes([*range(8), 11, *range(14, 32), 127])


def set_on(connection: sqlite3.Connection, settings: Mapping[str, Any]) -> None:
    """Set the limits on a connection, on which Datasette has set how rows and texts are made.

    A query that goes beyond one fails with an error of sqlite3's own, or with a MemoryError. Another query is not hindered.
    """
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, int(settings.get("max_length") or MAX_LENGTH))
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, MAX_PATTERN)
    _make_linear(connection, int(settings.get("max_length") or MAX_LENGTH))
    connection.execute(f"pragma hard_heap_limit = {int(settings.get('max_heap') or MAX_HEAP)}")
    _count(connection, int(settings.get("max_result") or MAX_RESULT))


def refuse_other_files(connection: sqlite3.Connection) -> None:
    """Let no query open another file, to read it (ATTACH) or to write one (VACUUM INTO): queries stand in metadata, too."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)


Value = str | int | float | bytes | None


def _make_linear(connection: sqlite3.Connection, longest: int) -> None:
    """Put functions with the same names and results in the place of those of SQLite that take a text's length times another's."""

    def replace(text: Value, old: Value, new: Value) -> Value:
        if text is None or old is None:
            return None
        if not (given := _text(old)) or new is None:
            return None if given else _text(text) if isinstance(text, bytes) else text
        whole, put = _text(text), _text(new)
        if len(whole.encode()) + whole.count(given) * (len(put.encode()) - len(given.encode())) > longest:
            raise ValueError("the result is too long")
        return whole.replace(given, put)

    connection.create_function("instr", 2, _instr, deterministic=True)
    connection.create_function("replace", 3, replace, deterministic=True)
    for name, strip in (("trim", str.strip), ("ltrim", str.lstrip), ("rtrim", str.rstrip)):
        connection.create_function(name, 2, partial(_trim, strip), deterministic=True)


def _instr(text: Value, part: Value) -> int | None:
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _text(text).find(_text(part)) + 1


def _trim(strip: Callable[[str, str], str], text: Value, letters: Value) -> str | None:
    if text is None or letters is None:
        return None
    known = "".join(set(_text(letters)))
    if len(known) > _MOST_TRIMMED:
        raise ValueError(f"more than {_MOST_TRIMMED:,} letters to take away")
    return strip(_text(text), known)


def _text(value: str | int | float | bytes) -> str:
    """Write a value as SQLite does where it takes it for a text."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if not isinstance(value, float):
        return str(value)
    mantissa, e, exponent = f"{value:.15g}".partition("e")
    return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}{e}{exponent}"


def _count(connection: sqlite3.Connection, most: int) -> None:
    """Make texts and rows as the connection made them before, and stop at the row with which a result holds too much.

    Functions that share what they count, because they are called for every value.
    """
    make_text, make_row = connection.text_factory, connection.row_factory
    counted: Callable[[], object] = lambda: None  # noqa: E731 - a reference to the cursor, as yet to none
    held = in_row = 0

    def refusal() -> sqlite3.OperationalError:
        return sqlite3.OperationalError(
            f"this result holds more than {most:,} bytes, the most at once. Ask for fewer rows or columns"
        )

    def text(raw: bytes) -> Any:  # noqa: ANN401 - as it was made before
        nonlocal in_row
        made = make_text(raw)
        in_row += _SHORT_TAKES if len(raw) <= _SHORT else _size(raw, made)
        if in_row > most:
            in_row = 0
            raise refusal()
        return made

    def row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Any:  # noqa: ANN401
        nonlocal counted, held, in_row
        if counted() is not cursor:
            counted, held = ref(cursor), 0
        held += in_row
        in_row = 0
        if bytes in map(type, values):
            held += sum(len(value) * 4 // 3 for value in values if type(value) is bytes)
        if held > most:
            raise refusal()
        return make_row(cursor, values) if make_row else values

    connection.text_factory, connection.row_factory = text, row


def _size(raw: bytes, made: object) -> int:
    # JSON writes what is no plain letter in six: two or three bytes of it each, or the single one of a control.
    foreign, controls = (len(raw) - len(raw.translate(None, plain)) for plain in (_FOREIGN, _CONTROLS))
    return max(sys.getsizeof(made), len(raw) + 2 * foreign + 5 * controls)
