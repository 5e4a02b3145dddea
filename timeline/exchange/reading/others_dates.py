"""Dates as others write them -> EDTF as vague as they are, with what was asked and what the words were.

The door to the modules that do it: others_phrases reads words, others_parts numbers in parts, others_ranges joins two ends,
others_columns looks at a whole column. A year alone stays a year.
"""

from timeline.dates import shifts
from timeline.exchange.reading.others_columns import ask_first_days, order_of, without_first_day
from timeline.exchange.reading.others_days import DateUnread, Order, short_year
from timeline.exchange.reading.others_found import ASKED_MIDNIGHT, MIDNIGHT, OthersDate
from timeline.exchange.reading.others_parts import beside, is_in_year, of_parts, of_time, timed
from timeline.exchange.reading.others_phrases import about, read
from timeline.exchange.reading.others_ranges import interval, lasting

__all__ = [
    "ASKED_MIDNIGHT", "MIDNIGHT", "DateUnread", "Order", "OthersDate", "about", "ask_first_days", "beside", "interval",
    "is_in_year", "lasting", "of_parts", "of_time", "order_of", "read", "shifts", "short_year", "timed", "without_first_day",
]  # fmt: skip
