"""Dates that a text states plainly; of what could be meant otherwise nothing is said, or less."""

import time

import pytest

from timeline.dates.mentions import stated

STATED = {
    "On 3 March 2003 the engineer wrote": ("2003-03-03", "2003-03-03"),
    "Monday, March 3rd, 2003": ("2003-03-03", "2003-03-03"),
    "the 5th of May, 2003": ("2003-05-05", "2003-05-05"),
    "le 1er mars 2003 à Rabat": ("2003-03-01", "2003-03-01"),
    "el 24 de noviembre de 2025": ("2025-11-24", "2025-11-24"),
    "am 3. März 2003": ("2003-03-03", "2003-03-03"),
    "am 30.11.2025": ("2025-11-30", "2025-11-30"),
    "am 1.12.2025": ("2025-12-01", "2025-12-01"),
    "am 31.1.2025": ("2025-01-31", "2025-01-31"),
    "on 1 December 2025": ("2025-12-01", "2025-12-01"),
    "on 31 January 2025": ("2025-01-31", "2025-01-31"),
    "am 24.11.2025": ("2025-11-24", "2025-11-24"),
    "2025-11-24": ("2025-11-24", "2025-11-24"),
    "يوم 24 نونبر 2025": ("2025-11-24", "2025-11-24"),
    "2003年3月5日": ("2003-03-05", "2003-03-05"),
    "in February 2004": ("2004-02-01", "2004-02-29"),
    "It was founded in 2003.": ("2003-01-01", "2003-12-31"),
    "from 24 to 27 November 2025": (None, "2025-11-27"),
    "vom 3. bis 5. Mai 1999": (None, "1999-05-05"),
    "3 and 5 March 2003": (None, "2003-03-05"),
    "3\u20135 March 2003": ("2003-03-01", "2003-03-31"),
    "since 3 March 2003": ("2003-03-03", None),
    "until March 2003": (None, "2003-03-31"),
    "3 March 2003 to 7 April": ("2003-03-03", None),
}
SILENT = (
    "On 24 November the council met", "1,500 people", "2003 people", "in 2003 cases", "the 2003 report", "03/04/2003",
    "31 June 2003", "0 June 2003", "3.0.2003", "3.13.2003",
    "3 March 2003 BC", "2025-11-24/2025-11-27", "May 20031", "May 2003-2005", "No. 24.11.20251", "3 listopad 2003",
)  # fmt: skip


@pytest.mark.parametrize("text", STATED)
def test_a_date_stated_in_full_is_read(text: str) -> None:
    """In many languages; the side on which a span may go on is open."""
    (one,) = stated(text)
    assert (one.earliest, one.latest) == STATED[text]


@pytest.mark.parametrize("text", SILENT)
def test_of_what_could_be_meant_otherwise_nothing_is_said(text: str) -> None:
    """Numbers that are no years, days without a year, orders that nobody can tell, days that there are not."""
    assert stated(text) == []


def test_no_text_takes_long() -> None:
    """However many parts of dates it holds: that they are looked for under the lock must not be felt."""
    before = time.process_time()
    for part in ("3 March ", "in the year of ", "1 2 ", "mars ", "3 mai 2003 et ", " " * 9 + "1"):
        stated(part * 5_000 + "2003")
    assert time.process_time() - before < 5
