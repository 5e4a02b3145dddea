"""How much may be said at once: bounds that no honest chronology reaches, so that one entry cannot hold up the log.

Owns the numbers, and the words in which they are told. Must not judge anything else: an event that stands in a log already is
never held against them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from timeline.errors import StatementInvalid

MOST: Final = 1_000  # items in one list: actors, tags, related, citations
FIELDS: Final = 100  # names in one object
SHORT: Final = 2_000  # characters of a name: a title, a place, a tag
MIDDLING: Final = 10_000  # characters of an address, and of what stands before or after a quotation
LONG: Final = 1_000_000  # characters of a text: a summary, a quotation, a reason
WHOLE: Final = 16_000_000  # characters of all that one event says
NAMED: Final = 60  # characters of a field's name that a message shows

_LONGEST: Final = {
    **dict.fromkeys(("title", "publisher", "kind", "place", "zone", "tags", "name", "role", "relation", "media_type"), SHORT),
    **dict.fromkeys(("summary", "date_note", "attributed_to", "author", "quote", "supports", "reason"), LONG),
    **dict.fromkeys(("url", "prefix", "suffix"), MIDDLING),
}
_LONE: Final = {"actors": "name", "tags": "tags", "related": "other", "citations": "quote"}  # what a lone text in a list is


def refuse(fields: Mapping[str, Any], subject: str) -> None:
    """Refuse more than may be said at once. Raises StatementInvalid with the first fault; it takes no time to speak of."""
    if fault := _of(fields, lists=True):
        raise StatementInvalid.in_fields(subject, ((fault[0] or subject.partition("/")[0], fault[1]),))


def refuse_whole(text: str, subject: str) -> None:
    """Refuse an event that would say more than is kept of one. Raises StatementInvalid."""
    if len(text) > WHOLE:
        said = f"would say {len(text):,} characters in all, expected {WHOLE:,} at most"
        raise StatementInvalid(subject, f"{said}. Shorten its texts, or divide it over several")


def _of(fields: Mapping[str, Any], *, lists: bool = False) -> tuple[str, str] | None:
    """Give the first fault of an object, and where in it; the place is written only then."""
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
    limit = _LONGEST.get(name)
    if limit is None or len(value) <= limit:
        return None
    return f"has {len(value):,} characters, expected {limit:,} at most. Shorten it"


def _of_list(name: str, values: Sequence[Any]) -> tuple[str, str] | None:
    if len(values) > MOST:
        return name, f"has {len(values):,} items, expected {MOST:,} at most. Divide them over several happenings"
    for number, value in enumerate(values, start=1):
        if isinstance(value, str):
            if fault := _of_text(_LONE.get(name, ""), value):
                return f"{name}.{number}", fault
        elif fault_within := _of(value if isinstance(value, Mapping) else getattr(value, "__dict__", {})):
            inner, fault = fault_within
            return f"{name}.{number}.{inner}".rstrip("."), fault
    return None
