"""How far about reaches: one unit of what is approximate, on both sides, and never where nothing is."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from test_dates_properties import shaped, singles

from timeline.dates import edtf_within, parse
from timeline.errors import DateInvalid

NEAR = {
    "1989~": ("1988-01-01", "1990-12-31"),
    "1989%": ("1988-01-01", "1990-12-31"),
    "1989?": ("1989-01-01", "1989-12-31"),
    "1989-11~": ("1989-10-01", "1989-12-31"),
    "1989-12~": ("1989-11-01", "1990-01-31"),
    "1989-11-09~": ("1989-11-08", "1989-11-10"),
    "1988-03-01~": ("1988-02-29", "1988-03-02"),
    # a component alone: its own unit
    "1989-~11": ("1989-10-01", "1989-12-31"),
    "~1989-11": ("1988-11-01", "1990-11-30"),
    "1989~-11": ("1988-11-01", "1990-11-30"),
    "1989-11-~09": ("1989-11-08", "1989-11-10"),
    "1989-~11-09": ("1989-10-09", "1989-12-09"),
    "1989-11~-09": ("1989-10-09", "1989-12-09"),
    "~1988-02-29": ("1987-02-28", "1989-02-28"),
    "1989-~12-31": ("1989-11-30", "1990-01-31"),
    # decades, centuries, and whatever else digits leave open
    "198X~": ("1970-01-01", "1999-12-31"),
    "19XX~": ("1800-01-01", "2099-12-31"),
    "1989-XX~": ("1988-01-01", "1990-12-31"),
    "1989-XX": ("1989-01-01", "1989-12-31"),
    "1989-XX-XX": ("1989-01-01", "1989-12-31"),
    "1989-XX-XX~": ("1988-01-01", "1990-12-31"),
    "1989-11-XX": ("1989-11-01", "1989-11-30"),
    "1989-11-XX~": ("1989-10-01", "1989-12-31"),
    "1989-11-0X~": ("1989-10-22", "1989-11-19"),
    "1950S2~": ("1800-01-01", "2099-12-31"),
    "0000~": ("-0001-01-01", "0001-12-31"),
    "Y-20000~": ("-20001-01-01", "-19999-12-31"),
    # seasons and parts of years by their own length
    "1989-21~": ("1988-12-01", "1989-08-31"),
    "1989-24~": ("1989-09-01", "1990-05-31"),
    "1989-33~": ("1988-10-01", "1989-06-30"),
    "1989-37~": ("1988-09-01", "1989-08-31"),
    "1989-40~": ("1988-07-01", "1989-12-31"),
    # each end and each member by itself
    "1989~/1991": ("1988-01-01", "1991-12-31"),
    "1989/1991~": ("1989-01-01", "1992-12-31"),
    "1989~/1991-05~": ("1988-01-01", "1991-06-30"),
    "1989~/..": ("1988-01-01", None),
    "/1991~": (None, "1992-12-31"),
    "[1988~..1990]": ("1987-01-01", "1990-12-31"),
    "{1988,1990~}": ("1988-01-01", "1991-12-31"),
    "[..1990~]": (None, "1991-12-31"),
    "XXXX~": (None, None),
    # times, over midnight as well
    "2017-11-11T04:10~": ("2017-11-11", "2017-11-11"),
    "2017-11-11T00~": ("2017-11-10", "2017-11-11"),
    "2017-11-11T23:59~": ("2017-11-11", "2017-11-12"),
    "2017-11-11T00:00:00~": ("2017-11-10", "2017-11-11"),
}


@pytest.mark.parametrize("text", NEAR)
def test_about_reaches_one_unit_further(text: str) -> None:
    """On each side that is stated and approximate."""
    value = parse(text)
    assert (value.near_earliest, value.near_latest) == NEAR[text]


@given(shaped)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the first draw of all the shapes takes its time
def test_near_holds_all_that_is_allowed_and_more_only_where_it_is_approximate(text: str) -> None:
    """It is open or unknown where the date is, and where nothing is approximate it is the date itself."""
    with suppress(DateInvalid):
        value = parse(text)
        assert (value.near_earliest is None, value.near_latest is None) == (value.earliest is None, value.latest is None)
        own = (value.earliest_day, value.earliest_second, value.latest_day, value.latest_second)
        near = (value.near_earliest_day, value.near_earliest_second, value.near_latest_day, value.near_latest_second)
        if not value.approximate:
            assert near == own
        if value.earliest_day is not None and value.near_earliest_day is not None:
            assert (value.near_earliest_day, value.near_earliest_second) <= (value.earliest_day, value.earliest_second)
        if value.latest_day is not None and value.near_latest_day is not None:
            assert (value.near_latest_day, value.near_latest_second) >= (value.latest_day, value.latest_second)


@given(singles())
def test_a_single_approximate_date_always_reaches_further(text: str) -> None:
    """On both sides, unless its year is not known at all."""
    with suppress(DateInvalid):
        value = parse(text)
        if value.approximate and value.earliest_day and value.latest_day:
            assert (value.near_earliest_day or 0) < value.earliest_day
            assert (value.near_latest_day or 0) > value.latest_day


@pytest.mark.parametrize(
    ("text", "first", "last", "expected"),
    [
        ("1989~", "1989", "1989", "possible"),
        ("1989~", "1988", "1988", "near"),
        ("1989~", "1990", "1990", "near"),
        ("1989~", "1987", "1987", None),
        ("1989", "1990", "1990", None),
        ("2017-11-11T04:10", "2017-11-11T04:10", "2017-11-11T04:10", "possible"),
        ("2017-11-11T04:10", "2017-11-11T04:11", "2017-11-11T04:11", None),
        ("2017-11-11T04:10~", "2017-11-11T04:11", "2017-11-11T04:11", "near"),
        ("2017-11-11T04~", "2017-11-11T05:30", "2017-11-11T05:40", "near"),
        ("2017-11-11", "2017-11-11T05:30", "2017-11-11T05:40", "possible"),
        ("[..2017-11-11T04:30]", "2017-11-11T05", "2017-11-11T06", None),
        ("2017-11-11T04:30/..", "2018", "2018", "possible"),
        ("no date", "2018", "2018", None),
    ],
)
def test_a_date_is_possible_near_or_neither(text: str, first: str, last: str, expected: str | None) -> None:
    """Compared to the second, by the clock that was written."""
    since, until = parse(first), parse(last)
    assert edtf_within(text, since.earliest_day, since.earliest_second, until.latest_day, until.latest_second) == expected
