"""EDTF dates (ISO 8601-2:2019, Annex A): text -> the days it allows, how surely, and how to say it.

Owns everything the program knows of dates. The text is the truth and is kept to the letter; open, unknown and
uncertain stay apart; a qualifier never widens a bound; what is malformed, impossible or backwards is refused.
Must not know of happenings, of the clock, or of any limit on years but its own: twelve digits.
"""

from timeline.dates.calendar import DAY, civil, day_number
from timeline.dates.edtf import Edtf, bounds, is_date, parse
from timeline.dates.grammar import plain
from timeline.dates.sql import SQL_FUNCTIONS, edtf_within, register
from timeline.dates.times import day_second, local_times, outermost_time, shifts
from timeline.dates.words import worded, words

__all__ = [
    "DAY", "SQL_FUNCTIONS", "Edtf", "bounds", "civil", "day_number", "day_second", "edtf_within", "is_date", "local_times",
    "outermost_time", "parse", "plain", "register", "shifts", "worded", "words",
]  # fmt: skip
