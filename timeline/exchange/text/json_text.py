"""Parse JSON and keep the place of each value in the text, so that a record can be cited word for word.

Refuses doubled keys, NaN, trailing commas and deep nesting, in one line with the line number. Keeps the digits of a number with a
fraction. Must not know any format.
"""

import json
import re
from typing import Any, Final, NamedTuple

from timeline.errors import ImportRefused

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DIGITS: Final = 400  # of a number


class Piece(NamedTuple):
    """A value, and its slice of the text."""

    value: Any
    start: int
    end: int


class _Unfit(ValueError):
    """Valid by JSON's syntax, but ambiguous or without a meaning."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _Unfit(f'the key "{next(key for key in keys if keys.count(key) > 1)[:50]}" is there twice. Keep one')
    return members


def _constant(name: str) -> object:
    raise _Unfit(f"{name} is not a number in JSON. Write null, or leave it out")


def _whole_number(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise _Unfit("a number is too long. Correct it")
    return int(digits)


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant, parse_float=str, parse_int=_whole_number)


def document(text: str, start: int = 0, end: int | None = None) -> Piece:
    """Parse a text, or a part of it, as one value. Raises ImportRefused if it is not JSON."""
    at = _after_space(text, start)
    value, stop = _decode(text, at)
    rest = _after_space(text, stop)
    if rest < (len(text) if end is None else end) and text[rest] != ";":
        raise ImportRefused(
            f"line {_line(text, rest)}", "more text follows the end of the JSON. Keep one value, or import JSON Lines"
        )
    return Piece(value, at, stop)


def elements(text: str, piece: Piece) -> list[Piece]:
    """Return each item of a list with its slice."""
    if not isinstance(piece.value, list):
        return []
    pieces, at = list[Piece](), _after_space(text, piece.start + 1)
    for value in piece.value:
        _, end = _decode(text, at)
        pieces.append(Piece(value, at, end))
        at = _after_space(text, _after_space(text, end) + 1)
    return pieces


def members(text: str, piece: Piece) -> dict[str, Piece]:
    """Return each member of an object with the slice of its value."""
    if not isinstance(piece.value, dict):
        return {}
    pieces, at = dict[str, Piece](), _after_space(text, piece.start + 1)
    for key, value in piece.value.items():
        _, at = _decode(text, at)
        start = _after_space(text, _after_space(text, at) + 1)
        _, at = _decode(text, start)
        pieces[key] = Piece(value, start, at)
        at = _after_space(text, _after_space(text, at) + 1)
    return pieces


def member(text: str, piece: Piece, *path: str) -> Piece | None:
    """Follow keys to a value. Return None if there is none."""
    for key in path:
        if not isinstance(piece.value, dict) or key not in piece.value:
            return None
        piece = members(text, piece)[key]
    return piece


def _decode(text: str, at: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        before = text[: error.pos].rstrip()
        if before.endswith(",") and text[error.pos : error.pos + 1] in ("]", "}", '"', ""):
            raise ImportRefused(
                f"line {before.count(chr(10)) + 1}", "a comma comes before the end of a list or object. Remove it"
            ) from None
        if error.msg.startswith("Illegal trailing comma"):
            raise ImportRefused(f"line {error.lineno}", "a comma comes before the end of a list or object. Remove it") from None
        raise ImportRefused(f"line {error.lineno}", f"not JSON ({error.msg[0].lower()}{error.msg[1:]}). Correct it there") from None
    except _Unfit as error:
        raise ImportRefused(f"line {_line(text, at)} and on: {error}") from None
    except RecursionError:
        raise ImportRefused("nested too deeply to be read. It was made by mistake, or to do harm") from None


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
