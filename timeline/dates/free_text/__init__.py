"""Read dates in people's own words into EDTF, exactly as vague, with questions about doubts and the original words as a note.

`phrases` reads words, `parts` dates in separate parts, `ranges` joins two ends, `vague` reads decades and similar forms.
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
