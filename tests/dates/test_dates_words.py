"""How dates are said in plain English."""

import pytest

from timeline.dates import words

WORDS = {
    # days, months, years
    "2025-11-24": "24 November 2025",
    "2025-11": "November 2025",
    "2003": "2003",
    "0079-10-24": "24 October 79 CE",
    "0000": "1 BCE",
    "-0043-03-15": "15 March 44 BCE",
    "-1985": "1986 BCE",
    "Y170000002": "the year 170,000,002",
    "Y-170000002": "170,000,003 BCE",
    # qualifiers
    "2003~": "about 2003",
    "2003?": "possibly 2003",
    "2003%": "possibly about 2003",
    "2025-11-24~": "about 24 November 2025",
    "?2004-?06-?11": "possibly 11 June 2004",
    "?2004-06-~11": "11 June 2004 (year uncertain, day approximate)",
    "2004-06~-11": "11 June 2004 (year and month approximate)",
    "2004~-06?-11": "11 June 2004 (year uncertain and approximate, month uncertain)",
    # unspecified digits
    "156X": "the 1560s",
    "15XX": "the 1500s",
    "150X": "some year from 1500 to 1509",
    "20XX": "some year from 2000 to 2099",
    "1XXX": "some year from 1000 to 1999",
    "00XX": "some year from 1 BCE to 99 CE",
    "-15XX": "some year from 1600 BCE to 1501 BCE",
    "1XX3": "some year from 1003 to 1993, written 1XX3",
    "XXXX": "a year not known",
    "1985-04-XX": "some day in April 1985",
    "1985-XX-XX": "some day of 1985",
    "2004-XX": "some month of 2004",
    "2004-0X": "some month from January to September 2004",
    "1560-X2": "February or December 1560",
    "156X-12": "some December in the 1560s",
    "156X-12-25": "25 December in the 1560s",
    "XXXX-12-XX": "some day in December of a year not known",
    "XXXX-12-25": "25 December of a year not known",
    "2004-06-1X": "some day from 10 to 19 June 2004",
    "2004-02-X9": "9, 19 or 29 February 2004",
    "2003-02-X9": "9 or 19 February 2003",
    "2004-XX-15": "the 15th of some month of 2004",
    "2004-XX-X1": "the 1st, 11th, 21st or 31st of some month of 2004",
    "2004-XX-1X": "some day from the 10th to the 19th of some month of 2004",
    "15XX-XX-XX": "some day in the 1500s",
    # estimates
    "1950S2": "some year from 1900 to 1999, estimated 1950",
    "Y3388E2S3": "some year from 338,000 to 338,999, estimated 338,800",
    # seasons and parts of a year
    "2001-21": "spring 2001",
    "2001-24~": "about winter 2001–02",
    "2001-27": "autumn 2001 (northern hemisphere)",
    "2001-30": "summer 2001–02 (southern hemisphere)",
    "1941-24": "winter 1941–42",
    "1999-24": "winter 1999–2000",
    "0000-24": "winter 1 BCE to 1 CE",
    "-0043-24": "winter 44–43 BCE",
    "0476-24": "winter 476–477 CE",
    "1905-32": "winter 1905 (southern hemisphere)",
    "2001-34": "second quarter of 2001",
    "2001-38": "middle four months of 2001",
    "2001-41": "second half of 2001",
    "198X-22": "summer in the 1980s",
    "198X-40": "first half of some year in the 1980s",
    "XXXX-40": "first half of a year not known",
    # times of day
    "2025-11-24T21:30Z": "24 November 2025, 21:30 UTC",
    "2025-11-24T21:30:00Z": "24 November 2025, 21:30:00 UTC",
    "2017-11-11T04": "11 November 2017, between 04:00 and 05:00 local time",
    "2017-11-11T23~": "11 November 2017, about 23:00 local time",
    "2017-11-11T07%": "11 November 2017, possibly about 07:00 local time",
    "2017-11-11T07?": "11 November 2017, possibly between 07:00 and 08:00 local time",
    "2017-11-11T04:10": "11 November 2017, 04:10 local time",
    "2017-11-11T04:10~": "11 November 2017, about 04:10 local time",
    "2017-11-11T04:10?": "11 November 2017, possibly 04:10 local time",
    "2017-11-11T04:10Z%": "11 November 2017, possibly about 04:10 UTC",
    "2017-11-11T04:10/2017-11-11T04:30": "11 November 2017, 04:10 to 04:30 local time",
    "2017-11-11T04:10~/2017-11-11T04:30": "11 November 2017, from about 04:10 to 04:30 local time",
    "2017-11-11T23:50Z/2017-11-12T00:10Z": "11 November 2017, 23:50 to 12 November 2017, 00:10 UTC",
    "2017-11-11T04:10Z/2017-11-11T05:10+01:00": "11 November 2017, 04:10 UTC to 11 November 2017, 05:10 (UTC+01:00)",
    "2017-11-11T04:10/2017-11-12": "11 November 2017, 04:10 local time to 12 November 2017",
    "[2017-11-11T04:10..2017-11-11T04:30]": "11 November 2017, some time from 04:10 to 04:30 local time",
    "[2017-11-11T04:10,2017-11-11T05]": (
        "one of 11 November 2017, 04:10 local time and 11 November 2017, between 05:00 and 06:00 local time"
    ),
    "[..2017-11-11T04:30]": "at or before 11 November 2017, 04:30 local time",
    "[2017-11-11T04:30..]": "at or after 11 November 2017, 04:30 local time",
    "2017-11-11T04:10/..": "from 11 November 2017, 04:10 local time, end open",
    "2017-11-11T04:10/": "from 11 November 2017, 04:10 local time, end not known",
    "../2017-11-11T04:10": "until 11 November 2017, 04:10 local time, start open",
    "1985-04-12T23:20:30+04:30": "12 April 1985, 23:20:30 (UTC+04:30)",
    "1985-04-12T23:20:30-04": "12 April 1985, 23:20:30 (UTC-04:00)",
    "1985-04-12T23:20:30": "12 April 1985, 23:20:30 local time",
    # intervals
    "2025-11-24/2025-11-27": "24 to 27 November 2025",
    "2025-11-30/2025-12-02": "30 November to 2 December 2025",
    "2024-12-30/2025-01-02": "30 December 2024 to 2 January 2025",
    "2025-11-24/2025-11-24": "24 November 2025, start to end",
    "2025-11/2025-12": "November to December 2025",
    "1964/2008": "1964 to 2008",
    "-0043/-0030": "44 BCE to 31 BCE",
    "2004-02-01/2005": "1 February 2004 to 2005",
    "1984~/2004": "from about 1984 to 2004",
    "2003/..": "from 2003, end open",
    "2003/": "from 2003, end not known",
    "../1985": "until 1985, start open",
    "/1985": "until 1985, start not known",
    "../..": "open at both ends",
    "..2004-06-01/2004-06-20..": "from 1 June 2004 or earlier to 20 June 2004 or later",
    "../2004..": "until 2004 or later, start open",
    # sets
    "[..2025-11-26]": "on or before 26 November 2025",
    "[1760-12..]": "in or after December 1760",
    "[2025-11-24..2025-11-27]": "one day of 24 to 27 November 2025",
    "{2025-11-24..2025-11-27}": "every day from 24 to 27 November 2025",
    "{..1984}": "every year up to 1984",
    "{1984..}": "every year from 1984 on",
    "[1667,1668,1670..1672]": "one of 1667, 1668, and the years 1670 to 1672",
    "{1667,1668,1670..1672}": "all of 1667, 1668, and the years 1670 to 1672",
    "[1760-01,1760-12..]": "one of January 1760, and the months from December 1760 on",
    "[..1984,1990]": "one of the years up to 1984, and 1990",
    "[1667,1760-12]": "one of 1667 and December 1760",
    "{1960~,1961-12}": "all of about 1960 and December 1961",
    "[1984]": "1984, the only choice",
    "{1984}": "1984, the only member",
}


@pytest.mark.parametrize("text", WORDS)
def test_a_date_is_said_as_exactly_as_it_is_known(text: str) -> None:
    """Each form of date has its plain English, no more exact than the date."""
    assert WORDS[text] == words(text)


def test_different_dates_are_said_differently() -> None:
    """No two of the forms above can be taken for one another."""
    assert len(set(WORDS.values())) == len(WORDS)
