"""A date as read from free text, and the final check that it exists. Must not read words."""

import re
from dataclasses import dataclass, replace
from typing import Final

from timeline import dates
from timeline.dates.free_text.days import DateUnread, Day
from timeline.errors import DateInvalid, Sentence

MIDNIGHT: Final = re.compile(r"T00:00(?::00)?(?:Z|[+-]\d\d:\d\d)?(?![\d:])")
"""The time of day that many programs write if they know none, with or without a shift from UTC."""
ASKED_MIDNIGHT: Final = "the time is midnight, which often means an unknown time"


@dataclass(frozen=True, slots=True)
class OthersDate:
    """A date as read. `note` is for `date_note`: the words that the date cannot express. `zone` is an IANA name."""

    date: str
    note: str | None = None
    zone: str | None = None
    questions: tuple[str, ...] = ()


def as_note(words: str) -> str:
    """Return the original words as a note."""
    return f'written "{words}"'


def of_day(day: Day, words: str) -> OthersDate:
    """Return a day as a date, with its words as a note if they are not obviously the same."""
    notes = [as_note(words)] if not day.plain and words else []
    return OthersDate(day.edtf, "; ".join((*notes, *day.notes)) or None, day.zone, day.questions)


def checked(result: OthersDate, words: str) -> OthersDate:
    """Refuse an impossible date, such as 30 February or an end before its start. Raises DateUnread."""
    try:
        dates.parse(result.date)
    except DateInvalid as error:
        reason = error.wrong if result.date == words else error.reason
        raise DateUnread(Sentence("is not a possible date: {}", reason), words) from None
    if not result.note and result.date.startswith("-"):
        return replace(result, note=as_note(words))
    return result
