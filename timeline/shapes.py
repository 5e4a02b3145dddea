"""The shape of what is given: how an unknown field, a list for a text, and a text for a list are told and mended.

Owns those words. Must not know which fields there are, nor read any file.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from timeline import bounds

NOT_TEXT: Final = "is not text. Write it in quotes"
COMMA: Final = "If it belongs to the value before it: a comma inside { } needs quotation marks around the value"


def not_a_field(name: str, fields: Iterable[str], *, cut_off: bool = False) -> str:
    """Tell that there is no such field, and what is probably meant: another one, or text that a comma may have `cut_off`."""
    near = get_close_matches(name[: bounds.NAMED], fields, n=1)
    cure = f'Did you mean "{near[0]}"?' if near else "Leave it out"
    if cut_off:
        return f"is not a field here. {cure} {COMMA}" if near else f"is not a field here. {COMMA}"
    return f"is not a field here. {cure}" if near or re.fullmatch("[A-Za-z0-9_-]+", name) else f"is not a field here. {COMMA}"


def not_text(value: object) -> str:
    """Say what stands where a text is expected, and how it is written as one."""
    if isinstance(value, list | tuple):
        return "is a list, expected a text. Leave the brackets out, or put all of it in quotation marks"
    if isinstance(value, Mapping):
        return "holds fields, expected a text. Put all of it in quotation marks"
    return NOT_TEXT


def misshapen(field: str, value: object, *, wanted: str) -> str | None:
    """Say how a list, or a text, is written where the other stands; None where there is no more to say."""
    if wanted == "string_type":
        return None if value is None else not_text(value)
    plain = isinstance(value, str) and re.fullmatch(r"[\w .,'’()/-]{1,80}", value)
    return f"is not a list. Write {field}: [{value}]" if plain and field != "citations" else None
