"""Messages about misshapen input: an unknown field, a list instead of a text, a text instead of a list.

Owns those messages. Must not know the fields, nor read any file.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from timeline import size_limits

NOT_TEXT: Final = "is not text. Write it in quotes"
COMMA: Final = "If it belongs to the value before it: a comma inside { } needs quotation marks around the value"


def not_a_field(name: str, fields: Iterable[str], *, cut_off: bool = False) -> str:
    """Return the message for an unknown field, with the field probably meant, or the comma that may have `cut_off` its text."""
    near = get_close_matches(name[: size_limits.NAMED], fields, n=1)
    cure = f'Did you mean "{near[0]}"?' if near else "Leave it out"
    if cut_off:
        return f"is not a field here. {cure} {COMMA}" if near else f"is not a field here. {COMMA}"
    return f"is not a field here. {cure}" if near or re.fullmatch("[A-Za-z0-9_-]+", name) else f"is not a field here. {COMMA}"


def not_text(value: object) -> str:
    """Return the message for a value that is not a text, and how to write it as one."""
    if isinstance(value, list | tuple):
        return "is a list, expected a text. Leave the brackets out, or put the whole value in quotation marks"
    if isinstance(value, Mapping):
        return "has fields, expected a text. Put the whole value in quotation marks"
    return NOT_TEXT


def misshapen(field: str, value: object, *, wanted: str) -> str | None:
    """Return the message for a list instead of a text, or a text instead of a list; None if there is no better one."""
    if wanted == "string_type":
        return None if value is None else not_text(value)
    plain = isinstance(value, str) and re.fullmatch(r"[\w .,'’()/-]{1,80}", value)
    return f"is not a list. Write {field}: [{value}]" if plain and field != "citations" else None
