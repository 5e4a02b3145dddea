"""Limits on the size of one event: no honest chronology reaches them, and one entry cannot block the log.

Owns the limits and their messages. Must not check anything else: events already in a log are not measured against them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from timeline.documents import images
from timeline.errors import StatementInvalid

MOST: Final = 1_000  # items in one list: actors, tags, related, citations; reviews of one happening
FIELDS: Final = 100  # names in one object
SHORT: Final = 2_000  # characters of a name: a title, a place, a tag
MIDDLING: Final = 10_000  # characters of an address, of a review's comment, of a description, and of the text around a quotation
LONG: Final = 1_000_000  # characters of a text: a summary, a quotation, a reason
MAX_EVENT: Final = 16_000_000  # characters of one event's data
NAMED: Final = 60  # characters of a field's name in a message

_MAX_LENGTHS: Final = {
    **dict.fromkeys(
        ("title", "publisher", "kind", "place", "zone", "tags", "name", "role", "relation", "media_type", "alt", "credit"), SHORT
    ),
    "fragment": SHORT,
    **dict.fromkeys(("summary", "date_note", "attributed_to", "author", "quote", "supports", "reason"), LONG),
    **dict.fromkeys(("url", "prefix", "suffix", "caption", "comment", "description"), MIDDLING),
}
# The field for which a text stands.
_MAIN_FIELDS: Final = {"actors": "name", "tags": "tags", "related": "other", "citations": "quote", "media": "source"}


def longest(field: str) -> int | None:
    """Return the most characters of a field; None if it has no limit of its own."""
    return _MAX_LENGTHS.get(field)


def most(field: str) -> int:
    """Return the most items of a list."""
    return images.MOST if field == "media" else MOST


def refuse(fields: Mapping[str, Any], subject: str) -> None:
    """Refuse fields that exceed a limit. Raises StatementInvalid with the first fault. Fast for any input."""
    if fault := _of(fields, lists=True):
        raise StatementInvalid.in_fields(subject, ((fault[0] or subject.partition("/")[0], fault[1]),))


def refuse_event(text: str, subject: str) -> None:
    """Refuse the data of an event if it is too large. Raises StatementInvalid."""
    if len(text) > MAX_EVENT:
        message = f"would have {len(text):,} characters in all, expected {MAX_EVENT:,} at most"
        raise StatementInvalid(subject, f"{message}. Shorten its texts, or divide it into several")


def _of(fields: Mapping[str, Any], *, lists: bool = False) -> tuple[str, str] | None:
    """Return the place and the first fault in an object; None if there is none."""
    if len(fields) > FIELDS:
        return "", f"has {len(fields):,} fields, expected {FIELDS} at most. Leave them out"
    for name, value in fields.items():
        if isinstance(value, str):
            if len(value) > SHORT and (fault := _of_text(name, value)):
                return name, fault
        elif lists and isinstance(value, list | tuple) and (fault_within := _of_list(name, value)):
            return fault_within
    return None


def _of_text(name: str, value: str) -> str | None:
    limit = longest(name)
    if limit is None or len(value) <= limit:
        return None
    return f"has {len(value):,} characters, expected {limit:,} at most. Shorten it"


def _of_list(name: str, values: Sequence[Any]) -> tuple[str, str] | None:
    if len(values) > (limit := most(name)):
        return name, f"has {len(values):,} items, expected {limit:,} at most. Divide them among several happenings"
    for number, value in enumerate(values, start=1):
        if isinstance(value, str):
            if fault := _of_text(_MAIN_FIELDS.get(name, ""), value):
                return f"{name}.{number}", fault
        elif fault_within := _of(value if type(value) is dict or isinstance(value, Mapping) else getattr(value, "__dict__", {})):
            inner, fault = fault_within
            return f"{name}.{number}.{inner}".rstrip("."), fault
    return None
