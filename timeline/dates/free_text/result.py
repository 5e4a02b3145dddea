"""A date of others as it was understood, and the last look at whether there is such a date. Must not read any words."""

import re
from dataclasses import dataclass, replace
from typing import Final

from timeline import dates
from timeline.dates.free_text.days import DateUnread, Day
from timeline.errors import DateInvalid, Sentence

MIDNIGHT: Final = re.compile(r"T00:00(?::00)?(?:Z|[+-]\d\d:\d\d)?(?![\d:])")
"""A time of day that many a program writes where it knows none, with or without a shift from UTC."""
ASKED_MIDNIGHT: Final = "the time is midnight, which often stands for no time known"


@dataclass(frozen=True, slots=True)
class OthersDate:
    """A date as it was understood. `note` is for `date_note`: the words, where the date cannot show them; `zone` an IANA name."""

    date: str
    note: str | None = None
    zone: str | None = None
    questions: tuple[str, ...] = ()


def written(words: str) -> str:
    """Put the words that a date was read from as a note."""
    return f'written "{words}"'


def of_day(day: Day, words: str) -> OthersDate:
    """Give a day; its words are kept where it does not say the same at a glance."""
    notes = [written(words)] if not day.plain and words else []
    return OthersDate(day.edtf, "; ".join((*notes, *day.notes)) or None, day.zone, day.questions)


def checked(found: OthersDate, words: str) -> OthersDate:
    """Refuse what is no date after all: 30 February, or an end before its start."""
    try:
        dates.parse(found.date)
    except DateInvalid as error:
        why = error.wrong if found.date == words else error.reason
        raise DateUnread(Sentence("is no date that can be: {}", why), words) from None
    if not found.note and found.date.startswith("-"):
        return replace(found, note=written(words))
    return found
