"""What a text says that an old date allows and a new one does not; nothing where it could be meant otherwise."""

import time

import pytest

from timeline.dates.contradicted_dates import contradicting_words

SAID = (
    ("The mill burned around 1905, they say", "1905~", "1915~", "around 1905"),
    ("In 1905 the dam broke", "1905", "1907", "1905"),
    ("vers 1905, selon lui", "1905~", "1925~", "vers 1905"),
    ("In the spring of 2018 she left", "2018-21", "2017-21", "spring of 2018"),
    ("In the spring of 2018 she left", "2018-21", "2018-07", "spring of 2018"),
    ("the winter of 1941/42", "1941-24", "1942-06", "winter of 1941/42"),
    ("au printemps 1968", "1968-21", "1969-21", "printemps 1968"),
    ("im Sommer 1989", "1989-22", "1989-10", "Sommer 1989"),
    ("en verano de 1936", "1936-22", "1937-22", "verano de 1936"),
    ("في شتاء 1941", "1941-24", "1945", "شتاء 1941"),
    ("In April 2003 he left", "2003-04", "2004", "April 2003"),
    ("On 24 November the council met", "2025-11-24", "2025-11-27", "24 November"),
    ("May 5, the march began", "1930-05-05", "1930-05-06", "May 5"),
    ("يوم ٢٤ نونبر", "2025-11-24", "2025-11-27", "24 نونبر"),
    ("The train arrived at 04:32 that night", "2018-11-11T04:32", "2018-11-11T04:50", "04:32"),
    ("at 04:10", "2018-11-11T04:10", "2018-11-11T05:10", "04:10"),
    ("à 4h32", "2018-11-11T04:32", "2018-11-11T04:50", "4h32"),
    ("um 4.32 Uhr", "2018-11-11T04:32", "2018-11-11T04:50", "4.32 Uhr"),
    ("at 3 p.m. sharp", "2018-11-11T15", "2018-11-11T16", "3 p.m."),
    ("at about seven o'clock", "2018-11-11T07~", "2018-11-11T10", "seven o'clock"),
    ("at 0432 hours", "2018-11-11T04:32", "2018-11-11T04:50", "0432 hours"),
)
SILENT = (
    ("The mill burned around 1905", "1905~", "1906~"),  # about reaches so far
    ("1905 people came", "1905", "1907"),
    ("$1905 was paid", "1905", "1907"),
    ("In 1905, before 1907", "1905", "1907"),
    ("In 1905 and 1907", "1905", "1910"),
    ("since 1905", "1905", "1910"),
    ("the 1990s", "1990", "1991"),
    ("In 1905 it fell", "XXXX", "1907"),  # which agrees with everything
    ("In 1905 it fell", "1910", "1912"),  # it never agreed
    ("In 1905 it fell", "1905", "1905-06"),
    ("In the spring of 2018", "2018-21", "2018-10"),  # of the southern hemisphere
    ("In the spring of 2018", "2018-21", "2018-04-02"),
    ("the winter of 1941/42", "1941-24", "1942-01"),
    ("from 24 to 27 November", "2025-11-24/2025-11-27", "2025-11-25"),
    ("On 24 November it met. It closed on 27 November 2025", "2025-11-24", "2025-11-27"),
    ("at 4:32", "2018-11-11T04:32", "2018-11-11T16:32"),
    ("at 04:10 UTC", "2018-11-11T04:10", "2018-11-11T05:10"),
    ("between 04:10 and 05:10", "2018-11-11T04:10", "2018-11-11T06"),
    ("at 04:10", "2018-11-11T04:10", "2018-11-11"),
    ("at 04:10", "2018-11-11T04:10", "2018-11-11T04:10~"),
    ("ratio 4:32", "2018-11-11", "2018-11-11T05"),
    ("at about seven o'clock", "2018-11-11T07~", "2018-11-11T07:15"),
)


@pytest.mark.parametrize(("text", "old", "new", "words"), SAID)
def test_what_only_the_old_date_allows_is_given(text: str, old: str, new: str, words: str) -> None:
    """A year, a season, a month, a day without its year, or a time, in the words of the text."""
    assert contradicting_words(text, old, new) == words
    assert contradicting_words(text, old, old) is None


@pytest.mark.parametrize(("text", "old", "new"), SILENT)
def test_what_may_be_meant_otherwise_is_not(text: str, old: str, new: str) -> None:
    """Numbers of other things, spans, what never agreed, and what the new date allows as well."""
    assert contradicting_words(text, old, new) is None


def test_times_are_compared_in_one_zone_alone() -> None:
    """Where a correction names another zone, the same words may mean the new time."""
    assert contradicting_words("at 04:10", "2018-11-11T04:10", "2018-11-11T05:10", same_zone=False) is None


def test_no_text_takes_long() -> None:
    """However many parts of dates and times it holds: it is looked through under the lock."""
    before = time.process_time()
    for part in ("around 1905 ", "spring of ", "4:3", "3 May ", "about ", " " * 9 + "1", "1905 and "):
        contradicting_words(part * 5_000, "1905-05-03", "1906-05-03")
    assert time.process_time() - before < 5
