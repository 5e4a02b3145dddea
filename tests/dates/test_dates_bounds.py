"""Which days a date allows, which side is open or unknown, and at which level it stands."""

import dataclasses

import pytest

from timeline.dates import parse

BOUNDS = {
    # years
    "0000": ("0000-01-01", "0000-12-31"),
    "0001": ("0001-01-01", "0001-12-31"),
    "9999": ("9999-01-01", "9999-12-31"),
    "-0001": ("-0001-01-01", "-0001-12-31"),
    "-1985-02": ("-1985-02-01", "-1985-02-28"),
    "-0004-02-29": ("-0004-02-29", "-0004-02-29"),
    "0000-02": ("0000-02-01", "0000-02-29"),
    "Y10000": ("10000-01-01", "10000-12-31"),
    "Y-10000": ("-10000-01-01", "-10000-12-31"),
    "Y999999999999": ("999999999999-01-01", "999999999999-12-31"),
    "Y-1E11": ("-100000000000-01-01", "-100000000000-12-31"),
    "1950S1": ("1000-01-01", "1999-12-31"),
    "1950S4": ("1950-01-01", "1950-12-31"),
    "-1950S2": ("-1999-01-01", "-1900-12-31"),
    "Y-17E7S1": ("-199999999-01-01", "-100000000-12-31"),
    # seasons and parts of a year
    "2001-22": ("2001-06-01", "2001-08-31"),
    "2001-23": ("2001-09-01", "2001-11-30"),
    "2003-24": ("2003-12-01", "2004-02-29"),
    "2001-28": ("2001-12-01", "2002-02-28"),
    "2001-29": ("2001-09-01", "2001-11-30"),
    "2001-30": ("2001-12-01", "2002-02-28"),
    "2001-31": ("2001-03-01", "2001-05-31"),
    "2001-32": ("2001-06-01", "2001-08-31"),
    "2001-33": ("2001-01-01", "2001-03-31"),
    "2001-36": ("2001-10-01", "2001-12-31"),
    "2001-37": ("2001-01-01", "2001-04-30"),
    "2001-39": ("2001-09-01", "2001-12-31"),
    "2001-40": ("2001-01-01", "2001-06-30"),
    "2001-41": ("2001-07-01", "2001-12-31"),
    "-0001-24": ("-0001-12-01", "0000-02-29"),
    "200X-24": ("2000-12-01", "2010-02-28"),
    # unspecified digits, over possible dates only
    "1XXX-12": ("1000-12-01", "1999-12-31"),
    "1XX3": ("1003-01-01", "1993-12-31"),
    "15XX-12-25": ("1500-12-25", "1599-12-25"),
    "1984-1X": ("1984-10-01", "1984-12-31"),
    "2023-02-XX": ("2023-02-01", "2023-02-28"),
    "2024-02-2X": ("2024-02-20", "2024-02-29"),
    "20XX-02-29": ("2000-02-29", "2096-02-29"),
    "190X-02-29": ("1904-02-29", "1908-02-29"),
    "2004-XX-31": ("2004-01-31", "2004-12-31"),
    "2004-0X-3X": ("2004-01-30", "2004-09-30"),
    "2004-02-XX": ("2004-02-01", "2004-02-29"),
    "-15XX": ("-1599-01-01", "-1500-12-31"),
    "-00XX": ("-0099-01-01", "-0001-12-31"),
    "-0X00": ("-0900-01-01", "-0100-12-31"),
    "-000X-02-29": ("-0008-02-29", "-0004-02-29"),
    "XXXX": (None, None),
    "XXXX-02-29": (None, None),
    "-XXXX": (None, None),
    "XXXX-21": (None, None),
    # a qualifier widens nothing
    "2003~": ("2003-01-01", "2003-12-31"),
    "2004-06-11%": ("2004-06-11", "2004-06-11"),
    "~2004-?06-%11": ("2004-06-11", "2004-06-11"),
    # a shift moves no day
    "1985-04-12T00:30:00+14:00": ("1985-04-12", "1985-04-12"),
    "-0044-03-15T12:00:00": ("-0044-03-15", "-0044-03-15"),
    # intervals
    "2025-11-24/2025-11-24": ("2025-11-24", "2025-11-24"),
    "2004-06/2004": ("2004-06-01", "2004-12-31"),
    "156X/1562": ("1560-01-01", "1562-12-31"),
    "-0044/-0031-09": ("-0044-01-01", "-0031-09-30"),
    "XXXX/2004": (None, "2004-12-31"),
    "2001-21/2001-23": ("2001-03-01", "2001-11-30"),
    "..2004/2005": (None, "2005-12-31"),
    "2004/2005..": ("2004-01-01", None),
    "../..": (None, None),
    # sets
    "[1670..1672,1650]": ("1650-01-01", "1672-12-31"),
    "[..1984,1990]": (None, "1990-12-31"),
    "{1960,1961-12..}": ("1960-01-01", None),
    "[XXXX,1960]": (None, None),
    "[2025-11-24..2025-11-27]": ("2025-11-24", "2025-11-27"),
    "{1984~}": ("1984-01-01", "1984-12-31"),
}

SIDES = {
    "2003": ("stated", "stated"),
    "2003/..": ("stated", "open"),
    "2003/": ("stated", "unknown"),
    "../2003": ("open", "stated"),
    "/2003": ("unknown", "stated"),
    "../..": ("open", "open"),
    "..2004-06-01/2004-06-20..": ("open", "open"),
    "XXXX-12-XX": ("unknown", "unknown"),
    "XXXX/2004": ("unknown", "stated"),
    "[..1984]": ("open", "stated"),
    "{1984..}": ("stated", "open"),
    "[..1984,XXXX]": ("open", "unknown"),
}

LEVELS = {
    "2003-05-16": 0,
    "-1985-04-12": 1,
    "-1985-04-12T10:00:00Z": 1,
    "2003~": 1,
    "201X~": 1,
    "-198X": 1,
    "../..": 1,
    "2001-21/2003": 1,
    "2003~/2004": 1,
    "Y170000002?": 1,
    "?2003": 2,
    "2004-06?-11?": 2,
    "XXXX": 2,
    "2XXX": 2,
    "XXXX-XX": 2,
    "20XX-21": 2,
    "2001-25": 2,
    "198X/2003": 2,
    "..2003/2004": 2,
    "[1984]": 2,
    "1950S2?": 2,
}

YEARS_AND_MONTHS = {
    "2003": (2003, None),
    "2003-05": (2003, 5),
    "2003-05-16": (2003, 5),
    "2003-05-XX": (2003, 5),
    "2003-05-30/2003-06-02": (2003, None),
    "2003-05-01/2003-05-09": (2003, 5),
    "2003-05/2004-05": (2003, None),
    "../2003-05": (2003, None),
    "2003-05/..": (2003, None),
    "XXXX-12": (None, None),
    "-0043-03-15": (-43, 3),
    "1984-1X": (1984, None),
    "[2003-05-01,2003-05-03]": (2003, 5),
}

MARKS = {
    "2003": (False, False),
    "2003?": (True, False),
    "2003~": (False, True),
    "2003%": (True, True),
    "?2004-06-~11": (True, True),
    "2003/2004~": (False, True),
    "[2003?,2004]": (True, False),
    "{..2003~}": (False, True),
}


@pytest.mark.parametrize("text", BOUNDS)
def test_bounds_are_the_first_and_last_possible_day(text: str) -> None:
    """A date's bounds are the first and last day it allows, and none where a side is open or unknown."""
    value = parse(text)
    assert BOUNDS[text] == (value.earliest, value.latest)


@pytest.mark.parametrize("text", BOUNDS)
def test_a_bound_has_a_day_number_exactly_where_it_has_a_date(text: str) -> None:
    """The ISO date and the day's number are there together or not at all."""
    value = parse(text)
    assert (value.earliest is None, value.latest is None) == (
        value.earliest_day is None,
        value.latest_day is None,
    )


@pytest.mark.parametrize("text", SIDES)
def test_open_and_unknown_stay_apart(text: str) -> None:
    """Each side says whether it is stated, open or unknown."""
    value = parse(text)
    assert SIDES[text] == (value.start, value.end)


@pytest.mark.parametrize("text", LEVELS)
def test_level_is_the_least_that_has_the_date(text: str) -> None:
    """The level is the lowest whose features make up the date."""
    assert LEVELS[text] == parse(text).level


@pytest.mark.parametrize("text", YEARS_AND_MONTHS)
def test_month_is_given_only_within_one_month(text: str) -> None:
    """The year is the earliest day's, else the latest's; a month only where no other is possible."""
    value = parse(text)
    assert YEARS_AND_MONTHS[text] == (value.year, value.month)


@pytest.mark.parametrize("text", MARKS)
def test_any_qualified_part_marks_the_whole(text: str) -> None:
    """Uncertain and approximate are true as soon as any part is."""
    value = parse(text)
    assert MARKS[text] == (value.uncertain, value.approximate)


def test_a_qualifier_changes_no_bound() -> None:
    """About 2003 allows the same days as 2003, and nothing else about it differs but its mark, its level and what is near it."""
    plain, about = parse("2003"), parse("2003~")
    near = {name: getattr(plain, name) for name in ("near_earliest", "near_latest", "near_earliest_day", "near_latest_day")}
    assert dataclasses.replace(about, text="2003", level=0, approximate=False, **near) == plain


def test_plain_dates_are_the_same_by_the_short_way_and_the_long() -> None:
    """A plain date equals the uncertain one without its mark, so that both ways of reading agree."""
    for text in ("0000", "2003", "2003-05", "2004-02", "2003-05-16", "2004-02-29", "0079-10-24"):
        long_way = dataclasses.replace(parse(text + "?"), text=text, level=0, uncertain=False)
        assert parse(text) == long_way


def test_a_value_cannot_be_changed() -> None:
    """A parsed date is frozen and takes no new attributes."""
    value = parse("2003")
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.text = "2004"  # type: ignore[misc]
    assert not hasattr(value, "__dict__")


def test_day_numbers_stay_exact_in_any_json_reader() -> None:
    """The furthest years there are have day numbers within 2^53."""
    first, last = parse("Y-999999999999").earliest_day, parse("Y999999999999").latest_day
    assert first is not None
    assert last is not None
    assert -(2**53) < first < last < 2**53
