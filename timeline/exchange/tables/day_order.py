"""What a whole column of dates tells of each: in which order day and month stand, and whether 1 January stands for a year.

Owns that. Must not change any date: it asks.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from timeline.dates.free_text.days import Order
from timeline.exchange.importing.row import Row

FIRST_DAY: Final = "1 January may stand for the year alone: look, and write the year if it does"
FIRST_OF_MONTH: Final = "the first may stand for the month alone: look, and write the month if it does"


def order_of(texts: Iterable[str]) -> Order | None:
    """Tell in which order a column writes day and month, by those of its dates that can be read in one way only."""
    seen = set[Order]()
    for text in texts:
        found = re.match(r"\s*(\d{1,2})[/-](\d{1,2})(?:[/-]\d{2,4}\b|$)", text)
        if found and int(found[1]) <= 31 and int(found[2]) <= 31 and (int(found[1]) > 12) != (int(found[2]) > 12):
            seen.add("dmy" if int(found[1]) > 12 else "mdy")
    return seen.pop() if len(seen) == 1 else None


def is_first_day(date: str) -> bool:
    """Whether a date is a 1 January, which in many a file stands for the year alone."""
    return bool(re.fullmatch(r"-?\d{4}-01-01(?:T00(?::00){0,2}(?![0-9:]).*)?", date))


def without_first_day(date: str, stands_for: str | None) -> str:
    """Give the year or month for which a first day stands, by the mapping's choice; any other date as it is."""
    if stands_for in ("years", "both") and is_first_day(date):
        return date[: date.index("-", 1)]
    first = re.fullmatch(r"(-?\d{4}-\d\d)-01(?:T00(?::00){0,2}(?![0-9:]).*)?", date)
    return first[1] if first and stands_for in ("months", "both") else date


def ask_first_days(rows: Sequence[Row]) -> list[Row]:
    """Ask about each 1 January, and each first of another month, where they are far more than their share of the days.

    That is more than one in ten, and for the firsts of months three at least and more than one in four.
    """
    days = [row for row in rows if re.match(r"-?\d{4}-\d\d-\d\d", str(row.fields.get("date", "")))]
    first = {id(row) for row in days if is_first_day(row.fields["date"])}
    months = {id(row) for row in days if without_first_day(row.fields["date"], "months") != row.fields["date"]} - first
    asked = dict[int, str]()
    if len(first) * 10 > len(days):
        asked |= dict.fromkeys(first, FIRST_DAY)
    if len(months) > 2 and len(months) * 4 > len(days) - len(first):
        asked |= dict.fromkeys(months, FIRST_OF_MONTH)
    return [replace(row, questions=(*row.questions, ("date", asked[id(row)]))) if id(row) in asked else row for row in rows]
