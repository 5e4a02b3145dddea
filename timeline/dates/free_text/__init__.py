"""Dates in people's own words -> EDTF as vague as they are, with questions about what is doubtful, and the words as a note.

`phrases` reads words, `parts` numbers in parts, `ranges` joins two ends, `vague` decades and the like. A year alone stays a year.
"""

from timeline.dates import shifts
from timeline.dates.free_text.days import DateUnread, Order, short_year
from timeline.dates.free_text.parts import beside, is_in_year, of_parts, of_time, timed
from timeline.dates.free_text.phrases import about, read
from timeline.dates.free_text.ranges import interval, lasting
from timeline.dates.free_text.result import ASKED_MIDNIGHT, MIDNIGHT, OthersDate

__all__ = [
    "ASKED_MIDNIGHT", "MIDNIGHT", "DateUnread", "Order", "OthersDate", "about", "beside", "interval", "is_in_year", "lasting",
    "of_parts", "of_time", "read", "shifts", "short_year", "timed",
]  # fmt: skip
