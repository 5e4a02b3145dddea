"""EDTF dates (ISO 8601-2:2019, Annex A): parse them, compute the days they allow, and put them into words.

Owns all knowledge of dates. The text is the truth and is kept to the letter; open, unknown and uncertain stay apart; a qualifier
never widens a bound; malformed, impossible and reversed dates are refused. Must not know happenings or the clock, nor any limit
on years but its own: twelve digits.
"""

from timeline.dates.calendar import DAY, civil, day_number
from timeline.dates.edtf import Edtf, bounds, is_date, parse
from timeline.dates.grammar import plain, refuse_no_date
from timeline.dates.sql import SQL_FUNCTIONS, edtf_within, register
from timeline.dates.times_of_day import day_second, local_times, outermost_time, shifts
from timeline.dates.words import worded, words

__all__ = [
    "DAY", "SQL_FUNCTIONS", "Edtf", "bounds", "civil", "day_number", "day_second", "edtf_within", "is_date", "local_times",
    "outermost_time", "parse", "plain", "refuse_no_date", "register", "shifts", "worded", "words",
]  # fmt: skip
