"""What is refused, and that the message says in one line what to write instead."""

import re
import time

import pytest

from timeline.dates import parse, words
from timeline.errors import DateInvalid

MESSAGES = {
    "2025-11-31": ('date "2025-11-31": November 2025 has 30 days. Check the source; write 2025-11 if it leaves the day open.'),
    "2023-02-29": ('date "2023-02-29": February 2023 has 28 days. Check the source; write 2023-02 if it leaves the day open.'),
    "2025-11-27/2025-11-24": (
        'date "2025-11-27/2025-11-24" runs backwards: 2025-11-27 begins after 2025-11-24 has ended. '
        "Write 2025-11-24/2025-11-27, or correct one of them."
    ),
    "2025-11-31/2025-12-02": (
        'date "2025-11-31/2025-12-02": at "2025-11-31", November 2025 has 30 days. '
        "Check the source; write 2025-11 if it leaves the day open."
    ),
    "winter 1905/06": 'date "winter 1905/06": this is not an EDTF date. Write 1905-24 for December 1905 to February 1906.',
    "the winter of 1905": (
        'date "the winter of 1905": this is not an EDTF date. Write 1905-24 for December 1905 to February 1906, '
        "1904-24 for December 1904 to February 1905, or 1905-32 for the southern one."
    ),
    "Spring 1905": (
        'date "Spring 1905": this is not an EDTF date. '
        "Write 1905-21 for March to May, or 1905-29 for spring in the southern hemisphere."
    ),
    "2018-11-11T04:10 Europe/Lisbon": (
        'date "2018-11-11T04:10 Europe/Lisbon": a time zone is a field of its own. '
        "Write date: 2018-11-11T04:10 and zone: Europe/Lisbon."
    ),
    "2018-11-11T04:10 CET": (
        'date "2018-11-11T04:10 CET": the time of day "04:10 CET" is not hh, hh:mm or hh:mm:ss. '
        "Write 2018-11-11T04:10, and its time zone in zone:, such as Europe/Paris."
    ),
    "Nov 24, 2025": 'date "Nov 24, 2025": this is not an EDTF date. Write 2025-11-24.',
    "24 November 2025": 'date "24 November 2025": this is not an EDTF date. Write 2025-11-24.',
    "24/11/2025": 'date "24/11/2025": this is not an EDTF date. Write 2025-11-24.',
    "3/4/2025": ('date "3/4/2025": this is not an EDTF date. Write 2025-04-03 for 3 April 2025, or 2025-03-04 for 4 March 2025.'),
    "198": 'date "198": this is not an EDTF date. Write 198X for the decade, or 0198 for the year 198.',
    "-44": 'date "-44": this is not an EDTF date. Write -0044, which is 45 BCE.',
    "now": 'date "now": this is not an EDTF date. Write the day itself, as YYYY-MM-DD.',
    "": ('date "": there is no date. Write YYYY, YYYY-MM or YYYY-MM-DD, or another form of EDTF (ISO 8601-2:2019).'),
    "2025\n": 'date "2025\\n": a date has no white space. Remove the spaces and line ends.',
    "Y12345E100": ('date "Y12345E100": the year has more than 12 digits. Write a year from -999,999,999,999 to 999,999,999,999.'),
    "0123S2": ('date "0123S2": significant digits need a year that starts with 1 to 9. Write X for each digit that is not known.'),
    "Y2020": ('date "Y2020": Y is for years of more than four digits (ISO 8601-2:2019, 4.7.2). Write 2020.'),
    "2025-24-11": (
        'date "2025-24-11": 24 in the month\'s place is a season or part of a year, which has no day 11. '
        "Write 2025-11-24, if 24 is the day."
    ),
}

ADVICE = {
    "11/2025": "2025-11",
    "2025/11": "2025-11",
    "2004-06-01/20": "2004-06-01/2004-06-20",
    "2004-06-01/07-20": "2004-06-01/2004-07-20",
    "2004-06/08": "2004-06/2004-08",
    "2025/11/24": "2025-11-24",
    "2025.11.24": "2025-11-24",
    "24.11.2025": "2025-11-24",
    "20251124": "2025-11-24",
    "2025-1-4": "2025-01-04",
    "1985-1": "1985-01",
    "2025-13-02": "2025-02-13",
    "24th of November 2025": "2025-11-24",
    "1 June 2025": "2025-06-01",
    "June 30, 2025": "2025-06-30",
    "29 February 2024": "2024-02-29",
    "11/24/2025": "2025-11-24",
    "4/4/2025": "2025-04-04",
    "Sept 2025": "2025-09",
    "circa 2003": "2003~",
    "2003?~": "2003%",
    "1980s": "198X",
    "1900s": "190X",
    "19": "19XX",
    "156x": "156X",
    "19uu": "19XX",
    "1985-uu-uu": "1985-XX-XX",
    "44 BC": "-0043",
    "1 BCE": "0000",
    "-44": "-0044",
    "12345": "Y12345",
    "-12345": "Y-12345",
    "-Y170000002": "Y-170000002",
    "y170000002": "Y170000002",
    "Y17E2": "1700",
    "Y-0044": "-0044",
    "Y-123": "-0123",
    "2003-2005": "2003/2005",
    "2003..2005": "2003/2005",
    "2003 to 2005": "2003/2005",
    "2003\u20132005": "2003/2005",
    "1985-04-12 23:20:30z": "1985-04-12T23:20:30Z",
    "1985-04-12t23:20:30z": "1985-04-12T23:20:30Z",
    "1985-04-12 23:20": "1985-04-12T23:20",
    "1985-04-12T2320": "1985-04-12T23:20",
    "1985-04-12T4:10": "1985-04-12T04:10",
    "1985-04-12T04:1": "1985-04-12T04:01",
    "1985-04-12T04:": "1985-04-12T04",
    "1985-04-12T24:00": "1985-04-13T00:00",
    "1985-12-31T24:00:00Z": "1986-01-01T00:00:00Z",
    "-0001-12-31T24:00": "0000-01-01T00:00",
    "1985-04-12T04:10/04:30": "1985-04-12T04:10/1985-04-12T04:30",
    "1985-04-12T04:30/1985-04-12T04:10": "1985-04-12T04:10/1985-04-12T04:30",
    "1985-04-12T23:20:30.5": "1985-04-12T23:20:30",
    "1985-04-12T23:20:30+0430": "1985-04-12T23:20:30+04:30",
    "1985-04-12T23:20~Z": "1985-04-12T23:20Z~",
}

REFUSED = [
    # shape
    " 2025", "2025 ", "2025\r\n", "2025\x00", "\ufeff2025", "2025-11-24\n", "+2025", "2025-", "2025-11-",
    "-2025-", "hello", "T10:00:00", "?", "~~2003", "2003??", "2003?-", "2004-06-11?%",
    "\u0662\u0660\u0662\u0665",
    "\uff12\uff10\uff12\uff15", "2025-\u0661\u0661", "\ud800", "1985-102", "1985-W15", "1985-W15-5",
    "P1Y", "R12/2003/P1Y",
    # years
    "-0000", "-0000-01-01", "Y0", "Y-0", "Y012345", "Y170000002-01", "Y1E0", "Y1E05", "Y1E12",
    "Y1E999999999999",
    "Y1234567890123", "Y", "Y-", "YE5", "Y1E", "Y123456S", "1950S0", "1950S5", "1950S02", "0050S1", "195XS2",
    "1950S2-01", "Y123456S99999999999999999999", "19850", "-198",
    # months, days and seasons
    "2003-00", "2003-13", "2003-20", "2003-42", "2003-99", "2003-05-00", "2003-05-32", "2003-04-31",
    "1900-02-29",
    "-0001-02-29", "2001-21-05", "2001-2X",
    # unspecified digits that no date fits
    "2003-2X-01", "2003-X3-4X", "2004-02-3X", "19X1-02-29", "2003-04-X1-01", "156x-12-25", "XXXXX", "XXX",
    # times of day
    "1985-04-12T24:00:00", "1985-04-12T23:60:00", "1985-04-12T23:20:61", "1985-04-12T23:20:30-00",
    "1985-04-12T23:20:30-00:00", "1985-04-12T23:20:30+14:01", "1985-04-12T23:20:30+05:60", "1985-04T10:00:00",
    "1985-04-XXT10:00:00", "1985-04-12T24", "1985-04-12T24:00", "1985-04-12T04:60",
    "1985-04-12T4", "1985-04-12T", "1985-04T04:10",
    "1985-04-12T04:10:30.5~", "1985-04-12T04:10~~", "1985-04-12~T04:10", "1985-04-12T04:XX", "1985-04-31T04", "1985-04-12T04-00",
    "1985-04-12T10:00:60Z", "1985-04-12T23:59:60Z", "1985-04-31T10:00:00",
    # intervals
    "/", "/..", "../", "2003/2004/2005", "2003//2004", "2004/2003", "2004-06-20/2004-06-10", "198X/1979",
    "2003-05-16T22:00/2003-05-16T21:30", "2003-05-16T22/2003-05-16T21:30", "2003-05-17T00:10/2003-05-16", "open/2003",
    "2003-05-16T21:30Z/2003-05-16T22:00", "2003-05-16T22:00Z/2003-05-16T23:30+02:00", "2003/unknown",
    "2003-05-17T00:30+03:00/2003-05-16T23:00Z",
    "2003../2004", "2003/..2004", "...", ".../2004", "..", "2003..", "..2003", "-0031/-0044",
    # sets
    "[]", "{}", "[", "]", "[1667}", "{1667]", "[1667", "1667]", "[1667,]", "[,1667]", "[1667, 1668]",
    "[ 1667]",
    "[1672..1670]", "[..]", "[..1984..]", "[1667,..1984]", "[1984..,1990]", "[1670..1672-05]",
    "[1670...1672]",
    "[1..2..3]", "[[1667]]", "[1667/1668]", "[1667-05-06T10:00,1667-05-06T10:00Z]",
    "[1667-05-06T11:00..1667-05-06T10:59]", "{1667-05-06T11..1667-05-06T11:30}", "[1667-05-06..1667-05-06T11]",
    "[1985-04-12T04:10..04:30]", "1667,1668",
    "[" + ",".join(["1667"] * 201) + "]",
]  # fmt: skip

HOSTILE = [
    "9" * 1_000_000, "2003-" * 400, "[" * 2_000, "[" + "1667," * 390 + "1667]", "." * 2_000, "?" * 2_000,
    "-" * 2_000, "X" * 2_000, "Y" + "1" * 1_999, "Y1E" + "1" * 1_990, "p1" + "a" * 1_990 + "\n", " " * 2_000,
    "1985-04-12T" + "0" * 1_980, "a" * 1_999 + "\n", "t10:10" * 330 + "\n", "/" * 2_000, "\u0660" * 2_000,
]  # fmt: skip


@pytest.mark.parametrize("text", MESSAGES)
def test_message_says_what_is_wrong_and_what_to_write(text: str) -> None:
    """A refusal names the date, what is wrong with it and what to write instead."""
    with pytest.raises(DateInvalid) as refusal:
        parse(text)
    assert MESSAGES[text] == str(refusal.value)


@pytest.mark.parametrize("text", ADVICE)
def test_advice_is_a_date_that_is_read(text: str) -> None:
    """What a message tells people to write is itself accepted."""
    with pytest.raises(DateInvalid) as refusal:
        parse(text)
    assert f"{ADVICE[text]}" in str(refusal.value).rpartition("Write ")[2]
    assert parse(ADVICE[text]).text == ADVICE[text]


@pytest.mark.parametrize("text", ["31 June 2025", "June 0, 2025", "29 February 2025", "31/4/2025", "0/4/2025", "13/13/2025"])
def test_no_day_is_advised_that_there_is_not(text: str) -> None:
    """Then the message tells how dates are written, and no more."""
    with pytest.raises(DateInvalid, match=r"Write YYYY, YYYY-MM or YYYY-MM-DD, or another form of EDTF"):
        parse(text)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_edtf_is_refused_in_one_line(text: str) -> None:
    """Malformed, impossible and backward dates are refused, in one printable line of moderate length."""
    with pytest.raises(DateInvalid) as refusal:
        parse(text)
    message = str(refusal.value)
    assert message.isprintable()
    assert re.fullmatch(r'date ".*"( \([0-9,]+ characters\))?(: | runs backwards: ).*\.', message)
    assert len(message) < 400


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_quickly(text: str) -> None:
    """Long and repetitive text costs neither time nor a long message."""
    began = time.perf_counter()
    with pytest.raises(DateInvalid) as refusal:
        parse(text)
    assert time.perf_counter() - began < 0.2
    assert len(str(refusal.value)) < 600


@pytest.mark.parametrize(
    "text",
    ["2016-12-31T23:59:60Z", "2017-01-01T05:29:60+05:30", "2016-12-31T18:59:60-05", "2016-12-31T23:59:60"],
)
def test_a_leap_second_is_read_where_one_can_be(text: str) -> None:
    """Second 60 stands at the end of a month in UTC, wherever the clock was."""
    assert parse(text).text == text


@pytest.mark.parametrize(
    "text",
    ["2016-12-31T23:59:60+01:00", "2016-12-30T23:59:60Z", "2016-12-31T23:58:60Z", "2016-12-31T23:50:60"],
)
def test_a_leap_second_is_refused_elsewhere(text: str) -> None:
    """Second 60 that is not 23:59:60 UTC at the end of a month never was."""
    with pytest.raises(DateInvalid, match="second 60"):
        parse(text)


def test_words_refuse_what_parse_refuses() -> None:
    """Asking for words of what is no date raises the same error."""
    with pytest.raises(DateInvalid, match="November 2025 has 30 days"):
        words("2025-11-31")


@pytest.mark.parametrize("text", ["2003-2005", "2003 to 2005", "2003..2005", "2003\u20132005"])
def test_two_dates_are_either_a_span_or_a_choice(text: str) -> None:
    """Which of the two is meant nobody can tell: both are offered, each with its meaning."""
    with pytest.raises(DateInvalid) as caught:
        parse(text)
    assert "Write 2003/2005 if it lasted from one to the other, or [2003..2005] if it was some time between." in str(caught.value)
